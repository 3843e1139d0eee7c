"""What is typed survives a closed tab, a crash and an ended session, for whoever typed it alone."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.client import Browser, Page, printed_values
from tests.world import World
from webapp.clock import now
from webapp.models import ADMINS_ID, Draft, Resource, StaffSession
from webapp.services import companies, drafts


def keep(browser: Browser, path: str, status: int = 204, **typed: Any) -> Page:
    """Send what the script of the page sends while one types."""
    form = browser.get(path)
    values = {name: form.field(name)["value"] for name in ("name", "version") if f'name="{name}"' in form.html}
    content = urlencode({**values, **typed}, doseq=True)
    return browser.post("/drafts", {"path": path, "content": content}, status=status)


def kept(db_session: Any) -> list[Draft]:
    db_session.rollback()
    db_session.expire_all()
    return list(db_session.scalars(select(Draft).order_by(Draft.id)))


def test_a_draft_is_offered_not_forced_and_gone_once_saved(bruno: Browser, world: World, db_session: Any) -> None:
    path = f"/companies/{world.durand.id}/edit"
    keep(bruno, path, alias="Jonc")
    page = bruno.get(path)
    assert page.field("alias")["value"] != "Jonc"
    assert "Vous aviez commencé une saisie" in page
    taken_up = bruno.get(f"{path}?draft=1")
    assert "Voici ce que vous aviez saisi le " in taken_up
    assert taken_up.field("alias")["value"] == "Jonc"
    assert "Vous aviez commencé une saisie" not in taken_up
    assert kept(db_session)
    page.submit({"alias": "Rotin"}, form="/edit")
    assert not kept(db_session)


def test_a_new_record_has_a_draft_too_and_it_can_be_thrown_away(bruno: Browser, db_session: Any) -> None:
    keep(bruno, "/companies/new", name="Vannerie")
    page = bruno.get("/companies/new")
    assert bruno.get("/companies/new?draft=1").field("name")["value"] == "Vannerie"
    answer = page.submit(form="/drafts/discard")
    assert "Brouillon jeté" in answer.follow()
    assert not kept(db_session)


def test_a_refused_save_keeps_the_draft(bruno: Browser, db_session: Any) -> None:
    keep(bruno, "/companies/new", name="Vannerie")
    bruno.get("/companies/new?draft=1").submit({"commercial_status": "lead"}, form="/companies/new", status=422)
    assert kept(db_session)


@pytest.mark.parametrize("form", ["/edit", "/comments"])
def test_what_was_refused_is_kept_though_nobody_kept_it_before(
    bruno: Browser, world: World, db_session: Any, form: str
) -> None:
    """Who sends a form and leaves when it is refused, faster than what they type is kept, finds it again."""
    profile = f"/companies/{world.durand.id}"
    if form == "/edit":
        bruno.get(f"{profile}/edit").submit({"name": "", "alias": "Jonc"}, form=form, status=422)
        assert bruno.get(f"{profile}/edit?draft=1").field("alias")["value"] == "Jonc"
    else:
        bruno.get(profile).submit({"comment": "Jonc " * 1001}, form=form, status=422)
        assert "Jonc Jonc" in bruno.get(f"{profile}/history?draft=1").field("comment").text
    assert "Vous aviez commencé une saisie" in bruno.get(f"{profile}/edit" if form == "/edit" else profile)


def test_a_draft_remembers_the_version_it_was_typed_on(client: Any, bruno: Browser, world: World) -> None:
    """R4."""
    path = f"/companies/{world.durand.id}/edit"
    form = bruno.get(path).form()
    typed = printed_values(form, None)
    typed["alias"] = "Jonc"
    bruno.post("/drafts", {"path": path, "content": urlencode(list(typed.items(multi=True)))}, status=204)
    client.as_("anne").get(path).submit({"alias": "Rotin", "comments": "Par Anne"})
    conflict = bruno.get(f"{path}?draft=1").submit(status=409)
    assert "Ce que vous avez saisi : Jonc" in conflict
    assert "Anne Lefèvre a modifié entre-temps : Commentaires." in conflict


def test_the_home_page_lists_ones_drafts(client: Any, bruno: Browser, world: World, db_session: Any) -> None:
    keep(bruno, f"/companies/{world.durand.id}/edit", alias="Jonc")
    keep(bruno, "/contacts/new", last_name="Roux")
    home = bruno.get("/")
    assert "Brouillons" in home
    assert home.click("Nouveau contact").field("last_name")["value"] == "Roux"
    home.submit(form=f"path=/companies/{world.durand.id}/edit")
    assert [draft.path for draft in kept(db_session)] == ["/contacts/new"]
    assert "Brouillons" not in client.as_("chloe").get("/")


def test_nobody_finds_somebody_elses_draft(client: Any, bruno: Browser, world: World, db_session: Any) -> None:
    path = f"/companies/{world.durand.id}/edit"
    keep(bruno, path, alias="Secret de Bruno")
    for name in ("anne", "chloe"):
        other = client.as_(name)
        for address in (path, f"{path}?draft=1", "/"):
            assert "Secret de Bruno" not in other.get(address).html
        other.post("/drafts/discard", {"path": path})
    assert len(kept(db_session)) == 1


def test_a_draft_of_a_record_one_no_longer_sees_names_nothing(
    client: Any, bruno: Browser, world: World, db_session: Any
) -> None:
    """A5."""
    company = factories.company("Très Discrète")
    path = f"/companies/{company.id}/edit"
    keep(bruno, path, alias="Jonc")
    client.as_("anne").get(f"/companies/{company.id}/delete").submit(form="/delete")
    home = bruno.get("/")
    assert "Fiche que vous ne pouvez plus ouvrir, ou qui a été supprimée" in home
    gone = bruno.get(f"{path}?draft=1")
    assert "Anne Lefèvre a supprimé cette fiche" in gone
    assert gone.field("alias")["value"] == "Jonc"
    db_session.execute(update(type(company)).where(type(company).id == company.id).values(deleted_at=None))
    companies.write_grants(company, [ADMINS_ID])
    db_session.commit()
    assert "Très Discrète" not in bruno.get("/").html
    bruno.get(f"{path}?draft=1", status=404)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/login", "/companies", "/account/password", "/companies/0/delete", "x" * 5000, "é\0"),
        *("//evil.example/companies/new", "https://evil.example/companies/new"),
        *("/companies/new?x=1", "/companies/new/", "/companies/-1/edit"),
    ],
)
def test_drafts_are_kept_of_known_forms_alone(bruno: Browser, db_session: Any, path: str) -> None:
    bruno.get("/companies/new")
    bruno.post("/drafts", {"path": path, "content": "name=x"}, status=404)
    assert not kept(db_session)


@pytest.mark.parametrize(
    "content",
    [
        *("name=%ED%A0%80", "version=abc&name=x", "name=a&name=b", "%ff%00%zz=%ff"),
        *("parent=99999999999999999999&parent_text=x", "account_type=%27%3B--", "x=<script>alert(1)</script>"),
    ],
)
def test_hostile_drafts_harm_nobody(bruno: Browser, content: str) -> None:
    bruno.get("/companies/new")
    bruno.post("/drafts", {"path": "/companies/new", "content": content}, status=204)
    assert "<script>alert" not in bruno.get("/companies/new?draft=1").html


@pytest.mark.parametrize("content", ["", "=", "&&&", "name", "%ff%00%zz", "name=%00", "name=++%0A"])
def test_a_form_emptied_again_is_no_draft(bruno: Browser, db_session: Any, content: str) -> None:
    keep(bruno, "/companies/new", name="x")
    bruno.post("/drafts", {"path": "/companies/new", "content": content}, status=200)
    assert not kept(db_session)


@pytest.mark.parametrize("content", ["name=" + "x" * 300_000, "&".join(f"a{i}=1" for i in range(2000))])
def test_huge_drafts_are_refused(bruno: Browser, db_session: Any, content: str) -> None:
    bruno.get("/companies/new")
    bruno.post("/drafts", {"path": "/companies/new", "content": content}, status=413)
    assert not kept(db_session)


def test_neither_passwords_nor_tokens_are_kept(bruno: Browser, db_session: Any) -> None:
    keep(bruno, "/companies/new", name="x", password="secret", new_password="secret", csrf_token="secret")
    assert "secret" not in kept(db_session)[0].content


def test_without_its_token_nothing_is_kept(bruno: Browser, db_session: Any) -> None:
    bruno.get("/companies/new")
    bruno.post("/drafts", {"path": "/companies/new", "content": "name=x", "csrf_token": "no"}, status=400)
    assert not kept(db_session)


def test_old_drafts_are_forgotten_and_one_has_only_so_many(world: World, db_session: Any) -> None:
    for number in range(drafts.MOST + 3):
        drafts.keep(world.bruno.id, f"/companies/{number + 1}/edit", "name=x")
    mine = drafts.of(world.bruno.id)
    assert len(mine) == drafts.MOST
    mine[-1].saved_at = now() - drafts.KEPT - timedelta(minutes=1)
    db_session.flush()
    assert (drafts.forget_old(), drafts.forget_old()) == (1, 0)


# --- comments ------------------------------------------------------------------------------------------------------


def keep_comment(browser: Browser, profile: str, words: str) -> str:
    """Type a comment into the history of a profile, and return the address of the comment."""
    path: str = browser.get(profile).form("/comments")["data-draft"]
    browser.post("/drafts", {"path": path, "content": urlencode({"comment": words})}, status=204)
    return path


@pytest.mark.parametrize("kind", ["companies", "contacts"])
def test_a_comment_is_offered_not_forced_and_gone_once_saved(
    bruno: Browser, world: World, db_session: Any, kind: str
) -> None:
    profile = f"/{kind}/{(world.durand if kind == 'companies' else world.elise).id}"
    keep_comment(bruno, profile, "À rappeler lundi")
    for url in (profile, f"{profile}/history"):
        page = bruno.get(url)
        assert "Vous aviez commencé une saisie" in page
        assert page.one("details", class_="add").has("open"), "it is offered, not hidden"
        assert not page.field("comment").raw_text.strip()
    up = next(a["href"] for a in page.all("a", href=True) if a.text.startswith("Reprendre le brouillon"))
    taken_up = bruno.get(up)
    assert "Voici ce que vous aviez saisi le " in taken_up
    assert taken_up.field("comment").text == "À rappeler lundi"
    assert "À rappeler lundi" in bruno.hx_get(up), "htmx gets the same"
    assert kept(db_session)
    saved = taken_up.submit(form="/comments").follow()
    assert "À rappeler lundi" in saved.one(id="history-entries").text
    assert "Vous aviez commencé" not in saved
    assert not kept(db_session)


def test_a_comment_is_thrown_away_by_hand_or_by_emptying_it(bruno: Browser, world: World, db_session: Any) -> None:
    profile = f"/companies/{world.durand.id}"
    for page in (profile, f"{profile}/history?draft=1"):
        keep_comment(bruno, profile, "À rappeler lundi")
        assert "Brouillon jeté" in bruno.get(page).submit(form="/drafts/discard").follow()
        assert not kept(db_session)
    path = keep_comment(bruno, profile, "À rappeler lundi")
    bruno.post("/drafts", {"path": path, "content": "comment=+"}, status=200)
    assert not kept(db_session)


def test_a_refused_comment_keeps_its_draft(bruno: Browser, world: World, db_session: Any) -> None:
    keep_comment(bruno, f"/companies/{world.durand.id}", "À rappeler lundi")
    page = bruno.get(f"/companies/{world.durand.id}/history?draft=1")
    assert "x" * 20 in page.submit({"comment": "x" * 6000}, form="/comments", status=422).field("comment").text
    assert kept(db_session)


def test_the_home_page_leads_to_a_comment_one_began(bruno: Browser, world: World) -> None:
    keep_comment(bruno, f"/contacts/{world.elise.id}", "À rappeler lundi")
    home = bruno.get("/")
    link = home.link("Commentaire : Élise Nguyễn")
    assert not link.has("hx-get"), "it is a page, no dialog"
    assert home.click("Commentaire : Élise Nguyễn").field("comment").text == "À rappeler lundi"


def test_nobody_finds_somebody_elses_comment(client: Any, bruno: Browser, world: World, db_session: Any) -> None:
    """A5."""
    profile = f"/companies/{world.durand.id}"
    path = keep_comment(bruno, profile, "Secret de Bruno")
    for name in ("anne", "chloe"):
        other = client.as_(name)
        for address in (profile, f"{profile}/history?draft=1", "/"):
            assert "Secret de Bruno" not in other.get(address).html
        other.post("/drafts/discard", {"path": path})
    assert len(kept(db_session)) == 1


def test_the_history_of_one_record_shows_no_draft_about_another(bruno: Browser, world: World) -> None:
    keep_comment(bruno, f"/companies/{world.durand.id}", "À rappeler lundi")
    for url in (f"/companies/{world.ecluse.id}", f"/contacts/{world.elise.id}"):
        for page in (bruno.get(url), bruno.get(f"{url}/history?draft=1")):
            assert "À rappeler lundi" not in page
            assert "Vous aviez commencé" not in page


# --- a session that ends in mid-form ------------------------------------------------------------------------------


def end_sessions(db_session: Any, world: World, **values: Any) -> None:
    ended = update(StaffSession).where(StaffSession.resource_id == world.bruno.id)
    db_session.execute(ended.values(**(values or {"ended_at": now()})))
    db_session.commit()


def sign_in(browser: Browser, address: str, person: Any) -> Page:
    page = browser.get(address)
    return page.submit({"email": person.email, "password": person.password}).follow()


@pytest.mark.parametrize("htmx", [False, True])
def test_after_signing_in_again_the_form_is_as_it_was(
    bruno: Browser, world: World, db_session: Any, htmx: bool
) -> None:
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    end_sessions(db_session, world)
    answer = page.submit({"alias": "Jonc"}, status=401 if htmx else 302, htmx=htmx)
    login = answer.headers["HX-Redirect"] if htmx else answer.location
    form = sign_in(bruno, login, world.bruno)
    assert "Voici ce que vous aviez saisi le " in form
    assert form.field("alias")["value"] == "Jonc"
    assert "Jonc" in form.submit(form="/edit").follow()
    assert not kept(db_session)


def test_a_comment_sent_after_the_session_ended_is_there_after_signing_in(
    bruno: Browser, world: World, db_session: Any
) -> None:
    page = bruno.get(f"/companies/{world.durand.id}")
    end_sessions(db_session, world)
    answer = page.submit({"comment": "À rappeler lundi"}, form="/comments", status=302)
    assert sign_in(bruno, answer.location, world.bruno).field("comment").text == "À rappeler lundi"


def test_another_person_who_signs_in_there_finds_nothing(
    client: Any, bruno: Browser, world: World, db_session: Any
) -> None:
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    end_sessions(db_session, world)
    answer = page.submit({"alias": "Secret de Bruno"}, status=302)
    form = sign_in(bruno, answer.location, world.chloe)
    assert "Secret de Bruno" not in form.html
    assert "Voici ce que vous aviez saisi" not in form
    assert "Secret de Bruno" in client.as_("bruno").get(f"/companies/{world.durand.id}/edit?draft=1").html


@pytest.mark.parametrize("how", ["long_ago", "inactive", "unknown", "no_token"])
def test_nothing_is_kept_for_who_is_not_known_to_be_themselves(
    bruno: Browser, world: World, db_session: Any, how: str
) -> None:
    page = bruno.get(f"/companies/{world.durand.id}/edit")
    values = {"ended_at": now() - timedelta(days=400), "last_seen_at": now() - timedelta(days=400)}
    end_sessions(db_session, world, **(values if how == "long_ago" else {"ended_at": now()}))
    if how == "inactive":
        db_session.execute(update(Resource).where(Resource.id == world.bruno.id).values(is_active=False))
        db_session.commit()
    if how == "unknown":
        bruno.run(bruno.remember, "a token nobody had")
    typed = {"alias": "Jonc", **({"csrf_token": "no"} if how == "no_token" else {})}
    page.submit(typed, status=302)
    assert not kept(db_session)
