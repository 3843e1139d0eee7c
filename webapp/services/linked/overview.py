"""The last records of each kind that hang on a company, a contact or another record, in one query (C9, F6)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Date, Select, String, bindparam, cast, literal, null, select, type_coerce, union_all

from webapp.access import Viewer, granted, seen_by, visible_to_all
from webapp.extensions import db
from webapp.i18n import language
from webapp.models import Noun
from webapp.models.base import Id
from webapp.services.linked.keeping import Keeper, column_for
from webapp.services.linked.registry import KEEPERS

#: Records of each kind shown where they hang.
SHOWN = 5

#: Amounts are stored in cents (models/base.py).
_CENTS = 2


class Line(NamedTuple):
    """A record, as a list shows it."""

    id: int
    name: str
    #: Where it stands, in words; what day it is about; what it is worth.
    state: str
    on: date | None
    amount: Decimal | None
    currency: str
    number: str = ""


class Section(NamedTuple):
    """The last records of a kind, and whether there are others."""

    noun: Noun
    lines: Sequence[Line]
    has_more: bool


def of(owner: Any, viewer: Viewer) -> list[Section]:
    """Return what hangs on a company, on a contact, or on another such record, as far as the viewer sees it."""
    column = column_for(owner)
    if not (nouns := tuple(noun for noun, keeper in KEEPERS.items() if column in keeper.model.__table__.columns)):
        return []
    found: dict[Noun, list[Line]] = {noun: [] for noun in nouns}
    for row in db.session.execute(_of(column, nouns), {"owner": owner.id, **seen_by(viewer)}):
        found[Noun(row.noun)].append(line(KEEPERS[Noun(row.noun)], row))
    sections = []
    for noun, lines in found.items():
        lines.sort(key=lambda one: one.id, reverse=True)
        sections.append(Section(noun, lines[:SHOWN], len(lines) > SHOWN))
    return sections


def line(keeper: Keeper[Any], row: Any) -> Line:
    """Return a row of `shown_columns` as lists show it."""
    amount = None if row.amount is None else Decimal(row.amount).scaleb(-_CENTS)
    state = row.label_en if language() == "en" else row.label_fr
    if state is None:
        state = keeper.state_label(row.state) if row.state is not None else ""
    return Line(row.id, row.name, state, row.on, amount, row.currency or "", row.number or "")


def shown_columns(keeper: Keeper[Any]) -> list[Any]:
    """Return the columns of which `line` makes a line, of the same types for every kind of record."""
    summary, model = keeper.summary(), keeper.model
    return [
        model.id.label("id"),
        model.name.label("name"),
        _typed(summary.day, Date).label("on"),
        _typed(summary.amount, BigInteger).label("amount"),
        *(_text(getattr(summary, name)).label(name) for name in _TEXTS),
    ]


#: Of a summary, what is text.
_TEXTS = ("state", "currency", "number", "label_fr", "label_en")


def _typed(column: Any, kind: Any) -> Any:
    """Return a column as of a type that all kinds of records share, or none of it."""
    return cast(null(), kind) if column is None else type_coerce(column, kind)


def _text(column: Any) -> Any:
    return cast(null() if column is None else column, String)


@lru_cache
def _of(column: str, nouns: tuple[Noun, ...]) -> Select[Any]:
    legs = []
    for noun in nouns:
        keeper = KEEPERS[noun]
        model = keeper.model
        leg = visible_to_all(model, literal(noun.value, String).label("noun"), *shown_columns(keeper))
        leg = leg.where(getattr(model, column) == bindparam("owner", type_=Id))
        legs.append(select(leg.order_by(model.id.desc()).limit(SHOWN + 1).subquery()))
    return granted(select(union_all(*legs).subquery()), "each kind by its rule")
