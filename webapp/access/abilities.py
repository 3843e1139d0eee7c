"""Who may do what to a record they can see: one table, from which the admin's matrix page is printed."""

from collections.abc import Callable
from enum import StrEnum

from werkzeug.exceptions import Forbidden

from webapp.access.viewer import Viewer


class Ability(StrEnum):
    EDIT_COMPANY = "edit_company"
    DELETE_COMPANY = "delete_company"
    EDIT_CONTACT = "edit_contact"
    DELETE_CONTACT = "delete_contact"
    ADD_REFERENCE = "add_reference"
    ADMINISTER = "administer"


def anyone(viewer: Viewer) -> bool:
    return True


def admins(viewer: Viewer) -> bool:
    return viewer.is_admin


TABLE: dict[Ability, Callable[[Viewer], bool]] = {
    Ability.EDIT_COMPANY: anyone,
    Ability.DELETE_COMPANY: anyone,
    Ability.EDIT_CONTACT: anyone,
    Ability.DELETE_CONTACT: anyone,
    Ability.ADD_REFERENCE: anyone,
    Ability.ADMINISTER: admins,
}


def can(ability: Ability, viewer: Viewer) -> bool:
    return TABLE[ability](viewer)


def require(ability: Ability, viewer: Viewer) -> None:
    """Raise 403 unless `viewer` has the ability."""
    if not can(ability, viewer):
        raise Forbidden
