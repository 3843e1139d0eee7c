"""All records of one kind that a viewer sees, a page at a time, the last first (S1 to S8)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from webapp.access import Viewer, visible
from webapp.extensions import db
from webapp.models import Company, Resource
from webapp.services.linked.keeping import Keeper, column_for
from webapp.services.linked.overview import Line, line, shown_columns
from webapp.services.search import small
from webapp.text import search_key

#: Records in a page.
PAGE = 50


class Row(NamedTuple):
    """A record of the list, its company, and whose it is."""

    line: Line
    company_id: int
    company: str
    owner: str


class Page(NamedTuple):
    """Some records, and the id before which the next page begins, if there is one."""

    rows: list[Row]
    before: int | None


def page(
    keeper: Keeper[Any], viewer: Viewer, asked: Mapping[str, str], before: int | None = None, of: Any = None
) -> Page:
    """Return a page of the records that `asked` keeps: `q`, words of the name; the filters of the noun, by name.

    `of` is the record they hang on, which the viewer sees; without one, all are listed.
    """
    model, owner = keeper.model, keeper.summary().owner
    rows = visible(model, viewer, *shown_columns(keeper), Company.id.label("company_id"), Company.name.label("company"))
    rows = rows.join(Company, Company.id == model.company_id)
    if owner is not None:
        rows = rows.add_columns(Resource.name.label("owner")).outerjoin(Resource, Resource.id == owner)
    if words := search_key(asked.get("q", "")).split():
        rows = rows.where(small.words_start(model.search_key, words))
    for name, one in keeper.filters().items():
        if (value := asked.get(name)) in dict(one.choices(viewer)):
            rows = rows.where(one.condition(str(value), viewer))
    if of is not None:
        rows = rows.where(getattr(model, column_for(of)) == of.id)
    if before:
        rows = rows.where(model.id < before)
    found = [
        Row(line(keeper, row), row.company_id, row.company, getattr(row, "owner", None) or "")
        for row in db.session.execute(rows.order_by(model.id.desc()).limit(PAGE + 1))
    ]
    return Page(found[:PAGE], found[PAGE - 1].line.id if len(found) > PAGE else None)
