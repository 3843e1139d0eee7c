"""Contacts as vCards, read back by a library that knows nothing of ours (K3 to K6, R5, T6)."""

from typing import Any

import pytest
import vobject

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.dates import PartialDate
from webapp.forms.contact import PHONE_LABELS
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.models import Contact, ContactPhoneKind, ReferenceList
from webapp.services import my_contacts, vcards

WORDS = vcards.Words(
    page_of=lambda contact_id: f"https://comptoir.example/contacts/{contact_id}",
    phones=PHONE_LABELS,
    addresses=ADDRESS_TITLES,
)

#: What would be read as the format's own, or ends a line for somebody.
AWKWARD = "a;b,c\\n:d\\\\\r\nBEGIN:VCARD\rx\u2028y\x0bz 🦊 “é” \x1f" + "œ" * 60


def read(text: str) -> Any:
    """Return the one card of a file."""
    (card,) = vobject.readComponents(text)
    return card


def card_of(contact: Contact) -> Any:
    return read(vcards.of(contact, SYSTEM, WORDS))


@pytest.fixture
def full(db_session: Any, world: World) -> Any:
    """A contact of whom everything is known."""
    contact = factories.contact(
        "Zoé N’Diaye",
        company=world.durand.id,
        title=factories.reference(ReferenceList.TITLE, "mme"),
        middle_name="Marie",
        job_title="Directrice, achats",
        department="Achats",
        profession="Ingénieure",
        nickname="Zo",
        email1="zoe@durand.example",
        email2="zoe@ailleurs.example",
        website="https://durand.example/a,b;c",
        birthday=PartialDate(1, 12, 1998),
        anniversary=PartialDate(2, 29),
        spouse="Paul",
        assistant="Léa",
        comments="Ligne 1\nLigne 2 ; fin",
        main_street="18, rue des Écoles",
        main_building="Bâtiment B",
        main_floor="3e étage",
        main_city="Paris",
        main_postal_code="75005",
        main_country=factories.reference(ReferenceList.COUNTRY, "FR"),
        shipping_city="Lyon",
        **{f"phone_{kind}": f"01 42 68 53 {number:02}" for number, kind in enumerate(ContactPhoneKind)},
    )
    return get_visible(Contact, contact.id, SYSTEM)


def test_all_that_is_known_is_in_the_card(full: Contact) -> None:
    card = card_of(full)
    assert card.version.value == "3.0"
    assert card.fn.value == "Mme Zoé Marie N’Diaye"
    assert (card.n.value.family, card.n.value.given) == ("N’Diaye", "Zoé")
    assert (card.n.value.additional, card.n.value.prefix) == ("Marie", "Mme")
    assert card.org.value == ["Durand & Fils", "Achats"]
    assert (card.title.value, card.role.value, card.nickname.value) == ("Directrice, achats", "Ingénieure", "Zo")
    assert [email.value for email in card.email_list] == ["zoe@durand.example", "zoe@ailleurs.example"]
    assert "PREF" in card.email_list[0].params["TYPE"]
    assert card.url.value == "https://durand.example/a%2Cb%3Bc"
    assert card.bday.value == "1998-01-12"
    assert card.note.value == "Ligne 1\nLigne 2 ; fin"
    assert card.uid.value == f"https://comptoir.example/contacts/{full.id}"


def test_addresses_keep_their_parts(full: Contact) -> None:
    """K4."""
    main, shipping = card_of(full).adr_list
    assert (main.value.street, main.value.city, main.value.code) == ("18, rue des Écoles", "Paris", "75005")
    assert (main.value.extended, main.value.country) == ("Bâtiment B, 3e étage", "France")
    assert shipping.value.city == "Lyon"
    assert "PARCEL" in shipping.params["TYPE"]


def test_fourteen_numbers_are_told_apart(full: Contact) -> None:
    """K5: by their types, and by a label where a type alone would mislead."""
    card = card_of(full)
    numbers = {tel.value: tel for tel in card.tel_list}
    assert set(numbers) == {f"+33 1 42 68 53 {number:02}" for number in range(14)}
    of_kind = {kind: numbers[f"+33 1 42 68 53 {number:02}"] for number, kind in enumerate(ContactPhoneKind)}
    assert "CELL" in of_kind[ContactPhoneKind.MOBILE].params["TYPE"]
    assert of_kind[ContactPhoneKind.HOME_FAX].params["TYPE"] == ["HOME", "FAX"]
    assert "PAGER" in of_kind[ContactPhoneKind.PAGER].params["TYPE"]
    labels = {label.group: label.value for label in card.contents["x-ablabel"]}
    assert labels[of_kind[ContactPhoneKind.ASSISTANT].group] == "Téléphone de l’assistant(e)"
    assert labels[of_kind[ContactPhoneKind.CAR].group] == "Téléphone (véhicule)"
    assert of_kind[ContactPhoneKind.OFFICE].group is None


def test_a_day_without_its_year_says_so(full: Contact, db_session: Any) -> None:
    """K6: in the way of the address books that know such days; the 29th of February is one."""
    card = card_of(full)
    anniversary = card.contents["x-abdate"][0]
    assert (anniversary.value, anniversary.params) == ("1604-02-29", {"X-APPLE-OMIT-YEAR": ["1604"]})
    people = {related.value for related in card.contents["x-abrelatednames"]}
    assert people == {"Paul", "Léa"}


def test_a_bare_contact_is_a_card_too(db_session: Any, world: World) -> None:
    card = card_of(factories.contact("Paul Roux", company=world.durand.id))
    assert card.fn.value == "Paul Roux"
    assert set(card.contents) == {"version", "prodid", "uid", "rev", "fn", "n", "org"}


def test_nothing_typed_is_read_as_the_format(db_session: Any, world: World) -> None:
    contact = factories.contact("Paul Roux", company=world.durand.id)
    for name in ("first_name", "job_title", "comments", "nickname", "department", "spouse"):
        setattr(contact, name, AWKWARD)
    text = vcards.of(contact, SYSTEM, WORDS)
    card = read(text)
    kept = "a;b,c\\n:d\\\\\nBEGIN:VCARD\nx\ny\nz 🦊 “é” " + "œ" * 60
    assert card.title.value == card.note.value == card.nickname.value == kept
    assert card.n.value.given == kept
    assert card.org.value == ["Durand & Fils", kept]
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines), "lines are folded"
    assert all(line.decode() for line in lines[:-1]), "between characters"


def test_my_contacts_are_those_one_marked_and_sees(db_session: Any, world: World) -> None:
    """T6, D9: a mark is kept when the company is hidden, and the contact is not told."""
    bruno, chloe = world.viewer("bruno"), world.viewer("chloe")
    for viewer in (bruno, chloe):
        for contact_id in (world.elise.id, world.denis.id):
            my_contacts.put(get_visible(Contact, contact_id, SYSTEM), viewer, True)
    db_session.commit()
    cards = [card.fn.value for card in vobject.readComponents(vcards.of_mine(bruno, WORDS))]
    assert cards == ["Denis Écluse", "Mme Élise Nguyễn"]
    assert [card.fn.value for card in vobject.readComponents(vcards.of_mine(chloe, WORDS))] == ["Mme Élise Nguyễn"]
    assert vcards.of_mine(world.viewer("anne"), WORDS) == ""


def test_many_cards_cost_as_many_questions_as_few(db_session: Any, world: World, queries: Any) -> None:
    bruno = world.viewer("bruno")
    for number in range(30):
        contact = factories.contact(f"Paul Nom{number}", company=world.durand.id, phone_mobile="06 12 34 56 78")
        my_contacts.put(contact, bruno, True)
    db_session.commit()
    db_session.expunge_all()
    with queries() as seen:
        assert vcards.of_mine(bruno, WORDS).count("BEGIN:VCARD") == 30
    assert len(seen) <= 6, "\n".join(seen)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Élise Nguyễn", "elise-nguyen.vcf"),
        ('../..\\"; \r\nX: y', "x-y.vcf"),
        ("🦊", "fox.vcf"),
        ("…", "contact.vcf"),
    ],
)
def test_the_name_of_the_file_is_plain(name: str, file: str) -> None:
    assert vcards.file_name(Contact(name=name)) == file
