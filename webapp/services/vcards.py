"""Contacts as vCards, for the address books of telephones and mail programs (K3 to K6, R5).

Version 3.0, which all of them read; 4.0 is read by few. What 3.0 has no word for is said as Apple's and Google's
address books say it: labels of numbers, the people around, a day without its year.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.access import Viewer, visible
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import AddressKind, Company, Contact, ContactAddress, ContactPhoneKind, ReferenceItem
from webapp.phones import kept_phone
from webapp.services import contacts, my_contacts
from webapp.text import search_key

#: How each number is typed, in the words of the format; several kinds share one, and their order tells them apart.
PHONE_TYPES = {
    ContactPhoneKind.OFFICE: "WORK,VOICE",
    ContactPhoneKind.MOBILE: "CELL,VOICE",
    ContactPhoneKind.HOME: "HOME,VOICE",
    ContactPhoneKind.MAIN: "PREF,VOICE",
    ContactPhoneKind.OTHER: "VOICE",
    ContactPhoneKind.PAGER: "PAGER",
    ContactPhoneKind.OFFICE_FAX: "WORK,FAX",
    ContactPhoneKind.OFFICE2: "WORK,VOICE",
    ContactPhoneKind.HOME2: "HOME,VOICE",
    ContactPhoneKind.HOME_FAX: "HOME,FAX",
    ContactPhoneKind.MANAGER: "WORK,VOICE",
    ContactPhoneKind.ASSISTANT: "WORK,VOICE",
    ContactPhoneKind.OTHER_FAX: "FAX",
    ContactPhoneKind.CAR: "CAR,VOICE",
}

ADDRESS_TYPES = {
    AddressKind.MAIN: "WORK,PREF",
    AddressKind.BILLING: "WORK,POSTAL",
    AddressKind.SHIPPING: "WORK,PARCEL",
}

#: A year that stands for none, where the format asks for one.
_NO_YEAR = 1604

#: A line holds so many bytes; what is longer goes on in the next.
_LINE = 75

#: What ends a line for some reader or other.
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f]")


#: Numbers whose type alone would not say whose they are, or what for.
_LABELLED = {
    ContactPhoneKind.MAIN,
    ContactPhoneKind.OTHER,
    ContactPhoneKind.OFFICE2,
    ContactPhoneKind.HOME2,
    ContactPhoneKind.MANAGER,
    ContactPhoneKind.ASSISTANT,
    ContactPhoneKind.OTHER_FAX,
    ContactPhoneKind.CAR,
}


@dataclass(frozen=True)
class Words:
    """What a card says that the record does not: the address of its page, the labels of numbers and addresses."""

    page_of: Callable[[int], str]
    phones: Mapping[ContactPhoneKind, Any]
    addresses: Mapping[AddressKind, Any]


@dataclass(frozen=True)
class Names:
    """What the ids of some contacts stand for."""

    companies: Mapping[int, str]
    items: Mapping[int | None, ReferenceItem]

    def label(self, item_id: int | None) -> str:
        item = self.items.get(item_id)
        return item.label if item else ""


def of(contact: Contact, viewer: Viewer, words: Words) -> str:
    """Return the vCard of a contact the viewer may see."""
    return _written([contact], viewer, words)


def of_mine(viewer: Viewer, words: Words) -> str:
    """Return the vCards of « Mes contacts », those the viewer may see, in order of name (T6, D9)."""
    listed = my_contacts.mine(Contact).order_by(Contact.sort_key, Contact.id)
    listed = listed.options(selectinload(Contact.addresses), selectinload(Contact.phones))
    return _written(db.session.scalars(listed, my_contacts.owned_by(viewer)).all(), viewer, words)


def file_name(contact: Contact) -> str:
    """Return a name that is one on every system: `elise-nguyen.vcf`."""
    letters = re.findall(r"[a-z0-9]+", search_key(contact.name)[:80])
    return f"{'-'.join(letters) or 'contact'}.vcf"


# --- what a card says ----------------------------------------------------------------------------------------------


def _written(found: Sequence[Contact], viewer: Viewer, words: Words) -> str:
    names = _names(found, viewer)
    return "".join(_fold(line) for contact in found for line in _card(contact, names, words))


def _names(found: Sequence[Contact], viewer: Viewer) -> Names:
    company_ids = {contact.company_id for contact in found}
    addresses = [address for contact in found for address in contact.addresses.values()]
    item_ids = {contact.title_id for contact in found}
    item_ids |= {item_id for one in addresses for item_id in (one.country_id, one.subdivision_id)}
    companies = db.session.execute(
        visible(Company, viewer, Company.id, Company.name).where(Company.id.in_(company_ids))
    )
    items = db.session.scalars(select(ReferenceItem).where(ReferenceItem.id.in_(item_ids - {None})))
    return Names(companies=dict(companies.all()), items={item.id: item for item in items})


def _card(contact: Contact, names: Names, words: Words) -> Iterator[str]:
    title = names.label(contact.title_id)
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield "PRODID:-//Comptoir//Contacts//FR"
    yield f"UID:{_text(words.page_of(contact.id))}"
    yield f"REV:{contact.updated_at:%Y%m%dT%H%M%SZ}"
    yield f"FN:{_text(contacts.name_of(contact, title))}"
    yield _parts("N", contact.last_name, contact.first_name, contact.middle_name, contact.honorific or title, "")
    yield _parts("ORG", *filter(None, (names.companies.get(contact.company_id, ""), contact.department)))
    for name, value in (
        ("NICKNAME", contact.nickname),
        ("TITLE", contact.job_title),
        ("ROLE", contact.profession),
        ("EMAIL;TYPE=INTERNET,PREF", contact.email1),
        ("EMAIL;TYPE=INTERNET", contact.email2),
        ("EMAIL;TYPE=INTERNET", contact.email3),
        ("NOTE", contact.comments),
    ):
        if value:
            yield f"{name}:{_text(value)}"
    if contact.website:
        yield f"URL:{_address_of_site(contact.website)}"
    if contact.birthday:
        yield f"BDAY{_day(contact.birthday)}"
    for number, (line, label) in enumerate(_labelled_lines(contact, names, words), 1):
        yield f"item{number}.{line}" if label else line
        if label:
            yield f"item{number}.X-ABLabel:{_text(label)}"
    yield "END:VCARD"


def _labelled_lines(contact: Contact, names: Names, words: Words) -> Iterator[tuple[str, str]]:
    """Yield numbers, addresses, the anniversary and the people around, each with its label when it needs one."""
    for kind, types in PHONE_TYPES.items():
        if kind in contact.phones:
            shown = kept_phone(contact.phones[kind].typed, contact.phones[kind].e164).shown
            yield f"TEL;TYPE={types}:{_text(shown)}", str(words.phones[kind]) if kind in _LABELLED else ""
    for place, types in ADDRESS_TYPES.items():
        if place in contact.addresses:
            label = str(words.addresses[place]) if place is not AddressKind.MAIN else ""
            yield _address(contact.addresses[place], f"ADR;TYPE={types}", names), label
    if contact.anniversary:
        yield f"X-ABDATE{_day(contact.anniversary)}", "_$!<Anniversary>!$_"
    for name, label in ((contact.spouse, "Spouse"), (contact.manager, "Manager"), (contact.assistant, "Assistant")):
        if name:
            yield f"X-ABRELATEDNAMES:{_text(name)}", f"_$!<{label}>!$_"


def _address(address: ContactAddress, name: str, names: Names) -> str:
    extended = ", ".join(filter(None, (address.building, address.floor)))
    place = (address.city, names.label(address.subdivision_id), address.postal_code, names.label(address.country_id))
    return _parts(name, "", extended, address.street, *place)


# --- how the format writes it --------------------------------------------------------------------------------------


def _day(day: PartialDate) -> str:
    """Write a day and what goes before it; the parameter tells those who know it that the year is none."""
    if day.year is not None:
        return f":{day.year:04}-{day.month:02}-{day.day:02}"
    return f";X-APPLE-OMIT-YEAR={_NO_YEAR}:{_NO_YEAR}-{day.month:02}-{day.day:02}"


def _parts(name: str, *values: str) -> str:
    return f"{name}:{';'.join(map(_text, values))}"


def _text(value: str) -> str:
    """Write a text so that nothing in it is read as the format's own."""
    value = _CONTROLS.sub("", _LINE_ENDS.sub("\n", value))
    return re.sub(r"([\\,;])", r"\\\1", value).replace("\n", "\\n")


def _address_of_site(url: str) -> str:
    """Write an address so that neither the readers who take it as it is nor those who read it as a text cut it."""
    return quote(url, safe="%:/?#[]@!$&'()*+=~")


def _fold(line: str) -> str:
    """Cut a line that is too long for some readers, between characters, and end it."""
    folded, width = "", 0
    for character in line:
        size = len(character.encode())
        if width + size > _LINE:
            folded, width = f"{folded}\r\n ", 1
        folded, width = folded + character, width + size
    return f"{folded}\r\n"
