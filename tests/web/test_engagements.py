"""Engagements: only with a company that allows them and has somebody to speak with; where they are invoiced (S3)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.test_history import events
from tests.world import World
from webapp.access import SYSTEM, get_visible, unscoped
from webapp.extensions import db
from webapp.models import AddressKind, Company, Engagement, Outcome, ReferenceItem, ReferenceList
from webapp.services import companies
from webapp.services.engagements import ENGAGEMENTS
from webapp.services.opportunities import OPPORTUNITIES
from webapp.services.refusal import Refused

pytestmark = pytest.mark.usefixtures("db_session")


def only() -> Engagement:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(Engagement), "a test")).one()


def change(place: Any, **values: Any) -> None:
    """Save some values of a company, as a command does."""
    companies.update(get_visible(Company, place.id, SYSTEM), values, by=SYSTEM)
    db.session.commit()


@pytest.fixture
def sites(world: World) -> list[int]:
    """Durand & Fils allows engagements, and has a main and a shipping address, each with its work site."""
    found = select(ReferenceItem).where(ReferenceItem.list == ReferenceList.WORK_SITE).order_by(ReferenceItem.id)
    first, second, third = db.session.scalars(found.limit(3)).all()
    change(
        world.durand,
        allow_engagements=True,
        main_city="Lyon",
        main_work_region=first.parent_id,
        main_work_site=first.id,
        shipping_city="Nantes",
        shipping_work_region=second.parent_id,
        shipping_work_site=second.id,
    )
    return [first.id, second.id, third.id]


def make(world: World, **values: Any) -> Engagement:
    made: Engagement = factories.linked(
        ENGAGEMENTS, world.durand, **{"state": "active", "contact": world.elise.id, **values}
    )
    return made


# --- from where ------------------------------------------------------------------------------------------------------


def test_one_is_made_from_a_company(bruno: Any, world: World, sites: list[int]) -> None:
    """S3, H1: the company tells « Création · Engagement »."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvel engagement")
    assert "Adresse principale · Lyon" in dialog
    assert "Adresse de facturation" not in dialog, "it has none"
    page = dialog.submit({"name": "Maintenance", "contact_text": "Élise Nguyễn", "starts_on": "2027-01-01"}).follow()
    assert "Engagement créé : Maintenance" in page
    for said in ("En cours", "Élise Nguyễn", "01/01/2027", "Adresse principale", "Lyon"):
        assert said in page, said
    assert (only().address, only().billing_site_id) == (AddressKind.MAIN, sites[0])
    company = bruno.get(f"/companies/{world.durand.id}")
    assert events(company)[0].startswith("Création Engagement Maintenance Bruno Masson")
    assert "Maintenance" in bruno.get(f"/contacts/{world.elise.id}")


def test_one_is_made_from_a_won_opportunity(bruno: Any, world: World, sites: list[int]) -> None:
    """S3, H3: of its name, with its contact; the opportunity and the company tell it."""
    won = factories.opportunity(world.durand, world.bruno, name="Audit", contact=world.elise.id)
    OPPORTUNITIES.close(
        won, Outcome.WON, world.viewer("bruno"), close_reason=factories.reference(ReferenceList.CLOSE_REASON, "trust")
    )
    db.session.commit()
    dialog = bruno.get(f"/opportunities/{won.id}").click("Créer un engagement")
    assert dialog.field("name")["value"] == "Audit"
    assert dialog.field("contact_text")["value"] == "Élise Nguyễn"
    dialog.submit({"name": "Audit de 2027"})
    assert only().opportunity_id == won.id
    for url in (f"/opportunities/{won.id}", f"/companies/{world.durand.id}"):
        page = bruno.get(url)
        assert events(page)[0].startswith("Création Engagement Audit de 2027"), url
    title = bruno.get(f"/opportunities/{won.id}").one(id="section-engagements")
    assert "Audit de 2027" in next(one for one in title.ancestors if one.tag == "section").text


# --- what is missing -------------------------------------------------------------------------------------------------


def test_a_company_that_does_not_allow_them_says_so_and_where_it_is_changed(bruno: Any, world: World) -> None:
    """S3: a page or a dialog, with a way to what is missing; and no way around it."""
    refusal = bruno.get(f"/companies/{world.durand.id}").click("Nouvel engagement")
    assert "la société n’autorise pas les engagements" in refusal
    assert "aucun contact" not in refusal, "Élise is there"
    assert not refusal.all("input", name="name")
    assert refusal.click("modifier la société").heading == "Modification de la société"
    fragment = bruno.hx_get(f"/engagements/new?company={world.durand.id}")
    assert fragment.one("dialog")
    opportunity = factories.opportunity(world.durand, world.bruno)
    assert "n’autorise pas" in bruno.get(f"/engagements/new?opportunity={opportunity.id}")
    assert "n’autorise pas" in bruno.get(f"/engagements/new?contact={world.elise.id}")

    typed = {
        "company": world.durand.id,
        "company_text": "Durand & Fils",
        "contact": world.elise.id,
        "contact_text": "Élise Nguyễn",
        "name": "Quand même",
        "state": "active",
    }
    refused = bruno.get("/engagements/new").submit(typed, status=422)
    assert refused.error("company_text") == "Cette société n’autorise pas les engagements."
    assert refused.field("name")["value"] == "Quand même"
    assert refused.link("modifier la société")["target"] == "_blank", "what was typed stays"
    change(world.durand, allow_engagements=True)
    assert "Engagement créé" in refused.submit().follow()


def test_a_company_without_a_contact_one_sees_says_so(client: Any, world: World) -> None:
    """S3, A3: one that I may not see is none for me."""
    change(world.zephyr, allow_engagements=True)
    factories.contact("Zoé Cachée", company=world.zephyr.id, restrict_access=True, allowed_resources=[world.anne.id])
    bruno = client.as_("bruno")
    refusal = bruno.get(f"/engagements/new?company={world.zephyr.id}")
    assert "vous n’y voyez aucun contact" in refusal
    assert "n’autorise pas" not in refusal
    assert refusal.click("créer un contact").field("company_text")["value"] == "Zéphyr"
    typed = {"company": world.zephyr.id, "company_text": "Zéphyr", "name": "A", "state": "active"}
    refused = bruno.get("/engagements/new").submit(typed, status=422)
    assert refused.error("contact_text") == "Ce champ est obligatoire."
    assert refused.link("créer un contact")
    assert "aucun contact" not in client.as_("anne").get(f"/engagements/new?company={world.zephyr.id}")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"contact": None}, "contact"),
        ({"address": AddressKind.BILLING}, "address"),
        ({"starts_on": date(2027, 2, 1), "ends_on": date(2027, 1, 31)}, "ends_on"),
    ],
)
def test_the_rules_hold_on_every_way_in(world: World, sites: list[int], values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        make(world, **values)
    assert set(refusal.value.errors) == {field}


def test_a_company_that_allows_them_no_more_keeps_those_it_has(bruno: Any, world: World, sites: list[int]) -> None:
    made = make(world)
    change(world.durand, allow_engagements=False, shipping_city="", shipping_work_region=None, shipping_work_site=None)
    bruno.get(f"/engagements/{made.id}/edit").submit({"name": "Prolongé", "ends_on": "2028-01-01"})
    assert only().name == "Prolongé"


# --- the billing site ------------------------------------------------------------------------------------------------


def test_the_site_is_the_one_chosen_else_the_address_s(world: World, sites: list[int]) -> None:
    """S3: chosen > the work site of the address; nothing without either."""
    main, shipping, other = sites
    assert make(world).billing_site_id is None
    assert make(world, address=AddressKind.MAIN).billing_site_id == main
    assert make(world, address=AddressKind.SHIPPING).billing_site_id == shipping
    assert make(world, address=AddressKind.MAIN, billing_site=other).billing_site_id == other


def test_the_site_follows_the_address_until_somebody_chooses_it(bruno: Any, world: World, sites: list[int]) -> None:
    """S3: recomputed when the address changes and the site was not touched."""
    main, shipping, other = sites
    made = make(world, address=AddressKind.MAIN)
    url = f"/engagements/{made.id}/edit"
    bruno.get(url).submit({"address": "shipping"})
    assert only().billing_site_id == shipping
    label = db.session.get_one(ReferenceItem, other).label
    bruno.get(url).submit({"billing_site": other, "billing_site_text": label})
    assert only().billing_site_id == other
    bruno.get(url).submit({"address": "main"})
    assert only().billing_site_id == other, "it was chosen"
    bruno.get(url).submit({"billing_site": "", "billing_site_text": ""})
    assert only().billing_site_id == main, "emptied, it is the address's again"
    change(world.durand, main_work_region=None, main_work_site=None)
    bruno.get(url).submit({"comments": "Rien d’autre"})
    assert only().billing_site_id == main, "what is signed does not move by itself"


# --- who may not, and deletion ---------------------------------------------------------------------------------------


def test_who_may_not_see_the_company_sees_nothing_of_it(client: Any, world: World) -> None:
    """A2: neither the engagement, nor the company's addresses in the dialog of another."""
    change(world.ecluse, allow_engagements=True, main_city="Villesecrète")
    made = factories.linked(ENGAGEMENTS, world.ecluse, name="Secret", state="active", contact=world.denis.id)
    chloe = client.as_("chloe")
    assert "Secret" not in chloe.get("/engagements/")
    for url in ("", "/edit", "/delete", "/history"):
        chloe.get(f"/engagements/{made.id}{url}", status=404)
    chloe.get(f"/engagements/new?company={world.ecluse.id}", status=404)
    typed = {"company": world.ecluse.id, "company_text": "L’Écluse", "name": "A"}
    refused = chloe.get("/engagements/new").submit(typed, status=422)
    assert "Villesecrète" not in refused
    assert refused.error("company_text") == "Aucune réponse pour « L’Écluse »."
    assert "Secret" in client.as_("bruno").get("/engagements/?state=active")
    assert "Secret" not in client.as_("bruno").get("/engagements/?state=ended")


def test_a_hidden_contact_or_opportunity_is_not_named(client: Any, world: World, sites: list[int]) -> None:
    """A3, D7: the engagement is the company's; whom and what it came from, not everybody may know."""
    hidden = factories.contact(
        "Zoé Cachée", company=world.durand.id, restrict_access=True, allowed_resources=[world.anne.id]
    )
    opportunity = factories.opportunity(world.durand, world.anne, name="Secret", contact=hidden.id)
    made = make(world, contact=hidden.id, opportunity=opportunity.id, name="Maintenance")
    bruno = client.as_("bruno")
    page = bruno.get(f"/engagements/{made.id}")
    for said in ("Contact à accès restreint", "Fiche à accès restreint"):
        assert said in page
    dialog = page.click("Modifier")
    for one in (page, dialog, bruno.get(f"/engagements/{made.id}/history")):
        assert "Cachée" not in one
        assert "Secret" not in one
    dialog.submit({"name": "Entretien"})
    assert (only().contact_id, only().opportunity_id) == (hidden.id, opportunity.id), "kept, unseen"


def test_it_holds_its_company_and_is_held(bruno: Any, world: World, sites: list[int]) -> None:
    """D16: a company with an engagement is not deleted; nor an opportunity; what is deleted comes back."""
    opportunity = factories.opportunity(world.durand, world.bruno)
    made = make(world, opportunity=opportunity.id, name="Maintenance")
    for url in (f"/companies/{world.durand.id}/delete", f"/opportunities/{opportunity.id}/delete"):
        bruno.get(url)
        assert "Engagements (1)" in bruno.post(url, status=422), url
    page = bruno.get(f"/engagements/{made.id}/delete").submit(button="OK").follow()
    assert "Engagement supprimé : Maintenance" in page
    bruno.get(f"/opportunities/{opportunity.id}/delete").submit(button="OK")
    restored = bruno.get("/trash/").submit(form=f"/engagements/{made.id}/restore")
    assert "Engagement restauré" in restored.follow()
