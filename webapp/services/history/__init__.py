"""History: what happened to companies and contacts, written with each change and never after (H1 to H4).

recording  the entries services write, in the transaction of the change they tell
wording    the names of what a changed value points at, kept as they are at the time
reading    what one may read of it, a page at a time
"""
