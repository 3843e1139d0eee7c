"""History: what happened to companies and contacts, written with each change and never after (H1 to H4).

recording  the entries services write, in the transaction of the change they tell
wording    what a change says in words that stay true when lists and names change
"""
