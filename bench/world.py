"""A world of any size, with the skews of real life: a few names that many bear, one branch that holds half.

The same size gives the same world; one company of each has thousands of records of all kinds. In the restricted one,
nine companies in ten are restricted, those of one account type all of them; the viewer is named on about a thousand.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import select

from bench import bulk, linked
from webapp.access import SYSTEM
from webapp.extensions import db
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    CommercialStatus,
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
    CompanySearch,
    Contact,
    ContactPhone,
    ContactSearch,
    Counter,
    HistoryEvent,
    HistoryKind,
    MyContact,
    ReferenceItem,
    ReferenceList,
    Resource,
)
from webapp.services import billing_entities, companies, contacts, organisation, resources
from webapp.services.search import texts
from webapp.services.values import ADDRESS_PARTS

RESOURCES = 200
#: Restricted companies on which the viewer is named.
NAMED_ON = 1000
#: Contacts of the viewer’s own list.
MARKED = 500
#: Entries of the history that tell of a company and its contacts.
EVENTS = 4
#: Companies written at a time.
BATCH = 5000

FIRST_NAMES = (
    "Anne Bruno Chloé Denis Élodie Fabien Gaëlle Hugo Inès Jules Karim Léa Marc Noémie Olivier Pauline".split()
)
FAMILIES = """Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux
David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Faure André Mercier Blanc
Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Mathieu
Masson Marchand Duval Denis Dumont Lemaire Noël Meyer Dufour Meunier Brun Giraud Joly Rivière Œuvrard Çelik Ávila
Quéré Zimmermann Yvon Weber Vasseur Urbain Tessier Kowalski Île Haddad Hébert Ibáñez""".split()
KINDS = """{} & Fils|Ateliers {}|{} Conseil|Société nouvelle {}|{} Industrie|Transports {}|{} SARL|Maison {}|Groupe {}|
{} Services|Établissements {}|{} Bâtiment|Cabinet {}|{} Logistique|Imprimerie {}|L’Atelier {}""".replace(
    "\n", ""
).split("|")
TOWNS = """Paris Lyon Marseille Toulouse Nice Nantes Montpellier Strasbourg Bordeaux Lille Rennes Reims Toulon Grenoble
Dijon Angers Nîmes Brest Limoges Tours Amiens Metz Besançon Orléans Rouen Mulhouse Caen Nancy Genève Liège""".split()
STATUSES = (CommercialStatus.CLIENT,) * 14 + (CommercialStatus.LEAD,) * 3 + (CommercialStatus.PROSPECT,) * 3


@dataclass(frozen=True)
class Cast:
    """Who and what the companies refer to, by id."""

    viewer: Resource
    #: Of the resources, in the order they were hired: id and principal.
    staff: Sequence[tuple[int, int]]
    lists: Mapping[ReferenceList, Sequence[int]]
    france: int


class Skew:
    """Picks among values, the first ones far more often (as 1, 1/2, 1/3...)."""

    def __init__(self, values: Sequence[Any]):
        self.values = values
        self.weights = list(accumulate(1 / rank for rank in range(1, len(values) + 1)))

    def pick(self, rng: random.Random) -> Any:
        return rng.choices(self.values, cum_weights=self.weights)[0]


def build(size: int, *, restricted: bool) -> Cast:
    """Fill the current application's database, migrated and seeded, with `size` companies; return who is in it."""
    cast = _cast()
    grants = _Grants(size, cast, restricted=restricted)
    numbered = enumerate(generate(size, cast), start=1)
    connection = db.session.connection()
    people = _People(size, cast)
    words: set[str] = set()
    while batch := list(islice(numbered, BATCH)):
        words |= _write(connection, batch, grants)
        words |= people.write(connection, batch)
    texts.add_words(words)
    db.session.execute(db.update(Counter).where(Counter.name == "company").values(value=size))
    if connection.dialect.name == "postgresql":
        for table, last in (("company", size), ("contact", people.count), ("history_event", (size + 1) * EVENTS)):
            db.session.execute(db.select(db.func.setval(db.func.pg_get_serial_sequence(table, "id"), last)))
    linked.write((size + 1) * EVENTS + 1)
    db.session.commit()
    return cast


# --- who is there ----------------------------------------------------------------------------------------------------


def _cast() -> Cast:
    entity = billing_entities.add("Comptoir Paris")
    rng = random.Random(RESOURCES)
    staff = []
    for number in range(RESOURCES):
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(FAMILIES)}"
        values = {"name": name, "email": f"r{number}@comptoir.example", "billing_entities": [entity.id]}
        staff.append(resources.create_resource(values, SYSTEM))
    items = db.session.execute(
        select(ReferenceItem.list, ReferenceItem.id).order_by(ReferenceItem.list, ReferenceItem.position)
    ).all()
    return Cast(
        viewer=staff[0],
        staff=[(one.id, one.principal_id) for one in staff],
        lists={which: [item.id for item in items if item.list is which] for which in ReferenceList},
        france=db.session.scalars(
            select(ReferenceItem.id).where(ReferenceItem.list == ReferenceList.COUNTRY, ReferenceItem.code == "FR")
        ).one(),
    )


# --- companies -------------------------------------------------------------------------------------------------------


def generate(size: int, cast: Cast) -> Iterator[dict[str, Any]]:
    """Yield the values of `size` companies, by the names of the requirements; ids are their places, from 1."""
    rng = random.Random(size)
    families, kinds, towns = Skew(FAMILIES), Skew(KINDS), Skew(TOWNS)
    staff = Skew([resource_id for resource_id, _principal_id in cast.staff])
    picks = {which: Skew(ids) for which, ids in cast.lists.items()}
    for number in range(1, size + 1):
        town = towns.pick(rng)
        name = kinds.pick(rng).format(families.pick(rng))
        yield {
            "name": f"{name} {town}" if rng.random() < 0.7 else f"{name} {rng.randint(2, 999)}",
            "company_number": organisation.number_text("SOC-", number),
            "account_type": picks[ReferenceList.ACCOUNT_TYPE].pick(rng),
            "commercial_status": rng.choice(STATUSES),
            "status": picks[ReferenceList.COMPANY_STATE].pick(rng),
            "source": picks[ReferenceList.SOURCE].pick(rng),
            "business_region": picks[ReferenceList.BUSINESS_REGION].pick(rng) if rng.random() < 0.9 else None,
            "industry": picks[ReferenceList.INDUSTRY].pick(rng),
            "annual_revenue": picks[ReferenceList.ANNUAL_REVENUE].pick(rng),
            "employees": picks[ReferenceList.EMPLOYEES].pick(rng),
            "account_manager": staff.pick(rng),
            "telemarketer": staff.pick(rng),
            "sales_rep": staff.pick(rng),
            # Groups are small: a parent stands a little before its subsidiaries.
            "parent": number - number % 7 if number % 7 and number > 7 and rng.random() < 0.1 else None,
            "website": f"https://www.exemple-{number}.example",
            "allow_engagements": True,
            "main_street": f"{rng.randint(1, 200)}, rue de la République",
            "main_city": town,
            "main_postal_code": f"{rng.randint(1000, 95999):05}",
            "main_country": cast.france,
            "phone_main": f"01 99 00 {rng.randint(0, 99):02} {rng.randint(0, 99):02}",
            **(
                {"phone_fax": f"01 99 00 {rng.randint(0, 99):02} {rng.randint(0, 99):02}"} if rng.random() < 0.4 else {}
            ),
        }


class _Grants:
    """Whom each company is granted to."""

    def __init__(self, size: int, cast: Cast, *, restricted: bool):
        self._rng = random.Random(size + 1)
        self._restricted = restricted
        self._viewer = cast.viewer.principal_id
        self._others = Skew([principal_id for _id, principal_id in cast.staff[1:]])
        # Of this account type, two companies in five, all are restricted; of the others five in six: nine in ten.
        self._closed_type = cast.lists[ReferenceList.ACCOUNT_TYPE][0]
        self._viewer_share = min(1.0, NAMED_ON / (0.9 * size))

    def principals(self, values: Mapping[str, Any]) -> set[int]:
        rng = self._rng
        if not self._restricted or (values["account_type"] != self._closed_type and rng.random() > 5 / 6):
            return {EVERYBODY_ID}
        named = {ADMINS_ID, self._others.pick(rng)}
        if rng.random() < self._viewer_share:
            named.add(self._viewer)
        return named


def _write(connection: Any, batch: list[tuple[int, dict[str, Any]]], grants: _Grants) -> set[str]:
    """Write some companies; return the words of their names."""
    models = (Company, CompanyAddress, CompanyPhone, CompanyGrant, CompanyListing, CompanySearch, HistoryEvent)
    rows: dict[Any, list[dict[str, Any]]] = {model.__table__: [] for model in models}
    company, address, phone, grant, listing, searched, events = rows.values()
    words: set[str] = set()
    for company_id, values in batch:
        changed_at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(minutes=company_id * 7919 % 1_000_000)
        columns = companies.company_columns(values)
        columns |= {"id": company_id, "created_at": changed_at, "updated_at": changed_at}
        company.append(columns)
        events.append(_made(changed_at, company_id))
        address.append(
            {"company_id": company_id, "kind": "main"}
            | {c: values[name] for part, c in ADDRESS_PARTS.items() if (name := f"main_{part}") in values}
        )
        phones = [_phone(kind, typed) for kind in ("main", "fax") if (typed := values.get(f"phone_{kind}"))]
        phone.extend({"company_id": company_id, **one} for one in phones)
        text = texts.company_text({"alias": "", "vat_number": "", **values}, phones)
        searched.append({"company_id": company_id, "text": text})
        words |= texts.words_of(text)
        places = companies.places(columns)
        for principal_id in grants.principals(values):
            granted = {"company_id": company_id, "principal_id": principal_id, "sort_key": columns["sort_key"]}
            grant.append(granted)
            listing.extend(granted | {"tree": tree, "branch_id": branch_id} for tree, branch_id in places)
    for table, table_rows in rows.items():
        bulk.insert(connection, table, table_rows)
    return words


def _made(at: datetime, company_id: int, place: int = 0, contact_id: int | None = None) -> dict[str, Any]:
    """Return the entry of the history that tells that a company, or its contact of some place, was made."""
    told = {"at": at, "kind": HistoryKind.CREATED, "version": 1, "data": {}}
    return {**told, "id": company_id * EVENTS + place, "company_id": company_id, "contact_id": contact_id}


def _phone(kind: str, typed: str) -> dict[str, Any]:
    return {"kind": kind, "typed": typed, "e164": "+33" + typed.replace(" ", "")[1:]}


# --- contacts --------------------------------------------------------------------------------------------------------


class _People:
    """Three people at each company, of names that many bear; some of them in the viewer's list."""

    def __init__(self, size: int, cast: Cast):
        self._rng = random.Random(size + 2)
        self._first, self._last = Skew(FIRST_NAMES), Skew(FAMILIES)
        self._titles = cast.lists[ReferenceList.TITLE][:2]
        self._viewer_id = cast.viewer.id
        #: Every so many companies, one of its people is marked.
        self._every = max(size // MARKED, 1)
        self.count = 0

    def write(self, connection: Any, batch: list[tuple[int, dict[str, Any]]]) -> set[str]:
        """Write the people of some companies; return the words of their names."""
        models = (Contact, ContactPhone, ContactSearch, MyContact, HistoryEvent)
        rows: dict[Any, list[dict[str, Any]]] = {model.__table__: [] for model in models}
        contact, phone, searched, mine, events = rows.values()
        words: set[str] = set()
        changed_at = datetime(2026, 1, 1, tzinfo=UTC)
        for company_id, _company in batch:
            for place in range(1, EVENTS):
                self.count += 1
                events.append(_made(changed_at, company_id, place, self.count))
                values = self._values(company_id)
                phones = [_phone("office", f"01 99 01 {self.count // 100 % 100:02} {self.count % 100:02}")]
                contact.append(
                    contacts.contact_columns(values)
                    | {"id": self.count, "created_at": changed_at, "updated_at": changed_at}
                )
                phone.extend({"contact_id": self.count, **one} for one in phones)
                text = texts.contact_text(values, phones)
                searched.append({"contact_id": self.count, "text": text})
                words |= texts.words_of(text)
            if company_id % self._every == 0:
                mine.append({"resource_id": self._viewer_id, "contact_id": self.count, "added_at": changed_at})
        for table, table_rows in rows.items():
            bulk.insert(connection, table, table_rows)
        return words

    def _values(self, company_id: int) -> dict[str, Any]:
        first, last = self._first.pick(self._rng), self._last.pick(self._rng)
        address = f"{first}.{last}@exemple-{company_id}.example".lower()
        given = {"company": company_id, "title": self._rng.choice(self._titles), "job_title": "Responsable"}
        return {**contacts.SHAPE.empty, **given, "first_name": first, "last_name": last, "email1": address}
