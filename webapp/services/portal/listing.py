"""Lists of what hangs on a contact's own company, in the portal: the last first, a page at a time (P8)."""

from typing import Any, NamedTuple

from sqlalchemy import Select

from webapp.extensions import db

#: Records in a page.
PAGE = 30


class Page(NamedTuple):
    """Some records, and the id before which the next page begins, if there is one."""

    rows: list[Any]
    before: int | None


def page(rows: Select[Any], key: Any, before: int | None) -> Page:
    """Return a page of a select of what the contact may read, whose column `id` is `key`."""
    if before:
        rows = rows.where(key < before)
    found = list(db.session.execute(rows.order_by(key.desc()).limit(PAGE + 1)))
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)
