"""« Sécurité »: the password, the second factor and the sessions of a contact (P6, R2)."""

from typing import Any

import pyotp
from sqlalchemy import func, select

from tests import factories
from tests.client import Browser
from tests.portal.conftest import PASSWORD, Guest, access_of, invite
from tests.world import World
from webapp import vault
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, PortalSession
from webapp.services import second_factor

ACCOUNT = "/portal/account"
NEW_PASSWORD = "quatre écluses avant midi"


def open_sessions(guest: Guest) -> int:
    mine = select(func.count()).where(PortalSession.contact_id == guest.id, PortalSession.ended_at.is_(None))
    return db.session.scalar(mine) or 0


def test_she_changes_her_password_and_her_other_sessions_end(client: Browser, visitor: Browser, elise: Guest) -> None:
    elsewhere = client.as_contact(elise.id)
    values = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    done = visitor.get(f"{ACCOUNT}/password").submit(values, form="/password").follow()
    assert "Votre mot de passe est changé." in done
    elsewhere.get(ACCOUNT, status=302)
    door = Browser(client.app, client._people).get("/portal/login")
    door.submit({"email": elise.email, "password": PASSWORD}, form="/login", status=422)
    door.submit({"email": elise.email, "password": NEW_PASSWORD}, form="/login")


def test_a_password_is_changed_by_whoever_knows_it_and_tries_are_counted(visitor: Browser, elise: Guest) -> None:
    values = {"current_password": "un autre mot de passe", "password": NEW_PASSWORD}
    for _attempt in range(5):
        page = visitor.get(f"{ACCOUNT}/password").submit(values, form="/password", status=422)
        assert "Ce n’est pas votre mot de passe actuel." in page.error("current_password")
    page = visitor.get(f"{ACCOUNT}/password").submit(
        values | {"current_password": PASSWORD}, form="/password", status=422
    )
    assert "Trop d’essais." in page.error("current_password")


def test_a_weak_password_is_refused(visitor: Browser, elise: Guest) -> None:
    values = {"current_password": PASSWORD, "password": "motdepasse123"}
    assert visitor.get(f"{ACCOUNT}/password").submit(values, form="/password", status=422).error("password")


def test_she_ends_one_session_or_all_others(client: Browser, visitor: Browser, elise: Guest) -> None:
    phone, tablet = client.as_contact(elise.id), client.as_contact(elise.id)
    page = visitor.get(ACCOUNT)
    form = next(form["action"] for form in page.all("form") if form.get("action").endswith("/end"))
    page.submit(form=form)
    assert open_sessions(elise) == 2
    visitor.get(ACCOUNT).submit(form="/end-others")
    assert open_sessions(elise) == 1
    phone.get(ACCOUNT, status=302)
    tablet.get(ACCOUNT, status=302)
    visitor.get(ACCOUNT)


def test_nobody_ends_the_session_of_another(client: Browser, visitor: Browser, elise: Guest, world: World) -> None:
    """P5: nor that of a resource of the same number."""
    other = invite(world, factories.contact("Ada Zorglub", email1="ada@durand.example").id)
    hers = client.as_contact(other.id)
    client.as_("bruno").get("/")
    visitor.get(ACCOUNT)
    for session_id in (
        *db.session.scalars(select(PortalSession.id).where(PortalSession.contact_id == other.id)),
        2**70,
    ):
        visitor.post(f"{ACCOUNT}/sessions/{session_id}/end", status=404)
    hers.get(ACCOUNT)


def test_she_turns_the_second_factor_on_and_off(visitor: Browser, elise: Guest) -> None:
    """R2, optional for contacts."""
    page = visitor.get(f"{ACCOUNT}/second-factor")
    secret = page.one("code").text.replace(" ", "")
    codes = page.submit({"code": pyotp.TOTP(secret).now()}, form="/second-factor", status=200)
    assert len(codes.all("code")) == second_factor.RECOVERY_CODES
    stored = access_of(elise).totp_secret
    assert stored is not None
    assert vault.unseal(stored) == secret
    page = visitor.get(f"{ACCOUNT}/second-factor")
    assert "Codes de secours encore valables : 10." in page
    new = page.submit({"current_password": PASSWORD}, form="/recovery-codes", status=200)
    assert second_factor.accept(access_of(elise), codes.all("code")[0].text) is None
    assert second_factor.accept(access_of(elise), new.all("code")[0].text) is not None
    db.session.rollback()
    refused = visitor.get(f"{ACCOUNT}/second-factor").submit(
        {"current_password": "faux"}, form="/recovery-codes", status=422
    )
    assert refused.error("current_password")
    values = {"current_password": PASSWORD}
    page.submit(values, form="/recovery-codes", button="Désactiver la double authentification")
    assert access_of(elise).totp_secret is None
    kinds = [entry.kind for entry in db.session.scalars(select(AuditEntry))]
    assert {AuditKind.PORTAL_SECOND_FACTOR_ON, AuditKind.PORTAL_SECOND_FACTOR_OFF} <= set(kinds)


def test_the_audit_says_which_contact_did_it(client: Browser, visitor: Browser, elise: Guest, world: World) -> None:
    values = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    visitor.get(f"{ACCOUNT}/password").submit(values, form="/password")
    log = client.as_("anne").get("/admin/audit", who="nguyen", kind=AuditKind.PORTAL_PASSWORD_CHANGED)
    rows = log.one("tbody").all("tr")
    assert len(rows) == 1
    assert rows[0].text.count(elise.name) == 2


def test_the_language_she_chooses_follows_her(client: Browser, visitor: Browser, elise: Guest) -> None:
    """N4"""
    visitor.get("/portal/").submit(form="/preferences", button="English")
    assert access_of(elise).language == "en"
    assert client.as_contact(elise.id, language="fr").get("/portal/").root.one("html")["lang"] == "en"


def test_a_page_of_it_asks_a_fixed_number_of_queries(
    client: Browser, visitor: Browser, elise: Guest, queries: Any
) -> None:
    for _other in range(3):
        client.as_contact(elise.id)
    with queries() as seen:
        visitor.get(ACCOUNT)
    assert len(seen) <= 5, seen
