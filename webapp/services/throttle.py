"""How often one may be wrong: counted per account and per network address, in the database (R2).

An attempt is counted before it is judged, so that a hundred at once count as a hundred; a right one is taken back.
The others wait while one is counted: commit before judging it.
A refused attempt isn't counted: whoever waits as told gets in.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from webapp.clock import now
from webapp.extensions import db
from webapp.models import SignInAttempt
from webapp.services import organisation


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many failures are free within `window`; from then on each one doubles the wait, up to `longest`."""

    free: int
    window: timedelta
    first: timedelta
    longest: timedelta

    def wait_after(self, failures: list[datetime]) -> timedelta:
        """Return how long after the last of these failures the next attempt is allowed."""
        beyond = len(failures) - self.free
        if beyond < 0:
            return timedelta(0)
        return min(self.first * (1 << min(beyond, 16)), self.longest)


ACCOUNT = Limit(free=5, window=timedelta(hours=1), first=timedelta(minutes=1), longest=timedelta(minutes=15))
#: Looser, since a whole office may share one address.
ADDRESS = Limit(free=30, window=timedelta(minutes=15), first=timedelta(minutes=1), longest=timedelta(minutes=15))
LONGEST_WINDOW = max(ACCOUNT.window, ADDRESS.window)


class TooManyAttempts(Exception):
    """The attempt isn't allowed yet; `wait` says for how long."""

    def __init__(self, wait: timedelta):
        super().__init__(wait)
        self.wait = wait

    @property
    def seconds(self) -> int:
        """The wait in whole seconds, never none."""
        return max(1, -int(-self.wait.total_seconds() // 1))

    @property
    def minutes(self) -> int:
        """The wait in whole minutes, never none."""
        return -(-self.seconds // 60)


@dataclass(frozen=True)
class Attempt:
    """One attempt under way: whose it is, and the rows that count it."""

    #: What the account is counted as.
    subject: str
    ids: tuple[int, ...]


def begin(account: str, address: str, side: str = "") -> Attempt:
    """Count an attempt on `account` from `address`; TooManyAttempts when one of them must wait.

    Each `side` counts for itself: whoever is wrong at the portal's door is not kept waiting at the staff's (P5).
    """
    organisation.take_turn("sign_in_attempts")
    moment = now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < moment - LONGEST_WINDOW))
    of_account = _hash(f"{side}account:{account}")
    subjects = {of_account: ACCOUNT, _hash(f"{side}address:{network(address)}"): ADDRESS}
    wait = max(_wait(subject, limit, moment) for subject, limit in subjects.items())
    if wait > timedelta(0):
        raise TooManyAttempts(wait)
    rows = [SignInAttempt(subject=subject, at=moment) for subject in subjects]
    db.session.add_all(rows)
    db.session.flush()
    return Attempt(of_account, tuple(row.id for row in rows))


def is_first_refusal(address: str, side: str = "") -> bool:
    """Whether nobody was told to wait on a side at this address lately; from now on somebody was.

    So a refusal can be told of once, and whoever insists fills nothing.
    """
    organisation.take_turn("sign_in_attempts")
    moment, subject = now(), _hash(f"{side}refused:{network(address)}")
    recent = exists().where(SignInAttempt.subject == subject, SignInAttempt.at > moment - ADDRESS.window)
    if db.session.scalar(select(recent)):
        return False
    db.session.add(SignInAttempt(subject=subject, at=moment))
    return True


def succeed(attempt: Attempt) -> None:
    """Forgive the account its failures, and take back what this attempt counted for its address."""
    forgiven = (SignInAttempt.subject == attempt.subject) | SignInAttempt.id.in_(attempt.ids)
    db.session.execute(delete(SignInAttempt).where(forgiven))


def network(address: str) -> str:
    """Return what counts as one origin: an IPv4 address, or the /64 network a household is given in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def _wait(subject: str, limit: Limit, moment: datetime) -> timedelta:
    failures = list(
        db.session.scalars(
            select(SignInAttempt.at)
            .where(SignInAttempt.subject == subject, SignInAttempt.at > moment - limit.window)
            .order_by(SignInAttempt.at)
        )
    )
    return failures[-1] + limit.wait_after(failures) - moment if failures else timedelta(0)


def _hash(subject: str) -> str:
    return hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()
