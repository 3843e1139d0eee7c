"""The resources whose profiles a contact may read, and how many at most (P12, D10).

Only the active ones count, and only while profiles are granted and not all of them are: otherwise the list and the
maximum are kept, without effect.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.i18n import _, _n
from webapp.models import Resource

#: The values that decide how many profiles are listed, and whether that matters.
_DECISIVE = frozenset(
    ("portal_enabled", "portal_resource_profiles", "portal_all_resource_profiles", "portal_max_resources")
)


def active_among(resource_ids: Iterable[int]) -> set[int]:
    """Return which of some resources are active."""
    wanted = set(resource_ids)
    active = select(Resource.id).where(Resource.id.in_(wanted), Resource.is_active)
    return set(db.session.scalars(active)) if wanted else set()


def are_listed(values: Mapping[str, Any]) -> bool:
    """Whether the list counts: profiles are granted, and not all of them."""
    return bool(values["portal_resource_profiles"] and not values["portal_all_resource_profiles"])


def remaining(maximum: int | None, resource_ids: Iterable[int]) -> int | None:
    """Return how many profiles may still be added; None when there is no limit (D10)."""
    return None if maximum is None else maximum - len(active_among(resource_ids))


def problems(before: Mapping[str, Any], after: Mapping[str, Any], changed: Collection[str]) -> dict[str, str]:
    """Return what is wrong with a changed list or maximum: what nobody may choose, or more than the maximum (D10)."""
    if not (_DECISIVE | {"portal_profiles"}) & set(changed):
        return {}
    active = active_among(after["portal_profiles"])
    added = set(after["portal_profiles"]) - set(before["portal_profiles"])
    if added - active:
        return {"portal_profiles": _("Choisissez une valeur de la liste.")}
    maximum, count = after["portal_max_resources"], len(active)
    if maximum is None or count <= maximum or not are_listed(after):
        return {}
    if added or "portal_max_resources" not in changed:
        return {"portal_profiles": beyond(maximum, count)}
    message = _n(
        "Le nombre maximal ne peut pas être de %(max)d : %(num)d ressource est sélectionnée.",
        "Le nombre maximal ne peut pas être de %(max)d : %(num)d ressources sont sélectionnées.",
        count,
        max=maximum,
    )
    return {"portal_max_resources": message}


def beyond(maximum: int, count: int) -> str:
    """Say that so many profiles are more than the maximum (D10)."""
    return _n(
        "Le nombre maximal de ressources est de %(max)d ; %(num)d est sélectionnée.",
        "Le nombre maximal de ressources est de %(max)d ; %(num)d sont sélectionnées.",
        count,
        max=maximum,
    )
