"""Companies and contacts of every kind of restriction, and the people who see some of them (A1 to A3, D6, D7).

Each is called by the same word and by its marker, which no page may show to whom it is hidden from. A word of its own,
an alias or a nickname, finds it alone.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from tests import factories
from webapp.access import SYSTEM, Viewer
from webapp.clock import today
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    CommercialStatus,
    Company,
    Contact,
    Draft,
    FavoriteResource,
    MyContact,
    Resource,
    Role,
)
from webapp.services import companies, contacts
from webapp.services.history import recording

COMMON = "Zorglub"

#: What each of the people is to the records, and their name.
NAMES = {
    "admin": "Ada",
    "listed": "Lise",
    "by entity": "Enzo",
    "by both": "Boris",
    "of two entities": "Dora",
    "of another entity": "Anouk",
    "neither": "Nora",
    "account manager": "Rémi",
    "favourite": "Fanny",
    "named on a contact": "Colin",
    "inactive": "Ines",
}
#: The companies that are no clients.
STATUS = {"Entite33q": CommercialStatus.LEAD, "Union44q": CommercialStatus.PROSPECT}
#: The companies that were deleted, with their contacts, and by whom.
GONE = {"Jetee99q": "neither", "Perdue10q": "listed"}


def build() -> None:
    """Make the world, in the current application context."""
    people = _people()
    ids = {who: person.id for who, person in people.items()}
    made = {marker: _company(marker, values) for marker, values in _companies(people).items()}
    named_by_contact = {
        "": {},
        "x": {"restrict_access": True, "allowed_resources": [ids["listed"]]},
        "y": {"restrict_access": True, "allowed_resources": [ids["named on a contact"]]},
    }
    met = [
        _contact(f"Chez{marker[-3:-1]}{suffix}q", company, access)
        for marker, company in made.items()
        for suffix, access in named_by_contact.items()
    ]
    # The history tells of a parent one may not see, and of a contact who came from a company one may not see.
    companies.update(made["Filiale77q"], {"parent": made["Nommee22q"].id}, SYSTEM)
    companies.update(made["Cachee88q"], {"parent": made["Ouverte11q"].id}, SYSTEM)
    met.append(_contact("Mutee77q", made["Nommee22q"], {}))
    contacts.update(met[-1], {"company": made["Ouverte11q"].id}, SYSTEM)
    _hang_on(made.values(), met, people.values())
    for marker, who in GONE.items():
        companies.remove(made[marker], _viewer(people[who]))
    db.session.commit()


def _people() -> dict[str, Resource]:
    paris, lyon = factories.billing_entity("Entité Paris"), factories.billing_entity("Entité Lyon")
    particular: dict[str, dict[str, Any]] = {
        "admin": {"role": Role.ADMIN},
        "by entity": {"billing_entities": [paris]},
        "by both": {"billing_entities": [paris]},
        "of two entities": {"billing_entities": [paris, lyon]},
        "of another entity": {"billing_entities": [lyon]},
        "inactive": {"is_active": False},
    }
    people = {who: factories.resource(name, **particular.get(who, {})) for who, name in NAMES.items()}
    db.session.add(FavoriteResource(resource_id=people["listed"].id, favorite_id=people["favourite"].id))
    return people


def _companies(people: dict[str, Resource]) -> dict[str, dict[str, Any]]:
    """Return the values of each company, by its marker."""
    paris, lyon = (entity.id for entity in people["of two entities"].billing_entities)
    listed = {"restrict_access": True, "allowed_resources": [people["listed"].id, people["by both"].id]}
    works_there = dict.fromkeys(("account_manager", "telemarketer", "sales_rep"), people["account manager"].id)
    return {
        "Ouverte11q": {},
        "Nommee22q": listed,
        "Entite33q": {**works_there, "billing_entities": [paris]},
        "Union44q": {**works_there, **listed, "billing_entities": [lyon]},
        "Partie55q": {"restrict_access": True, "allowed_resources": [people["inactive"].id]},
        "Suivie66q": {**works_there, **listed},
        "Filiale77q": {},
        "Cachee88q": listed,
        "Jetee99q": {},
        "Perdue10q": {"restrict_access": True, "allowed_resources": [people["by both"].id]},
    }


_numbers = count(1)


def _company(marker: str, values: dict[str, Any]) -> Company:
    status = STATUS.get(marker, CommercialStatus.CLIENT)
    alias = f"clef{next(_numbers):03}"
    return factories.company(f"{COMMON} {marker}", alias=alias, commercial_status=status, **values)


def _contact(marker: str, company: Company, access: dict[str, Any]) -> Contact:
    # The first page of the day wishes it.
    soon = today("UTC") + timedelta(days=1)
    values = {"nickname": f"clef{next(_numbers):03}", "birthday": PartialDate(soon.month, soon.day)}
    return factories.contact(f"{COMMON} {marker}", company=company.id, **values, **access)


def _hang_on(firms: Iterable[Company], met: Iterable[Contact], people: Iterable[Resource]) -> None:
    """Comment on each record; have everybody list each contact as theirs and keep a draft of each record."""
    for path, records in (("companies", list(firms)), ("contacts", list(met))):
        for record in records:
            recording.commented(record, f"{record.name}, noté", SYSTEM)
            for person in people:
                draft = Draft(resource_id=person.id, path=f"/{path}/{record.id}/edit", content="version=1")
                db.session.add(draft)
                if isinstance(record, Contact):
                    db.session.add(MyContact(resource_id=person.id, contact_id=record.id))
    db.session.commit()


def _viewer(person: Resource) -> Viewer:
    return Viewer(
        resource_id=person.id,
        name=person.name,
        email=person.email,
        is_admin=False,
        language="fr",
        timezone="UTC",
        principal_ids=(EVERYBODY_ID, person.principal_id),
    )
