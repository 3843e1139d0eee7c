"""Opportunities: hoped for, moved, revised, won or lost, and told of (S2, H3, D17)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.clock import today
from webapp.extensions import db
from webapp.i18n import currencies, force_locale
from webapp.models import CommercialStatus, Company, Opportunity, Outcome, ReferenceItem, ReferenceList
from webapp.services import references
from webapp.services.opportunities import OPPORTUNITIES
from webapp.services.refusal import Refused

pytestmark = pytest.mark.usefixtures("db_session")


def only() -> Opportunity:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(Opportunity), "a test")).one()


def state(code: str) -> int:
    return factories.reference(ReferenceList.OPPORTUNITY_STATE, code)


def reason(code: str = "best_offer") -> int:
    return factories.reference(ReferenceList.CLOSE_REASON, code)


def status_of(place: Any) -> CommercialStatus:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(Company.commercial_status).where(Company.id == place.id), "a test")).one()


# --- making and changing ---------------------------------------------------------------------------------------------


def test_one_is_made_from_a_company_and_told_there(bruno: Any, world: World) -> None:
    """S2, H3: the dialog begins with the first state, the organisation's currency, and whoever opens it."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvelle opportunité")
    assert dialog.field("company_text")["value"] == "Durand & Fils"
    assert dialog.field("owner_text")["value"] == "Bruno Masson"
    values = {
        "name": "Refonte du site",
        "amount": "12 500,50",
        "initial_close_on": "2027-03-31",
        "contact": world.elise.id,
        "contact_text": "Élise Nguyễn",
    }
    page = dialog.submit(values).follow()
    assert "Opportunité créée : Refonte du site" in page
    for said in ("Identifiée", "10 %", "12 500,50 €", "1 250,05 €", "31/03/2027", "Bruno Masson", "Élise Nguyễn"):
        assert said in page, said
    made = only()
    assert (made.currency, made.initial_close_on, made.revised_close_on) == (
        "EUR",
        date(2027, 3, 31),
        date(2027, 3, 31),
    )
    for url in (f"/companies/{world.durand.id}", f"/contacts/{world.elise.id}", page.url):
        page = bruno.get(url)
        assert events(page)[0].startswith("Création"), url
        assert "Refonte du site" in page


def test_the_currency_is_the_organisation_s_unless_another_is_chosen(client: Any, world: World) -> None:
    """S2, R1: a list of the currencies in use, by name, in the reader's language."""
    settings = client.as_("anne").get("/admin/settings")
    assert "Franc suisse (CHF)" in settings
    settings.submit({"currency": "CHF"}, form="/settings")
    bruno = client.as_("bruno")
    dialog = bruno.get(f"/opportunities/new?company={world.durand.id}")
    assert "mark allemand" not in dialog.text.casefold(), "it is the past"
    with force_locale("en"):
        assert dict(currencies())["CHF"] == "Swiss Franc (CHF)"
    dialog.submit({"name": "A", "amount": "10"})
    assert only().currency == "CHF"
    dialog.submit({"name": "B", "currency": "USD"})
    again = bruno.get("/opportunities/new")
    data = {"name": "C", "currency": "XXX", "company": world.durand.id, "company_text": "Durand & Fils"}
    assert bruno.post(again.url, data, status=422).error("currency") == "Choisissez une valeur de la liste."


def test_the_initial_date_stays_when_the_other_is_revised(bruno: Any, world: World) -> None:
    """S2: the revised date begins as the initial one, follows it until it is revised, and is it again when emptied."""
    first, later, other = date(2027, 1, 15), date(2027, 2, 15), date(2027, 1, 20)
    made = factories.opportunity(world.durand, world.bruno, initial_close_on=first)
    url = f"/opportunities/{made.id}/edit"

    def dates() -> tuple[date | None, date | None]:
        return only().initial_close_on, only().revised_close_on

    assert dates() == (first, first)
    bruno.get(url).submit({"initial_close_on": str(other)})
    assert dates() == (other, other), "nobody had revised it"
    bruno.get(url).submit({"revised_close_on": str(later)})
    assert dates() == (other, later)
    bruno.get(url).submit({"initial_close_on": str(first)})
    assert dates() == (first, later), "changed on purpose, alone"
    bruno.get(url).submit({"revised_close_on": ""})
    assert dates() == (first, first)


@pytest.mark.parametrize(
    ("changes", "title", "lines"),
    [
        ({"name": "B"}, "Modification", ["Objet"]),
        ({"name": "B", "amount": "20"}, "Changement du montant prévu", ["Objet", "Montant prévu"]),
        ({"currency": "USD"}, "Changement du montant prévu", ["Devise"]),
        (
            {"amount": "20", "revised_close_on": "2027-05-01"},
            "Changement de date de clôture",
            ["Montant prévu", "Date de clôture révisée"],
        ),
        (
            {"state": "qualified", "name": "B", "amount": "20", "initial_close_on": "2027-05-02"},
            "Changement d’état",
            ["Objet", "État", "Montant prévu", "Date de clôture initiale", "Date de clôture révisée"],
        ),
    ],
)
def test_one_save_is_one_entry_named_by_the_weightiest(
    bruno: Any, world: World, changes: dict[str, Any], title: str, lines: list[str]
) -> None:
    """H3, D17: state > dates > amount > the rest; every line is in it; company, contact and opportunity tell it."""
    made = factories.opportunity(
        world.durand, world.bruno, amount=Decimal(10), initial_close_on=date(2027, 4, 1), contact=world.elise.id
    )
    if "state" in changes:
        changes = changes | {"state": state(changes["state"])}
    pages = [f"/opportunities/{made.id}", f"/companies/{world.durand.id}", f"/contacts/{world.elise.id}"]
    before = [len(events(bruno.get(url))) for url in pages]
    bruno.get(f"/opportunities/{made.id}/edit").submit(changes)
    for url, count in zip(pages, before, strict=True):
        page = bruno.get(url)
        assert len(events(page)) == count + 1, url
        assert events(page)[0].startswith(title), url
        entry = page.one(id="history").all("li", **{"class": "event"})[0]
        assert sorted(term.text for term in entry.all("dt")) == sorted(lines), url


def test_what_makes_no_sense_is_said_beside_the_field(bruno: Any, world: World) -> None:
    """S2: nothing typed is lost; a contact of another company is refused on every way in."""
    elsewhere = factories.contact("Paul Roux", company=world.zephyr.id)
    page = bruno.get(f"/opportunities/new?company={world.durand.id}")
    typed = {"name": "", "amount": "beaucoup", "initial_close_on": "demain", "state": ""}
    refused = page.submit(typed, status=422)
    assert refused.error("name") == "Ce champ est obligatoire."
    assert refused.error("amount").startswith("Ce n’est pas un nombre.")
    assert "Ce n’est pas une date." in refused.error("initial_close_on")
    assert refused.error("state") == "Ce champ est obligatoire."
    assert refused.field("amount")["value"] == "beaucoup"
    with pytest.raises(Refused, match="pas celle de la société"):
        factories.opportunity(world.durand, world.bruno, contact=elsewhere.id)


# --- closing ---------------------------------------------------------------------------------------------------------


def test_it_is_won_and_the_prospect_becomes_a_client(bruno: Any, world: World) -> None:
    """S2, H1, H3: in the same dialog, ticked by default; the company's own history tells it."""
    made = factories.opportunity(world.prospect, world.bruno, name="Audit", amount=Decimal(100))
    dialog = bruno.get(f"/opportunities/{made.id}").click("Gagnée")
    assert dialog.field("make_client").has("checked")
    refused = dialog.submit({"comment": "Enfin !"}, status=422)
    assert refused.error("close_reason") == "Ce champ est obligatoire."
    assert "Enfin !" in refused
    page = refused.submit({"close_reason": reason()}).follow()
    assert "Opportunité gagnée : Audit" in page
    assert (only().outcome, only().state_id) == (Outcome.WON, state("identified"))
    for said in ("Gagnée", "Meilleure offre", "100 %", "Rouvrir", "Créer un engagement"):
        assert said in page, said
    closed = events(page)[0]
    assert closed.startswith("Clôture")
    assert all(said in closed for said in ("Enfin !", "Issue", "Gagnée", "Raison", "Meilleure offre"))
    assert status_of(world.prospect) is CommercialStatus.CLIENT
    told = events(bruno.get(f"/companies/{world.prospect.id}"))
    assert told[0].startswith("Modification")
    assert "Statut commercial" in told[0]
    assert told[1].startswith("Clôture Opportunité Audit")


def test_it_is_won_and_the_company_stays_what_it_is(bruno: Any, world: World) -> None:
    made = factories.opportunity(world.lead, world.bruno)
    bruno.get(f"/opportunities/{made.id}/win").submit({"close_reason": reason(), "make_client": False})
    assert status_of(world.lead) is CommercialStatus.LEAD
    assert only().outcome is Outcome.WON


def test_a_client_s_opportunity_asks_nothing_about_its_status(bruno: Any, world: World) -> None:
    made = factories.opportunity(world.durand, world.bruno)
    page = bruno.get(f"/opportunities/{made.id}/win")
    assert "statut client" not in page
    assert "statut client" not in bruno.get(f"/opportunities/{made.id}/lose")


def test_a_lost_one_makes_nobody_a_client(bruno: Any, world: World) -> None:
    """S2: not even when the box is posted."""
    made = factories.opportunity(world.prospect, world.bruno)
    dialog = bruno.get(f"/opportunities/{made.id}").click("Perdue")
    assert "statut client" not in dialog
    bruno.post(f"/opportunities/{made.id}/lose", {"close_reason": reason("price"), "make_client": "1"})
    assert only().outcome is Outcome.LOST
    assert status_of(world.prospect) is CommercialStatus.PROSPECT


def test_a_closed_one_is_not_changed_but_may_be_said_something_of(bruno: Any, world: World) -> None:
    """S2: the dialog says to open it again first; nothing typed meanwhile is lost."""
    made = factories.opportunity(world.durand, world.bruno, name="Portail")
    typing = bruno.get(f"/opportunities/{made.id}/edit")
    closing = bruno.get(f"/opportunities/{made.id}/lose")
    stale = bruno.get(f"/opportunities/{made.id}/win")
    closing.submit({"close_reason": reason("price")})

    refused = typing.submit({"comments": "Une longue note"}, status=409)
    assert "rouvrez-la d’abord" in refused
    assert "Une longue note" in refused
    assert "déjà close" in stale.submit({"close_reason": reason()}, status=422).error("close_reason")
    assert only().outcome is Outcome.LOST
    with pytest.raises(Refused, match="rouvrez-la"):
        OPPORTUNITIES.update(made, {"name": "Autre"}, by=world.viewer("bruno"))

    dialog = bruno.get(f"/opportunities/{made.id}/edit")
    assert "rouvrez-la d’abord" in dialog
    assert bruno.get(f"/opportunities/{made.id}/win", status=303).location.endswith("/edit")
    page = bruno.get(f"/opportunities/{made.id}")
    assert events(page.submit({"comment": "À revoir dans un an"}, form="/comments").follow())[0].startswith(
        "Commentaire"
    )
    opened = dialog.submit(form="/reopen").follow()
    assert "Opportunité rouverte : Portail" in opened
    assert events(opened)[0].startswith("Réouverture")
    assert (only().outcome, only().close_reason_id, only().closed_at) == (None, None, None)
    assert "Opportunité enregistrée : Portail" in refused.submit().follow()
    assert only().comments == "Une longue note"
    count = len(events(bruno.get(f"/opportunities/{made.id}")))
    bruno.post(f"/opportunities/{made.id}/reopen")
    assert len(events(bruno.get(f"/opportunities/{made.id}"))) == count, "one that is open stays so"


# --- who may not -----------------------------------------------------------------------------------------------------


def test_who_may_not_see_the_company_or_the_contact_sees_nothing_of_it(client: Any, world: World) -> None:
    """A2, A3: not its page, its actions, the list, the board, the pipeline, nor any number of these."""
    hidden = factories.contact(
        "Zoé Cachée", company=world.durand.id, restrict_access=True, allowed_resources=[world.anne.id]
    )
    amount = Decimal("987654.32")
    of_company = factories.opportunity(world.ecluse, world.bruno, name="Secret A", amount=amount)
    of_contact = factories.opportunity(world.durand, world.anne, name="Secret B", amount=amount, contact=hidden.id)
    chloe = client.as_("chloe")
    chloe.get("/opportunities/")
    for one in (of_company, of_contact):
        here = f"/opportunities/{one.id}"
        for url in ("", "/edit", "/win", "/lose", "/delete", "/history"):
            chloe.get(here + url, status=404)
        for url in ("/move", "/reopen", "/win", "/comments", "/delete"):
            chloe.post(here + url, {"state": state("qualified"), "seen": one.state_id}, status=404)
        chloe.get(f"/engagements/new?opportunity={one.id}", status=404)
    lists = ("/opportunities/", "/opportunities/board", "/opportunities/pipeline", f"/companies/{world.durand.id}")
    for url in lists:
        page = chloe.get(url)
        assert "Secret" not in page, url
        assert "987" not in page, url
    assert "Secret A" in client.as_("bruno").get("/opportunities/board")
    assert "Secret B" in client.as_("anne").get("/opportunities/board")
    nobody = client.get("/opportunities/board", status=302)
    assert "/login" in nobody.location


# --- lists -----------------------------------------------------------------------------------------------------------


def names(page: Any) -> list[str]:
    return [row.one("th").text for row in page.one("tbody").all("tr")]


def test_the_list_is_narrowed_and_says_what_each_is_worth(bruno: Any, world: World) -> None:
    """S2: open, won, lost; by state; mine; those that close this month, and those that should have."""
    day = today("Europe/Paris")
    long_ago = day.replace(day=1) - timedelta(days=1)
    factories.opportunity(world.durand, world.bruno, name="Ce mois", initial_close_on=day, amount=Decimal("10.05"))
    factories.opportunity(world.durand, world.chloe, name="En retard", initial_close_on=long_ago, comments="Toiture")
    factories.opportunity(world.durand, world.chloe, name="Qualifiée", state=state("qualified"))
    for outcome in Outcome:
        closed = factories.opportunity(
            world.durand, world.chloe, name=f"Close {outcome}", initial_close_on=day, amount=Decimal(50)
        )
        OPPORTUNITIES.close(closed, outcome, world.viewer("chloe"), close_reason=reason())
        db.session.commit()
    page = bruno.get("/opportunities/")
    assert [row.all("td")[4].text for row in page.one("tbody").all("tr")] == ["0,00 €", "50,00 €", "—", "—", "1,01 €"]
    found = {
        "outcome=open": ["Qualifiée", "En retard", "Ce mois"],
        "outcome=won": ["Close won"],
        "outcome=lost": ["Close lost"],
        f"state={state('qualified')}": ["Qualifiée"],
        "owner=me": ["Ce mois"],
        "closing=month": ["Ce mois"],
        "closing=late": ["En retard"],
        "q=toit": ["En retard"],
    }
    for query, expected in found.items():
        assert names(bruno.get(f"/opportunities/?{query}")) == expected, query
    bruno.get("/opportunities/?state=x&outcome=x&closing=x&state=99999999999999999999")


# --- the board and the pipeline --------------------------------------------------------------------------------------


def column(page: Any, code: str) -> Any:
    """Return a column of the board."""
    heading = page.one(id=f"column-{state(code)}")
    return next(one for one in heading.ancestors if one.tag == "section")


def cards(page: Any, code: str) -> list[str]:
    return [one.all("a")[0].text for one in column(page, code).all("li") if one.get("id").startswith("card-")]


def test_a_card_is_moved_by_a_plain_form(bruno: Any, world: World) -> None:
    """S2, H3: with scripts off; what closes first is on top, what has no day comes last."""
    for name, day in (("Sans date", None), ("Juin", date(2027, 6, 1)), ("Mai", date(2027, 5, 1))):
        factories.opportunity(world.durand, world.bruno, name=name, initial_close_on=day, amount=Decimal(1000))
    page = bruno.get("/opportunities/board")
    assert cards(page, "identified") == ["Mai", "Juin", "Sans date"]
    assert "3 000,00 €" in column(page, "identified").text
    june = next(one for one in page.all("a") if one.text == "Juin")["href"]
    moved = page.submit({"state": state("proposal")}, form=f"{june}/move").follow()
    assert "« Juin » passe à : Proposition." in moved
    assert (cards(moved, "identified"), cards(moved, "proposal")) == (["Mai", "Sans date"], ["Juin"])
    assert events(bruno.get(june))[0].startswith("Changement d’état")
    # The first page is stale by now: it does not take back what somebody else did.
    late = page.submit({"state": state("agreed")}, form=f"{june}/move").follow()
    assert "a été déplacée entre-temps : Proposition." in late
    assert cards(late, "proposal") == ["Juin"]
    assert "Choisissez un état de la liste." in moved.submit(form=f"{june}/move").follow()
    country = factories.reference(ReferenceList.COUNTRY, "FR")
    back = bruno.post(f"{june}/move", {"state": country, "seen": state("proposal")})
    assert "Choisissez un état" in back.follow()
    away = bruno.post(f"{june}/move", {"state": country, "next": "https://ailleurs.example/"})
    assert away.location == "/opportunities/board"


def test_a_closed_one_is_not_moved(bruno: Any, world: World) -> None:
    made = factories.opportunity(world.durand, world.bruno, name="Close")
    page = bruno.get("/opportunities/board")
    OPPORTUNITIES.close(made, Outcome.WON, world.viewer("bruno"), close_reason=reason())
    db.session.commit()
    after = page.submit({"state": state("agreed")}, form="/move").follow()
    assert "rouvrez-la d’abord" in after
    assert cards(after, "identified") == []
    assert only().state_id == state("identified")


def test_a_column_is_read_a_page_at_a_time(bruno: Any, world: World) -> None:
    """S2: « Suite » leads on, from those that close some day to those that close on none; each comes once."""
    expected = []
    for number in range(30):
        day = date(2027, 1, 1 + number // 3)
        factories.opportunity(world.durand, world.bruno, name=f"Datée {number:02}", initial_close_on=day)
        expected.append(f"Datée {number:02}")
    for number in range(25):
        factories.opportunity(world.durand, world.bruno, name=f"Sans date {number:02}")
        expected.append(f"Sans date {number:02}")
    page = bruno.get("/opportunities/board?q=dat")
    assert "55" in column(page, "identified").text
    found = cards(page, "identified")
    assert len(found) == 20
    while any(one.text == "Suite" for one in page.all("a")):
        page = page.click("Suite")
        found += [one.all("a")[0].text for one in page.all("li") if one.get("id").startswith("card-")]
    assert found == expected
    for url in ("identified?after=x", "identified", "999?after=.1", "identified?after=.999999999999999999999999"):
        code, *rest = url.split("?")
        address = "?".join([f"/opportunities/board/{code if code.isdecimal() else state(code)}", *rest])
        bruno.get(address, status=(404, 200))
    more = bruno.hx_get(f"/opportunities/board/{state('identified')}?after=2027-01-05.1")
    assert more.all("li")


def test_a_state_that_was_retired_keeps_its_column_while_something_is_in_it(bruno: Any, world: World) -> None:
    made = factories.opportunity(world.durand, world.bruno, name="Encore là", state=state("proposal"))
    references.retire(db.session.get_one(ReferenceItem, state("proposal")))
    references.retire(db.session.get_one(ReferenceItem, state("agreed")))
    db.session.commit()
    page = bruno.get("/opportunities/board")
    assert cards(page, "proposal") == ["Encore là"]
    assert "retiré" in column(page, "proposal").text
    assert not page.all(id=f"column-{state('agreed')}")
    assert "Proposition" in bruno.get(f"/opportunities/{made.id}")
    assert "Proposition" in bruno.get("/opportunities/pipeline")
    bruno.get(f"/opportunities/{made.id}/edit").submit({"name": "Toujours là"})
    assert only().name == "Toujours là"


def rows(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.all("th") + row.all("td")] for row in table.all("tr")]


def test_the_pipeline_adds_up_by_state_and_currency(bruno: Any, world: World) -> None:
    """S2: open ones alone, exact to the cent, what I may see; the picture has a table of the same numbers."""
    for amount, code, currency in (
        ("0.10", "identified", "EUR"),
        ("0.20", "identified", "EUR"),
        ("100", "proposal", "EUR"),
        ("7", "agreed", "CHF"),
    ):
        factories.opportunity(world.durand, world.bruno, amount=Decimal(amount), state=state(code), currency=currency)
    factories.opportunity(world.durand, world.chloe, state=state("proposal"))
    lost = factories.opportunity(world.durand, world.bruno, amount=Decimal(5000))
    OPPORTUNITIES.close(lost, Outcome.LOST, world.viewer("bruno"), close_reason=reason())
    db.session.commit()
    page = bruno.get("/opportunities/pipeline")
    euros, francs = page.all("tbody")
    assert rows(euros) == [
        ["Identifiée", "2", "0,30 €", "10 %", "0,03 €"],
        ["Qualifiée", "0", "0,00 €", "25 %", "0,00 €"],
        ["Proposition", "2", "100,00 €", "50 %", "50,00 €"],
        ["Négociation", "0", "0,00 €", "75 %", "0,00 €"],
        ["Accord de principe", "0", "0,00 €", "90 %", "0,00 €"],
        ["Total", "4", "100,30 €", "", "50,03 €"],
    ]
    assert "6,30 CHF" in francs.text
    chart = page.all("svg", **{"class": "chart"})[0]
    assert [bar["width"] for bar in chart.all("rect")][4:6] == ["100.0%", "50.0%"]
    assert 'style="' not in page.html
    mine = rows(bruno.get("/opportunities/pipeline?owner=me").all("tbody")[0])
    assert mine[2][1] == "1", "Chloé's is not mine"


def test_a_column_too_long_to_count_says_so(bruno: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """S2: the board and the pipeline never read a column as a whole."""
    monkeypatch.setattr("webapp.services.pipeline.CAP", 3)
    for _number in range(5):
        factories.opportunity(world.durand, world.bruno, amount=Decimal(10), initial_close_on=date(2027, 1, 1))
    assert "3 et plus" in column(bruno.get("/opportunities/board"), "identified").text
    assert "au moins 40,00 €" in column(bruno.get("/opportunities/board"), "identified").text
    assert "Seules 3 opportunités de chaque état sont comptées" in bruno.get("/opportunities/pipeline")


def test_the_board_asks_a_fixed_number_of_queries(bruno: Any, world: World, queries: Any) -> None:
    """F6: as many for thirty cards as for one."""

    def ask() -> int:
        with queries() as seen:
            bruno.get("/opportunities/board")
        return len(seen)

    factories.opportunity(world.durand, world.bruno)
    few = ask()
    for number in range(30):
        factories.opportunity(world.durand, world.bruno, state=state("proposal" if number % 2 else "agreed"))
    assert ask() == few <= 6
