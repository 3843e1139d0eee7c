"""Who gives a contact which rights in the portal, and what never passes (P1, P2, P12, D1, D2, D4, D10)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.accesses import mails, signed_in, told
from tests.world import World
from webapp.access import SYSTEM
from webapp.clock import at, now
from webapp.extensions import db
from webapp.models import AuditEntry, AuditKind, Contact, HistoryKind, MailKind, OneTimeLink
from webapp.services import contacts, organisation
from webapp.services.portal.access import PortalState, state_of
from webapp.services.refusal import Refused

# --- P2: whoever enables it is the sponsor -----------------------------------------------------------------------


def test_whoever_enables_an_access_is_its_sponsor_and_the_contact_is_invited(elise: Contact, bruno: Any) -> None:
    """P2, P3, H2: without approval it is active at once."""
    access = factories.portal_access(elise, bruno, team_folders=True, expires_on=date(2099, 1, 1))
    assert (access.sponsor_id, access.login_key) == (bruno.resource_id, elise.email1)
    assert state_of(access) is PortalState.ACTIVE
    [event] = told(elise, HistoryKind.PORTAL_INVITED)
    assert event.actor_id == bruno.resource_id
    lines = {line["name"]: (line["old"], line["new"]) for line in event.data["changes"]}
    assert lines == {
        "portal_enabled": (False, True),
        "portal_team_folders": (False, True),
        "portal_expires_on": (None, "2099-01-01"),
    }
    [mail] = mails(elise)
    assert (mail.kind, mail.to_email, mail.has_link) == (MailKind.PORTAL_INVITED, elise.email1, True)


def test_a_new_contact_may_have_an_access_from_the_start(world: World, db_session: Any, bruno: Any) -> None:
    """P1, H2: two events, that it was created and that it was invited."""
    given = {"email1": "zoe@durand.example", "portal_enabled": True, "portal_invoice_review": True}
    zoe = factories.contact("Zoé Roux", company=world.durand.id, by=bruno, **given)
    assert zoe.portal_access is not None
    assert zoe.portal_access.invoice_review
    assert len(told(zoe, HistoryKind.CREATED, HistoryKind.PORTAL_INVITED)) == 2


def test_only_the_sponsor_changes_the_rights(elise: Contact, bruno: Any, chloe: Any, world: World) -> None:
    """P2: not another resource, nor an administrator, nor a command; what else they change is theirs to change."""
    access = factories.portal_access(elise, bruno)
    for other in (chloe, world.viewer("anne"), SYSTEM):
        with pytest.raises(Refused) as refused:
            contacts.update(elise, {"portal_team_folders": True, "nickname": "Lili"}, other)
        assert "Bruno Masson" in refused.value.errors["portal_enabled"]
        # As a view does.
        db.session.rollback()
    contacts.update(elise, {"nickname": "Lili"}, chloe)
    contacts.update(elise, {"portal_team_folders": True}, bruno)
    assert access.team_folders
    [event] = told(elise, HistoryKind.PORTAL_CHANGED)
    assert [line["name"] for line in event.data["changes"]] == ["portal_team_folders"]


def test_a_save_that_changes_fields_and_rights_is_one_entry(elise: Contact, bruno: Any, db_session: Any) -> None:
    """D17: with a line for each; the audit has the change of rights all the same."""
    factories.portal_access(elise, bruno)
    before = len(told(elise, *HistoryKind))
    contacts.update(
        elise, {"nickname": "Lili", "portal_team_folders": True, "portal_expires_on": date(2099, 1, 1)}, bruno
    )
    db_session.flush()
    [event] = told(elise, *HistoryKind)[before:]
    assert event.kind is HistoryKind.MODIFIED
    lines = {line["name"]: (line["old"], line["new"]) for line in event.data["changes"]}
    assert lines == {
        "nickname": ("", "Lili"),
        "portal_team_folders": (False, True),
        "portal_expires_on": (None, "2099-01-01"),
    }
    audited = db_session.scalars(select(AuditEntry).where(AuditEntry.kind == AuditKind.PORTAL_ACCESS_CHANGED)).all()
    assert audited[-1].data["what"] == "portal_changed"


def test_an_invitation_and_an_end_are_entries_of_their_own(elise: Contact, bruno: Any, db_session: Any) -> None:
    """H2, D17: they are other events than the change beside them."""
    for values, kind in (
        ({"nickname": "Lili", "portal_enabled": True, "portal_team_folders": True}, HistoryKind.PORTAL_INVITED),
        ({"nickname": "", "portal_enabled": False}, HistoryKind.PORTAL_DISABLED),
    ):
        before = len(told(elise, *HistoryKind))
        contacts.update(elise, values, bruno)
        db_session.flush()
        events = {event.kind: event for event in told(elise, *HistoryKind)[before:]}
        assert set(events) == {HistoryKind.MODIFIED, kind}
        assert [line["name"] for line in events[HistoryKind.MODIFIED].data["changes"]] == ["nickname"]


def test_a_command_enables_nothing(elise: Contact) -> None:
    with pytest.raises(Refused):
        contacts.update(elise, {"portal_enabled": True}, SYSTEM)


# --- D1: unticked ------------------------------------------------------------------------------------------------


def test_unticking_ends_all_at_once_and_keeps_the_settings(
    elise: Contact, bruno: Any, chloe: Any, world: World, db_session: Any
) -> None:
    """D1, P2: who ticks it again, whoever that is, becomes the sponsor."""
    access = factories.portal_access(elise, bruno, team_folders=True, max_resources=3, profiles={world.anne.id})
    session = signed_in(elise)
    contacts.update(elise, {"portal_enabled": False, "portal_team_folders": False, "portal_max_resources": None}, bruno)
    db_session.commit()
    assert state_of(access) is None
    assert access.login_key is None
    db_session.refresh(session)
    assert session.ended_at is not None
    link = db_session.scalars(select(OneTimeLink).where(OneTimeLink.contact_id == elise.id)).one()
    assert link.expires_at <= now()
    assert (access.team_folders, access.max_resources, len(access.profiles)) == (True, 3, 1)
    assert [line["name"] for line in told(elise, HistoryKind.PORTAL_DISABLED)[0].data["changes"]] == ["portal_enabled"]
    contacts.update(elise, {"portal_enabled": True}, chloe)
    assert access.sponsor_id == chloe.resource_id
    assert state_of(access) is PortalState.ACTIVE


def test_an_end_that_is_past_is_refused_when_enabling_and_kept_afterwards(elise: Contact, bruno: Any) -> None:
    """D2: of the organisation's today; an access that has ended may still be changed otherwise."""
    with at(now() - timedelta(days=60)):
        today = now().date()
        with pytest.raises(Refused) as refused:
            factories.portal_access(elise, bruno, expires_on=today - timedelta(days=2))
        assert set(refused.value.errors) == {"portal_expires_on"}
        access = factories.portal_access(elise, bruno, expires_on=today + timedelta(days=1))
    assert state_of(access) is PortalState.EXPIRED
    contacts.update(elise, {"portal_team_folders": True}, bruno)
    assert state_of(access) is PortalState.EXPIRED
    contacts.update(elise, {"portal_expires_on": now().date() + timedelta(days=9)}, bruno)
    assert state_of(access) is PortalState.ACTIVE
    assert told(elise, HistoryKind.PORTAL_EXTENDED)


# --- D4: the login -----------------------------------------------------------------------------------------------


def test_who_has_an_access_keeps_an_email_of_their_own(elise: Contact, world: World, bruno: Any) -> None:
    """D4: compared without case, among those whose access is enabled; and it can't be emptied."""
    factories.portal_access(elise, bruno)
    paul = factories.contact("Paul Roux", company=world.durand.id, email1=elise.email1.upper())
    with pytest.raises(Refused) as refused:
        contacts.update(paul, {"portal_enabled": True}, bruno)
    assert set(refused.value.errors) == {"email1"}
    assert elise.name not in refused.value.errors["email1"]
    contacts.update(paul, {"email1": "paul@durand.example", "portal_enabled": True}, bruno)
    for email in ("", elise.email1.title()):
        with pytest.raises(Refused) as refused:
            contacts.update(paul, {"email1": email}, bruno)
        assert set(refused.value.errors) == {"email1"}


def test_the_login_follows_the_email_and_older_links_end(
    elise: Contact, bruno: Any, chloe: Any, db_session: Any
) -> None:
    """D4: whoever changes the e-mail; what was mailed to the address before opens nothing any more."""
    access = factories.portal_access(elise, bruno)
    contacts.update(elise, {"email1": "Elise@nouveau.example"}, chloe)
    db_session.commit()
    assert access.login_key == "elise@nouveau.example"
    assert db_session.scalars(select(OneTimeLink)).one().expires_at <= now()


def test_an_email_without_access_is_nobodys_business(elise: Contact, world: World, bruno: Any) -> None:
    factories.portal_access(elise, bruno)
    paul = factories.contact("Paul Roux", company=world.durand.id, email1=elise.email1)
    contacts.update(paul, {"email1": ""}, bruno)


# --- D10: how many profiles --------------------------------------------------------------------------------------

LISTED = {"resource_profiles": True}


def test_no_more_profiles_than_the_maximum(elise: Contact, world: World, bruno: Any) -> None:
    """P12, D10: the refusal names both numbers, beside what was changed."""
    everybody = {world.anne.id, world.bruno.id, world.chloe.id}
    access = factories.portal_access(elise, bruno, **LISTED, max_resources=2, profiles={world.anne.id, world.bruno.id})
    with pytest.raises(Refused) as refused:
        contacts.update(elise, {"portal_profiles": everybody}, bruno)
    assert re.findall(r"\d+", refused.value.errors["portal_profiles"]) == ["2", "3"]
    with pytest.raises(Refused) as refused:
        contacts.update(elise, {"portal_max_resources": 1}, bruno)
    assert re.findall(r"\d+", refused.value.errors["portal_max_resources"]) == ["1", "2"]
    contacts.update(elise, {"portal_max_resources": None, "portal_profiles": everybody}, bruno)
    assert len(access.profiles) == 3
    [event] = told(elise, HistoryKind.PORTAL_CHANGED)
    line = next(line for line in event.data["changes"] if line["name"] == "portal_profiles")
    assert line["names"][str(world.chloe.id)] == ["Chloé Œuvrard"] * 2


def test_one_profile_too_many_is_told_of_as_one(elise: Contact, world: World, bruno: Any) -> None:
    """D10, N4."""
    factories.portal_access(elise, bruno, **LISTED, profiles={world.anne.id})
    with pytest.raises(Refused) as refused:
        contacts.update(elise, {"portal_max_resources": 0}, bruno)
    assert refused.value.errors["portal_max_resources"].endswith("de 0\u00a0: 1 ressource est sélectionnée.")


def test_all_profiles_ask_for_no_list_and_erase_none(elise: Contact, world: World, bruno: Any) -> None:
    """D10: « all » sets list and maximum aside; taken back, they count again."""
    two = {world.anne.id, world.bruno.id}
    access = factories.portal_access(elise, bruno, **LISTED, all_resource_profiles=True, max_resources=1, profiles=two)
    assert (access.max_resources, len(access.profiles)) == (1, 2)
    with pytest.raises(Refused) as refused:
        contacts.update(elise, {"portal_all_resource_profiles": False}, bruno)
    assert set(refused.value.errors) == {"portal_profiles"}


def test_who_has_left_does_not_count_and_is_not_chosen(elise: Contact, world: World, bruno: Any) -> None:
    """D10: the count is of the active ones."""
    gone = factories.resource("Gaston", is_active=False)
    with pytest.raises(Refused):
        factories.portal_access(elise, bruno, **LISTED, profiles={gone.id})
    leaving = factories.resource("Léa")
    factories.portal_access(elise, bruno, **LISTED, max_resources=1, profiles={leaving.id})
    leaving.is_active = False
    contacts.update(elise, {"portal_profiles": {leaving.id, world.anne.id}}, bruno)


# --- D3 ----------------------------------------------------------------------------------------------------------


def test_with_approval_nothing_leaves_before_it(elise: Contact, bruno: Any, db_session: Any) -> None:
    """D3: until then no sign-in and no mail."""
    organisation.save({"portal_approval": True})
    access = factories.portal_access(elise, bruno)
    assert state_of(access) is PortalState.PENDING
    assert not mails(elise)
    assert told(elise, HistoryKind.PORTAL_REQUESTED)
