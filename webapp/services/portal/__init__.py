"""The access of contacts to the portal.

access     what a grant amounts to now: its state, its end, its rights
"""
