"""What is written before an access ends: seven days and one day before, once, to contact and sponsor (D2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests import factories
from tests.accesses import mails
from webapp import worker
from webapp.access import SYSTEM
from webapp.clock import at
from webapp.models import Contact, MailKind
from webapp.services import contacts, organisation
from webapp.services.portal import deadlines, life

BEGUN = datetime(2027, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def written(moment: datetime) -> int:
    """Do what the worker does at a moment."""
    with at(moment):
        return deadlines.write_due(SYSTEM)


def kinds(contact: Contact) -> list[str]:
    return [
        mail.kind for mail in mails(contact) if mail.kind in (MailKind.PORTAL_ENDING, MailKind.PORTAL_SPONSOR_ENDING)
    ]


def test_contact_and_sponsor_are_told_a_week_and_a_day_before(elise: Contact, bruno: Any) -> None:
    with at(BEGUN):
        factories.portal_access(elise, bruno)
    end = BEGUN + 30 * DAY
    assert written(end - 7 * DAY - HOUR) == 0
    assert written(end - 7 * DAY) == 1
    assert written(end - 7 * DAY) == 0, "once"
    assert written(end - 2 * DAY) == 0
    assert written(end - DAY) == 1
    assert written(end - HOUR) == 0
    assert sorted(kinds(elise)) == ["portal_ending"] * 2 + ["portal_sponsor_ending"] * 2
    to_sponsor = [mail for mail in mails(elise) if mail.kind is MailKind.PORTAL_SPONSOR_ENDING]
    assert {mail.to_email for mail in to_sponsor} == {bruno.email}
    assert f"/contacts/{elise.id}/portal/extension" in to_sponsor[0].text
    assert "faute de connexion" in to_sponsor[0].text


def test_another_end_is_told_anew(elise: Contact, bruno: Any) -> None:
    with at(BEGUN):
        factories.portal_access(elise, bruno, expires_on=(BEGUN + 20 * DAY).date())
    assert written(BEGUN + 16 * DAY) == 1
    with at(BEGUN + 17 * DAY):
        life.extend(elise, (BEGUN + 30 * DAY).date(), bruno)
    assert written(BEGUN + 18 * DAY) == 0
    assert written(BEGUN + 25 * DAY) == 1


def test_what_is_over_is_told_to_nobody(elise: Contact, bruno: Any) -> None:
    """A worker that was away does not write about the past."""
    with at(BEGUN):
        factories.portal_access(elise, bruno)
    assert written(BEGUN + 30 * DAY) == 0
    assert written(BEGUN + 400 * DAY) == 0


def test_who_comes_often_hears_nothing(elise: Contact, bruno: Any) -> None:
    """An end that each sign-in moves is told only to those who stay away; so with a short time without sign-ins."""
    organisation.save({"portal_inactivity_days": 5})
    with at(BEGUN):
        access = factories.portal_access(elise, bruno)
    for day in range(12):
        access.last_access_at = BEGUN + day * DAY
        assert written(BEGUN + day * DAY + HOUR) == 0
    assert written(BEGUN + 15 * DAY + HOUR) == 1, "the day before, once they stay away"


def test_an_access_given_for_two_days_is_told_the_day_before_only(elise: Contact, bruno: Any) -> None:
    with at(BEGUN):
        factories.portal_access(elise, bruno, expires_on=(BEGUN + 2 * DAY).date())
    assert written(BEGUN + HOUR) == 0
    assert written(BEGUN + 2 * DAY) == 1


def test_who_has_no_access_any_more_hears_nothing(elise: Contact, bruno: Any) -> None:
    """D1, D16."""
    with at(BEGUN):
        factories.portal_access(elise, bruno)
    contacts.update(elise, {"portal_enabled": False}, bruno)
    assert written(BEGUN + 24 * DAY) == 0
    with at(BEGUN):
        contacts.update(elise, {"portal_enabled": True}, bruno)
    contacts.remove(elise, bruno)
    assert written(BEGUN + 24 * DAY) == 0


def test_the_worker_does_it(elise: Contact, bruno: Any, db_session: Any) -> None:
    with at(BEGUN):
        factories.portal_access(elise, bruno)
    [job] = [job for job in worker.JOBS if "portal end" in job.name]
    with at(BEGUN + 29 * DAY + HOUR):
        assert worker.run(job) == 1
