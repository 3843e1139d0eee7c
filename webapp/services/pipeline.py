"""The open opportunities by state: the columns of the board, and what they are worth together (S2).

Each column is read from the index that holds it in order, never as a whole: its cards a page at a time, its sums as far
as CAP. What says how many there are also says when it stopped counting.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, false, func, literal, or_, select, union_all

from webapp.access import Viewer, granted, visible
from webapp.extensions import db
from webapp.models import Company, Opportunity, ReferenceItem, ReferenceList, Resource
from webapp.models.base import Id
from webapp.services.linked.listing import narrowed, weighted
from webapp.services.opportunities import IS_OPEN, OPPORTUNITIES

#: Cards in a page of a column.
PAGE = 20
#: How many opportunities of a column are counted and added up, at most.
CAP = 1_000

_WHY = "each column by the rule of opportunities"


class State(NamedTuple):
    """A state an open opportunity may be in."""

    id: int
    label: str
    probability: Decimal
    #: Whether one may still choose it.
    is_offered: bool


class Card(NamedTuple):
    """An opportunity on the board."""

    id: int
    name: str
    company_id: int
    company: str
    owner: str
    amount: Decimal | None
    currency: str
    closes_on: date | None


@dataclass(frozen=True)
class Worth:
    """What some opportunities are worth together, in one currency; `weighted` by their probability."""

    currency: str
    count: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)


@dataclass(frozen=True)
class Sums:
    """What the opportunities of a state are worth in each currency, as far as CAP."""

    worths: Sequence[Worth] = ()

    @property
    def count(self) -> int:
        return sum(one.count for one in self.worths)

    @property
    def is_capped(self) -> bool:
        return self.count > CAP

    def in_currency(self, currency: str) -> Worth:
        """Return the worth in one currency, which may be nothing."""
        return next((one for one in self.worths if one.currency == currency), Worth(currency))


@dataclass(frozen=True)
class Column:
    """A state, some of its cards, and the place after which the next page begins, if there is one."""

    state: State
    cards: Sequence[Card]
    sums: Sums
    after: str = ""


class Place(NamedTuple):
    """A place in a column: after an opportunity, which closes on a day or on none."""

    closes_on: date | None
    id: int

    def __str__(self) -> str:
        return f"{self.closes_on or ''}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Read a place that came back from a browser; nothing of what makes no sense."""
        day, _dot, record_id = text.partition(".")
        try:
            return cls(date.fromisoformat(day) if day else None, int(record_id[:18]))
        except ValueError:
            return None


def board(viewer: Viewer, asked: Mapping[str, str]) -> list[Column]:
    """Return all columns with their first cards, of the opportunities that `asked` keeps; three queries."""
    states = _states()
    cards, sums = _cards(viewer, asked, states), _sums(viewer, asked, states)
    return [
        _column(state, cards[state.id], sums.get(state.id, Sums()))
        for state in states
        if state.is_offered or cards[state.id]
    ]


def more(viewer: Viewer, asked: Mapping[str, str], state_id: int, after: Place) -> Column | None:
    """Return the next cards of one column; nothing when there is no such state."""
    state = next((one for one in _states() if one.id == state_id), None)
    return _column(state, _cards(viewer, asked, [state], after)[state_id], Sums()) if state else None


@dataclass(frozen=True)
class Bar:
    """A state in a chart, and its share of the widest bar in percent: of all it is worth, and weighted."""

    state: State
    worth: Worth
    width: float
    weighted_width: float


@dataclass(frozen=True)
class Chart:
    """The pipeline in one currency: a bar for each state, and what they are worth together."""

    currency: str
    bars: Sequence[Bar]

    @property
    def total(self) -> Worth:
        worths = [bar.worth for bar in self.bars]
        return Worth(
            self.currency,
            sum(one.count for one in worths),
            sum((one.amount for one in worths), Decimal(0)),
            sum((one.weighted for one in worths), Decimal(0)),
        )


@dataclass(frozen=True)
class Pipeline:
    """What the open opportunities are worth: a chart for each currency; the states of which not all were counted."""

    charts: Sequence[Chart]
    capped: Sequence[State]


def totals(viewer: Viewer, asked: Mapping[str, str]) -> Pipeline:
    """Return the pipeline of the opportunities that `asked` keeps; the currency of the most opportunities first."""
    states = _states()
    sums = _sums(viewer, asked, states)
    shown = [(state, sums.get(state.id, Sums())) for state in states if state.is_offered or state.id in sums]
    counts = Counter({one.currency: 0 for _state, own in shown for one in own.worths})
    for _state, own in shown:
        counts.update({one.currency: one.count for one in own.worths})
    charts = [_chart(currency, shown) for currency, _count in counts.most_common()]
    return Pipeline(charts, [state for state, own in shown if own.is_capped])


def _chart(currency: str, shown: Sequence[tuple[State, Sums]]) -> Chart:
    worths = [(state, own.in_currency(currency)) for state, own in shown]
    widest = max(worth.amount for _state, worth in worths) or Decimal(1)
    return Chart(
        currency,
        [
            Bar(state, worth, _percent(worth.amount, widest), _percent(worth.weighted, widest))
            for state, worth in worths
        ],
    )


def _percent(part: Decimal, whole: Decimal) -> float:
    return round(float(part / whole * 100), 2)


def offered() -> list[State]:
    """Return the states to which a card may go."""
    return [state for state in _states() if state.is_offered]


def _states() -> list[State]:
    """Return all states in order, the retired ones too: an opportunity may still be in one."""
    items = select(ReferenceItem).where(ReferenceItem.list == ReferenceList.OPPORTUNITY_STATE)
    return [
        State(item.id, item.label, item.percent or Decimal(0), item.retired_at is None)
        for item in db.session.scalars(items.order_by(ReferenceItem.position, ReferenceItem.id))
    ]


# --- reading ---------------------------------------------------------------------------------------------------------


def _open(viewer: Viewer, asked: Mapping[str, str], state: State, *columns: Any) -> Select[Any]:
    rows = visible(Opportunity, viewer, *columns).where(IS_OPEN, Opportunity.state_id == state.id)
    return narrowed(
        rows, OPPORTUNITIES, viewer, {name: value for name, value in asked.items() if name in BOARD_FILTERS}
    )


#: By what the board can be narrowed, besides words: its columns are the states, and all of it is open.
BOARD_FILTERS = ("q", "owner", "closing")


def _in_order(rows: Select[Any], after: Place | None, limit: int) -> list[Select[Any]]:
    """Return the first rows of a column after a place: those that close some day, by day, then the others.

    Two ranges of one index: the engines disagree on where those without a day stand.
    """
    day, record_id = Opportunity.revised_close_on, Opportunity.id
    dated, undated = rows.where(day.is_not(None)), rows.where(day.is_(None))
    if after is not None and after.closes_on is not None:
        dated = dated.where(or_(day > after.closes_on, and_(day == after.closes_on, record_id > after.id)))
    elif after is not None:
        dated, undated = dated.where(false()), undated.where(record_id > after.id)
    return [dated.order_by(day, record_id).limit(limit), undated.order_by(record_id).limit(limit)]


def _together(legs: Sequence[Select[Any]]) -> Any:
    return union_all(*(select(leg.subquery()) for leg in legs)).subquery()


def _cards(
    viewer: Viewer, asked: Mapping[str, str], states: Sequence[State], after: Place | None = None
) -> dict[int, list[Card]]:
    """Return by state one card more than a page holds, in order."""
    found: dict[int, list[Card]] = {state.id: [] for state in states}
    if not states:
        return found
    columns = (Opportunity.id, Opportunity.state_id, Opportunity.revised_close_on)
    legs = [leg for state in states for leg in _in_order(_open(viewer, asked, state, *columns), after, PAGE + 1)]
    first = _together(legs)
    rows = (
        select(
            first.c.state_id,
            Opportunity.id,
            Opportunity.name,
            Company.id.label("company_id"),
            Company.name.label("company"),
            Resource.name.label("owner"),
            Opportunity.amount,
            Opportunity.currency,
            Opportunity.revised_close_on,
        )
        .join(Opportunity, Opportunity.id == first.c.id)
        .join(Company, Company.id == Opportunity.company_id)
        .join(Resource, Resource.id == Opportunity.owner_id)
        .order_by(first.c.revised_close_on.is_(None), first.c.revised_close_on, first.c.id)
    )
    for state_id, *card in db.session.execute(granted(rows, _WHY)):
        found[state_id].append(Card(*card))
    return found


def _sums(viewer: Viewer, asked: Mapping[str, str], states: Sequence[State]) -> dict[int, Sums]:
    """Return by state what is in it, of those that have any."""
    if not states:
        return {}
    columns = (Opportunity.id, Opportunity.amount, Opportunity.currency)
    counted = []
    for state in states:
        first = _open(viewer, asked, state, *columns).limit(CAP + 1).subquery()
        counted.append(
            select(
                literal(state.id, Id).label("state"),
                first.c.currency,
                func.count().label("count"),
                func.sum(first.c.amount).label("amount"),
            ).group_by(first.c.currency)
        )
    rows = db.session.execute(granted(select(union_all(*counted).subquery()), _WHY)).all()
    return {
        state.id: _sums_of(state, own) for state in states if (own := [row for row in rows if row.state == state.id])
    }


def _sums_of(state: State, rows: Sequence[Any]) -> Sums:
    worths = [
        Worth(row.currency, row.count, row.amount or Decimal(0), weighted(row.amount, state.probability) or Decimal(0))
        for row in sorted(rows, key=lambda row: (-row.count, row.currency))
    ]
    return Sums(worths)


def _column(state: State, cards: Sequence[Card], sums: Sums) -> Column:
    shown = cards[:PAGE]
    after = str(Place(shown[-1].closes_on, shown[-1].id)) if len(cards) > PAGE else ""
    return Column(state, shown, sums, after)
