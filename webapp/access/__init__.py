"""The public face of access: who sees what, and who may do what."""

from webapp.access.abilities import Ability, can, require
from webapp.access.guard import ADMIN, PUBLIC, STAFF, access
from webapp.access.viewer import SYSTEM, Viewer
from webapp.access.visibility import (
    contact_rule_within_seen_company,
    get_even_deleted,
    get_in_trash,
    get_visible,
    granted,
    reads_unscoped,
    seen_by,
    unscoped,
    visible,
    visible_in_trash,
    visible_to_all,
)

__all__ = [
    "ADMIN",
    "PUBLIC",
    "STAFF",
    "SYSTEM",
    "Ability",
    "Viewer",
    "access",
    "can",
    "contact_rule_within_seen_company",
    "get_even_deleted",
    "get_in_trash",
    "get_visible",
    "granted",
    "reads_unscoped",
    "require",
    "seen_by",
    "unscoped",
    "visible",
    "visible_in_trash",
    "visible_to_all",
]
