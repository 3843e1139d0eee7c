"""Files in and out from the command line: the rules of the dialog, at the pace of thousands (R5, D14, D18)."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, text

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, unscoped
from webapp.extensions import db
from webapp.i18n import force_locale
from webapp.models import (
    BillingEntity,
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
    Contact,
    ReferenceItem,
    ReferenceList,
    Resource,
    Role,
    Tree,
)
from webapp.services import companies, organisation, references
from webapp.services.refusal import Refused

Run = Callable[..., Result]
Write = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("french_terminal")

DURAND = {"name": "Établissements Durand", "account_type": "Client", "commercial_status": "Client"}


def company(name: str) -> Company:
    found = db.session.scalars(unscoped(select(Company).where(Company.name == name), "a test looks")).all()
    assert len(found) == 1, f"{len(found)} companies are called {name}"
    return found[0]


def count() -> int:
    return db.session.scalar(unscoped(select(func.count(Company.id)), "a test counts")) or 0


def label(item_id: int | None) -> str:
    item = db.session.get(ReferenceItem, item_id)
    assert item is not None
    return item.label_fr


# --- creating ----------------------------------------------------------------------------------------------------


def test_a_company_comes_in_with_all_its_values(run: Run, write: Write, world: World, db_session: Any) -> None:
    path = write(
        {
            "company_number": "D-1",
            **DURAND,
            "account_type": "partner",  # a code, a French or an English label
            "alias": "Durand",
            "status": "En attente",
            "industry": "Construction",
            "is_reference": "oui",
            "tax_exempt": "0",
            "website": "durand.example",
            "main_country": "france",
            "main_street": "3, quai du Canal",
            "main_subdivision": "Île-de-France",
            "billing_country": "CH",
            "billing_city": "Genève",
            "phone_main": "01 42 68 53 00",
            "phone_fax": "demander Léa",
            "account_manager": "bruno masson",
            "sales_rep": "chloe.oeuvrard@comptoir.example",
            "vat_number": "FR00",
        }
    )
    result = run("import", "companies", str(path))
    assert "Créations : 1 ; modifications : 0" in result.output
    assert "téléphone non reconnus, gardés tels quels : 1" in result.output
    assert "TVA qui ne suivent pas" in result.output
    durand = company("Établissements Durand")
    values = companies.SHAPE.read(durand)
    assert label(values["account_type"]) == "Partenaire"
    assert label(values["status"]) == "En attente"
    assert label(values["main_subdivision"]) == "Île-de-France"
    assert label(values["billing_country"]) == "Suisse"
    assert (values["is_reference"], values["tax_exempt"]) == (True, False)
    assert values["website"] == "https://durand.example"
    assert (values["account_manager"], values["sales_rep"]) == (world.bruno.id, world.chloe.id)
    assert {kind: phone.e164 for kind, phone in durand.phones.items()} == {"main": "+33142685300", "fax": None}
    assert durand.phones["fax"].typed == "demander Léa"  # type: ignore[index]


def rows_of(company_id: int) -> dict[str, list[Any]]:
    """Return what the database holds of a company, save its id, its number and the moments."""
    found = {}
    for model in (Company, CompanyAddress, CompanyPhone, CompanyGrant, CompanyListing):
        key = model.id if model is Company else model.company_id  # type: ignore[attr-defined]
        own = {"id", "company_id", "company_number", "number_key", "created_at", "updated_at"}
        columns = [c for c in model.__table__.columns if c.name not in own]
        rows = db.session.execute(unscoped(select(*columns).where(key == company_id), "a test looks"))
        found[model.__name__] = sorted((tuple(row) for row in rows), key=repr)
    return found


@pytest.mark.parametrize("restricted", [False, True])
def test_an_import_writes_what_a_single_save_writes(
    run: Run, write: Write, world: World, db_session: Any, restricted: bool
) -> None:
    """Columns, keys, addresses, numbers, grants and places: all of it, row for row."""
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    saved = factories.company(
        "Écluse & Cie",
        main_country=france,
        main_city="Sète",
        phone_sales="+33 1 42 68 53 00",
        business_region=factories.reference(ReferenceList.BUSINESS_REGION, "benelux"),
        restrict_access=restricted,
        allowed_resources=[world.bruno.id] if restricted else [],
        billing_entities=[world.paris] if restricted else [],
    )
    path = write(
        {
            **DURAND,
            "name": "Écluse & Cie",
            "main_country": "France",
            "main_city": "Sète",
            "phone_sales": "+33 1 42 68 53 00",
            "business_region": "Benelux",
            "restrict_access": str(int(restricted)),
            "allowed_resources": "Bruno Masson" if restricted else "",
            "billing_entities": "Comptoir Paris" if restricted else "",
        }
    )
    run("import", "companies", str(path))
    newest = db.session.scalar(unscoped(select(func.max(Company.id)), "a test looks"))
    assert newest is not None
    assert newest != saved.id
    assert rows_of(newest) == rows_of(saved.id)


def test_counts_by_branch_are_those_of_the_file(run: Run, write: Write, db_session: Any) -> None:
    """A thousand rows, several batches: every company stands in its branches, once for everybody."""
    types, regions = ("Client", "Supplier", "Partner"), ("", "Benelux", "Africa", "DACH", "DACH")
    rows = [
        {
            "company_number": f"N{n}",
            "name": f"Péniche {n}",
            "account_type": types[n % 3],
            "commercial_status": "client",
            "business_region": regions[n % 5],
            "phone_main": f"01 42 68 {n % 100:02} {n // 100:02}",
        }
        for n in range(5_000)
    ]
    run("import", "companies", str(write(*rows)))
    listing = select(CompanyListing.branch_id, func.count()).group_by(CompanyListing.branch_id)

    def branches(tree: Tree) -> dict[str, int]:
        found = db.session.execute(unscoped(listing.where(CompanyListing.tree == tree), "a test counts"))
        items = {item.id: item.label_en for item in db.session.scalars(select(ReferenceItem))}
        return {items.get(branch, ""): number for branch, number in found}

    assert branches(Tree.ACCOUNT_TYPE) == Counter(row["account_type"] for row in rows)
    assert branches(Tree.BUSINESS_REGION) == Counter(row["business_region"] for row in rows)


def test_prospects_and_leads_need_their_resource(run: Run, write: Write, db_session: Any) -> None:
    """D14: the rules by status hold on this way in too."""
    path = write(
        {**DURAND, "commercial_status": "Prospect"},
        {**DURAND, "commercial_status": "lead"},
        {**DURAND, "commercial_status": "Ami"},
    )
    output = run("import", "companies", str(path), status=1).output
    assert "ligne 2, telemarketer : Le télémarketeur est obligatoire pour un prospect." in output
    assert "ligne 3, sales_rep : Le commercial est obligatoire pour un lead." in output
    assert "ligne 4, commercial_status : « Ami » n’est pas une de ces valeurs : Prospect, Lead, Client." in output
    assert count() == 0


# --- numbers -----------------------------------------------------------------------------------------------------


def test_automatic_numbers_pass_over_those_of_the_file(run: Run, write: Write, db_session: Any) -> None:
    """D18: numbers in the file are kept, wherever they stand; the others come from the counter."""
    path = write(
        {**DURAND, "name": "Un", "company_number": ""},
        {**DURAND, "name": "Deux", "company_number": "soc-000001"},
        {**DURAND, "name": "Trois", "company_number": ""},
    )
    run("import", "companies", str(path))
    assert company("Deux").company_number == "soc-000001"
    assert [company(name).company_number for name in ("Un", "Trois")] == ["SOC-000002", "SOC-000003"]
    assert factories.company("Quatre").company_number not in {"SOC-000001", "SOC-000002", "SOC-000003"}


def test_without_automatic_numbering_a_number_is_optional(run: Run, write: Write, db_session: Any) -> None:
    organisation.save({"auto_numbering": False})
    db.session.commit()
    run("import", "companies", str(write(DURAND)))
    assert company("Établissements Durand").company_number is None


def test_companies_without_number_come_back_as_they_were(run: Run, tmp_path: Path, db_session: Any) -> None:
    """R5: nothing but their name and account type tells who they are, homonyms among them."""
    organisation.save({"auto_numbering": False})
    supplier = factories.reference(ReferenceList.ACCOUNT_TYPE, "supplier")
    for values in ({"alias": "un"}, {"alias": "deux"}, {"account_type": supplier}):
        factories.company("Durand", **values)
    factories.company("Seule")
    path = tmp_path / "out.csv"
    run("export", "companies", str(path))
    output = run("import", "companies", str(path)).output
    assert "Créations : 0 ; modifications : 0 ; inchangées : 4." in output
    assert "4 sociétés sans ID reconnues à leur nom et à leur type de compte." in output


def test_a_row_without_number_changes_the_one_company_it_may_mean(
    run: Run, write: Write, world: World, db_session: Any
) -> None:
    organisation.save({"auto_numbering": False})
    factories.company("Seule")
    factories.company("Numérotée", company_number="N1")
    path = write(
        {**DURAND, "name": "Seule", "alias": "S"},
        {**DURAND, "name": "Seule", "account_type": "Fournisseur"},
        {**DURAND, "name": "Numérotée"},
    )
    output = run("import", "companies", str(path)).output
    assert "Créations : 2 ; modifications : 1" in output
    assert "1 société sans ID reconnue" in output
    found = db.session.execute(unscoped(select(Company.name, Company.alias), "a test looks")).all()
    assert [alias for name, alias in sorted(found) if name == "Seule"] == ["", "S"]


def test_a_row_without_number_that_may_mean_several_companies_is_refused(
    run: Run, write: Write, db_session: Any
) -> None:
    organisation.save({"auto_numbering": False})
    factories.company("Durand", alias="un")
    factories.company("Durand", alias="deux")
    row = {**DURAND, "name": "Durand", "alias": "trois"}
    output = run("import", "companies", str(write(row)), status=1).output
    assert "ligne 2, name : plusieurs sociétés de ce nom et de ce type de compte n’ont pas d’ID" in output


def test_a_number_may_not_outgrow_its_key(run: Run, write: Write, db_session: Any) -> None:
    """D18: without case, « ß » is two letters; a column of 60 holds no 61st on any engine."""
    run("import", "companies", str(write({"company_number": "ß" * 30, **DURAND})))
    output = run("import", "companies", str(write({"company_number": "ß" * 31, **DURAND})), status=1).output
    assert "ligne 2, company_number : Cet ID est trop long" in output
    with pytest.raises(Refused, match="trop long"), force_locale("fr"):
        factories.company("Longue", company_number="ß" * 31)


def test_one_number_is_one_company(run: Run, write: Write, db_session: Any) -> None:
    path = write({"company_number": "A1", **DURAND}, {"company_number": "a1", **DURAND})
    assert (
        "ligne 3, company_number : ce numéro est déjà à la ligne 2."
        in run("import", "companies", str(path), status=1).output
    )
    factories.company("Ancienne", company_number="B1").deleted_at = factories.company("x").created_at
    db.session.commit()
    output = run("import", "companies", str(write({"company_number": "B1", **DURAND})), status=1).output
    assert "ce numéro est celui de « Ancienne », dans la corbeille" in output


# --- changing ----------------------------------------------------------------------------------------------------


def test_a_known_number_changes_only_the_columns_of_the_file(
    run: Run, write: Write, world: World, db_session: Any
) -> None:
    one = factories.company("Avant", company_number="A1", alias="Reste", main_city="Sète", phone_fax="01 42 68 53 00")
    before = one.version
    run("import", "companies", str(write({"company_number": "a1", "name": "Après", "phone_fax": ""})))
    db.session.expire_all()
    values = companies.SHAPE.read(one)
    assert (values["name"], values["alias"], values["main_city"], values["phone_fax"]) == ("Après", "Reste", "Sète", "")
    assert one.version == before + 1
    assert one.company_number == "a1"
    listing = select(CompanyListing.sort_key).where(CompanyListing.company_id == one.id)
    assert set(db.session.scalars(unscoped(listing, "a test looks"))) == {one.sort_key}


def test_access_can_be_changed_by_a_file(run: Run, write: Write, world: World, db_session: Any) -> None:
    factories.company("Ouverte", company_number="A1")
    row = {"company_number": "A1", "restrict_access": "1", "allowed_resources": "Bruno Masson; Chloé Œuvrard"}
    run("import", "companies", str(write(row)))
    granted = select(CompanyGrant.principal_id).where(CompanyGrant.company_id == company("Ouverte").id)
    found = set(db.session.scalars(unscoped(granted, "a test looks")))
    assert {world.bruno.principal_id, world.chloe.principal_id} < found
    listed = select(CompanyListing.principal_id).where(CompanyListing.company_id == company("Ouverte").id)
    assert set(db.session.scalars(unscoped(listed, "a test looks"))) == found


def test_an_export_tells_who_sees_what(run: Run, world: World) -> None:
    rows = csv.DictReader(io.StringIO(run("export", "companies", "-").output, newline=""))
    found = {row["name"]: (row["restrict_access"], row["allowed_resources"], row["billing_entities"]) for row in rows}
    assert found["Durand & Fils"] == ("0", "", "")
    assert found["L’Écluse"] == ("1", "Bruno Masson", "")
    assert found["Zéphyr"] == ("0", "", "Comptoir Paris")


def test_names_that_hold_the_separator_come_back(run: Run, tmp_path: Path, world: World, db_session: Any) -> None:
    """A cell of several values quotes those that hold a semicolon, or begin with a quote."""
    odd = ("Quai; Canal & Cie", '"L’Ancre" SA', 'dit "Le Phare"')
    people = [factories.resource(f"{name} {n}", email=f"p{n}@quai.example").id for n, name in enumerate(odd)]
    entities = [factories.billing_entity(name).id for name in odd]
    factories.company("Fermée", restrict_access=True, allowed_resources=people, billing_entities=entities)
    path = tmp_path / "out.csv"
    run("export", "companies", str(path))
    assert f"inchangées : {count()}." in run("import", "companies", str(path)).output
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    cell = next(row["billing_entities"] for row in rows if row["name"] == "Fermée")
    assert cell == '"""L’Ancre"" SA"; "Quai; Canal & Cie"; dit "Le Phare"'


def test_a_company_is_not_restricted_to_nobody(run: Run, write: Write, db_session: Any) -> None:
    output = run("import", "companies", str(write({**DURAND, "restrict_access": "1"})), status=1).output
    assert "ligne 2, restrict_access : une société ne peut pas être restreinte à personne." in output


def test_what_a_known_company_needs_cannot_be_emptied(run: Run, write: Write, db_session: Any) -> None:
    factories.company("Avant", company_number="A1")
    output = run("import", "companies", str(write({"company_number": "A1", "name": ""})), status=1).output
    assert "ligne 2, name : Ce champ est obligatoire." in output


# --- parents -----------------------------------------------------------------------------------------------------


def test_a_parent_may_come_later_or_be_there_already(run: Run, write: Write, db_session: Any) -> None:
    there = factories.company("Groupe ancien", company_number="G0")
    path = write(
        {"company_number": "F1", **DURAND, "name": "Fille", "parent_number": "g1"},
        {"company_number": "G1", **DURAND, "name": "Groupe", "parent_number": "G0"},
        {"company_number": "F2", **DURAND, "name": "Fille par le nom", "parent": "groupe"},
    )
    run("import", "companies", str(path))
    assert company("Fille").parent_id == company("Groupe").id
    assert company("Groupe").parent_id == there.id
    assert company("Fille par le nom").parent_id == company("Groupe").id
    run("import", "companies", str(write({"company_number": "F1", "parent_number": ""})))
    db.session.expire_all()
    assert company("Fille").parent_id is None


def test_a_parent_must_be_one_company(run: Run, write: Write, db_session: Any) -> None:
    path = write(
        {"company_number": "A", **DURAND, "name": "Jumelle"},
        {"company_number": "B", **DURAND, "name": "Jumelle"},
        {"company_number": "C", **DURAND, "parent": "jumelle"},
        {"company_number": "D", **DURAND, "parent_number": "Z"},
    )
    output = run("import", "companies", str(path), status=1).output
    assert "ligne 4, parent : plusieurs sociétés s’appellent « jumelle »" in output
    assert "ligne 5, parent_number : aucune société n’a le numéro « Z »" in output


def test_a_circle_is_refused_with_its_lines(run: Run, write: Write, db_session: Any) -> None:
    """Also when one half of it is in the database."""
    top = factories.company("Haut", company_number="H")
    factories.company("Bas", company_number="B", parent=top.id)
    path = write(
        {"company_number": "H", **DURAND, "parent_number": "B"},
        {"company_number": "S", **DURAND, "parent_number": "S"},
        {"company_number": "T", **DURAND, "parent_number": "S"},
    )
    output = run("import", "companies", str(path), status=1).output
    assert "ligne 2, parent_number : cette société serait sa propre filiale." in output
    assert "ligne 3, parent_number" in output
    assert "ligne 4" not in output
    db.session.expire_all()
    assert company("Haut").parent_id is None


# --- names of lists and of people --------------------------------------------------------------------------------


def test_what_is_missing_is_refused_or_added(run: Run, write: Write, db_session: Any) -> None:
    row = {
        **DURAND,
        "commercial_status": "prospect",
        "source": "Bouche à oreille",
        "main_country": "France",
        "main_subdivision": "Pays de Retz",
        "main_work_region": "Littoral",
        "main_work_site": "Pornic",
        "telemarketer": "Zoé Quai",
        "billing_entities": "Comptoir Nantes",
    }
    output = run("import", "companies", str(write(row)), status=1).output
    for name in ("source", "main_subdivision", "main_work_region", "telemarketer", "billing_entities"):
        assert f"ligne 2, {name} :" in output
    assert "--create-missing" in output
    output = run("import", "companies", str(write(row)), "--create-missing", "--dry-run").output
    assert "Pays de Retz" in output
    assert count() == 0
    assert db.session.scalar(select(func.count(Resource.id))) == 0
    run("import", "companies", str(write(row)), "--create-missing")
    durand = company("Établissements Durand")
    site = db.session.get_one(ReferenceItem, durand.addresses["main"].work_site_id)  # type: ignore[index]
    assert (site.label_fr, site.label_en, label(site.parent_id)) == ("Pornic", "Pornic", "Littoral")
    zoe = db.session.scalars(select(Resource)).one()
    assert (zoe.name, zoe.email, zoe.password_hash) == ("Zoé Quai", "zoe.quai@a-completer.test", None)
    assert db.session.scalars(select(BillingEntity.name)).all() == ["Comptoir Nantes"]


def test_a_province_is_looked_for_in_its_country(run: Run, write: Write, db_session: Any) -> None:
    path = write(
        {**DURAND, "name": "Par l’abréviation", "main_country": "Canada", "main_subdivision": "QC"},
        {**DURAND, "name": "Ailleurs", "main_country": "France", "main_subdivision": "Québec"},
        {**DURAND, "name": "Nulle part", "main_subdivision": "Québec"},
    )
    output = run("import", "companies", str(path), status=1).output
    assert "ligne 2" not in output
    assert "ligne 3, main_subdivision : « Québec » n’existe pas." in output
    assert "ligne 4, main_subdivision : « Québec » : il faut d’abord la valeur dont elle dépend" in output


def test_homonyms_and_what_is_no_longer_offered(run: Run, write: Write, db_session: Any) -> None:
    """A company that has such a value keeps it through an export and an import; others don't get it."""
    first = factories.resource("Léa Pont", email="lea1@comptoir.example")
    factories.resource("Léa Pont", email="lea2@comptoir.example")
    gone = references.add(ReferenceList.SOURCE, "Minitel")
    factories.company("Ancienne", company_number="A", source=gone.id, sales_rep=first.id)
    references.retire(gone)
    db.session.commit()
    exported = run("export", "companies", "-").output
    assert "lea1@comptoir.example" in exported
    assert "Minitel" in exported
    path = write({**DURAND, "source": "minitel", "account_manager": "lea pont"})
    output = run("import", "companies", str(path), status=1).output
    assert "ligne 2, source : « minitel » n’est plus proposé." in output
    assert "ligne 2, account_manager : « lea pont » peut désigner plusieurs réponses." in output
    path.write_text(exported, "utf-8", newline="")
    assert "inchangées : 1" in run("import", "companies", str(path)).output


# --- all or nothing ----------------------------------------------------------------------------------------------


def test_one_bad_row_and_nothing_is_written(run: Run, write: Write, db_session: Any) -> None:
    rows = [{**DURAND, "name": f"Bonne {n}", "website": ""} for n in range(3_000)]
    rows.append({**DURAND, "name": "x" * 301, "website": "javascript:alert(1)"})
    output = run("import", "companies", str(write(*rows)), status=1).output
    assert "ligne 3002, name : 300 caractères au plus" in output
    assert "ligne 3002, website" in output
    assert "rien n’a été importé" in output
    assert count() == 0


def test_a_hundred_errors_are_enough(run: Run, write: Write, db_session: Any) -> None:
    output = run("import", "companies", str(write(*[{**DURAND, "name": ""}] * 130)), status=1).output
    assert output.count("name : Ce champ est obligatoire.") == 100
    assert "… et 30 autres erreurs." in output


def test_a_dry_run_only_reads(run: Run, write: Write, queries: Any, world: World, db_session: Any) -> None:
    """It says what the import would say, and neither writes nor waits for whoever writes."""
    factories.company("Ancienne", company_number="A")
    new = {**DURAND, "source": "Bouche à oreille", "telemarketer": "Zoé Quai", "billing_entities": "Comptoir Nantes"}
    path = write(
        {**DURAND, "company_number": "A", "name": "Renommée", "parent_number": "B"},
        {**new, "company_number": "B", "parent": "fille"},
        {**new, "name": "Fille", "phone_main": "demander Léa"},
    )
    with queries() as seen:
        tried = run("import", "companies", str(path), "--create-missing", "--dry-run").output
    assert not [statement for statement in seen if not statement.startswith("SELECT") or "FOR UPDATE" in statement]
    done = run("import", "companies", str(path), "--create-missing").output
    assert tried.replace("C’était un essai : rien n’a été écrit.\n", "") == done
    assert "Créations : 2 ; modifications : 1" in done


def test_a_dry_run_finds_the_circles_of_what_it_did_not_write(run: Run, write: Write, db_session: Any) -> None:
    top = factories.company("Haut", company_number="H")
    factories.company("Milieu", company_number="M", parent=top.id)
    factories.company("Bas", company_number="B", parent=top.id)
    good = {"company_number": "M", "parent_number": ""}, {"company_number": "H", "parent_number": "M"}
    assert "modifications : 2" in run("import", "companies", str(write(*good)), "--dry-run").output
    bad = (
        {"company_number": "H", **DURAND, "parent_number": "N"},
        {"company_number": "N", **DURAND, "parent_number": "B"},
    )
    output = run("import", "companies", str(write(*bad)), "--dry-run", status=1).output
    assert "ligne 2, parent_number : cette société serait sa propre filiale." in output
    named = {**DURAND, "company_number": "H", "name": "Sommet"}, {**DURAND, "company_number": "", "parent": "haut"}
    output = run("import", "companies", str(write(*named)), "--dry-run", status=1).output
    assert "ligne 3, parent : aucune société ne s’appelle « haut »" in output


@pytest.mark.parametrize(
    ("locale", "thousand"),
    [("", "1\u202f000"), ("fr_FR.UTF-8", "1\u202f000"), ("en_GB.UTF-8", "1,000"), ("de", "1\u202f000")],
)
def test_messages_follow_the_terminal(
    run: Run, write: Write, db_session: Any, monkeypatch: pytest.MonkeyPatch, locale: str, thousand: str
) -> None:
    """In English for whoever's terminal is, else in French."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.delenv("LANG", raising=False)
    output = run("import", "companies", str(write(*[DURAND] * 1_000)), "--dry-run").output
    assert thousand in output


# --- files -------------------------------------------------------------------------------------------------------

HEADER = "name,account_type,commercial_status\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "est vide"),
        (b"\n\n", "est vide"),
        (b"\xef\xbb\xbf", "est vide"),
        (",".join(f"c{n}" for n in range(10_000)).encode(), "« c9 », et 9990 autres"),
        (b"name\nDurand\n", "Colonnes obligatoires absentes : account_type, commercial_status"),
        (HEADER.replace("name", "nom").encode(), "Colonnes inconnues : « nom » (vouliez-vous dire « name » ?)"),
        (b"name,alias\nDurand,\n", "Colonnes obligatoires absentes : account_type, commercial_status"),
        (b"name,name,account_type,commercial_status\n", "Colonnes en double : name"),
        (b"name,,account_type,commercial_status\n", "La colonne 2 n’a pas de nom"),
        (HEADER.encode() + b"a,Client,Client\nb,Client,Client,Client\n", "ligne 3 : 4 cellules au lieu de 3"),
        (HEADER.encode() + b"a,Client,Client\nb,Cli", "ligne 3 : 2 cellules au lieu de 3"),
        (HEADER.encode() + b"a,Client,Client\nb\0,Client,Client\n", "ligne 3 : un octet nul"),
        (bytes(range(256)) * 20, "un octet nul"),
        (HEADER.encode() + b"x" * 1_000_000 + b",Client,Client\n", "ligne 2 : une cellule dépasse 131072 caractères"),
        (HEADER.encode() + b'"x,Client,Client\n', "ligne 2 : les guillemets"),
        (HEADER.encode() + b'"x"y,Client,Client\n', "ligne 2 : les guillemets"),
        (HEADER.encode() + "é,Client,Client\n".encode() + b"\xe9,Client,Client\n", "ligne 3 : ce n’est pas de l’UTF-8"),
        (HEADER.encode() + b"\x81\x8d,Client,Client\n", "l’encodage n’est pas reconnu"),
        (HEADER.encode() + "é,Client,Client\nx,Client,Caf".encode() + b"\xc3", "ligne 3 : ce n’est pas de l’UTF-8"),
        (HEADER.encode("utf-16-le"), "ligne 1 : un octet nul"),
        (b"PK\x03\x04 not a workbook", "Ce n’est pas un classeur"),
        (b"\xd0\xcf\x11\xe0 neither", "Ce n’est pas un classeur"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "Colonnes inconnues"),
    ],
)
def test_a_bad_file_is_named_and_nothing_written(
    run: Run, tmp_path: Path, db_session: Any, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    result = run("import", "companies", str(path), status=1)
    assert message in result.output
    assert count() == 0


@pytest.mark.parametrize(("revision", "message"), [("9999", "newer version of Comptoir"), (None, "db upgrade")])
@pytest.mark.parametrize("command", ["import", "export"])
def test_a_database_of_another_version_is_left_alone(
    run: Run, write: Write, db_session: Any, command: str, revision: str | None, message: str
) -> None:
    db_session.execute(text("DELETE FROM alembic_version"))
    if revision:
        db_session.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    db_session.commit()
    assert message in run(command, "companies", str(write(DURAND)), status=1).output
    assert count() == 0


def test_a_dry_run_waits_for_nobody(run: Run, write: Write, db_session: Any, request: pytest.FixtureRequest) -> None:
    """It does not even notice that another program is writing."""
    if request.config.getoption("--db") != "sqlite":
        pytest.skip("on PostgreSQL, rows are locked, not the database")
    path = write(DURAND)
    with closing(db.engine.raw_connection()) as other:
        other.cursor().execute("BEGIN IMMEDIATE")
        assert "Créations : 1" in run("import", "companies", str(path), "--dry-run").output


def test_what_is_not_a_file(run: Run, tmp_path: Path) -> None:
    assert "dossier" in run("import", "companies", str(tmp_path), status=1).output
    assert "Lecture impossible" in run("import", "companies", str(tmp_path / "absent.csv"), status=1).output


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_write_csv_in_many_ways(
    run: Run, write: Write, db_session: Any, delimiter: str, encoding: str
) -> None:
    row = {**DURAND, "alias": "L’Œuvre, « à deux » ; ou pas", "main_street": "1\nrue"}
    output = run("import", "companies", str(write(row, delimiter=delimiter, encoding=encoding))).output
    assert ("Windows-1252" in output) == (encoding == "cp1252")
    assert company("Établissements Durand").alias == "L’Œuvre, « à deux » ; ou pas"


# --- there and back ----------------------------------------------------------------------------------------------

ODD_NAMES = (
    "=1+1",
    "+33 1 23 45 67 89",
    "-5 %",
    "@jean",
    "＝SUM(A1)",
    "'t Hooft",
    "''=deux",
    "'=une",
    'Guillemets "doubles", virgule; point-virgule',
    "🚣‍♀️ Aviron",
    "شركة البحر",
    "חברת הים",
    "株式会社　日立",  # a full-width space, as Japanese names have
    "ﾊﾝｶｸ ＡＢＣ",
    "Nguyễn & fils",
    "Deux  espaces",
    "x" * 300,
    "_x0041_",
    "<b>Balise</b>",
    "0012",
    "TRUE",
)


def names_in(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


def make_odd(world: World) -> None:
    for name in ODD_NAMES:
        factories.company(name, comments=f"{name}\nsur deux lignes", phone_main="+33 1 42 68 53 00")


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_exported_comes_back_unchanged(
    run: Run, tmp_path: Path, world: World, db_session: Any, name: str, language: str
) -> None:
    """R5, byte for byte: also homonyms, hidden companies, formulas and other alphabets."""
    make_odd(world)
    parent = company("@jean")
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    factories.company(
        "Fille",
        parent=parent.id,
        main_country=france,
        main_subdivision=factories.reference(
            ReferenceList.PROVINCE, "75C", factories.reference(ReferenceList.COUNTRY, "FR")
        ),
        industry=factories.reference(ReferenceList.INDUSTRY, "A"),
    )
    total = count()
    path = tmp_path / name
    run("export", "companies", str(path), "--language", language)
    output = run("import", "companies", str(path)).output
    assert f"Créations : 0 ; modifications : 0 ; inchangées : {total}." in output


def test_an_export_brings_a_new_instance_the_same_names(
    run: Run, tmp_path: Path, world: World, db_session: Any
) -> None:
    make_odd(world)
    path = tmp_path / "out.csv"
    run("export", "companies", str(path))
    for model in (Contact, CompanyListing, CompanyGrant, CompanyPhone, CompanyAddress, Company):
        db.session.execute(model.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    run("import", "companies", str(path))
    found = set(db.session.scalars(unscoped(select(Company.name), "a test looks")))
    assert set(ODD_NAMES) < found


@pytest.mark.parametrize(
    ("encoding", "delimiter", "names"),
    [
        ("cp1252", ";", ("Königlich Möbel GmbH & Co. KG", "L'Hôtel d’Évian", "Señor Núñez, S.A.", "Blåbær A/S")),
        (
            "utf-8-sig",
            ",",
            ("株式会社ＫＩＳＯ", "有限会社　渡し船", "ООО «Якорь»", "Țiglă ȘI Șindrilă", "½ & Söhne", "Ν. Ναύτης"),
        ),
        ("utf-16", "\t", ("北京船舶有限公司", "บริษัท ท่าเรือ", "กำแพง; “quai”", "l’Ŀlla", "@home+1")),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_names_of_all_countries_go_through_unchanged(
    run: Run,
    write: Write,
    tmp_path: Path,
    db_session: Any,
    encoding: str,
    delimiter: str,
    names: tuple[str, ...],
    ending: str,
) -> None:
    """In as their programs write them, out, in again: byte for byte."""
    rows = ({"company_number": f"N{n}", **DURAND, "name": name, "alias": name} for n, name in enumerate(names))
    run("import", "companies", str(write(*rows, encoding=encoding, delimiter=delimiter)))
    out = tmp_path / f"out{ending}"
    run("export", "companies", str(out))
    assert f"inchangées : {len(names)}." in run("import", "companies", str(out)).output
    found = db.session.execute(unscoped(select(Company.name, Company.alias).order_by(Company.id), "a test looks"))
    assert [tuple(row) for row in found] == [(name, name) for name in names]


def test_no_cell_of_a_csv_is_a_formula(run: Run, world: World, db_session: Any) -> None:
    make_odd(world)
    rows = list(csv.reader(io.StringIO(run("export", "companies", "-").output, newline="")))
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r＝"))]
    assert "'=1+1" in {cell for row in rows for cell in row}


def test_an_export_is_complete_or_is_not_there(run: Run, tmp_path: Path, world: World) -> None:
    assert ".csv ou .xlsx" in run("export", "companies", str(tmp_path / "out.pdf"), status=1).output
    assert "dossier" in run("export", "companies", str(tmp_path / "absent" / "out.csv"), status=1).output
    run("export", "companies", str(tmp_path / "out.csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_an_export_leaves_the_trash_out_and_tells_of_missing_numbers(
    run: Run, tmp_path: Path, world: World, db_session: Any
) -> None:
    companies.remove(company("Zéphyr"), SYSTEM)
    organisation.save({"auto_numbering": False})
    factories.company("Sans numéro")
    output = run("export", "companies", str(tmp_path / "out.csv")).output
    assert "1 société n’a pas d’ID : un import la reconnaît à son nom et à son type de compte." in output
    assert "Zéphyr" not in names_in(tmp_path / "out.csv")


# --- resources ---------------------------------------------------------------------------------------------------


def people() -> dict[str, Resource]:
    return {person.name: person for person in db.session.scalars(select(Resource))}


def test_resources_come_in_with_their_functions(run: Run, write: Write, db_session: Any) -> None:
    factories.billing_entity("Comptoir Paris")
    path = write(
        {"resource_id": "R1", "name": "Zoé Quai", "role": "telemarketer", "email": "zoe@quai.example"},
        {
            "resource_id": "R2",
            "name": "Ali Pont",
            "role": "admin",
            "email": "ali@quai.example",
            "job_title": "Directeur",
        },
        {
            "resource_id": "",
            "name": "Eva Digue",
            "role": "Ressource",
            "email": "eva@quai.example",
            "billing_entities": "Comptoir Paris",
            "is_active": "non",
        },
    )
    assert "Créations : 3" in run("import", "resources", str(path)).output
    found = people()
    assert (found["Zoé Quai"].role, found["Zoé Quai"].job_title) == (Role.RESOURCE, "Télémarketeur")
    assert (found["Ali Pont"].role, found["Ali Pont"].job_title) == (Role.ADMIN, "Directeur")
    assert [entity.name for entity in found["Eva Digue"].billing_entities] == ["Comptoir Paris"]
    assert not found["Eva Digue"].is_active
    assert "inchangées : 3" in run("import", "resources", str(path)).output
    run("import", "resources", str(write({"resource_id": "R1", "name": "Zoé Quai-Pont"})))
    db.session.expire_all()
    assert people()["Zoé Quai-Pont"].email == "zoe@quai.example"


def test_bad_resources_are_refused_together(run: Run, write: Write, world: World, db_session: Any) -> None:
    path = write(
        {"name": "Un", "email": "pas une adresse", "role": "chef", "language": "xx"},
        {"name": "", "email": "deux@quai.example", "role": "", "language": ""},
        {"name": "Trois", "email": "DEUX@quai.example", "role": "", "language": ""},
    )
    output = run("import", "resources", str(path), status=1).output
    for words in ("ligne 2, email", "ligne 2, role : « chef »", "ligne 2, language", "ligne 3, name", "ligne 4, email"):
        assert words in output
    assert len(people()) == 3


def test_an_import_does_not_leave_the_house_without_admin(run: Run, write: Write, world: World) -> None:
    path = write({"name": "Anne Lefèvre", "email": world.anne.email, "role": "resource"})
    assert "dernier administrateur" in run("import", "resources", str(path), status=1).output


def test_payloads_survive(run: Run, write: Write, db_session: Any) -> None:
    hostile = ["<script>alert(1)</script>", "'; DROP TABLE company; --", "{{ 7*7 }}", "../../etc/passwd", "a\u202eb"]
    run("import", "companies", str(write(*({**DURAND, "name": name} for name in hostile))))
    found = set(db.session.scalars(unscoped(select(Company.name), "a test looks")))
    assert found == {*hostile[:-1], "ab"}
