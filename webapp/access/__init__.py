"""The public face of access: who sees what, and who may do what."""

from webapp.access.abilities import Ability, can, require
from webapp.access.guard import ADMIN, PORTAL, PORTAL_DOOR, PUBLIC, STAFF, STAFF_DOOR, access
from webapp.access.portal_viewer import Actor, PortalViewer
from webapp.access.viewer import SYSTEM, Viewer
from webapp.access.visibility import (
    LINKED,
    contact_rule_within_seen_company,
    get_even_deleted,
    get_in_portal,
    get_in_trash,
    get_visible,
    granted,
    is_visible,
    reads_unscoped,
    seen_by,
    unscoped,
    visible,
    visible_in_portal,
    visible_in_trash,
    visible_to_all,
)

__all__ = [
    "ADMIN",
    "LINKED",
    "PORTAL",
    "PORTAL_DOOR",
    "PUBLIC",
    "STAFF",
    "STAFF_DOOR",
    "SYSTEM",
    "Ability",
    "Actor",
    "PortalViewer",
    "Viewer",
    "access",
    "can",
    "contact_rule_within_seen_company",
    "get_even_deleted",
    "get_in_portal",
    "get_in_trash",
    "get_visible",
    "granted",
    "is_visible",
    "reads_unscoped",
    "require",
    "seen_by",
    "unscoped",
    "visible",
    "visible_in_portal",
    "visible_in_trash",
    "visible_to_all",
]
