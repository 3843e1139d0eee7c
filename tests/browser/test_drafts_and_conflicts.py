"""Nothing typed is lost: two people in two browsers, a closed tab, an ended session (R4)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update

from tests.browser.steps import Open, open_edit
from tests.conftest import Complaints
from tests.world import World
from webapp.clock import now
from webapp.models import StaffSession


def save(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Enregistrer").click()


def alias(dialog: Locator) -> Locator:
    return dialog.locator("[name=alias]")


def type_draft(page: Page, dialog: Locator, text: str) -> None:
    """Type, stop, and wait until it is kept."""
    alias(dialog).fill(text)
    expect(dialog.get_by_text("Brouillon enregistré")).to_be_visible()


def test_two_people_change_different_fields(browser_page: Open, world: World) -> None:
    bruno, chloe = browser_page("bruno"), browser_page("chloe")
    mine, theirs = open_edit(bruno, world), open_edit(chloe, world)
    alias(theirs).fill("Rotin")
    save(theirs)
    expect(theirs).to_be_hidden()
    mine.get_by_role("tab", name="Détails").click()
    mine.get_by_label("Commentaires").fill("Par Bruno")
    save(mine)
    expect(mine).to_be_hidden()
    expect(bruno.get_by_text("Chloé Œuvrard a modifié entre-temps : Alias.")).to_be_visible()
    expect(bruno.locator("#main")).to_contain_text("Rotin")


def test_two_people_change_the_same_field(browser_page: Open, world: World, axe: Callable[[Page], None]) -> None:
    bruno, chloe = browser_page("bruno"), browser_page("chloe")
    mine, theirs = open_edit(bruno, world), open_edit(chloe, world)
    alias(theirs).fill("Rotin")
    save(theirs)
    expect(theirs).to_be_hidden()
    alias(mine).fill("Jonc")
    save(mine)
    choices = mine.get_by_role("group", name="Alias : quelle valeur garder ?")
    expect(choices).to_be_visible()
    expect(alias(mine)).to_have_value("Jonc")
    axe(bruno)
    choices.get_by_label("Rotin").check()
    save(mine)
    expect(mine).to_be_hidden()
    expect(bruno.locator("#main")).to_contain_text("Rotin")


def test_without_scripts_one_chooses_too(no_script_page: Open, browser_page: Open, world: World) -> None:
    page = no_script_page("bruno")
    page.goto(f"/companies/{world.durand.id}/edit")
    theirs = open_edit(browser_page("chloe"), world)
    alias(theirs).fill("Rotin")
    save(theirs)
    expect(theirs).to_be_hidden()
    page.locator("[name=alias]").fill("Jonc")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("group", name="Alias").get_by_label("Rotin").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#main")).to_contain_text("Rotin")


def test_what_was_typed_about_a_deleted_company_becomes_a_new_one(
    browser_page: Open, world: World, client: Any
) -> None:
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    alias(dialog).fill("Jonc")
    client.as_("anne").get(f"/companies/{world.durand.id}/delete").submit(form="/delete")
    save(dialog)
    expect(dialog.get_by_text("Anne Lefèvre a supprimé cette fiche")).to_be_visible()
    dialog.get_by_role("button", name="Enregistrer comme nouvelle fiche").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#main")).to_contain_text("Jonc")


def test_a_draft_survives_a_closed_tab_and_is_offered(
    browser_page: Open, world: World, axe: Callable[[Page], None]
) -> None:
    page = browser_page("bruno")
    type_draft(page, open_edit(page, world), "Jonc")
    context = page.context
    page.close(run_before_unload=False)
    page = context.new_page()
    dialog = open_edit(page, world)
    expect(alias(dialog)).not_to_have_value("Jonc")
    axe(page)
    dialog.get_by_role("link", name="Reprendre le brouillon").click()
    expect(alias(dialog)).to_have_value("Jonc")
    save(dialog)
    expect(dialog).to_be_hidden()
    expect(page.locator("#main")).to_contain_text("Jonc")
    dialog = open_edit(page, world)
    expect(dialog.get_by_text("Vous aviez commencé une saisie")).to_be_hidden()


def test_a_tab_closed_before_typing_stops_loses_nothing(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    alias(open_edit(page, world)).fill("Jonc")
    # What is sent as a page is left arrives when it can.
    for _ in range(40):
        page.goto("/")
        if page.get_by_role("heading", name="Brouillons").is_visible():
            return
        page.wait_for_timeout(250)
    pytest.fail("the draft is lost")


def test_a_draft_is_thrown_away_by_hand_or_by_leaving_the_dialog(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    type_draft(page, open_edit(page, world), "Jonc")
    page.goto("/")
    dialog = open_edit(page, world)
    dialog.get_by_role("button", name="Jeter").click()
    expect(dialog.get_by_text("Brouillon jeté.")).to_be_visible()
    type_draft(page, dialog, "Rotin")
    with page.expect_response("**/drafts/discard"):
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Abandonner").click()
    page.goto("/")
    expect(page.get_by_role("heading", name="Mes sociétés")).to_be_visible()
    expect(page.get_by_role("heading", name="Brouillons")).to_be_hidden()


def test_enter_saves_and_does_not_throw_the_draft_away(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    type_draft(page, open_edit(page, world), "Jonc")
    page.goto("/")
    dialog = open_edit(page, world)
    alias(dialog).fill("Rotin")
    alias(dialog).press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#main")).to_contain_text("Rotin")


def test_a_session_that_ends_in_mid_form(
    browser_page: Open, world: World, db_session: Any, complaints: Complaints
) -> None:
    complaints.allow("status of 401")
    page = browser_page("bruno")
    dialog = open_edit(page, world)
    alias(dialog).fill("Jonc")
    ended = update(StaffSession).where(StaffSession.resource_id == world.bruno.id).values(ended_at=now())
    db_session.execute(ended)
    db_session.commit()
    save(dialog)
    page.get_by_label("Adresse e-mail").fill(world.bruno.email)
    page.locator("[name=password]").fill(world.bruno.password)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("[name=alias]")).to_have_value("Jonc")
    expect(page.get_by_text("Voici ce que vous aviez saisi")).to_be_visible()


@pytest.mark.parametrize("path", ["/companies/new", "/contacts/new"])
def test_a_new_record_is_kept_while_typed(browser_page: Open, world: World, path: str) -> None:
    page = browser_page("bruno")
    page.goto(path)
    field = page.locator("[name=comments]")
    page.get_by_role("tab", name="Détails").click()
    field.fill("Par Bruno")
    expect(page.get_by_text("Brouillon enregistré")).to_be_visible()
    page.goto(f"{path}?draft=1")
    expect(field).to_have_value("Par Bruno")


@pytest.mark.parametrize("kind", ["companies", "contacts"])
def test_a_comment_survives_a_closed_tab_and_is_offered(
    browser_page: Open, world: World, axe: Callable[[Page], None], kind: str
) -> None:
    profile = f"/{kind}/{(world.durand if kind == 'companies' else world.elise).id}"
    page = browser_page("bruno")
    page.goto(profile)
    history = page.locator("#history")
    comment = history.get_by_label("Commentaire", exact=True)
    history.get_by_text("Ajouter un commentaire").click()
    comment.fill("À rappeler lundi")
    history.get_by_role("combobox").select_option("commented")
    expect(history.locator(".event")).to_have_count(0)
    expect(comment).to_have_value("À rappeler lundi")
    expect(history.get_by_text("Brouillon enregistré")).to_be_visible()
    context = page.context
    page.close(run_before_unload=False)

    page = context.new_page()
    page.goto(profile)
    history = page.locator("#history")
    comment = history.get_by_label("Commentaire", exact=True)
    expect(comment).to_have_value("")
    axe(page)
    history.get_by_role("link", name="Reprendre le brouillon").click()
    expect(comment).to_have_value("À rappeler lundi")
    expect(comment).to_be_focused()
    axe(page)
    history.get_by_role("button", name="Ajouter").click()
    expect(history.locator(".event").first).to_contain_text("À rappeler lundi")
    expect(history.get_by_text("Vous aviez commencé une saisie")).to_be_hidden()
    page.reload()
    expect(history.get_by_text("Vous aviez commencé une saisie")).to_be_hidden()


def test_a_comment_is_thrown_away_by_hand(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    history = page.locator("#history")
    comment = history.get_by_label("Commentaire", exact=True)
    history.get_by_text("Ajouter un commentaire").click()
    comment.fill("À rappeler lundi")
    expect(history.get_by_text("Brouillon enregistré")).to_be_visible()
    page.reload()
    history.get_by_role("button", name="Jeter").click()
    expect(history.get_by_text("Brouillon jeté.")).to_be_visible()
    comment.fill("Mardi")
    expect(history.get_by_text("Brouillon enregistré")).to_be_visible()
    page.goto(f"/companies/{world.durand.id}/history?draft=1")
    comment.press_sequentially(" soir")
    history.get_by_role("button", name="Jeter").click()
    expect(page.get_by_text("Brouillon jeté.")).to_be_visible()
    page.reload()
    expect(history.get_by_text("Vous aviez commencé une saisie")).to_be_hidden()


def test_a_comment_emptied_again_leaves_no_draft(browser_page: Open, world: World) -> None:
    page = browser_page("bruno")
    page.goto(f"/companies/{world.durand.id}")
    history = page.locator("#history")
    comment = history.get_by_label("Commentaire", exact=True)
    history.get_by_text("Ajouter un commentaire").click()
    comment.fill("À rappeler lundi")
    expect(history.get_by_text("Brouillon enregistré")).to_be_visible()
    with page.expect_response("**/drafts"):
        comment.fill("")
    expect(history.locator(".draft-status")).to_be_empty()
    page.reload()
    expect(history.get_by_text("Vous aviez commencé une saisie")).to_be_hidden()
