"""When an access ends: the boundaries of D2, in three zones and over both changes of the clock (D1, D2, D20)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import factories
from webapp.clock import at
from webapp.models import Contact
from webapp.services import organisation
from webapp.services.portal import overview, words
from webapp.services.portal.access import EndReason, PortalState, end_of, state_of
from webapp.services.portal.overview import Shown

SECOND = timedelta(seconds=1)

#: A day, the zone of the organisation, and the moment at which that day is over there.
LAST_MOMENTS = [
    ("Europe/Paris", date(2027, 3, 27), datetime(2027, 3, 27, 23, tzinfo=UTC)),
    # In the night of the 28th of March clocks go forward: that day is over an hour earlier in UTC.
    ("Europe/Paris", date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),
    ("Europe/Paris", date(2027, 10, 30), datetime(2027, 10, 30, 22, tzinfo=UTC)),
    # On the 31st of October they go back.
    ("Europe/Paris", date(2027, 10, 31), datetime(2027, 10, 31, 23, tzinfo=UTC)),
    ("America/New_York", date(2027, 3, 13), datetime(2027, 3, 14, 5, tzinfo=UTC)),
    ("America/New_York", date(2027, 3, 14), datetime(2027, 3, 15, 4, tzinfo=UTC)),
    ("America/New_York", date(2027, 11, 7), datetime(2027, 11, 8, 5, tzinfo=UTC)),
    ("Pacific/Auckland", date(2027, 4, 4), datetime(2027, 4, 4, 12, tzinfo=UTC)),
    ("Pacific/Auckland", date(2027, 9, 26), datetime(2027, 9, 26, 11, tzinfo=UTC)),
]


def shown_as(contact: Contact) -> list[Shown]:
    """Return in which states the list of the administration shows a contact: in one, always."""
    return [one for one in Shown if contact.id in [line.contact_id for line in overview.browse(shown=one)[0]]]


@pytest.mark.parametrize(("zone", "day", "over"), LAST_MOMENTS)
def test_an_access_lasts_to_the_end_of_its_day_where_the_organisation_is(
    elise: Contact, bruno: Any, zone: str, day: date, over: datetime
) -> None:
    """D2, D20: whoever reads it, wherever they are; the list of the administration says the same."""
    organisation.save({"timezone": zone, "portal_inactivity_days": 0})
    with at(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        access = factories.portal_access(elise, bruno, expires_on=day)
    end = end_of(access)
    assert end is not None
    assert (end.at, end.reason) == (over, EndReason.DATE)
    for moment, state in ((over - SECOND, PortalState.ACTIVE), (over, PortalState.EXPIRED)):
        with at(moment):
            assert state_of(access) is state
            assert shown_as(elise) == [Shown(state)]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("begun", [datetime(2027, 3, 10, 1, 30, tzinfo=UTC), datetime(2027, 10, 25, 1, 30, tzinfo=UTC)])
def test_days_without_a_sign_in_are_days_of_24_hours(elise: Contact, bruno: Any, zone: str, begun: datetime) -> None:
    """D2: counted from the latest of activation, last sign-in and re-activation; no change of the clock moves it."""
    organisation.save({"timezone": zone})
    with at(begun):
        access = factories.portal_access(elise, bruno)
    for sign in ("activated_at", "last_access_at", "reactivated_at"):
        begun += timedelta(days=20)
        setattr(access, sign, begun)
        over = begun + timedelta(days=30)
        end = end_of(access)
        assert end is not None
        assert (end.at, end.reason) == (over, EndReason.INACTIVITY)
        for moment, state in ((over - SECOND, PortalState.ACTIVE), (over, PortalState.EXPIRED)):
            with at(moment):
                assert state_of(access) is state
                assert shown_as(elise) == [Shown(state)]


def test_the_earlier_end_counts_and_is_the_one_told(elise: Contact, bruno: Any) -> None:
    """D2: in one line, when and why."""
    paris = ZoneInfo("Europe/Paris")
    with at(datetime(2027, 5, 1, 12, tzinfo=paris)):
        access = factories.portal_access(elise, bruno, expires_on=date(2027, 5, 20))
        assert words.end(access) == "Expire le 20 mai 2027 parce que c’est l’échéance fixée."
        access.expires_on = date(2027, 7, 14)
        assert words.end(access) == "Expire le 31/05/2027 12:00 parce que 30 jours sans connexion y mettent fin."
        organisation.save({"portal_inactivity_days": 0})
        assert words.end(access) == "Expire le 14 juillet 2027 parce que c’est l’échéance fixée."
        access.expires_on = None
        assert words.end(access) == "N’expire pas."
        assert end_of(access) is None


def test_what_waits_does_not_run_out(elise: Contact, bruno: Any) -> None:
    """D1, D2, D3."""
    organisation.save({"portal_approval": True})
    access = factories.portal_access(elise, bruno)
    with at(datetime(2099, 1, 1, tzinfo=UTC)):
        assert state_of(access) is PortalState.PENDING
        assert words.end(access) == ""
        assert shown_as(elise) == [Shown.PENDING]
