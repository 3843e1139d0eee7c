"""How long one waits after being wrong (R2)."""

from datetime import timedelta

import pytest

from webapp.clock import now
from webapp.services.throttle import ACCOUNT, TooManyAttempts, network


@pytest.mark.parametrize(("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (500, 15)])
def test_each_failure_doubles_the_wait(failures: int, minutes: int) -> None:
    assert ACCOUNT.wait_after([now()] * failures) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("wait", "seconds", "minutes"), [(0.2, 1, 1), (60, 60, 1), (60.5, 61, 2), (900, 900, 15)])
def test_the_wait_told_is_never_too_short(wait: float, seconds: int, minutes: int) -> None:
    refusal = TooManyAttempts(timedelta(seconds=wait))
    assert (refusal.seconds, refusal.minutes) == (seconds, minutes)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("pas une adresse", "pas une adresse"),
    ],
)
def test_a_household_is_one_origin(address: str, counted: str) -> None:
    assert network(address) == counted
