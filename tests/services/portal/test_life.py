"""The life of an access to the portal: decided on, prolonged, handed over, helped in; the trash (P2 to P4, D3, D16)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.accesses import mails, signed_in, told
from tests.world import World
from webapp.access import SYSTEM, get_in_trash, get_visible
from webapp.clock import at, now
from webapp.models import (
    AuditEntry,
    AuditKind,
    Company,
    Contact,
    HistoryKind,
    LinkPurpose,
    MailKind,
    MailState,
    OneTimeLink,
    PortalAccess,
)
from webapp.services import companies, contacts, organisation, resources, second_factor, trash
from webapp.services.portal import life, words
from webapp.services.portal.access import PortalState, state_of
from webapp.services.refusal import Refused

# --- D3: approval ------------------------------------------------------------------------------------------------


def test_a_request_is_approved_and_the_contact_invited(elise: Contact, bruno: Any, anne: Any, db_session: Any) -> None:
    """D3: approval sets the activation and sends the invitation."""
    organisation.save({"portal_approval": True})
    access = factories.portal_access(elise, bruno)
    later = now() + timedelta(days=3)
    with at(later):
        life.approve(elise, anne)
        assert state_of(access) is PortalState.ACTIVE
    assert (access.activated_at, access.decided_by_id) == (later, anne.resource_id)
    assert [mail.kind for mail in mails(elise)] == [MailKind.PORTAL_INVITED]
    assert told(elise, HistoryKind.PORTAL_INVITED)[0].actor_id == anne.resource_id


def test_a_request_is_rejected_with_a_reason_and_asked_again(
    elise: Contact, bruno: Any, anne: Any, db_session: Any
) -> None:
    """D3, P3."""
    organisation.save({"portal_approval": True})
    access = factories.portal_access(elise, bruno)
    with pytest.raises(Refused) as refused:
        life.reject(elise, "", anne)
    assert set(refused.value.errors) == {"reason"}
    life.reject(elise, "Le contrat n’est pas signé.", anne)
    assert state_of(access) is PortalState.REJECTED
    assert words.state(access) == "Approbation rejetée"
    assert told(elise, HistoryKind.PORTAL_REJECTED)[0].data["comment"] == "Le contrat n’est pas signé."
    with pytest.raises(Refused):
        life.approve(elise, anne)
    life.ask_again(elise, bruno)
    assert state_of(access) is PortalState.PENDING
    assert access.rejection_reason == ""
    assert not mails(elise)
    life.approve(elise, anne)
    assert state_of(access) is PortalState.ACTIVE


def test_asked_again_once_nobody_approves_any_more_it_begins(elise: Contact, bruno: Any, anne: Any) -> None:
    organisation.save({"portal_approval": True})
    access = factories.portal_access(elise, bruno)
    life.reject(elise, "Non.", anne)
    organisation.save({"portal_approval": False})
    life.ask_again(elise, bruno)
    assert state_of(access) is PortalState.ACTIVE


def test_what_would_have_ended_already_is_not_approved(elise: Contact, bruno: Any, anne: Any) -> None:
    """D2, D3."""
    organisation.save({"portal_approval": True})
    factories.portal_access(elise, bruno, expires_on=now().date() + timedelta(days=2))
    with at(now() + timedelta(days=9)), pytest.raises(Refused):
        life.approve(elise, anne)


# --- D2: a new life ----------------------------------------------------------------------------------------------


def test_prolonging_restarts_the_clock_and_a_reminder_does_not(elise: Contact, bruno: Any, db_session: Any) -> None:
    """D2."""
    access = factories.portal_access(elise, bruno)
    with at(now() + timedelta(days=29)):
        life.remind(elise, bruno)
    with at(now() + timedelta(days=31)):
        assert state_of(access) is PortalState.EXPIRED
        assert "30 jours sans connexion" in words.end(access)
        life.extend(elise, None, bruno)
        assert state_of(access) is PortalState.ACTIVE
    with at(now() + timedelta(days=60)):
        assert state_of(access) is PortalState.ACTIVE
    assert told(elise, HistoryKind.PORTAL_EXTENDED)


def test_prolonging_gives_another_end(elise: Contact, bruno: Any) -> None:
    today = now().date()
    access = factories.portal_access(elise, bruno, expires_on=today + timedelta(days=3))
    offered = life.offered_end(access)
    assert offered is not None
    assert offered >= today + timedelta(days=89)
    version = elise.version
    life.extend(elise, offered, bruno)
    assert access.expires_on == offered
    assert elise.version > version, "whoever has the contact's form open is told (R4)"
    with pytest.raises(Refused) as refused:
        life.extend(elise, today - timedelta(days=5), bruno)
    assert set(refused.value.errors) == {"until"}


# --- P2: handed over ---------------------------------------------------------------------------------------------


def test_an_access_is_handed_over_with_a_reason(elise: Contact, bruno: Any, chloe: Any, anne: Any) -> None:
    """P2: the new sponsor, and no longer the old one, changes the rights."""
    access = factories.portal_access(elise, bruno)
    with pytest.raises(Refused) as refused:
        life.hand_over([elise], chloe.resource_id, "", anne)
    assert set(refused.value.errors) == {"reason"}
    life.hand_over([elise], chloe.resource_id, "Bruno change de région.", anne)
    assert access.sponsor_id == chloe.resource_id
    [event] = told(elise, HistoryKind.PORTAL_HANDED_OVER)
    assert event.data["comment"] == "Bruno change de région."
    [line] = event.data["changes"]
    assert line["names"] == {
        str(bruno.resource_id): ["Bruno Masson"] * 2,
        str(chloe.resource_id): ["Chloé Œuvrard"] * 2,
    }
    with pytest.raises(Refused):
        contacts.update(elise, {"portal_team_folders": True}, bruno)
    contacts.update(elise, {"portal_team_folders": True}, chloe)


def test_nobody_becomes_the_sponsor_of_whom_they_do_not_see(
    world: World, bruno: Any, chloe: Any, anne: Any, db_session: Any
) -> None:
    """P2, D6: being the sponsor opens nothing."""
    denis = get_visible(Contact, world.denis.id, SYSTEM)
    contacts.update(denis, {"email1": "denis@ecluse.example"}, bruno)
    access = factories.portal_access(denis, bruno)
    for nobody in (chloe.resource_id, None, 10**9):
        with pytest.raises(Refused) as refused:
            life.hand_over([denis], nobody, "Départ", anne)
        assert set(refused.value.errors) == {"sponsor"}
    assert access.sponsor_id == bruno.resource_id
    life.hand_over([denis], anne.resource_id, "Départ", anne)


def test_a_sponsor_who_leaves_names_a_successor(
    elise: Contact, world: World, bruno: Any, chloe: Any, anne: Any, db_session: Any
) -> None:
    """P2."""
    access = factories.portal_access(elise, bruno)
    leaving = resources.by_email(world.bruno.email)
    assert leaving is not None
    with pytest.raises(Refused) as refused:
        resources.update_resource(leaving, {"is_active": False}, anne)
    assert "1 contact" in refused.value.errors["portal_successor"]
    with pytest.raises(Refused) as refused:
        resources.update_resource(leaving, {"is_active": False, "portal_successor": leaving.id}, anne)
    assert set(refused.value.errors) == {"portal_successor"}
    resources.update_resource(leaving, {"is_active": False, "portal_successor": chloe.resource_id}, anne)
    assert access.sponsor_id == chloe.resource_id
    assert "Bruno Masson" in told(elise, HistoryKind.PORTAL_HANDED_OVER)[0].data["comment"]
    assert not leaving.is_active


# --- P4: the password --------------------------------------------------------------------------------------------


def test_a_reset_ends_the_password_and_the_sessions_at_once(elise: Contact, bruno: Any, db_session: Any) -> None:
    """P4, D5: the mail holds a link that serves once; a newer link ends the older."""
    access = factories.portal_access(elise, bruno)
    access.password_hash = factories.password_hash()
    session = signed_in(elise)
    life.reset_password(elise, bruno)
    db_session.commit()
    assert access.password_hash is None
    db_session.refresh(session)
    assert session.ended_at is not None
    life.reset_password(elise, bruno)
    db_session.commit()
    kinds = [(mail.kind, mail.state) for mail in mails(elise)]
    assert kinds[-2:] == [
        (MailKind.PORTAL_PASSWORD, MailState.CANCELLED),
        (MailKind.PORTAL_PASSWORD, MailState.WAITING),
    ]
    links = db_session.scalars(select(OneTimeLink).where(OneTimeLink.purpose == LinkPurpose.PORTAL_PASSWORD)).all()
    assert sum(link.expires_at > now() for link in links) == 1
    assert len(told(elise, HistoryKind.PORTAL_PASSWORD_RESET)) == 2


def test_a_reset_leaves_the_second_factor_unless_it_is_asked_to_go(elise: Contact, bruno: Any, db_session: Any) -> None:
    """P4, R2: in the history, in the audit, in the mail; and its recovery codes go with it."""
    access = factories.portal_access(elise, bruno)
    access.totp_secret = "sealed"
    second_factor.renew_recovery_codes(access)
    life.reset_password(elise, bruno)
    assert access.totp_secret is not None
    assert "double authentification" not in mails(elise)[-1].text
    session = signed_in(elise)
    life.reset_password(elise, bruno, without_second_factor=True)
    db_session.commit()
    assert (access.totp_secret, second_factor.recovery_codes_left(access)) == (None, 0)
    db_session.refresh(session)
    assert session.ended_at is not None
    assert "La double authentification est désactivée" in mails(elise)[-1].text
    assert "La double authentification est désactivée" in mails(elise)[-1].html
    first, second = told(elise, HistoryKind.PORTAL_PASSWORD_RESET)
    assert "changes" not in first.data
    assert second.data["changes"] == [{"name": "portal_second_factor", "old": True, "new": False}]
    off = select(AuditEntry).where(AuditEntry.kind == AuditKind.PORTAL_SECOND_FACTOR_OFF)
    assert [entry.data["about"] for entry in db_session.scalars(off)] == [elise.name]
    life.reset_password(elise, bruno, without_second_factor=True)
    assert "double authentification" not in mails(elise)[-1].text


def test_a_reminder_has_a_link_only_for_who_never_chose_a_password(elise: Contact, bruno: Any) -> None:
    """P4, D5."""
    access = factories.portal_access(elise, bruno, expires_on=date(2099, 3, 1))
    life.remind(elise, bruno)
    mail = mails(elise)[-1]
    assert (mail.kind, mail.has_link) == (MailKind.PORTAL_REMINDED, True)
    assert elise.email1 in mail.text
    access.password_hash = factories.password_hash()
    life.remind(elise, bruno)
    mail = mails(elise)[-1]
    assert not mail.has_link
    assert "mot de passe" in mail.text


def test_mail_is_written_in_the_contacts_language(elise: Contact, bruno: Any) -> None:
    access = factories.portal_access(elise, bruno)
    access.language = "en"
    life.remind(elise, bruno)
    assert "Your sign-in name" in mails(elise)[-1].text


@pytest.mark.parametrize("do", [life.reset_password, life.remind])
def test_who_waits_or_has_ended_is_helped_in_by_nobody(elise: Contact, bruno: Any, do: Any) -> None:
    """P3, D3: no mail before approval."""
    organisation.save({"portal_approval": True})
    factories.portal_access(elise, bruno)
    with pytest.raises(Refused):
        do(elise, bruno)
    assert not mails(elise)


# --- D16: the trash ----------------------------------------------------------------------------------------------


def test_the_trash_cuts_the_access_and_gives_it_back(elise: Contact, bruno: Any, db_session: Any) -> None:
    """D16."""
    access = factories.portal_access(elise, bruno)
    session = signed_in(elise)
    contacts.remove(elise, bruno)
    db_session.commit()
    db_session.refresh(session)
    assert session.ended_at is not None
    assert access.login_key is None
    restored = trash.restore_contact(get_in_trash(Contact, elise.id, SYSTEM), bruno)
    db_session.commit()
    assert restored.without_access == 0
    assert (access.login_key, state_of(access)) == (elise.email1, PortalState.ACTIVE)


def test_a_login_taken_meanwhile_is_not_given_back(elise: Contact, world: World, bruno: Any, db_session: Any) -> None:
    """D4, D16: with a company too; whoever restores is told."""
    access = factories.portal_access(elise, bruno)
    durand = get_visible(Company, world.durand.id, SYSTEM)
    companies.remove(durand, bruno)
    db_session.commit()
    other = factories.contact("Élise Bis", email1=elise.email1)
    factories.portal_access(other, bruno)
    restored = trash.restore_company(get_in_trash(Company, durand.id, SYSTEM), bruno)
    db_session.commit()
    assert restored.without_access == 1
    assert not access.enabled
    assert told(elise, HistoryKind.PORTAL_DISABLED)


def test_erasing_a_contact_erases_their_access(elise: Contact, world: World, bruno: Any, db_session: Any) -> None:
    factories.portal_access(elise, bruno, resource_profiles=True, profiles={world.anne.id})
    signed_in(elise)
    contacts.remove(elise, bruno)
    db_session.commit()
    trash.purge(get_in_trash(Contact, elise.id, SYSTEM), SYSTEM)
    db_session.commit()
    assert db_session.scalars(select(PortalAccess)).all() == []
    assert db_session.scalars(select(OneTimeLink)).all() == []
