"""The organisation's settings and counters (R1, D18)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from flask import g
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from webapp import clock
from webapp.extensions import db
from webapp.models import AuditKind, Counter, Organisation, Setting
from webapp.services import audit


def load() -> Organisation:
    """Return the settings in force, read once per request."""
    if "organisation" not in g:
        rows = db.session.execute(select(Setting.name, Setting.value))
        g.organisation = Organisation.from_rows({row.name: row.value for row in rows})
    return g.organisation  # type: ignore[no-any-return]


def today() -> date:
    """Return the date it is now where the organisation is (D20)."""
    return clock.today(load().timezone)


def forget() -> None:
    """Drop what this request has read: the settings may have changed."""
    g.pop("organisation", None)


def save(values: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Set some settings; return what changed, as (name, old, new). Unknown names raise KeyError."""
    known = {field.name for field in fields(Organisation)}
    current = load()
    changes = []
    for name, new in values.items():
        if name not in known:
            raise KeyError(name)
        old = getattr(current, name)
        if new != old:
            db.session.merge(Setting(name=name, value=new))
            changes.append((name, old, new))
    forget()
    if changes:
        audit.record(AuditKind.SETTINGS_CHANGED, settings={name: [old, new] for name, old, new in changes})
    return changes


def number_text(prefix: str, number: int) -> str:
    """Write a company number given automatically (D18)."""
    return f"{prefix}{number:06}"


def next_number(counter: str, count: int = 1) -> int:
    """Reserve `count` numbers in this transaction and return the first.

    The counter's row is locked until the transaction ends: others wait.
    """
    reserve = (
        update(Counter).where(Counter.name == counter).values(value=Counter.value + count).returning(Counter.value)
    )
    last = db.session.execute(reserve).scalar()
    if last is None:
        _start(counter)
        last = db.session.execute(reserve).scalar_one()
    return last - count + 1


def take_turn(what: str) -> None:
    """Make whoever else does `what` wait until this transaction ends, for what must be checked and done as one."""
    next_number(what)


def _start(counter: str) -> None:
    """Make a counter at zero, unless another transaction has just made it."""
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Counter).values(name=counter, value=0))
    except IntegrityError:
        return
