"""Requests, knowledge and workflows in a browser: what scripts add, and nothing that keeps anybody out (S6 to S8)."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.client import sign_in
from tests.portal.conftest import invite
from tests.world import World
from webapp.extensions import db
from webapp.models import Performer, PortalSession, RequestTask, SupportRequest, WorkflowStep
from webapp.services import workflows
from webapp.services.knowledge import KNOWLEDGE
from webapp.services.requests import REQUESTS
from webapp.uploads import read

pytestmark = pytest.mark.usefixtures("db_session")

TEXT = "# Titre\n\nDu **gras**, `code`.\n\n- un\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> cité"


@pytest.fixture
def record(world: World) -> SupportRequest:
    """A request with all there may be on its page."""
    bruno = world.viewer("bruno")
    first = workflows.initial_state()
    values = {"label_fr": "Analyser", "label_en": "Analyse", "performer": Performer.RESOURCE, "days": 1}
    db.session.add(WorkflowStep(state_id=first.id, position=0, **values))
    db.session.commit()
    made: SupportRequest = factories.linked(
        REQUESTS, world.durand, name="Imprimante", text="Rien.", priority="urgent", contact=world.elise.id
    )
    REQUESTS.answer(made, "Bonjour", bruno, [read("Écran.txt", b"a")])
    REQUESTS.note(made, "Entre nous", bruno)
    item = factories.linked(KNOWLEDGE, world.durand, name="Vider le bac", text=TEXT)
    KNOWLEDGE.publish(item, bruno)
    db.session.commit()
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_the_pages_of_the_staff_keep_nobody_out(
    browser_page: Any, axe: Any, record: SupportRequest, scheme: str, width: int
) -> None:
    page = browser_page("anne", color_scheme=scheme, viewport={"width": width, "height": 900})
    addresses = ("/requests/", f"/requests/{record.id}", "/knowledge/1", "/admin/workflows/", "/admin/workflows/1")
    for url in (*addresses, f"/requests/{record.id}/tasks/1/give", "/knowledge/1/edit"):
        page.goto(url)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1360])
def test_the_pages_of_the_portal_keep_nobody_out(
    new_listened_context: Any,
    app: Any,
    client: Any,
    live_server: str,
    axe: Any,
    record: SupportRequest,
    world: World,
    scheme: str,
    width: int,
) -> None:
    guest = invite(world, world.elise.id, online_support=True, workflow_participation=True, close_requests_anytime=True)
    task = {"label_fr": "Signer", "label_en": "Sign", "performer": Performer.CONTACT, "created_at": record.created_at}
    db.session.add(RequestTask(request_id=record.id, contact_id=guest.id, **task))
    db.session.commit()
    context = new_listened_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    client.run(client.remember, sign_in(app, guest.id, PortalSession), "contact")
    name = app.config["SESSION_COOKIE_NAME"]
    context.add_cookies([{"name": name, "value": client.cookie(name), "url": live_server}])
    page = context.new_page()
    for url in ("requests", "requests/new", f"requests/{record.id}", "tasks", "tasks/2", "knowledge", "knowledge/1"):
        page.goto(f"/portal/{url}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), url


def test_a_request_is_worked_without_leaving_the_page(browser_page: Any, record: SupportRequest) -> None:
    page = browser_page("bruno")
    page.goto(f"/requests/{record.id}")
    page.get_by_role("button", name="Prendre en charge").click()
    expect(page.get_by_text("Demande prise en charge : Imprimante")).to_be_visible()
    page.get_by_role("button", name="En cours").click()
    expect(page.get_by_text("est passée à l’état « En cours »")).to_be_visible()
    page.get_by_role("link", name="Accomplir").click()
    page.get_by_label("Remarque").fill("C’est vu.")
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer").click()
    expect(page.locator("li").get_by_text("C’est vu.").first).to_be_visible()
    page.get_by_label("Réponse").fill("Voici le fichier.")
    files = [{"name": "plan.txt", "mimeType": "text/plain", "buffer": b"a"}]
    page.locator("#reply-form input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    page.get_by_role("button", name="Répondre au client").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="plan.txt").click()
    assert download.value.suggested_filename == "plan.txt"


def test_the_preview_shows_the_text_in_the_dialog(browser_page: Any, world: World) -> None:
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    page.get_by_role("link", name="Nouvel élément de connaissance").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Titre").fill("Essai")
    dialog.get_by_label("Texte").fill("Du **gras**")
    dialog.get_by_role("button", name="Aperçu").click()
    expect(dialog.locator("strong", has_text="gras")).to_be_visible()
    expect(dialog.get_by_label("Titre")).to_have_value("Essai")
    dialog.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_text("Élément de connaissance créé : Essai")).to_be_visible()
