"""Links that let a contact choose a password, and forgotten passwords (P4, D5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from tests import factories
from tests.client import Browser
from tests.portal.conftest import PASSWORD, Guest, access_of, invite
from tests.world import World
from webapp.clock import now
from webapp.extensions import db
from webapp.models import LinkPurpose, Mail, MailKind, OneTimeLink, PortalAccess, Resource
from webapp.services import links, second_factor
from webapp.services.mail import outbox
from webapp.services.portal import notices

NEW_PASSWORD = "quatre écluses avant midi"


def make_link(guest: Guest, purpose: LinkPurpose = LinkPurpose.PORTAL_PASSWORD) -> str:
    token = links.create(purpose, access_of(guest), links.PORTAL_PASSWORD_LIFETIME)
    db.session.commit()
    return f"/portal/{'password' if purpose is LinkPurpose.PORTAL_PASSWORD else 'links'}/{token}"


@pytest.fixture
def link(elise: Guest) -> str:
    """The address that lets Élise choose a password."""
    return make_link(elise)


def test_elise_chooses_a_password_and_is_signed_in(client: Browser, stranger: Browser, elise: Guest, link: str) -> None:
    elsewhere = client.as_contact(elise.id)
    page = stranger.get(link)
    assert elise.email in page
    home = page.submit({"password": NEW_PASSWORD}, form=link).follow()
    assert home.heading == f"Bonjour {elise.name}"
    elsewhere.get("/portal/", status=302)
    again = Browser(client.app, client._people)
    door = again.get("/portal/login")
    door.submit({"email": elise.email, "password": PASSWORD}, form="/login", status=422)
    door.submit({"email": elise.email, "password": NEW_PASSWORD}, form="/login")


def test_opening_a_link_uses_nothing_up(client: Browser, stranger: Browser, link: str) -> None:
    for _ in range(3):
        Browser(client.app, client._people).get(link)
        Browser(client.app, client._people).open("HEAD", link, status=200)
    stranger.get(link).submit({"password": NEW_PASSWORD}, form=link)


def test_a_refused_password_keeps_the_link(stranger: Browser, elise: Guest, link: str) -> None:
    page = stranger.get(link).submit({"password": "nguyen elise durand"}, form=link, status=422)
    assert "reprend votre nom" in page.error("password")
    page.submit({"password": NEW_PASSWORD}, form=link)


def test_a_link_serves_once_and_a_newer_one_ends_it(
    stranger: Browser, client: Browser, elise: Guest, link: str
) -> None:
    newer = make_link(elise)
    assert "Lien périmé" in stranger.get(link, status=410)
    stranger.get(newer).submit({"password": NEW_PASSWORD}, form=newer)
    Browser(client.app, client._people).get(newer, status=410)


def test_a_password_chosen_otherwise_ends_the_link(client: Browser, elise: Guest, link: str) -> None:
    """D5: a link forgotten in a mailbox does not undo it."""
    visitor = client.as_contact(elise.id)
    form = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    visitor.get("/portal/account/password").submit(form, form="/password")
    Browser(client.app, client._people).get(link, status=410)


def test_of_two_at_once_one_wins(client: Browser, elise: Guest, link: str) -> None:
    browsers = [Browser(client.app, client._people) for _ in range(4)]
    for browser in browsers:
        browser.get(link)

    def choose(browser: Browser) -> int:
        data = {"password": NEW_PASSWORD, "csrf_token": browser.csrf_token}
        return browser.open("POST", link, data=data, status=(303, 410)).status

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert sorted(pool.map(choose, browsers)) == [303, 410, 410, 410]


def test_a_link_ends_with_its_time(stranger: Browser, link: str) -> None:
    with time_machine.travel(now() + links.PORTAL_PASSWORD_LIFETIME + timedelta(seconds=1)):
        stranger.get(link, status=410)


@pytest.mark.parametrize("values", [{"enabled": False}, {"activated_at": None}, {"rejected_at": now()}])
def test_a_link_opens_nothing_while_the_access_is_not_active(
    stranger: Browser, elise: Guest, link: str, values: dict[str, Any]
) -> None:
    page = stranger.get(link)
    db.session.execute(update(PortalAccess).values(**values))
    db.session.commit()
    page.submit({"password": NEW_PASSWORD}, form=link, status=410)


def test_a_link_of_one_side_opens_nothing_on_the_other(
    stranger: Browser, elise: Guest, world: World, link: str
) -> None:
    stranger.get(link.replace("/portal/password/", "/links/"), status=410)
    stranger.get(link.replace("/portal/password/", "/portal/links/"), status=410)
    staff = links.create(LinkPurpose.CHOOSE_PASSWORD, db.session.get(Resource, world.bruno.id), timedelta(hours=1))
    db.session.commit()
    stranger.get(f"/portal/password/{staff}", status=410)


def test_a_chosen_password_does_not_replace_the_second_factor(stranger: Browser, elise: Guest, link: str) -> None:
    access_of(elise).totp_secret = "sealed with another key"
    db.session.commit()
    assert second_factor.is_readable(access_of(elise)) is False
    assert stranger.get(link).submit({"password": NEW_PASSWORD}, form=link).location == "/portal/login/code"
    stranger.get("/portal/", status=302)


def test_the_database_holds_no_token(elise: Guest, link: str) -> None:
    token = link.rsplit("/", 1)[1]
    for row in db.session.scalars(select(OneTimeLink)):
        assert token not in map(str, vars(row).values())


@pytest.mark.parametrize("token", ["x", "%00", "%F0%9F%98%80", "a" * 5000, "..%5c..", "%ff%fe"])
def test_a_made_up_link_opens_nothing(stranger: Browser, world: World, token: str) -> None:
    stranger.get(f"/portal/password/{token}", status=410)
    stranger.get(f"/portal/links/{token}", status=410)


def test_a_sign_in_link_asks_before_it_signs_in(stranger: Browser, elise: Guest) -> None:
    address = make_link(elise, LinkPurpose.PORTAL_DEMO_SIGN_IN)
    page = stranger.get(address)
    assert elise.name in page
    stranger.get("/portal/", status=302)
    assert page.submit(form=address, button="Se connecter").follow().heading == f"Bonjour {elise.name}"
    stranger.get(address, status=410)


def test_a_resource_who_opens_a_contact_s_link_is_sent_back(client: Browser, elise: Guest, link: str) -> None:
    """P5: a sponsor who tries the link must not become the contact."""
    bruno = client.as_("bruno")
    bruno.get(link, status=303)
    assert "prenez une fenêtre privée" in bruno.get("/")
    Browser(client.app, client._people).get(link)


# --- forgotten passwords ---------


def ask(browser: Browser, email: str) -> Any:
    return browser.get("/portal/forgotten").submit({"email": email}, form="/forgotten", status=200)


def mails() -> list[Mail]:
    db.session.rollback()
    sent = select(Mail).where(Mail.kind == MailKind.PORTAL_FORGOTTEN)
    return list(db.session.scalars(sent.execution_options(access="unscoped: tests")))


def test_a_forgotten_password_brings_a_link_by_mail(stranger: Browser, elise: Guest) -> None:
    ask(stranger, elise.email.upper())
    (mail,) = mails()
    assert (mail.kind, mail.to_email, mail.language) == (MailKind.PORTAL_FORGOTTEN, elise.email, "fr")
    link = outbox.link_of(mail)
    assert link is not None
    assert "/portal/password/" in link
    path = "/portal/" + link.split("/portal/")[1]
    page = stranger.get(path)
    home = page.submit({"password": NEW_PASSWORD}, form=path).follow()
    assert home.heading == f"Bonjour {elise.name}"
    stranger.get("/portal/").submit(form="/logout")
    with time_machine.travel(now() + notices.FORGOTTEN_LIFETIME + timedelta(seconds=1)):
        stranger.get(path, status=410)


def test_the_password_of_before_goes_on_until_another_is_chosen(stranger: Browser, elise: Guest) -> None:
    ask(stranger, elise.email)
    stranger.get("/portal/login").submit({"email": elise.email, "password": PASSWORD}, form="/login")


def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
    stranger: Browser, elise: Guest, world: World, queries: Any
) -> None:
    """D5: the same page, and the same statements to the database."""
    disabled = invite(world, factories.contact("Ada Partie", email1="ada@durand.example").id)
    db.session.execute(update(PortalAccess).where(PortalAccess.contact_id == disabled.id).values(activated_at=None))
    db.session.commit()
    # The invitation waits no longer: otherwise it would be withdrawn with its link.
    db.session.execute(delete(Mail))
    db.session.commit()
    ask(stranger, "chauffe@durand.example")
    bodies, work = set(), []
    for email in (elise.email, "personne@durand.example", disabled.email):
        with queries() as seen:
            page = ask(stranger, email)
        bodies.add(page.html.replace(email, "…").replace(stranger.csrf_token, "…"))
        work.append(sorted(one[:40] for one in seen if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))))
    assert len(bodies) == 1
    assert work[0] == work[1] == work[2]
    assert [mail.to_email for mail in mails()] == [elise.email]


def test_the_link_of_nobody_opens_nothing(stranger: Browser, world: World, db_session: Any) -> None:
    token = links.create(LinkPurpose.PORTAL_PASSWORD, None, timedelta(hours=1))
    db_session.commit()
    stranger.get(f"/portal/password/{token}", status=410)


def test_nobody_is_flooded_with_mail(stranger: Browser, elise: Guest) -> None:
    for _attempt in range(5):
        ask(stranger, elise.email)
    stranger.get("/portal/forgotten").submit({"email": elise.email}, form="/forgotten", status=429)
    assert sum(mail.is_waiting for mail in mails()) == 1
