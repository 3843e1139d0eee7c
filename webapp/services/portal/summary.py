"""What a page says of an access: whose it is, since when, in which state, until when (P1, D2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.models import PortalAccess
from webapp.services import resources
from webapp.services.portal import words
from webapp.services.portal.access import PortalState, state_of


@dataclass(frozen=True)
class Summary:
    """An access, ready to read."""

    access: PortalAccess
    state: PortalState | None
    #: What the state is called, and when and why the access ends.
    state_name: str
    end: str
    sponsor: str
    #: Who decided on it last, where somebody had to.
    decided_by: str
    profiles: list[str]

    @property
    def activated_at(self) -> datetime | None:
        return self.access.activated_at if self.access.enabled else None


def people_of(access: PortalAccess) -> set[int]:
    """Return the resources whose names a summary needs."""
    listed = {one.resource_id for one in access.profiles} if lists_profiles(access) else set()
    return {access.sponsor_id, access.decided_by_id or access.sponsor_id} | listed


def lists_profiles(access: PortalAccess) -> bool:
    """Whether the contact reads the profiles of a list of resources."""
    return access.resource_profiles and not access.all_resource_profiles


def of(access: PortalAccess, names: Mapping[int | None, str] | None = None) -> Summary:
    """Return what there is to read of an access; `names` has those of `people_of`, for who has read them already."""
    known: Mapping[int | None, str] = resources.names(people_of(access)) if names is None else names  # type: ignore[assignment]
    listed = access.profiles if lists_profiles(access) else []
    return Summary(
        access,
        state_of(access),
        words.state(access),
        words.end(access),
        known.get(access.sponsor_id, ""),
        known.get(access.decided_by_id, ""),
        sorted(known.get(one.resource_id, "") for one in listed),
    )
