"""Engagements: what the organisation has undertaken to do for a company (S3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from webapp.access import Viewer, unscoped, visible
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l
from webapp.models import (
    AddressKind,
    Company,
    CompanyAddress,
    Contact,
    Engagement,
    EngagementState,
    Opportunity,
    ReferenceItem,
)
from webapp.services.linked.keeping import Filter, Keeper, Summary, one_of

STATES: Mapping[EngagementState, LazyString] = {
    EngagementState.ACTIVE: _l("En cours"),
    EngagementState.SUSPENDED: _l("Suspendu"),
    EngagementState.ENDED: _l("Terminé"),
}

_RULES = "rules hold for whoever saves"


class Obstacle(StrEnum):
    """What keeps a company from having engagements."""

    NOT_ALLOWED = "not_allowed"
    NO_CONTACT = "no_contact"


@dataclass(frozen=True)
class Address:
    """One of the addresses of a company, as one chooses it: in a line, with the site it gives."""

    line: str
    site: str


class EngagementKeeper(Keeper[Engagement]):
    """Engagements: only with a company that allows them, and somebody there to speak with."""

    model = Engagement
    required = ("company", "name", "contact", "state")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        """From an opportunity, it is of the same name and with the same contact."""
        values = {"state": EngagementState.ACTIVE, **super().starting_values(sources, viewer)}
        match sources.get("opportunity"):
            case Opportunity() as opportunity:
                values |= {"name": opportunity.name, "contact": opportunity.contact_id}
        if company_id := values.get("company"):
            values["address"] = next(iter(addresses_of(company_id, viewer)), None)
        return values

    def normal(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """The billing site is the one that was chosen, else the work site of the address (S3).

        It follows the address when that changes, unless somebody has chosen another.
        """
        site, address = values["billing_site"], values["address"]
        if before and site == before["billing_site"]:
            was_chosen = site not in (None, _site_of(before["company"], before["address"]))
            if was_chosen or address == before["address"]:
                return dict(values)
            site = None
        return {**values, "billing_site": site or _site_of(values["company"], address)}

    def own_problems(self, values: Mapping[str, Any], record: Engagement | None) -> dict[str, str]:
        found = {}
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            found["ends_on"] = _("La fin précède le début.")
        address, company_id = values.get("address"), values.get("company")
        if address and (record is None or address != record.address) and not _has_address(company_id, address):
            found["address"] = _("La société n’a pas cette adresse.")
        if record is None and company_id and not _allows_engagements(company_id):
            found["company"] = _("Cette société n’autorise pas les engagements.")
        return found

    def summary(self) -> Summary:
        return Summary(state=Engagement.state, day=Engagement.starts_on)

    def state_label(self, state: str) -> str:
        return str(STATES[EngagementState(state)])

    def filters(self) -> Mapping[str, Filter]:
        return {"state": one_of(_l("État"), Engagement.state, STATES)}


ENGAGEMENTS = EngagementKeeper()


def obstacles(company: Company, viewer: Viewer) -> list[Obstacle]:
    """Return what a company lacks to have engagements: the permission, and a contact whom the viewer sees (S3)."""
    contact = visible(Contact, viewer, Contact.id).where(Contact.company_id == company.id).limit(1)
    missing = {
        Obstacle.NOT_ALLOWED: not company.allow_engagements,
        Obstacle.NO_CONTACT: db.session.scalar(contact) is None,
    }
    return [obstacle for obstacle, is_missing in missing.items() if is_missing]


def addresses_of(company_id: int, viewer: Viewer) -> dict[AddressKind, Address]:
    """Return the addresses of a company, the main one first; none of one that the viewer may not see."""
    address = CompanyAddress
    columns = (address.kind, address.street, address.postal_code, address.city, ReferenceItem)
    rows = visible(Company, viewer, *columns).select_from(Company).join(address, address.company_id == Company.id)
    rows = rows.outerjoin(ReferenceItem, ReferenceItem.id == address.work_site_id).where(Company.id == company_id)
    found = {}
    for kind, street, postal_code, city, site in db.session.execute(rows):
        town = " ".join(filter(None, (postal_code, city)))
        found[kind] = Address(", ".join(filter(None, (street, town))), site.label if site else "")
    return {kind: found[kind] for kind in AddressKind if kind in found}


def _site_of(company_id: int | None, kind: AddressKind | None) -> int | None:
    """Return the work site of an address of a company."""
    address = CompanyAddress
    site = select(address.work_site_id).where(address.company_id == company_id, address.kind == kind)
    return db.session.scalar(unscoped(site, _RULES)) if company_id and kind else None


def _has_address(company_id: int | None, kind: AddressKind) -> bool:
    address = CompanyAddress
    found = select(address.kind).where(address.company_id == company_id, address.kind == kind)
    return db.session.scalar(unscoped(found, _RULES)) is not None


def _allows_engagements(company_id: int) -> bool:
    allows = select(Company.allow_engagements).where(Company.id == company_id)
    return bool(db.session.scalar(unscoped(allows, _RULES)))
