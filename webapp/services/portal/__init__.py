"""The access of contacts to the portal, and what they do there.

access     what a grant amounts to now: its state, its end, its rights
granting   the rights as values of a contact, saved with the others
profiles   the resources whose profiles a contact may read, and how many at most
life       what becomes of an access: asked for, approved, rejected, prolonged, handed over
ending     what ends it: sessions, links, the login; the trash
telling    the entry of the history and of the audit for each of these
letters    what is written to contacts about their access, and to sponsors about its end
deadlines  when that is written before the end, by the clock
summary    an access as a page says it; overview: many, as lists show them
words      what states and ends are called
accounts   how contacts prove who they are; viewers: who a request of the portal is for
notices    what the portal writes to people by itself
"""
