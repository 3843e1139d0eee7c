"""What every part of the demonstration draws on: the lists, the people hired, and chance that always falls alike."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from webapp import seeds
from webapp.access import Viewer
from webapp.clock import now
from webapp.extensions import db
from webapp.models import ReferenceItem, ReferenceList

FOLDER = Path(seeds.__path__[0]) / "demo"

#: Any number will do, as long as it stays the same.
SEED = 1789

WORKING_HOURS = range(7, 17)
SATURDAY = 5


@cache
def read(name: str) -> dict[str, Any]:
    """Return what `seeds/demo/<name>.toml` says."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


class Duty(StrEnum):
    """What somebody does in the firm; the first three are what a company asks for (C7)."""

    ACCOUNT_MANAGER = "account_manager"
    TELEMARKETER = "telemarketer"
    SALES_REP = "sales_rep"
    CONSULTANT = "consultant"
    DIRECTOR = "director"
    ADMIN = "admin"


@dataclass(frozen=True)
class Member:
    """A member of the firm's staff."""

    resource_id: int
    duty: Duty
    office: str
    is_active: bool


class References:
    """The ids of the values of every list, by their codes; asking for one that is not there raises KeyError."""

    def __init__(self) -> None:
        rows = db.session.execute(
            select(ReferenceItem.list, ReferenceItem.parent_id, ReferenceItem.code, ReferenceItem.id)
        )
        self._ids = {(which, parent_id, code): item_id for which, parent_id, code, item_id in rows}
        self._parents = {item_id: parent_id for (_which, parent_id, _code), item_id in self._ids.items()}
        self._sites = {code: item_id for (which, _, code), item_id in self._ids.items() if which == "work_site"}

    def find(self, which: ReferenceList, code: str | None, parent_id: int | None = None) -> int | None:
        """Return the id of a value, or None for no code."""
        return self._ids[which, parent_id, code] if code else None

    def site(self, code: str | None) -> tuple[int | None, int | None]:
        """Return a work site with the work region it belongs to (D15)."""
        site_id = self._sites[code] if code else None
        return site_id, self._parents[site_id] if site_id else None

    def codes(self, which: ReferenceList) -> list[str]:
        """Return the codes of a list that stands alone, in alphabetical order."""
        return sorted(code for (found, _, code) in self._ids if found is which and code)


@dataclass
class World:
    """The demonstration being made, on behalf of `by`."""

    by: Viewer
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311
    now: datetime = field(default_factory=now)
    lists: References = field(default_factory=References)
    #: The firm's entities, by their names in `firm.toml`.
    entity_ids: dict[str, int] = field(default_factory=dict)
    staff: list[Member] = field(default_factory=list)
    #: The names of web sites and the phone numbers already given.
    hosts: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def chance(self, share: float) -> bool:
        """Return true in this share of the cases."""
        return self.random.random() < share

    def weighted(self, weights: dict[str, int]) -> str:
        """Return one of the names, each as often as it weighs."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def phone_number(self, pattern: str) -> str:
        """Return the pattern with a digit for each `x`; no number is given twice."""
        while (number := self._digits(pattern)) in self.numbers:
            pass
        self.numbers.add(number)
        return number

    def _digits(self, pattern: str) -> str:
        return "".join(str(self.random.randrange(10)) if sign == "x" else sign for sign in pattern)

    def hand(self, member: Member) -> Viewer:
        """Return who acts when a member of the staff does."""
        return replace(self.by, resource_id=member.resource_id)

    def learnt_later(self, values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """Take out of the values of a new record some that somebody adds one day, and return them."""
        known = [name for name in names if values.get(name)]
        later = self.random.sample(known, self.random.randint(0, min(3, len(known))))
        return {name: values.pop(name) for name in later}

    def working_moment(self, days_ago: float) -> datetime:
        """Return a moment of a working day, some days ago."""
        moment = (self.now - timedelta(days=days_ago)).replace(
            hour=self.random.choice(WORKING_HOURS), minute=self.random.randrange(60)
        )
        while moment > self.now or moment.weekday() >= SATURDAY:
            moment -= timedelta(days=1)
        return moment

    def member(self, duty: Duty, office: str) -> Member:
        """Return somebody at work with this duty: of the office if it has one, else of any other."""
        able = [member for member in self.staff if member.duty is duty and member.is_active]
        return self.random.choice([member for member in able if member.office == office] or able)
