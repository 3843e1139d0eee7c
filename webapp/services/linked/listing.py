"""All records of one kind that a viewer sees, a page at a time, in the order of their kind (S1 to S8)."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import aliased

from webapp.access import Viewer, unscoped, visible
from webapp.extensions import db
from webapp.models import Company, Resource
from webapp.services.linked.keeping import Keeper, Order, column_for
from webapp.services.linked.overview import Line, line, shown_columns
from webapp.services.search import small
from webapp.text import search_key

#: Records in a page.
PAGE = 50

CENT = Decimal("0.01")


#: How the columns begin that a noun shows besides those of all.
_MORE = "more_"


class Row(NamedTuple):
    """A record of the list, its company, and whose it is."""

    line: Line
    company_id: int
    company: str
    owner: str
    #: What it is worth, times how likely that is; nothing where nobody says either.
    weighted: Decimal | None = None
    #: What this noun's list shows besides, by name.
    more: Mapping[str, Any] = MappingProxyType({})


class Page(NamedTuple):
    """Some records, and the id of the last of them, if there are others."""

    rows: list[Row]
    before: int | None


def page(
    keeper: Keeper[Any], viewer: Viewer, asked: Mapping[str, str], before: int | None = None, of: Any = None
) -> Page:
    """Return a page of the records that `asked` keeps: `q`, words of the name; the filters of the noun, by name.

    `of` is the record they hang on, which the viewer sees; without one, all are listed.
    """
    model, owner, probability = keeper.model, keeper.summary().owner, keeper.summary().probability
    more = [column.label(f"{_MORE}{column.key}") for column in keeper.more_columns()]
    company = (Company.id.label("company_id"), Company.name.label("company"))
    rows = visible(model, viewer, *shown_columns(keeper), *more, *company)
    rows = rows.join(Company, Company.id == model.company_id)
    if owner is not None:
        rows = rows.add_columns(Resource.name.label("owner")).outerjoin(Resource, Resource.id == owner)
    if probability is not None:
        rows = rows.add_columns(probability.label("probability"))
    rows = narrowed(rows, keeper, viewer, asked)
    if of is not None:
        rows = rows.where(getattr(model, column_for(of)) == of.id)
    found = [_row(keeper, row) for row in _in_order(keeper, rows, asked, before)]
    return Page(found[:PAGE], found[PAGE - 1].line.id if len(found) > PAGE else None)


def narrowed(rows: Select[Any], keeper: Keeper[Any], viewer: Viewer, asked: Mapping[str, str]) -> Select[Any]:
    """Return those of `rows` that `asked` keeps; what no filter offers keeps all."""
    if words := search_key(asked.get("q", "")).split():
        rows = rows.where(small.words_start(keeper.found_in(), words))
    for name, one in keeper.filters().items():
        if (value := asked.get(name)) in dict(one.choices(viewer)):
            rows = rows.where(one.condition(str(value), viewer))
    return rows


def weighted(amount: Decimal | None, probability: Decimal | None) -> Decimal | None:
    """Return an amount times a probability in percent, rounded to cents."""
    return None if amount is None or probability is None else (amount * probability / 100).quantize(CENT, ROUND_HALF_UP)


def _row(keeper: Keeper[Any], row: Any) -> Row:
    shown = line(keeper, row)
    worth = weighted(shown.amount, getattr(row, "probability", None))
    more = {name.removeprefix(_MORE): getattr(row, name) for name in row._fields if name.startswith(_MORE)}
    return Row(shown, row.company_id, row.company, getattr(row, "owner", None) or "", worth, more)


def _in_order(keeper: Keeper[Any], rows: Select[Any], asked: Mapping[str, str], before: int | None) -> list[Any]:
    """Return a page of rows and one more, from the one that follows the record whose id is `before`.

    Those that come last follow the others, in a select of their own.
    """
    model, order, last = keeper.model, keeper.order(asked), keeper.comes_last()
    if last is None:
        return list(db.session.execute(_ordered(rows, model, order, before).limit(PAGE + 1)))
    place = unscoped(select(last).where(model.id == before), "where a page begins")
    is_among_last = bool(before) and bool(db.session.scalar(place))
    found: list[Any] = []
    for part, is_last in ((~last, False), (last, True)):
        if is_among_last and not is_last:
            continue
        some = _ordered(rows.where(part), model, order, before if is_last == is_among_last else None)
        found += db.session.execute(some.limit(PAGE + 1 - len(found)))
        if len(found) > PAGE:
            break
    return found


def _ordered(rows: Select[Any], model: Any, order: Order, before: int | None) -> Select[Any]:
    columns = [getattr(model, name) for name in order.names]
    if before:
        last = aliased(model)
        place = select(*(getattr(last, name) for name in order.names)).where(last.id == before).scalar_subquery()
        here = tuple_(*columns)
        rows = rows.where(here < place if order.descending else here > place)
    return rows.order_by(*(column.desc() if order.descending else column for column in columns))
