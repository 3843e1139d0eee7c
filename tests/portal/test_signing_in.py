"""Signing in to the portal: its own door, its own attempts, the same answer whatever is behind (P3, P5, D1 to D4)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from tests import factories
from tests.client import Browser, Page
from tests.portal.conftest import PASSWORD, Guest, access_of, invite
from tests.world import World
from webapp import passwords
from webapp.clock import now
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, Contact, PortalAccess, PortalSession
from webapp.services import contacts, organisation, second_factor

WRONG = "L’adresse e-mail ou le mot de passe est incorrect."


def sign_in(browser: Browser, guest: Guest, password: str = PASSWORD, status: int = 303) -> Page:
    form = {"email": guest.email, "password": password}
    return browser.get("/portal/login").submit(form, form="/portal/login", status=status)


def change(guest: Guest, **values: Any) -> None:
    db.session.execute(update(PortalAccess).where(PortalAccess.contact_id == guest.id).values(**values))
    db.session.commit()


def test_elise_signs_in_and_is_greeted(stranger: Browser, elise: Guest, world: World) -> None:
    assert stranger.get("/portal/", status=302).location == "/portal/login?next=/portal/"
    home = sign_in(stranger, elise).follow()
    assert home.heading == f"Bonjour {elise.name}"
    assert world.durand.name in home
    assert world.bruno.name in home


def test_what_was_wanted_comes_after_the_sign_in(stranger: Browser, elise: Guest) -> None:
    door = stranger.get("/portal/coordinates", status=302).follow()
    answer = door.submit({"email": elise.email, "password": PASSWORD}, form="/portal/login")
    assert answer.location == "/portal/coordinates"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/companies", "/portalx"])
def test_nobody_is_sent_out_of_the_portal_by_it(stranger: Browser, elise: Guest, target: str) -> None:
    door = stranger.get("/portal/login", next=target)
    assert door.submit({"email": elise.email, "password": PASSWORD}, form="/portal/login").location == "/portal/"


def test_the_address_counts_without_its_capitals(stranger: Browser, elise: Guest) -> None:
    """D4"""
    door = stranger.get("/portal/login")
    door.submit({"email": elise.email.upper(), "password": PASSWORD}, form="/portal/login")


def test_signing_in_is_a_sign_of_life_and_is_noted(stranger: Browser, elise: Guest) -> None:
    """P1, D2: « Dernier accès »."""
    assert access_of(elise).last_access_at is None
    sign_in(stranger, elise)
    assert access_of(elise).last_access_at is not None
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.kind, entry.actor_contact_id, entry.actor_id) == (AuditKind.PORTAL_SIGNED_IN, elise.id, None)


def test_signing_out_ends_the_session_and_not_the_others(client: Browser, visitor: Browser, elise: Guest) -> None:
    elsewhere = client.as_contact(elise.id)
    assert visitor.get("/portal/").submit(form="/logout").location == "/portal/login"
    visitor.get("/portal/", status=302)
    elsewhere.get("/portal/")


# --- the same answer for all ---------


@pytest.fixture
def others(world: World, elise: Guest, db_session: Any) -> dict[str, Guest]:
    """Contacts who do not come in, each for another reason, all with a right password behind their address."""
    found = {}
    for kind in ("expired", "disabled", "trashed", "of a trashed company", "without a password"):
        contact = factories.contact(f"Ada {kind.title()}", email1=f"{kind.replace(' ', '-')}@durand.example")
        found[kind] = invite(world, contact.id)
    organisation.save({"portal_approval": True})
    db_session.commit()
    for kind in ("pending", "rejected"):
        contact = factories.contact(f"Ada {kind.title()}", email1=f"{kind}@durand.example")
        found[kind] = invite(world, contact.id)
    change(found["rejected"], rejected_at=now())
    change(found["expired"], activated_at=now() - timedelta(days=31))
    change(found["without a password"], password_hash=None)
    by = world.viewer("bruno")
    contacts.update(_contact(found["disabled"]), {"portal_enabled": False}, by)
    contacts.remove(_contact(found["trashed"]), by)
    company = _contact(found["of a trashed company"]).company_id
    db_session.execute(update(factories.Company).where(factories.Company.id == company).values(deleted_at=now()))
    db_session.commit()
    found["unknown"] = Guest(0, "", "personne@durand.example")
    return found


def _contact(guest: Guest) -> Contact:
    contact = db.session.get(Contact, guest.id, execution_options={"access": "unscoped: tests"})
    assert contact is not None
    return contact


def test_a_wrong_password_and_no_account_get_the_same_answer(
    stranger: Browser, elise: Guest, others: dict[str, Guest]
) -> None:
    """D1, D5: nobody learns whose access is what; and nobody else's time is spent on it."""
    bodies = set()
    for guest in (elise, *others.values()):
        page = sign_in(stranger, guest, password="quatre écluses avant midi", status=422)
        assert WRONG in page
        bodies.add(page.html.replace(guest.email, "…").replace(stranger.csrf_token, "…"))
    assert len(bodies) == 1


def test_the_same_work_is_done_for_all(
    stranger: Browser, elise: Guest, others: dict[str, Guest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: a password is hashed once, and as many statements are sent, whether there is an account or not."""
    hashed: list[str] = []
    for name in ("verify_password", "verify_nothing"):
        real = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *given, real=real: hashed.append("") or real(*given))
    for guest in (elise, *others.values()):
        hashed.clear()
        sign_in(stranger, guest, password="quatre écluses avant midi", status=422)
        assert len(hashed) == 1, guest


@pytest.mark.parametrize("kind", ["disabled", "trashed", "of a trashed company", "without a password", "unknown"])
def test_who_has_no_access_is_told_nothing(stranger: Browser, others: dict[str, Guest], kind: str) -> None:
    assert WRONG in sign_in(stranger, others[kind], status=422)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "Votre accès au portail a pris fin le"),
        ("pending", "Votre accès au portail attend encore une approbation."),
        ("rejected", "Votre accès au portail n’est pas ouvert."),
    ],
)
def test_who_proves_who_they_are_is_told_whom_to_ask(
    stranger: Browser, others: dict[str, Guest], world: World, kind: str, words: str
) -> None:
    """P3, D3: only after the right password; and they are not in."""
    page = sign_in(stranger, others[kind], status=422)
    assert words in page
    assert world.bruno.name in page
    stranger.get("/portal/", status=302)
    assert access_of(others[kind]).last_access_at is None


# --- attempts ---------


def test_attempts_are_counted_and_have_to_wait(stranger: Browser, elise: Guest) -> None:
    for _attempt in range(5):
        sign_in(stranger, elise, "quatre écluses avant midi", status=422)
    refused = sign_in(stranger, elise, status=429)
    assert "Trop d’essais. Réessayez dans une minute." in refused
    assert int(refused.headers["Retry-After"]) <= 60
    with time_machine.travel(now() + timedelta(seconds=61)):
        sign_in(stranger, elise)


def refusals(kind: AuditKind) -> list[tuple[str, bool]]:
    """Return who was refused at a door, and whether as they had to wait, oldest first."""
    db.session.rollback()
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.kind == kind).order_by(AuditEntry.id))
    return [(entry.data.get("about", ""), bool(entry.data.get("too_many"))) for entry in entries]


def test_whoever_has_to_wait_is_told_of_in_the_audit_once(
    stranger: Browser, elise: Guest, client: Browser, world: World
) -> None:
    """R2: as at the staff's door, and apart from it: whoever tries both is told of at both."""
    wrong = [(elise.name, False)] * 5
    for _attempt in range(5):
        sign_in(stranger, elise, "quatre écluses avant midi", status=422)
    for _attempt in range(3):
        sign_in(stranger, elise, status=429)
    assert refusals(AuditKind.PORTAL_SIGN_IN_REFUSED) == [*wrong, (elise.name, True)]
    for status in (422, 422, 422, 422, 422, 429, 429):
        stranger.get("/login").submit({"email": world.bruno.email, "password": "faux"}, form="/login", status=status)
    assert refusals(AuditKind.SIGN_IN_REFUSED)[-2:] == [(world.bruno.name, False), (world.bruno.name, True)]
    told = client.as_("anne").get("/admin/audit", kind="portal_sign_in_refused")
    assert [row.text.count("trop d’essais") for row in told.one("tbody").all("tr")] == [1, 0, 0, 0, 0, 0]
    with time_machine.travel(now() + timedelta(minutes=15)):
        sign_in(stranger, elise, "quatre écluses avant midi", status=422)
        sign_in(stranger, elise, status=429)
    assert refusals(AuditKind.PORTAL_SIGN_IN_REFUSED)[-2:] == [(elise.name, False), (elise.name, True)]


def test_whoever_has_to_wait_for_a_code_is_told_of_too(stranger: Browser, elise: Guest, db_session: Any) -> None:
    access_of(elise).totp_secret = "sealed with another key"
    db_session.commit()
    sign_in(stranger, elise)
    for status in (422, 422, 422, 422, 422, 429, 429):
        stranger.get("/portal/login/code").submit({"code": "000000"}, form="/code", status=status)
    assert refusals(AuditKind.PORTAL_SIGN_IN_REFUSED) == [(elise.name, False)] * 5 + [(elise.name, True)]


def test_neither_side_keeps_the_other_waiting(stranger: Browser, elise: Guest, world: World, db_session: Any) -> None:
    """P5: an account of the staff with the same address, at the same network address."""
    db_session.execute(
        update(factories.Resource)
        .where(factories.Resource.id == world.chloe.id)
        .values(email=elise.email, email_key=elise.email)
    )
    db_session.commit()
    for _attempt in range(31):
        stranger.get("/portal/login").submit(
            {"email": elise.email, "password": "faux mot de passe"}, form="/portal/login", status=(422, 429)
        )
    staff = Browser(stranger.app, world.person)
    staff.get("/login").submit({"email": elise.email, "password": PASSWORD}, form="/login")
    for _attempt in range(6):
        Browser(stranger.app, world.person).get("/login").submit(
            {"email": world.bruno.email, "password": "faux mot de passe"}, form="/login", status=(422, 429)
        )
    with time_machine.travel(now() + timedelta(minutes=16)):
        sign_in(stranger, elise)


# --- the second factor ---------


def test_a_second_factor_is_asked_for_and_a_recovery_code_serves_once(
    stranger: Browser, elise: Guest, db_session: Any
) -> None:
    """R2, for contacts: the same as for the staff, kept apart from it."""
    access = access_of(elise)
    secret = second_factor.new_secret()
    import pyotp

    codes = second_factor.enable(access, secret, pyotp.TOTP(secret).now(), name=elise.name)
    assert codes is not None
    db_session.commit()
    assert sign_in(stranger, elise).location == "/portal/login/code"
    stranger.get("/portal/", status=302)
    stranger.get("/portal/login/code").submit({"code": "000000"}, form="/code", status=422)
    home = stranger.get("/portal/login/code").submit({"code": codes[0].upper()}, form="/code").follow()
    assert "Il vous reste 9 codes de secours." in home
    other = Browser(stranger.app, stranger._people)
    sign_in(other, elise)
    other.get("/portal/login/code").submit({"code": codes[0]}, form="/code", status=422)


def test_a_code_of_the_staff_is_no_contact_s(stranger: Browser, elise: Guest, world: World, db_session: Any) -> None:
    """The same number may be that of a resource and that of a contact."""
    bruno = db_session.get(factories.Resource, world.bruno.id)
    codes = second_factor.renew_recovery_codes(bruno)
    access = access_of(elise)
    access.totp_secret = "sealed with another key"
    db_session.commit()
    assert second_factor.accept(access_of(elise), codes[0]) is None
    assert second_factor.recovery_codes_left(access_of(elise)) == 0


def test_whoever_waits_for_a_code_on_one_side_is_nobody_on_the_other(
    stranger: Browser, elise: Guest, db_session: Any
) -> None:
    access_of(elise).totp_secret = "sealed with another key"
    db_session.commit()
    sign_in(stranger, elise)
    assert stranger.get("/login/code", status=303).location == "/login"


# --- at this very moment ---------


@pytest.fixture
def paris() -> Iterator[ZoneInfo]:
    return ZoneInfo("Europe/Paris")


def test_the_session_ends_as_the_day_of_the_end_does(client: Browser, elise: Guest, paris: ZoneInfo) -> None:
    """D2: until the last second of the day where the organisation is, and not one more."""
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011
    change(elise, expires_on=tomorrow)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=paris) + timedelta(days=1)
    visitor = client.as_contact(elise.id)
    with time_machine.travel(midnight - timedelta(seconds=2), tick=False):
        visitor = client.as_contact(elise.id)
        visitor.get("/portal/")
    with time_machine.travel(midnight, tick=False):
        assert visitor.get("/portal/", status=302).location.startswith("/portal/login")
        visitor.hx_get("/portal/", status=401)


def test_the_last_day_is_that_of_the_organisation(stranger: Browser, elise: Guest, paris: ZoneInfo) -> None:
    """D2, D20: an access that ends for want of sign-ins at one in the morning in Paris ends on that day there."""
    begun = datetime(2026, 7, 10, 1, tzinfo=paris)
    change(elise, activated_at=begun, reactivated_at=None, last_access_at=None)
    with time_machine.travel(begun + timedelta(days=40)):
        assert "a pris fin le 9 août 2026" in sign_in(stranger, elise, status=422)


@pytest.mark.parametrize(
    "values",
    [
        {"enabled": False},
        {"rejected_at": datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))},
        {"activated_at": None},
        {"expires_on": date(2020, 1, 1)},
        {"activated_at": datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC")), "last_access_at": None},
    ],
)
def test_whatever_ends_an_access_ends_its_sessions_at_once(
    visitor: Browser, elise: Guest, values: dict[str, Any]
) -> None:
    """D1"""
    visitor.get("/portal/")
    change(elise, **values)
    visitor.get("/portal/", status=302)


@pytest.mark.parametrize("model", [Contact, factories.Company])
def test_the_trash_ends_them_too(visitor: Browser, elise: Guest, world: World, db_session: Any, model: Any) -> None:
    """D16"""
    record_id = elise.id if model is Contact else world.durand.id
    db_session.execute(update(model).where(model.id == record_id).values(deleted_at=now()))
    db_session.commit()
    visitor.get("/portal/", status=302)


def test_a_session_unused_for_long_ends(client: Browser, app: Flask, elise: Guest) -> None:
    visitor = client.as_contact(elise.id)
    with time_machine.travel(now() + app.config["PERMANENT_SESSION_LIFETIME"] + timedelta(minutes=6)):
        visitor.get("/portal/", status=302)


def test_a_request_asks_who_it_is_with_one_query(visitor: Browser, elise: Guest, queries: Any, db_session: Any) -> None:
    with queries() as seen:
        visitor.get("/portal/")
    assert sum("portal_session" in statement for statement in seen) == 1
    assert len(seen) <= 7, seen


# --- one identity in a browser ---------


def test_signing_in_on_one_side_ends_what_the_browser_held_of_the_other(
    client: Browser, elise: Guest, world: World, db_session: Any
) -> None:
    """P5: a resource's session does not go on beside a contact's, nor the other way round."""
    browser = client.as_("bruno")
    browser.get("/")
    browser._flask.delete_cookie("comptoir")
    visitor = client.as_contact(elise.id)
    visitor.get("/portal/")
    assert visitor.get("/login", status=303).location == "/portal/"
    visitor.get("/portal/").submit(form="/logout")
    visitor.get("/login").submit({"email": world.bruno.email, "password": PASSWORD}, form="/login")
    visitor.get("/companies")
    assert visitor.get("/portal/", status=303).location == "/"
    open_ones = select(func.count()).where(PortalSession.contact_id == elise.id, PortalSession.ended_at.is_(None))
    assert db_session.scalar(open_ones) == 0
