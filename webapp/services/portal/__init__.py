"""The access of contacts to the portal.

access     what a grant amounts to now: its state, its end, its rights
granting   the rights as values of a contact, saved with the others
profiles   the resources whose profiles a contact may read, and how many at most
life       what becomes of an access: asked for, approved, rejected, prolonged, handed over
ending     what ends it: sessions, links, the login; the trash
letters    what is written to contacts and sponsors
notices    what is written before the end, by the clock
accounts   the accesses as lists show them
words      what states and ends are called
"""
