"""Who may do what to a record they can see: one table, from which the admin's matrix page is printed."""

from collections.abc import Callable
from enum import StrEnum

from werkzeug.exceptions import Forbidden

from webapp.access.viewer import Viewer
from webapp.models import PortalAccess


class Ability(StrEnum):
    EDIT_COMPANY = "edit_company"
    DELETE_COMPANY = "delete_company"
    EDIT_CONTACT = "edit_contact"
    DELETE_CONTACT = "delete_contact"
    ADD_REFERENCE = "add_reference"
    #: To enable the access of a contact to the portal, change its rights, take it back (P1, P2).
    GRANT_PORTAL = "grant_portal"
    #: To give such an access a new life, and to ask again for one that was rejected (D2, D3).
    RENEW_PORTAL = "renew_portal"
    #: To have the contact choose a new password, and to remind them of how they sign in (P2, P4).
    HELP_PORTAL = "help_portal"
    #: To see the portal as the contact sees it, changing nothing.
    LOOK_AT_PORTAL = "look_at_portal"
    #: To approve or reject the request for an access (D3).
    DECIDE_PORTAL = "decide_portal"
    #: To give the access of a contact to another sponsor, and to end the contact's sessions (P2).
    MANAGE_PORTAL = "manage_portal"
    ADMINISTER = "administer"


#: What a rule looks at: who asks, and the access to the portal it is about, if it is about one.
Rule = Callable[[Viewer, PortalAccess | None], bool]


def anyone(viewer: Viewer, access: PortalAccess | None) -> bool:
    return True


def admins(viewer: Viewer, access: PortalAccess | None) -> bool:
    return viewer.is_admin


def sponsor(viewer: Viewer, access: PortalAccess | None) -> bool:
    return access is not None and viewer.resource_id is not None and access.sponsor_id == viewer.resource_id


def sponsor_if_any(viewer: Viewer, access: PortalAccess | None) -> bool:
    """Nobody sponsors an access that is not enabled: whoever enables it does from then on."""
    return access is None or not access.enabled or sponsor(viewer, access)


def sponsor_or_admins(viewer: Viewer, access: PortalAccess | None) -> bool:
    return sponsor(viewer, access) or admins(viewer, access)


def other_admins(viewer: Viewer, access: PortalAccess | None) -> bool:
    """Nobody decides on what they asked for themselves."""
    return admins(viewer, access) and not sponsor(viewer, access)


TABLE: dict[Ability, Rule] = {
    Ability.EDIT_COMPANY: anyone,
    Ability.DELETE_COMPANY: anyone,
    Ability.EDIT_CONTACT: anyone,
    Ability.DELETE_CONTACT: anyone,
    Ability.ADD_REFERENCE: anyone,
    Ability.GRANT_PORTAL: sponsor_if_any,
    Ability.RENEW_PORTAL: sponsor,
    Ability.HELP_PORTAL: sponsor_or_admins,
    Ability.LOOK_AT_PORTAL: sponsor_or_admins,
    Ability.DECIDE_PORTAL: other_admins,
    Ability.MANAGE_PORTAL: admins,
    Ability.ADMINISTER: admins,
}


def can(ability: Ability, viewer: Viewer, access: PortalAccess | None = None) -> bool:
    return TABLE[ability](viewer, access)


def require(ability: Ability, viewer: Viewer, access: PortalAccess | None = None) -> None:
    """Raise 403 unless `viewer` has the ability."""
    if not can(ability, viewer, access):
        raise Forbidden
