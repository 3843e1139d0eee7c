"""Contacts through the pages: by plain forms, by htmx, and by people who may not (K1 to K6, K8, T6)."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.test_companies import HOSTILE
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.dates import PartialDate
from webapp.extensions import db
from webapp.models import Company, Contact, MyContact, ReferenceList
from webapp.services import companies


def stored(last_name: str) -> Contact:
    db.session.rollback()
    return db.session.scalars(unscoped(select(Contact).where(Contact.last_name == last_name), "a test")).one()


def change_company(company_id: int, **values: Any) -> None:
    companies.update(get_visible(Company, company_id, SYSTEM), values, SYSTEM)
    db.session.commit()


# --- K1, K2: create ----------------------------------------------------------------------------------------------


def test_a_contact_is_created_and_shown(bruno: Any, world: World, db_session: Any) -> None:
    """K1 to K6, with scripts off: every field of every tab comes back."""
    page = bruno.get(f"/companies/{world.durand.id}").click("Nouveau contact")
    assert page.heading == "Nouveau contact"
    assert page.field("company_text")["value"] == world.durand.name
    profile = page.submit(
        {
            "title": factories.reference(ReferenceList.TITLE, "mme"),
            "first_name": "Zoé",
            "middle_name": "Marie",
            "last_name": "N’Diaye",
            "job_title": "Directrice des achats",
            "email1": "zoe@durand.example",
            "phone_office": "01 42 68 53 00",
            "phone_car": "12",
            "main_city": "Brest",
            "birthday": "12/01/1998",
            "anniversary": "3 juin",
            "nickname": "Zo",
            "comments": "Préfère\nle matin",
        }
    ).follow()
    assert profile.heading == "Mme Zoé Marie N’Diaye"
    for words in (
        *("Contact créé", "Directrice des achats", "12 janv. 1998", "3 juin", "Zo", "Préfère", "non reconnu"),
        *(world.durand.name, "Téléphone (véhicule)", "par Bruno Masson"),
    ):
        assert words in profile, words
    assert "brest" in profile.text.casefold()
    assert profile.link("+33 1 42 68 53 00")["href"] == "tel:+33142685300"


def test_the_full_name_is_computed_and_cannot_be_posted(bruno: Any, world: World, db_session: Any) -> None:
    """K2."""
    page = bruno.get(f"/contacts/new?company={world.durand.id}")
    assert not [e for e in page.all("input") if e.get("name") == "full_name"]
    data = {"company_text": world.durand.name, "last_name": "Roux", "honorific": "Maître", "full_name": "Autre"}
    bruno.post("/contacts/new", data)
    assert stored("Roux").name == "Roux"
    profile = bruno.get(f"/contacts/{stored('Roux').id}")
    assert profile.heading == "Maître Roux"
    shown = bruno.get(f"/contacts/{stored('Roux').id}/edit").one("output", id="full_name")
    assert shown.text == "Maître Roux"


def test_what_is_missing_is_said_beside_its_field(bruno: Any, db_session: Any) -> None:
    """K2, K3."""
    refused = bruno.get("/contacts/new").submit({"first_name": "Zoé", "main_city": "Brest"}, status=422)
    assert "obligatoire" in refused.error("last_name")
    assert "obligatoire" in refused.error("company_text")
    assert refused.field("main_city")["value"] == "Brest"
    assert refused.one("output", id="full_name").text == "Zoé"


def test_htmx_closes_the_dialog_and_tells_the_tree(bruno: Any, world: World, db_session: Any) -> None:
    page = bruno.hx_get(f"/contacts/new?company={world.durand.id}")
    answer = page.submit({"last_name": "Roux"}, htmx=True)
    assert answer.events == {"saved": {}, "contactChanged": {"id": stored("Roux").id}}
    assert json.loads(answer.headers["HX-Location"])["path"] == f"/contacts/{stored('Roux').id}"


def test_the_menu_makes_contacts(bruno: Any) -> None:
    """N2."""
    assert bruno.get("/").click("Contact").heading == "Nouveau contact"


# --- change, delete ----------------------------------------------------------------------------------------------


def test_a_change_is_saved_and_said_and_one_that_changes_nothing_too(bruno: Any, world: World) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}").click("Modifier")
    assert page.heading == "Modification du contact"
    assert "Aucune modification" in page.submit().follow()
    profile = page.submit({"nickname": "Lili"}).follow()
    assert "Contact enregistré" in profile
    assert "Lili" in profile


def test_a_second_save_overwrites_nothing_unseen(client: Any, world: World) -> None:
    """R4: values of lists are told by their labels."""
    bruno, chloe = client.as_("bruno"), client.as_("chloe")
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    theirs = {"nickname": "Par Chloé", "title": "", "birthday": "12/01"}
    chloe.get(f"/contacts/{world.elise.id}/edit").submit(theirs)
    conflict = page.submit({"nickname": "Par Bruno"}, status=409)
    assert conflict.field("nickname")["value"] == "Par Bruno"
    assert " : Par Chloé Valeur précédente : — " in conflict
    assert "Chloé Œuvrard a modifié entre-temps : Titre de civilité, Date de naissance." in conflict
    profile = conflict.submit().follow()
    assert "Par Bruno" in profile
    assert "12 janvier" in profile


def test_deletion_asks_first_and_hides_afterwards(bruno: Any, world: World) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}").click("Supprimer")
    assert world.elise.name in page
    assert page.submit(button="OK").follow().heading == world.durand.name
    bruno.get(f"/contacts/{world.elise.id}", status=404)
    company = bruno.get(f"/companies/{world.durand.id}")
    assert world.elise.name not in company.one("section", **{"aria-labelledby": "company-contacts"}).text


# --- A2, D7: who may not -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/edit", "/delete", ".vcf"])
def test_a_hidden_contact_is_not_there(client: Any, world: World, path: str) -> None:
    """A2: 404, as for one that never was."""
    for name in ("anne", "bruno"):
        client.as_(name).get(f"/contacts/{world.denis.id}{path}")
    stranger = client.as_("chloe")
    assert "Denis" not in stranger.get(f"/contacts/{world.denis.id}{path}", status=404)
    stranger.get(f"/contacts/{2**70}{path}", status=404)


def test_a_stranger_changes_nothing_of_a_hidden_contact(client: Any, world: World, db_session: Any) -> None:
    chloe = client.as_("chloe")
    chloe.get("/contacts/new")
    for path in ("edit", "delete", "my-contacts", "rules"):
        chloe.post(f"/contacts/{world.denis.id}/{path}", {"wanted": "1", "last_name": "X"}, status=404)
    assert stored("Écluse").deleted_at is None
    assert not db_session.scalars(unscoped(select(MyContact), "a test")).all()


def test_contacts_are_made_only_where_one_sees(client: Any, world: World) -> None:
    """K1: neither by the address, nor by an id that is posted, nor by a name."""
    chloe = client.as_("chloe")
    chloe.get(f"/contacts/new?company={world.ecluse.id}", status=404)
    page = chloe.get("/contacts/new")
    for values in ({"company": world.ecluse.id, "company_text": world.ecluse.name}, {"company_text": "L’Écluse"}):
        refused = page.submit({"last_name": "Intrus", **values}, status=422)
        assert "Aucune réponse" in refused.error("company_text")
    answer = chloe.hx_post("/contacts/rules", {"company": world.ecluse.id, "company_text": world.ecluse.name})
    assert "sans effet" not in answer, "nothing is told of a company one may not see"


def test_a_page_of_contacts_hides_what_its_company_hides(client: Any, world: World) -> None:
    client.as_("chloe").get(f"/companies/{world.ecluse.id}/contacts", status=404)
    client.as_("chloe").get(f"/companies/{world.durand.id}/contacts", after=world.denis.id, status=404)


# --- K3: e-mails, references, surveys ----------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["zoe", "zoe@", "a b@c.example", "zoe@durand.example, x@y.example", "é" * 300])
def test_an_email_is_one_or_is_refused(bruno: Any, world: World, email: str) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    refused = page.submit({"email1": email, "email2": email, "email3": email}, status=422)
    for name in ("email1", "email2", "email3"):
        assert refused.error(name)
        assert refused.field(name)["value"] == email


@pytest.mark.parametrize("day", ["31/02/1998", "12/01/98", "hier", "1998", "<b>"])
def test_a_day_is_one_or_is_refused(bruno: Any, world: World, day: str) -> None:
    """K6."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    refused = page.submit({"birthday": day, "anniversary": day}, status=422)
    assert "Exemples : 12/01/1998" in refused.error("birthday")
    assert refused.field("anniversary")["value"] == day


def test_english_readers_write_days_their_way(bruno: Any, world: World, db_session: Any) -> None:
    """K6, N4: and what the dialog then shows is read again as it was."""
    bruno.get("/").submit(form="/preferences", button="English")
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert page.heading == "Edit contact"
    page.submit({"birthday": "January 12, 1998", "anniversary": "3 Sept"})
    known = stored("Nguyễn")
    assert (known.birthday, known.anniversary) == (PartialDate(1, 12, 1998), PartialDate(9, 3))
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert page.field("birthday")["value"] == "12 Jan 1998"
    assert "No changes to save" in page.submit().follow()


def test_surveys_ask_for_an_email(bruno: Any, world: World, db_session: Any) -> None:
    """K3, D13."""
    change_company(world.durand.id, surveys_enabled=True)
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert "obligatoire : les enquêtes sont activées" in page
    assert "enquêtes" in page.submit({"email1": ""}, status=422).error("email1")


def test_surveys_list_whom_they_cannot_reach(bruno: Any, world: World, db_session: Any) -> None:
    """D13: listed, not blocked."""
    factories.contact("Paul Roux", company=world.durand.id)
    assert "n’ont pas d’e-mail 1" not in bruno.get(f"/companies/{world.durand.id}")
    change_company(world.durand.id, surveys_enabled=True)
    note = bruno.get(f"/companies/{world.durand.id}").one("div", class_="note")
    assert "Paul Roux" in note.text
    assert world.elise.name not in note.text


def test_a_reference_needs_a_company_that_is_one(bruno: Any, world: World, db_session: Any) -> None:
    """K3: greyed, and refused to whoever posts it all the same."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert page.field("is_reference").has("disabled")
    change_company(world.durand.id, is_reference=True)
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert "Référence commerciale" in page.submit({"is_reference": True}).follow()
    new = bruno.get("/contacts/new").submit(
        {"last_name": "Roux", "company_text": world.lead.name, "is_reference": True}, status=422
    )
    assert "n’est pas une référence" in new.error("is_reference")


def test_a_reference_stays_when_its_company_is_none_any_more(bruno: Any, world: World, db_session: Any) -> None:
    """D12: kept, greyed, without effect, whatever is posted."""
    change_company(world.durand.id, is_reference=True)
    bruno.get(f"/contacts/{world.elise.id}/edit").submit({"is_reference": True})
    change_company(world.durand.id, is_reference=False)
    assert "Référence commerciale, sans effet" in bruno.get(f"/contacts/{world.elise.id}")
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert page.field("is_reference").has("disabled")
    assert page.field("is_reference").has("checked")
    page.submit({"nickname": "Lili"})
    assert stored("Nguyễn").is_reference


def test_the_rules_follow_the_company_as_it_is_chosen(bruno: Any, world: World, db_session: Any) -> None:
    """K3: what was typed stays."""
    change_company(world.lead.id, is_reference=True, surveys_enabled=True)
    page = bruno.hx_get("/contacts/new")
    assert not page.field("is_reference").has("disabled")
    answer = bruno.hx_post("/contacts/rules", {"company_text": world.durand.name, "email2": "a@b.example"})
    assert answer.field("is_reference").has("disabled")
    assert answer.field("email2")["value"] == "a@b.example"
    answer = bruno.hx_post("/contacts/rules", {"company_text": world.lead.name})
    assert not answer.field("is_reference").has("disabled")
    assert "les enquêtes sont activées" in answer


# --- a contact changes company -----------------------------------------------------------------------------------


def test_a_move_says_what_follows_and_asks_once(client: Any, world: World, db_session: Any) -> None:
    """K1, D9, D12: with scripts off, by a refusal; what was typed stays."""
    change_company(world.durand.id, is_reference=True)
    change_company(world.zephyr.id, surveys_enabled=True)
    bruno = client.as_("bruno")
    page = bruno.get(f"/contacts/{world.elise.id}/edit").submit({"is_reference": True}).follow().click("Modifier")
    asked = page.submit({"company_text": "Zéphyr", "nickname": "Lili"}, status=422)
    assert "lisez ce qui en découle" in asked.error("company_text")
    for words in (
        "quitte « Durand & Fils » et rejoint « Zéphyr »",
        "adresses et ses numéros restent",
        "ceux qui ne voient pas « Zéphyr »",
        "gardée, mais sans effet",
        "les enquêtes sont activées pour « Zéphyr »".replace("les", "Les"),
    ):
        assert words in asked, words
    assert asked.field("nickname")["value"] == "Lili"
    assert asked.submit({"move_confirmed": world.zephyr.id}).follow().heading == "Mme Élise Nguyễn"
    moved = stored("Nguyễn")
    assert (moved.company_id, moved.nickname, moved.is_reference) == (world.zephyr.id, "Lili", True)
    client.as_("chloe").get(f"/contacts/{world.elise.id}", status=404)


def test_a_confirmation_holds_for_one_company_alone(bruno: Any, world: World, db_session: Any) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    asked = page.submit({"company_text": "Zéphyr"}, status=422)
    again = asked.submit({"company_text": world.lead.name, "move_confirmed": world.zephyr.id}, status=422)
    assert f"rejoint « {world.lead.name} »" in again
    assert not again.field("move_confirmed").has("checked")
    back = again.submit({"company_text": world.durand.name})
    assert "Aucune modification" in back.follow()


def test_the_move_is_said_as_the_company_is_chosen(bruno: Any, world: World) -> None:
    page = bruno.hx_get(f"/contacts/{world.elise.id}/edit")
    assert "rejoint" not in page
    answer = bruno.hx_post(f"/contacts/{world.elise.id}/rules", {"company_text": "Zéphyr"})
    assert "rejoint « Zéphyr »" in answer
    assert answer.field("move_confirmed")["value"] == str(world.zephyr.id)


# --- T6, K8: the actions -----------------------------------------------------------------------------------------


def test_a_contact_goes_in_and_out_of_my_list(client: Any, world: World) -> None:
    """T6: mine is nobody else's."""
    bruno = client.as_("bruno")
    profile = bruno.get(f"/contacts/{world.elise.id}").submit(form="/my-contacts").follow()
    assert "Ajouté à la liste de mes contacts" in profile
    assert bruno.get(f"/contacts/{world.elise.id}/edit").field("in_my_contacts").has("checked")
    assert "Ajouter à la liste de mes contacts" in client.as_("chloe").get(f"/contacts/{world.elise.id}")
    answer = bruno.hx_get(f"/contacts/{world.elise.id}").submit(form="/my-contacts", htmx=True)
    assert "contactChanged" in answer.events
    assert "Ajouter à la liste de mes contacts" in bruno.get(f"/contacts/{world.elise.id}")


def test_the_box_of_the_dialog_does_the_same(bruno: Any, world: World, db_session: Any) -> None:
    """K3: a tick alone is a change worth saying."""
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    assert "Contact enregistré" in page.submit({"in_my_contacts": True}).follow()
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    page.submit({"in_my_contacts": False})
    assert not db_session.scalars(unscoped(select(MyContact), "a test")).all()


def test_email1_opens_the_mail_program_and_without_it_nothing_does(bruno: Any, world: World) -> None:
    """K8: from the profile, its actions, and the dialog."""
    profile = bruno.get(f"/contacts/{world.elise.id}")
    links = [link for link in profile.all("a") if link.get("href") == "mailto:elise.nguyen@durand.example"]
    assert [link.text for link in links] == ["E-mail", "E-mail", "elise.nguyen@durand.example"]
    assert profile.one(id=links[1]["aria-describedby"]).text == "Créer"
    assert "mailto:elise" in bruno.get(f"/contacts/{world.elise.id}/edit").html
    bruno.get(f"/contacts/{world.elise.id}/edit").submit({"email1": ""})
    assert "mailto:" not in bruno.get(f"/contacts/{world.elise.id}").html


def test_an_address_cannot_add_to_the_mail(bruno: Any, world: World) -> None:
    page = bruno.get(f"/contacts/{world.elise.id}/edit")
    profile = page.submit({"email1": "a?bcc=x&subject=y%0a+é@durand.example"}).follow()
    links = {link["href"] for link in profile.all("a") if link.get("href").startswith("mailto:")}
    assert links == {"mailto:a%3Fbcc%3Dx%26subject%3Dy%250a%2B%C3%A9@durand.example"}


def test_cards_are_downloaded(bruno: Any, world: World) -> None:
    """R5."""
    card = bruno.get(f"/contacts/{world.elise.id}").click("Télécharger la vCard")
    assert card.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert card.headers["Content-Disposition"] == 'attachment; filename="elise-nguyen.vcf"'
    assert "FN:Mme Élise Nguyễn" in card.html
    assert f"/contacts/{world.elise.id}" in card.html
    assert bruno.get("/my-contacts.vcf").html == ""
    bruno.get(f"/contacts/{world.elise.id}").submit(form="/my-contacts")
    assert "FN:Mme Élise Nguyễn" in bruno.get("/my-contacts.vcf").html


# --- C9: the contacts of a company -------------------------------------------------------------------------------


def test_a_company_shows_its_contacts_a_page_at_a_time(bruno: Any, world: World, db_session: Any) -> None:
    """C9: last names in order; homonyms are all there."""
    for number in range(45):
        factories.contact(f"Ana Zola{number // 3:02}", company=world.lead.id, phone_mobile="06 12 34 56 78")
    page, names = bruno.get(f"/companies/{world.lead.id}"), []
    assert "20+" in page
    while True:
        rows = page.one("tbody").all("tr")
        names += [row.all("a")[0].text for row in rows if len(row.all("td")) == 4]
        if "Contacts suivants" not in page:
            break
        assert len(rows) == 21
        page = page.click("Contacts suivants")
    assert names == [f"Ana Zola{number // 3:02}" for number in range(45)]
    more = bruno.hx_get(f"/companies/{world.lead.id}").link("Contacts suivants")["href"]
    assert len(bruno.hx_get(more).all("tr")) == 21


def test_a_contact_is_listed_with_how_to_reach_it(bruno: Any, world: World, db_session: Any) -> None:
    """C9: of several numbers, the most direct."""
    values = {"phone_home": "01 42 68 53 00", "phone_mobile": "06 12 34 56 78", "phone_office_fax": "01 42 68 53 09"}
    factories.contact("Paul Roux", company=world.durand.id, job_title="Acheteur", email1="p@durand.example", **values)
    cells = {row.all("td")[0].text: [c.text for c in row.all("td")[1:]] for row in _rows(bruno, world)}
    assert cells["Paul Roux"] == ["Acheteur", "p@durand.example", "+33 6 12 34 56 78"]
    assert cells["Mme Élise Nguyễn"] == ["", "elise.nguyen@durand.example", ""]


def _rows(bruno: Any, world: World) -> Any:
    return bruno.get(f"/companies/{world.durand.id}").one("tbody").all("tr")


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_beside_the_field_or_kept_as_it_is(
    bruno: Any, world: World, db_session: Any, text: str
) -> None:
    page = bruno.get(f"/contacts/new?company={world.durand.id}")
    names = [
        field["name"]
        for field in page.form("/contacts/new").elements
        if field.tag in ("input", "textarea") and field.has("name") and not field.has("disabled")
    ]
    page.submit({name: text for name in names if name != "csrf_token"}, status=422)
    kept = page.submit({"last_name": text[:90], "job_title": text[:90], "nickname": text[:90], "comments": text})
    profile = kept.follow()
    card = profile.click("Télécharger la vCard")
    assert card.html.count("\r\nEND:VCARD\r\n") == 1
    assert bruno.get(profile.url + "/edit").submit().follow()


def test_selects_take_nothing_that_is_not_in_their_list(bruno: Any, world: World) -> None:
    bruno.get("/contacts/new")
    for value in ("999999", "-1", "abc", "9" * 30, "²"):
        refused = bruno.post("/contacts/new", {"last_name": "X", "title": value, "contact_type": value}, status=422)
        assert "Choisissez une valeur de la liste" in refused.error("title")
        assert "Choisissez une valeur de la liste" in refused.error("contact_type")


# --- F6 ----------------------------------------------------------------------------------------------------------


def test_a_profile_asks_few_questions(bruno: Any, world: World, queries: Any, db_session: Any) -> None:
    """F6: at most twelve, whatever there is to show."""
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    contact = factories.contact(
        "Paul Roux",
        company=world.durand.id,
        contact_type=factories.reference(ReferenceList.CONTACT_TYPE, "decision_maker"),
        title=factories.reference(ReferenceList.TITLE, "mme"),
        main_country=france,
        billing_country=france,
        phone_office="01 42 68 53 00",
        birthday=PartialDate(1, 12),
    )
    with queries() as seen:
        bruno.hx_get(f"/contacts/{contact.id}")
    assert len(seen) <= 12, "\n".join(seen)


def test_a_company_with_contacts_asks_few_questions_too(
    bruno: Any, world: World, queries: Any, db_session: Any
) -> None:
    """F6."""
    group = factories.company("Groupe", main_city="Lyon", phone_main="04 65 71 00 01", sales_rep=world.bruno.id)
    for number in range(25):
        factories.contact(f"Ana Zola{number}", company=group.id, phone_mobile="06 12 34 56 78")
        factories.company(f"Filiale {number:02}", parent=group.id)
    change_company(group.id, surveys_enabled=True)
    with queries() as seen:
        bruno.hx_get(f"/companies/{group.id}")
    assert len(seen) <= 12, "\n".join(seen)
