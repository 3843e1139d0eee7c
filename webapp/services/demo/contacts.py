"""The people of the firm's customers: what is known of each, tab by tab, and in whose list they are."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, update

from webapp.clock import at
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import CommercialStatus, Contact, ContactPhoneKind, MyContact, ReferenceList
from webapp.services import contacts
from webapp.services.demo.drafts import Draft
from webapp.services.demo.people import Person, a_name, people_of
from webapp.services.demo.places import phone_in
from webapp.services.demo.resources import MOBILE
from webapp.services.demo.world import Duty, Member, World, read

Values = dict[str, Any]

#: The share of people who have each number, besides that of their office.
PHONES = {
    ContactPhoneKind.MAIN: 0.06,
    ContactPhoneKind.OFFICE_FAX: 0.08,
    ContactPhoneKind.OFFICE2: 0.05,
    ContactPhoneKind.HOME: 0.04,
    ContactPhoneKind.ASSISTANT: 0.08,
    ContactPhoneKind.MANAGER: 0.04,
    ContactPhoneKind.OTHER: 0.03,
    ContactPhoneKind.PAGER: 0.03,
    ContactPhoneKind.HOME2: 0.02,
    ContactPhoneKind.HOME_FAX: 0.02,
    ContactPhoneKind.OTHER_FAX: 0.02,
    ContactPhoneKind.CAR: 0.02,
}
#: What is often not known yet when somebody is entered.
LEARNT_LATER = ("job_title", "phone_mobile", "phone_office", "email2", "department", "birthday", "comments")
#: How many of one's own list have their birthday in the week that begins.
BIRTHDAYS_THIS_WEEK = 3
#: How many contacts an administrator keeps.
KEPT_BY_ADMINS = 12


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Enter the people of the companies, then put those whom one deals with in one's own list."""
    everybody = {draft: _enter(draft, world) for draft in companies}
    lists = _lists(everybody, world)
    for _member, chosen in lists:
        _celebrate(chosen, world)
    marks = [
        {"resource_id": member.resource_id, "contact_id": contact_id, "added_at": world.working_moment(30)}
        for member, chosen in lists
        for contact_id in chosen
    ]
    db.session.execute(insert(MyContact), marks)


def _enter(draft: Draft, world: World) -> list[int]:
    """Enter the people of a company; return their ids."""
    ids: list[int] = []
    people = people_of(draft, world)
    for person in people:
        values = {
            "company": draft.id,
            **_general(person, draft, world),
            **_addresses(person, draft, world),
            **_phones(draft, world),
            **_details(person, people, draft, world),
        }
        ids.append(_meet(values, draft, world))
    return ids


def _meet(values: Values, draft: Draft, world: World) -> int:
    """Enter somebody, after their company, then complete what is known of them; return their id."""
    author = world.hand(world.random.choice(draft.team) if draft.team else world.member(Duty.ADMIN, "paris"))
    entered = world.working_moment(draft.age * world.random.random())
    changed = max(entered, world.working_moment(draft.age * world.random.random() ** 1.5))
    later = world.learnt_later(values, LEARNT_LATER)
    with at(entered):
        contact = contacts.create(values, author)
    if later:
        with at(changed):
            contacts.update(contact, later, author)
    return contact.id


# --- the tabs --------------------------------------------------------------------------------------------------------


def _general(person: Person, draft: Draft, world: World) -> Values:
    """Return the values of Généralités (K2, K3); surveys need an address."""
    find = world.lists.find
    address = f"{person.mailbox}@{draft.host}"
    has_address = draft.surveys_enabled or world.chance(0.93)
    return {
        "title": find(ReferenceList.TITLE, person.title),
        "first_name": person.first_name,
        "middle_name": person.middle_name,
        "last_name": person.last_name,
        "honorific": person.honorific,
        "job_title": person.job_title,
        "contact_type": find(ReferenceList.CONTACT_TYPE, person.type),
        "email1": address if has_address else "",
        "email2": f"{person.mailbox}@courriel.example" if world.chance(0.08) else "",
        "email3": f"secretariat@{draft.host}" if has_address and world.chance(0.04) else "",
        "is_reference": draft.is_reference and world.chance(0.4),
    }


def _addresses(person: Person, draft: Draft, world: World) -> Values:
    """Return the values of Adresses (K4): most work where the company is, some on another floor."""
    main = draft.address | {"floor": "2e étage", "building": person.department} if world.chance(0.08) else {}
    shipping = draft.address | {"building": "Accueil"} if world.chance(0.02) else {}
    billing = draft.address | {"building": "Comptabilité"} if person.type == "billing" and world.chance(0.2) else {}
    return {
        "website": f"https://{person.mailbox}.example" if world.chance(0.02) else "",
        **{f"main_{part}": value for part, value in main.items()},
        **{f"billing_{part}": value for part, value in billing.items()},
        **{f"shipping_{part}": value for part, value in shipping.items()},
    }


def _phones(draft: Draft, world: World) -> Values:
    """Return the values of Coordonnées (K5), in ranges kept for fiction."""
    values = {"phone_office": phone_in(draft.place, world)} if world.chance(0.85) else {}
    if draft.place.country == "FR" and world.chance(0.6):
        values[f"phone_{ContactPhoneKind.MOBILE}"] = world.phone_number(MOBILE)
    for kind, share in PHONES.items():
        if world.chance(share):
            values[f"phone_{kind}"] = phone_in(draft.place, world)
    return values


def _details(person: Person, people: list[Person], draft: Draft, world: World) -> Values:
    """Return the values of Détails (K6)."""
    country = draft.place.country
    boss = next((other for other in people if other.type == "decision_maker" and other is not person), None)
    is_married = world.chance(0.05)
    return {
        "department": person.department,
        "manager": boss.name if boss and world.chance(0.5) else "",
        "office": f"{world.random.choice('ABC')} {world.random.randint(1, 420)}" if world.chance(0.12) else "",
        "assistant": a_name(country, world) if person.type == "decision_maker" and world.chance(0.25) else "",
        "profession": person.profession,
        "nickname": person.first_name[:3] + world.random.choice("oyé") if world.chance(0.03) else "",
        "birthday": _birthday(world) if world.chance(0.25) else None,
        "spouse": a_name(country, world) if is_married else "",
        "anniversary": _day(world, range(1985, 2024)) if is_married else None,
        "comments": world.random.choice(read("people")["comments"]["any"]) if world.chance(0.06) else "",
    }


def _birthday(world: World) -> PartialDate:
    """Return a day; every third person does not tell the year."""
    day = _day(world, range(1958, 2003))
    return day._replace(year=None) if world.chance(0.33) else day


def _day(world: World, years: range) -> PartialDate:
    day = date(world.random.choice(years), 1, 1) + timedelta(days=world.random.randrange(365))
    return PartialDate(day.month, day.day, day.year)


# --- one's own list ---------------------------------------------------------------------------------------------------


def _lists(everybody: dict[Draft, list[int]], world: World) -> list[tuple[Member, list[int]]]:
    """Return whom each of the firm's people keeps: at clients and leads of theirs, some of those they know (T6)."""
    chosen: dict[int, list[int]] = {member.resource_id: [] for member in world.staff if member.is_active}
    for draft, ids in everybody.items():
        if draft.status is CommercialStatus.PROSPECT or draft.entities:
            continue
        for member in draft.team:
            chosen[member.resource_id] += [each for each in ids if world.chance(0.4)]
    known = [contact_id for ids in everybody.values() for contact_id in ids]
    for member in world.staff:
        if member.duty is Duty.ADMIN:
            chosen[member.resource_id] = sorted(world.random.sample(known, KEPT_BY_ADMINS))
    return [(member, chosen[member.resource_id]) for member in world.staff if chosen.get(member.resource_id)]


def _celebrate(chosen: list[int], world: World) -> None:
    """Have a few of a list born in the week that begins, one of them in nobody knows which year."""
    for place, contact_id in enumerate(world.random.sample(chosen, min(BIRTHDAYS_THIS_WEEK, len(chosen)))):
        day = world.now.date() + timedelta(days=2 * place)
        # A year of birth that has every day there is; the first tells none.
        birthday = PartialDate(
            day.month, day.day, world.random.choice((1964, 1972, 1980, 1988, 1996)) if place else None
        )
        change = update(Contact).where(Contact.id == contact_id)
        db.session.execute(change.values(birthday=birthday, updated_at=Contact.updated_at))
