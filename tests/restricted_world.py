"""Companies and contacts of every kind of restriction, all that hangs on them, and the people who see some of it
(A1 to A3, D6, D7).

Each is called by the same word and by its marker, which no page may show to whom it is hidden from. A word of its own,
an alias or a nickname, finds it alone.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from tests import factories
from webapp.access import LINKED, SYSTEM, Viewer
from webapp.clock import now, today
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import (
    EVERYBODY_ID,
    CommercialStatus,
    Company,
    Contact,
    Document,
    DocumentVersion,
    Draft,
    FavoriteResource,
    InvoiceLine,
    Linked,
    MyContact,
    Noun,
    Performer,
    RequestAttachment,
    RequestMessage,
    RequestTask,
    Resource,
    Role,
    StoredFile,
)
from webapp.services import companies, contacts
from webapp.services.history import recording
from webapp.services.linked.registry import KEEPERS
from webapp.services.linked.words import WORDS

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
#: What was deleted by itself of what hangs on a company, by the end of its marker, and by whom.
GONE_ALONE = {"gq": "neither", "gxq": "neither", "g2q": "listed"}


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
    hanging = _all_that_hangs(made, met, list(people.values()))
    _hang_on(made.values(), met, hanging, people.values())
    for end, who in GONE_ALONE.items():
        for one in hanging:
            if one.name.split()[1].endswith(end):
                KEEPERS[one.noun].remove(one, viewer(people[who]))
    for marker, who in GONE.items():
        companies.remove(made[marker], viewer(people[who]))
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
    values = {
        "alias": alias,
        "commercial_status": status,
        "allow_engagements": True,
        "summary_consolidation": True,
        **values,
    }
    return factories.company(f"{COMMON} {marker}", **values)


def _contact(marker: str, company: Company, access: dict[str, Any]) -> Contact:
    # The first page of the day wishes it.
    soon = today("UTC") + timedelta(days=1)
    values = {"nickname": f"clef{next(_numbers):03}", "birthday": PartialDate(soon.month, soon.day)}
    return factories.contact(f"{COMMON} {marker}", company=company.id, **values, **access)


# --- what hangs on them ----------------------------------------------------------------------------------------------

#: What the markers of each kind of record begin with.
STEMS = {model.noun: model.noun.value[:4].title() for model in LINKED}


def _all_that_hangs(firms: dict[str, Company], met: list[Contact], people: list[Resource]) -> list[Linked]:
    """Make of each noun, on each company: one that names a contact whom everybody sees, or of the restricted ones when
    it doesn't hide with them; one about each restricted contact when it does; and what is about one of these.

    Whose they are goes round, so that each of the people has some they don't see.
    """
    by_name = {one.last_name: one for one in met}
    made: list[Linked] = []

    def make(noun: Noun, firm: str, end: str, **values: Any) -> Linked:
        marker = f"{STEMS[noun]}{firm[-3:-1]}{end}q"
        owner = people[len(made) % len(people)]
        due = {"due_on": today("UTC")} if noun is Noun.ACTIVITY else {}
        name = f"{COMMON} {marker} clef{next(_numbers):03}"
        made.append(factories.of_noun(noun, firms[firm], owner, name=name, **due, **values))
        return made[-1]

    def at(firm: str, kind: str) -> int:
        return by_name[f"Chez{firm[-3:-1]}{kind}q"].id

    for firm in firms:
        for model in (one for one in LINKED if not (firm in GONE and one.holds_company)):
            hides = "contact_id" in model.hides_with
            names = "contact_id" in model.__table__.columns
            make(model.noun, firm, "", **({"contact": at(firm, "" if hides else "x")} if names else {}))
            for kind in ("x", "y") if hides else ():
                make(model.noun, firm, kind, contact=at(firm, kind))
    for firm in firms:
        for kind in ("x", "y"):
            hope = next(one for one in made if one.name.split()[1] == f"{STEMS[Noun.OPPORTUNITY]}{firm[-3:-1]}{kind}q")
            for model in LINKED:
                if "opportunity_id" in model.hides_with:
                    make(model.noun, firm, f"o{kind}", opportunity=hope.id)
    for model in LINKED:
        make(model.noun, "Ouverte11q", "g")
        make(model.noun, "Nommee22q", "g2")
        if "contact_id" in model.hides_with:
            make(model.noun, "Ouverte11q", "gx", contact=at("Ouverte11q", "x"))
    for one in made:
        db.session.add_all(_owned(one))
    return made


#: What records own that has an address of its own: by what addresses call it, the model and the noun it belongs to.
OWNED: dict[str, tuple[type[Any], Noun]] = {
    "line_id": (InvoiceLine, Noun.INVOICE),
    "message_id": (RequestMessage, Noun.REQUEST),
    "attachment_id": (RequestAttachment, Noun.REQUEST),
    "task_id": (RequestTask, Noun.REQUEST),
    "document_id": (Document, Noun.FOLDER),
    "version_id": (DocumentVersion, Noun.FOLDER),
}


def _owned(record: Linked) -> list[Any]:
    """Return what a record owns, of the same id, named like it."""
    name, key = record.name, {"id": record.id}
    if record.noun is Noun.INVOICE:
        return [InvoiceLine(**key, invoice_id=record.id, position=0, text=name, quantity=1, unit_price=1)]
    if record.noun is Noun.REQUEST:
        of = {"request_id": record.id}
        task = {"label_fr": name, "label_en": name, "performer": Performer.RESOURCE, "created_at": now()}
        # Sent a moment before what follows: the attachment names them.
        db.session.add_all([RequestMessage(**key, **of, text=name), _file(key["id"], name)])
        db.session.flush()
        return [
            RequestAttachment(**key, **of, message_id=record.id, file_id=record.id),
            RequestTask(**key, **of, **task),
        ]
    if record.noun is Noun.FOLDER:
        db.session.add_all(
            [Document(**key, folder_id=record.id, name=name, name_key=name), _file(1000 + record.id, name)]
        )
        db.session.flush()
        return [DocumentVersion(**key, document_id=record.id, file_id=1000 + record.id)]
    return []


def _file(file_id: int, name: str) -> StoredFile:
    content = name.encode()
    return StoredFile(id=file_id, name=f"{name}.txt", media_type="text/plain", size=len(content), content=content)


def _hang_on(
    firms: Iterable[Company], met: Iterable[Contact], hanging: Iterable[Linked], people: Iterable[Resource]
) -> None:
    """Comment on each record; have everybody list each contact as theirs and keep a draft of each record.

    Of what hangs on companies, drafts of what is on one of them are enough.
    """
    roots = [*(("companies", one) for one in firms), *(("contacts", one) for one in met)]
    for path, record in (*roots, *((WORDS[one.noun].pages, one) for one in hanging)):
        recording.commented(record, f"{record.name}, noté", SYSTEM)
        if isinstance(record, Linked) and "22" not in record.name.split()[1]:
            continue
        for person in people:
            db.session.add(Draft(resource_id=person.id, path=f"/{path}/{record.id}/edit", content="version=1"))
            if isinstance(record, Contact):
                db.session.add(MyContact(resource_id=person.id, contact_id=record.id))
    db.session.commit()


def viewer(person: Resource) -> Viewer:
    """Return one of the people as services know who is asking."""
    return Viewer(
        resource_id=person.id,
        name=person.name,
        email=person.email,
        is_admin=False,
        language="fr",
        timezone="UTC",
        principal_ids=(EVERYBODY_ID, person.principal_id),
    )
