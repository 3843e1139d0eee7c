"""Contacts in and out by command: the rules of the dialog, at the pace of thousands (R5, K1 to K6, D12, D13)."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select

from tests import factories
from tests.cli.test_transfer import ODD_NAMES
from tests.world import World
from webapp.access import SYSTEM, unscoped
from webapp.clock import now
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import (
    Company,
    Contact,
    ContactAddress,
    ContactPhone,
    ContactSearch,
    Mail,
    MyContact,
    OneTimeLink,
    PortalAccess,
    ReferenceItem,
    ReferenceList,
)
from webapp.services import companies, contacts, sharing
from webapp.services.portal import granting

Run = Callable[..., Result]
Write = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("french_terminal")

ZOE = {"company": "Durand & Fils", "first_name": "Zoé", "last_name": "Bouchet"}


@pytest.fixture
def durand(db_session: Any) -> Company:
    return factories.company("Durand & Fils", company_number="D1")


def everybody() -> list[Contact]:
    return list(db.session.scalars(unscoped(select(Contact).order_by(Contact.id), "a test looks")))


def the_one() -> Contact:
    found = everybody()
    assert len(found) == 1
    return found[0]


def marks() -> list[tuple[int, int]]:
    """Return who has whom in their list."""
    rows = select(MyContact.resource_id, MyContact.contact_id)
    return [tuple(row) for row in db.session.execute(unscoped(rows, "a test looks"))]


def label(item_id: int | None) -> str:
    item = db.session.get(ReferenceItem, item_id)
    assert item is not None
    return item.label_fr


# --- creating ----------------------------------------------------------------------------------------------------


def test_a_contact_comes_in_with_all_its_values(run: Run, write: Write, durand: Company) -> None:
    path = write(
        {
            "contact_number": "P1",
            "company_number": "d1",
            "company": "Peu importe : le numéro suffit",
            "title": "Mrs",
            "first_name": "Zoé",
            "middle_name": "Anne",
            "last_name": "Bouchet",
            "full_name": "Tout autre chose",
            "job_title": "Responsable informatique",
            "contact_type": "Technique",
            "email1": "Zoe.Bouchet@DURAND.example",
            "email2": "zoé@société.example",
            "website": "zoe.example",
            "main_country": "Suisse",
            "main_city": "Genève",
            "billing_country": "FR",
            "billing_subdivision": "Île-de-France",
            "phone_office": "022 000 07 11",
            "phone_mobile": "demander Léa",
            "department": "Informatique",
            "nickname": "Zozo",
            "birthday": "1998-01-12",
            "anniversary": "--02-29",
            "comments": "Une ligne\nL’autre",
        }
    )
    output = run("import", "contacts", str(path)).output
    assert "Créations : 1 ; modifications : 0" in output
    assert "téléphone non reconnus, gardés tels quels : 1" in output
    zoe = the_one()
    values = contacts.SHAPE.read(zoe)
    assert (values["company"], values["contact_number"], zoe.name) == (durand.id, "P1", "Zoé Anne Bouchet")
    assert (label(values["title"]), label(values["contact_type"])) == ("Mme", "Technique")
    assert (values["email1"], values["email2"]) == ("Zoe.Bouchet@durand.example", "zoé@société.example")
    assert label(values["billing_subdivision"]) == "Île-de-France"
    assert {kind: phone.e164 for kind, phone in zoe.phones.items()} == {"office": "+41220000711", "mobile": None}
    assert (values["birthday"], values["anniversary"]) == (PartialDate(1, 12, 1998), PartialDate(2, 29))
    assert values["comments"] == "Une ligne\nL’autre"


def rows_of(contact_id: int) -> dict[str, list[Any]]:
    """Return what the database holds of a contact, save its id and the moments."""
    found = {}
    keys = {Contact: Contact.id, ContactSearch: ContactSearch.contact_id}
    keys |= {ContactAddress: ContactAddress.contact_id, ContactPhone: ContactPhone.contact_id}
    for model, key in keys.items():
        own = {"id", "contact_id", "created_at", "updated_at"}
        columns = [column for column in model.__table__.columns if column.name not in own]
        rows = db.session.execute(unscoped(select(*columns).where(key == contact_id), "a test looks"))
        found[model.__name__] = sorted((tuple(row) for row in rows), key=repr)
    return found


def delete_all_contacts() -> None:
    for model in (ContactSearch, ContactPhone, ContactAddress, Contact):
        db.session.execute(model.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    db.session.expunge_all()


def test_an_import_writes_what_a_single_save_writes(run: Run, write: Write, durand: Company) -> None:
    """Columns, keys, addresses, numbers, the text one is found by: all of it, row for row."""
    saved = factories.contact(
        "Zoé Bouchet",
        company=durand.id,
        contact_number="P1",
        email1="zoe@durand.example",
        main_country=factories.reference(ReferenceList.COUNTRY, "FR"),
        main_city="Sète",
        phone_mobile="06 39 98 12 00",
        birthday=PartialDate(1, 12),
    )
    by_hand = rows_of(saved.id)
    delete_all_contacts()
    cells = {"email1": "zoe@durand.example", "main_country": "France", "main_city": "Sète", "birthday": "--01-12"}
    run("import", "contacts", str(write({"contact_number": "P1", **ZOE, **cells, "phone_mobile": "06 39 98 12 00"})))
    assert rows_of(the_one().id) == by_hand


def test_numbers_are_read_in_the_country_of_the_company(run: Run, write: Write, db_session: Any) -> None:
    """K5: by a file as by a single save; the contact's own country comes first."""
    brussels = factories.company("Écluse", main_country=factories.reference(ReferenceList.COUNTRY, "BE"))
    number = {"company": brussels.id, "phone_office": "02 555 12 12"}
    factories.contact("Zoé Bouchet", **number)
    factories.contact("Léa Bouchet", main_country=factories.reference(ReferenceList.COUNTRY, "CH"), **number)
    row = {"company": "Écluse", "phone_office": "02 555 12 12"}
    path = write(
        {**row, "first_name": "Zoé", "last_name": "Durand"},
        {**row, "first_name": "Léa", "last_name": "Durand", "main_country": "CH"},
    )
    run("import", "contacts", str(path))
    read = {each.name: phone.e164 for each in everybody() for phone in each.phones.values()}
    assert read["Zoé Bouchet"] == read["Zoé Durand"] == "+3225551212"
    assert read["Léa Bouchet"] == read["Léa Durand"] != read["Zoé Durand"]


def test_several_batches_come_in_whole(run: Run, write: Write, durand: Company) -> None:
    rows = [{**ZOE, "contact_number": f"P{n}", "email1": f"zoe{n}@durand.example"} for n in range(5_000)]
    assert "Créations : 5 000" in run("import", "contacts", str(write(*rows))).output.replace("\u202f", " ")
    texts = select(func.count()).select_from(ContactSearch).where(ContactSearch.text.like("%zoe4999%"))
    assert db.session.scalar(unscoped(texts, "a test counts")) == 1


# --- companies ---------------------------------------------------------------------------------------------------


def test_a_company_is_named_by_number_or_by_a_name_of_its_own(run: Run, write: Write, durand: Company) -> None:
    factories.company("Martin")
    factories.company("Martin")
    companies.remove(factories.company("Fermée"), SYSTEM)
    db.session.commit()
    path = write(
        {**ZOE, "company_number": ""},
        {**ZOE, "company": "Martin"},
        {**ZOE, "company": "durand & fils"},
        {**ZOE, "company": "Fermée"},
        {**ZOE, "company_number": "X9"},
        {**ZOE, "company": ""},
    )
    output = run("import", "contacts", str(path), status=1).output
    assert "ligne 3, company : plusieurs sociétés s’appellent « Martin » : donnez company_number." in output
    assert "ligne 4, company : aucune société ne s’appelle « durand & fils »." in output
    assert "ligne 5, company : aucune société ne s’appelle « Fermée »." in output
    assert "ligne 6, company_number : aucune société n’a le numéro « X9 »." in output
    assert "ligne 7, company : Ce champ est obligatoire." in output
    assert "ligne 2" not in output
    assert everybody() == []


def test_a_contact_changes_company_by_a_file(run: Run, write: Write, durand: Company) -> None:
    """K1: with all it is, in whose list it may be."""
    other = factories.company("Martin", company_number="M1")
    zoe = factories.contact("Zoé Bouchet", company=durand.id, contact_number="P1", nickname="Zozo")
    bruno = factories.resource("Bruno")
    db.session.add(MyContact(resource_id=bruno.id, contact_id=zoe.id))
    db.session.commit()
    row = {"contact_number": "p1", "company_number": "M1"}
    assert "modifications : 1" in run("import", "contacts", str(write(row))).output
    db.session.expire_all()
    assert (zoe.company_id, zoe.nickname, zoe.version) == (other.id, "Zozo", 2)
    assert marks() == [(bruno.id, zoe.id)]


# --- who a row is about ------------------------------------------------------------------------------------------


def test_a_known_number_changes_only_the_columns_of_the_file(run: Run, write: Write, durand: Company) -> None:
    factories.contact("Zoé Bouchet", company=durand.id, contact_number="P1", nickname="Zozo", phone_home="01 02")
    run("import", "contacts", str(write({"contact_number": "P1", "last_name": "Durand", "phone_home": ""})))
    db.session.expire_all()
    values = contacts.SHAPE.read(the_one())
    assert (values["first_name"], values["last_name"], values["nickname"]) == ("Zoé", "Durand", "Zozo")
    assert values["phone_home"] == ""
    assert the_one().sort_key == contacts.name_keys("Zoé", "", "Durand")["sort_key"]
    text = db.session.scalar(unscoped(select(ContactSearch.text), "a test looks"))
    assert text is not None
    assert text.startswith(" zoe durand\n")


def test_without_number_the_names_the_company_and_the_first_email_tell(run: Run, write: Write, durand: Company) -> None:
    factories.contact("Zoé Bouchet", company=durand.id, email1="un@durand.example")
    factories.contact("Zoé Bouchet", company=durand.id, email1="deux@durand.example")
    factories.contact("Zoé Bouchet", company=factories.company("Martin").id)
    path = write({**ZOE, "email1": "deux@durand.example", "nickname": "Deux"}, {**ZOE, "company": "Martin"})
    output = run("import", "contacts", str(path)).output
    assert "Créations : 0 ; modifications : 1 ; inchangées : 1." in output
    assert "2 contacts sans numéro reconnus à leur nom et à leur société." in output
    db.session.expire_all()
    assert [each.nickname for each in everybody()] == ["", "Deux", ""]
    path = write({**ZOE, "email1": "trois@durand.example", "nickname": "Trois"})
    output = run("import", "contacts", str(path), status=1).output
    assert "ligne 2, last_name : plusieurs contacts de cette société portent ce nom" in output


def test_one_number_is_one_contact(run: Run, write: Write, durand: Company) -> None:
    path = write({"contact_number": "P1", **ZOE}, {"contact_number": "p1", **ZOE})
    output = run("import", "contacts", str(path), status=1).output
    assert "ligne 3, contact_number : ce numéro est déjà à la ligne 2." in output
    contacts.remove(factories.contact("Zoé Bouchet", company=durand.id, contact_number="P1"), SYSTEM)
    db.session.commit()
    output = run("import", "contacts", str(write({"contact_number": "P1", **ZOE})), status=1).output
    assert "ce numéro est celui de « Zoé Bouchet », dans la corbeille" in output


# --- rules -------------------------------------------------------------------------------------------------------


def test_a_reference_needs_a_company_that_is_one(run: Run, write: Write, durand: Company) -> None:
    """D12: who was one while the company was stays one."""
    row = {"contact_number": "P1", **ZOE, "is_reference": "1"}
    output = run("import", "contacts", str(write(row)), status=1).output
    assert "ligne 2, is_reference : La société n’est pas une référence commerciale." in output
    companies.update(durand, {"is_reference": True}, SYSTEM)
    db.session.commit()
    run("import", "contacts", str(write(row)))
    companies.update(durand, {"is_reference": False}, SYSTEM)
    db.session.commit()
    assert "inchangées : 1" in run("import", "contacts", str(write(row))).output


def test_surveys_without_email_are_told_not_refused(run: Run, write: Write, durand: Company) -> None:
    """D13: a file tells how things are; the contact needs its e-mail at its next save."""
    companies.update(durand, {"surveys_enabled": True}, SYSTEM)
    db.session.commit()
    output = run("import", "contacts", str(write(ZOE))).output
    assert "Contacts sans e-mail 1 alors que les enquêtes sont activées pour leur société : 1." in output
    assert contacts.problems(contacts.SHAPE.read(the_one()), the_one()).keys() == {"email1"}


def test_bad_cells_are_told_by_line_and_column(run: Run, write: Write, durand: Company) -> None:
    path = write(
        {**ZOE, "last_name": "", "birthday": "12/01/1998", "email1": "zoe"},
        {**ZOE, "birthday": "2023-02-29", "anniversary": "--02-30", "title": "Sire"},
        {**ZOE, "phone_car": "0" * 81, "contact_number": "ß" * 61},
    )
    output = run("import", "contacts", str(path), status=1).output
    for words in (
        "ligne 2, last_name : Ce champ est obligatoire.",
        "ligne 2, birthday : Écrivez la date sous la forme 1998-01-12, ou --01-12",
        "ligne 2, email1 : Cette adresse e-mail n’est pas valable.",
        "ligne 3, birthday",
        "ligne 3, anniversary",
        "ligne 3, title : « Sire » n’existe pas.",
        "ligne 4, phone_car : 80 caractères au plus",
        "ligne 4, contact_number : 60 caractères au plus",
        "Avec --create-missing",
    ):
        assert words in output
    assert everybody() == []


def test_broken_files_change_nothing(run: Run, write: Write, tmp_path: Path, durand: Company) -> None:
    path = write({"prenom": "Zoé", "last_name": "Bouchet"})
    assert "Colonnes inconnues" in run("import", "contacts", str(path), status=1).output
    path = write({"first_name": "Zoé", "company": "Durand & Fils"})
    assert "Colonnes obligatoires absentes : last_name." in run("import", "contacts", str(path), status=1).output
    path = write({"first_name": "Zoé", "last_name": "Bouchet"})
    assert "Colonnes obligatoires absentes : company." in run("import", "contacts", str(path), status=1).output
    path.write_text("company,last_name\nDurand & Fils,Bouchet\nDurand & Fils\n", encoding="utf-8")
    assert "ligne 3 : 1 cellule au lieu de 2." in run("import", "contacts", str(path), status=1).output
    path.write_bytes(b"PK\x03\x04 ce n'est pas un classeur")
    run("import", "contacts", str(path), status=1)
    assert "Lecture impossible" in run("import", "contacts", str(tmp_path / "absent.csv"), status=1).output
    assert everybody() == []


def test_columns_of_later_are_accepted_and_said_to_be_ignored(run: Run, write: Write, durand: Company) -> None:
    later = {"in_my_contacts": "1", "portal_enabled": "1", "portal_expires_on": "2030-12-31"}
    output = run("import", "contacts", str(write({**ZOE, **later}))).output
    assert "La colonne in_my_contacts est ignorée : elle dépend de qui regarde." in output
    assert "portal_enabled, portal_expires_on." in output
    assert marks() == []


def test_whom_a_contact_is_open_to_is_read_from_a_file(run: Run, write: Write, durand: Company) -> None:
    """A3, A4, R5: the people named, and nobody is refused."""
    bruno = factories.resource("Bruno Masson")
    run("import", "contacts", str(write({**ZOE, "restrict_access": "1", "allowed_resources": "Bruno Masson"})))
    assert sharing.of_contact(the_one()) == {"restrict_access": True, "allowed_resources": {bruno.id}}
    output = run("import", "contacts", str(write({**ZOE, "restrict_access": "1", "allowed_resources": ""})), status=1)
    assert "ligne 2, allowed_resources" in output.output
    run("import", "contacts", str(write({**ZOE, "restrict_access": "0"})))
    assert sharing.of_contact(the_one()) == sharing.OPEN_CONTACT


def test_a_dry_run_says_the_same_and_writes_nothing(run: Run, write: Write, durand: Company) -> None:
    path = write({**ZOE, "title": "Sire", "phone_car": "au siège"}, {**ZOE, "first_name": "Léa"})
    dry = run("import", "contacts", str(path), "--dry-run", "--create-missing").output
    assert everybody() == []
    wet = run("import", "contacts", str(path), "--create-missing").output
    assert dry == wet + "C’était un essai : rien n’a été écrit.\n"
    assert "title — ajouts : Sire" in wet
    assert len(everybody()) == 2


# --- there and back ----------------------------------------------------------------------------------------------


def make_odd(company_id: int) -> None:
    for place, name in enumerate(ODD_NAMES):
        factories.contact(
            company=company_id,
            first_name=name[:100],
            last_name=name[:100],
            contact_number=f"P{place}" if place % 2 else None,
            comments=f"{name}\nsur deux lignes",
            phone_office="+33 1 42 68 53 00",
            birthday=PartialDate(2, 29) if place % 3 else PartialDate(1, 12, 1998),
            title=factories.reference(ReferenceList.TITLE, "mme"),
        )


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_exported_comes_back_unchanged(
    run: Run, tmp_path: Path, world: World, db_session: Any, name: str, language: str
) -> None:
    """R5, byte for byte: numbered or not, namesakes, hidden companies, companies without number, formulas."""
    odd = factories.company("=1+1", company_number="=2")
    make_odd(odd.id)
    for company_name in ("Durand & Fils", "L’Écluse"):
        found = db.session.scalar(unscoped(select(Company).where(Company.name == company_name), "a test looks"))
        assert found is not None
        for email in ("un@quai.example", "deux@quai.example", ""):
            factories.contact("Zoé Bouchet", company=found.id, email1=email, nickname=email[:2])
    nameless = [factories.company("Sans numéro") for _ in range(2)]
    for each in nameless:
        each.company_number = each.number_key = None
    factories.contact("Léa Sans", company=nameless[0].id)
    factories.contact("Zoé Sans", company=nameless[1].id, contact_number="S1")
    db.session.commit()
    total = len(everybody())
    path = tmp_path / name
    output = run("export", "contacts", str(path), "--language", language).output
    assert "contacts n’ont pas de numéro : un import les reconnaît à leur nom et à leur société." in output
    output = run("import", "contacts", str(path)).output
    assert f"Créations : 0 ; modifications : 0 ; inchangées : {total}." in output


def test_an_export_tells_the_full_name_and_leaves_the_trash_out(run: Run, durand: Company) -> None:
    title = factories.reference(ReferenceList.TITLE, "mme")
    factories.contact("Zoé Bouchet", company=durand.id, title=title, contact_number="P1", birthday=PartialDate(1, 12))
    factories.contact("Léa Bouchet", company=durand.id, title=title, honorific="Maître", contact_number="P2")
    contacts.remove(factories.contact("Max Bouchet", company=durand.id), SYSTEM)
    db.session.commit()
    rows = list(csv.DictReader(io.StringIO(run("export", "contacts", "-").output, newline="")))
    assert [row["full_name"] for row in rows] == ["Mme Zoé Bouchet", "Maître Léa Bouchet"]
    assert [(row["company_number"], row["company"]) for row in rows] == [("D1", "Durand & Fils")] * 2
    assert [row["birthday"] for row in rows] == ["'--01-12", ""]
    assert "in_my_contacts" not in rows[0]


def test_an_export_brings_a_new_instance_the_same_people(run: Run, tmp_path: Path, durand: Company) -> None:
    make_odd(durand.id)
    before = sorted(each.name for each in everybody())
    path = tmp_path / "out.csv"
    run("export", "contacts", str(path))
    delete_all_contacts()
    run("import", "contacts", str(path))
    assert sorted(each.name for each in everybody()) == before


# --- the portal --------------------------------------------------------------------------------------------------


@pytest.fixture
def guests(world: World, db_session: Any) -> list[Contact]:
    """Two contacts who have access to the portal."""
    found = []
    for name in ("paul", "zoe"):
        one = factories.contact(f"{name.title()} Roux", contact_number=name, email1=f"{name}@durand.example")
        factories.portal_access(one, world.viewer("bruno"))
        found.append(one)
    return found


def test_a_file_gives_nobody_access_and_says_how_many_ask(
    run: Run, write: Write, guests: list[Contact], db_session: Any, world: World
) -> None:
    """P2, R5: nobody is mailed by a command; who has an access keeps it as it is; each column is accepted by name."""
    before = [granting.of_contact(one) for one in guests]
    mailed = db_session.scalar(unscoped(select(func.count()).select_from(Mail), "a test"))
    asked = {"portal_enabled": "oui", "portal_team_folders": "1", "portal_sponsor": "Anne Lefèvre"}
    rows = [
        {**ZOE, "last_name": "Paul", "contact_number": "new", **asked},
        {**ZOE, "last_name": "Bouchet", "contact_number": "other", **asked, "portal_enabled": "peut-être"},
        {**ZOE, "last_name": "Roux", "first_name": "Paul", "contact_number": "paul", **asked},
    ]
    for row, email in zip(rows, ("new@durand.example", "", "paul@durand.example"), strict=True):
        row["email1"] = email
    output = run("import", "contacts", str(write(*rows))).output
    assert "restent sans accès au Portail Clients : 1." in " ".join(output.split())
    assert "portal_enabled, portal_team_folders, portal_sponsor." in output
    db_session.rollback()
    db_session.expire_all()
    assert [granting.of_contact(one) for one in guests] == before
    assert len(logins()) == 2
    assert db_session.scalar(unscoped(select(func.count()).select_from(Mail), "a test")) == mailed


def logins() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(PortalAccess.login_key).order_by(PortalAccess.contact_id)))


@pytest.mark.parametrize(
    ("paul", "zoe"),
    [
        ("", "zoe@durand.example"),
        ("ZOE@durand.example", "zoe@durand.example"),
        ("new@durand.example", "NEW@durand.example"),
    ],
)
def test_a_file_takes_no_login_away(run: Run, write: Write, guests: list[Contact], paul: str, zoe: str) -> None:
    """D4: not emptied, not another's, not the same for two rows."""
    rows = [{"contact_number": "paul", "email1": paul}, {"contact_number": "zoe", "email1": zoe}]
    output = run("import", "contacts", str(write(*rows)), status=1).output
    assert "email1" in output
    assert logins() == ["paul@durand.example", "zoe@durand.example"]


def test_a_login_follows_an_email_that_a_file_changes(run: Run, write: Write, guests: list[Contact]) -> None:
    """D4: and the links mailed before open nothing any more; those without access may share an address."""
    rows = [{"contact_number": "paul", "email1": "Autre@durand.example"}]
    run("import", "contacts", str(write(*rows)))
    assert logins() == ["autre@durand.example", "zoe@durand.example"]
    links = select(OneTimeLink.expires_at).where(OneTimeLink.contact_id == guests[0].id)
    assert db.session.scalars(links).one() <= now()
