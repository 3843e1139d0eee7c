"""The knowledge base: written from a company, published, retired, searched; what customers read of it (S6, P9, H1)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.client import Browser
from tests.portal.conftest import invite
from tests.web.test_history import events
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import KnowledgeItem, KnowledgeState, Setting
from webapp.services import keys
from webapp.services.knowledge import KNOWLEDGE

pytestmark = pytest.mark.usefixtures("db_session")


def item(world: World, name: str = "Imprimante", text: str = "Le texte", company: Any = None, **more: Any) -> Any:
    made = factories.linked(KNOWLEDGE, company or world.durand, name=name, text=text)
    if more.get("published", False):
        KNOWLEDGE.publish(made, world.viewer("bruno"))
        db.session.commit()
    return made


def names(page: Any) -> list[str]:
    return [row.one("th").all("bdi")[0].text for row in page.one("tbody").all("tr")]


def only() -> KnowledgeItem:
    db.session.expire_all()
    return db.session.scalars(unscoped(select(KnowledgeItem), "a test")).one()


def test_an_item_is_written_published_and_retired(bruno: Any, world: World) -> None:
    """S6, H1: told in the company's history as « Création · Élément de connaissance »."""
    dialog = bruno.get(f"/companies/{world.durand.id}").click("Nouvel élément de connaissance")
    page = dialog.submit({"name": "Vider le bac", "text": "# D’abord\n\nOuvrir le **capot**."}).follow()
    assert "Brouillon" in page
    assert "<h3>D’abord</h3>" in page.html
    assert "<strong>capot</strong>" in page.html
    assert events(bruno.get(f"/companies/{world.durand.id}"))[0].startswith(
        "Création Élément de connaissance Vider le bac Bruno Masson"
    )
    page = page.submit(form="/publish").follow()
    assert "Publié : Vider le bac" in page
    assert only().published_at is not None
    assert "Brouillon" in events(page)[0]
    assert "Publié" in events(page)[0]
    page = page.submit(form="/retire").follow()
    assert "Retiré : Vider le bac" in page
    assert "Publié : Vider le bac" in page.submit(form="/publish").follow()


def test_what_makes_no_sense_is_refused(bruno: Any, world: World) -> None:
    made = item(world, text="")
    page = bruno.get(f"/knowledge/{made.id}")
    assert "Ce qui est publié a un texte." in page.submit(form="/publish").follow()
    assert only().state is KnowledgeState.DRAFT
    bruno.post(f"/knowledge/{made.id}/retire")
    assert "Impossible depuis l’état « Brouillon »." in bruno.get("/knowledge/")
    page.click("Modifier").submit({"text": "Voici"})
    bruno.post(f"/knowledge/{made.id}/publish")
    refused = bruno.get(f"/knowledge/{made.id}/edit").submit({"text": " "}, status=422)
    assert "Ce qui est publié a un texte." in refused.error("text")


def test_the_text_is_seen_before_it_is_saved(bruno: Any, world: World) -> None:
    """S6: with scripts off, nothing is saved, nothing typed is lost; with htmx the form alone comes back."""
    page = bruno.get(f"/knowledge/new?company={world.durand.id}")
    shown = page.submit({"name": "Essai", "text": "Du **gras**"}, button="Aperçu", status=200)
    assert "<strong>gras</strong>" in shown.html
    assert shown.field("name")["value"] == "Essai"
    assert not db.session.scalars(unscoped(select(KnowledgeItem), "a test")).all()
    shown.submit(button="Enregistrer")
    assert only().text == "Du **gras**"
    edit = bruno.get(f"/knowledge/{only().id}/edit")
    again = edit.submit({"text": "<script>alert(1)</script>"}, button="Aperçu", status=200)
    assert "<script>alert" not in again.html
    assert "&lt;script&gt;alert(1)" in again.html
    assert only().text == "Du **gras**"
    part = bruno.hx_post(edit.url, {"access_step": "preview", "name": "x", "text": "_vu_", "version": 1})
    assert "<em>vu</em>" in part.html


def test_enter_in_a_field_saves(bruno: Any, world: World) -> None:
    """The first button that submits is not the preview."""
    bruno.get(f"/knowledge/new?company={world.durand.id}").submit({"name": "Essai", "text": "x"})
    assert only().name == "Essai"


def test_it_is_found_by_words_of_title_and_text(bruno: Any, world: World) -> None:
    """S6, N2: without accents, in any order; not by the marks of its formatting; narrowed by state."""
    item(world, "Réinitialiser l’écran", "Maintenir la **touche** étoile pendant dix secondes.")
    item(world, "Autre chose", "[Étoile](https://exemple.fr/secondes)", published=True)
    assert names(bruno.get("/knowledge/?q=ETOILE")) == ["Autre chose", "Réinitialiser l’écran"]
    assert names(bruno.get("/knowledge/?q=secondes+ecran")) == ["Réinitialiser l’écran"]
    assert names(bruno.get("/knowledge/?state=published")) == ["Autre chose"]
    assert "Aucun résultat" in bruno.get("/knowledge/?q=exemple")
    bruno.get(f"/knowledge/{only_named('Autre chose').id}/edit").submit({"text": "Nouveau contenu"})
    assert names(bruno.get("/knowledge/?q=contenu")) == ["Autre chose"]


def test_its_words_are_folded_again_when_folding_changes(bruno: Any, world: World) -> None:
    made = item(world, "Écran", "Étoile")
    made.text_key = made.search_key = "autrefois"
    db.session.merge(Setting(name="key_version", value=0))
    db.session.commit()
    assert keys.rebuild()
    db.session.commit()
    assert names(bruno.get("/knowledge/?q=etoile")) == ["Écran"]
    assert "Écran" in bruno.get("/search?q=etoile"), "the search of everything reads its text too"


def only_named(name: str) -> KnowledgeItem:
    rows = select(KnowledgeItem).where(KnowledgeItem.name == name)
    return db.session.scalars(unscoped(rows, "a test")).one()


def test_who_may_not_see_the_company_sees_nothing_of_it(client: Any, world: World) -> None:
    """A2"""
    made = item(world, "Polichinelle", company=world.ecluse)
    chloe = client.as_("chloe")
    chloe.get("/")
    for url in (f"/knowledge/{made.id}", f"/knowledge/{made.id}/edit"):
        chloe.get(url, status=404)
    for action in ("publish", "retire"):
        chloe.post(f"/knowledge/{made.id}/{action}", status=404)
    assert "Polichinelle" not in chloe.get("/knowledge/?q=polichinelle")


# --- in the portal ----------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(client: Browser, world: World) -> Browser:
    return client.as_contact(invite(world, world.elise.id, online_support=True).id)


def titles(page: Any) -> list[str]:
    return [card.one("strong").text for card in page.all("a", class_="portal-card")]


def test_a_contact_reads_what_is_published_and_nothing_else(visitor: Browser, world: World) -> None:
    """P9: from whichever company it came, of which nothing is told."""
    draft = item(world, "Zorglub brouillon")
    retired = item(world, "Zorglub retiré", published=True)
    KNOWLEDGE.retire(retired, world.viewer("bruno"))
    gone = item(world, "Zorglub jeté", published=True)
    KNOWLEDGE.remove(gone, world.viewer("anne"))
    db.session.commit()
    shown = item(world, "Vider le bac", "Ouvrir le **capot**.", company=world.zephyr, published=True)
    page = visitor.get("/portal/knowledge")
    assert titles(page) == ["Vider le bac"]
    assert "Ouvrir le capot." in page
    page = visitor.get(f"/portal/knowledge/{shown.id}")
    assert "<strong>capot</strong>" in page.html
    assert "Zéphyr" not in page
    for hidden in (draft, retired, gone):
        visitor.get(f"/portal/knowledge/{hidden.id}", status=404)
    KNOWLEDGE.retire(only_named("Vider le bac"), world.viewer("bruno"))
    db.session.commit()
    visitor.get(f"/portal/knowledge/{shown.id}", status=404)
    assert "Rien de publié pour l’instant" in visitor.get("/portal/knowledge")


def test_a_contact_searches_it(visitor: Browser, world: World) -> None:
    item(world, "Écran noir", "Appuyer dix secondes.", published=True)
    item(world, "Zorglub écran", "Brouillon")
    item(world, "Papier", "Ouvrir.", published=True)
    assert titles(visitor.get("/portal/knowledge", q="secondes ECRAN")) == ["Écran noir"]
    assert "Rien sur ce sujet" in visitor.get("/portal/knowledge", q="zorglub")


def test_a_long_base_is_read_a_page_at_a_time(visitor: Browser, world: World, queries: Any) -> None:
    for number in range(23):
        item(world, f"Article {number:02}", published=True)
    with queries() as seen:
        first = visitor.get("/portal/knowledge")
    assert len(seen) <= 4, seen
    assert titles(first) + titles(first.click("Suite")) == [f"Article {number:02}" for number in range(22, -1, -1)]
