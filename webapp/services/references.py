"""Reference lists: what they hold, in order; adding, renaming, retiring (R1, D15)."""

from flask import g
from sqlalchemy import select

from webapp.extensions import db
from webapp.i18n import language
from webapp.models import ReferenceItem, ReferenceList
from webapp.text import sort_key


def options(which: ReferenceList, *, keep: int | None = None) -> list[tuple[int, str]]:
    """Return (id, label) of the values one may choose, in order, in the reader's language.

    Retired values are left out, save `keep`, the one a record already has. Read once per request for all lists
    that are offered whole; countries are sorted by name.
    """
    chosen = []
    for item_id, label, retired in _all()[which]:
        if not retired or item_id == keep:
            chosen.append((item_id, label))
    return chosen


def countries() -> list[tuple[str, str]]:
    """Return (ISO code, name) of the countries one may choose, by name in the reader's language."""
    label = ReferenceItem.label_en if language() == "en" else ReferenceItem.label_fr
    rows = db.session.execute(
        select(ReferenceItem.code, label).where(
            ReferenceItem.list == ReferenceList.COUNTRY,
            ReferenceItem.code.is_not(None),
            ReferenceItem.retired_at.is_(None),
        )
    )
    return sorted(((str(code), name) for code, name in rows), key=lambda country: sort_key(country[1]))


#: Too long to be offered whole: they have an autocomplete.
LOOKED_UP = (ReferenceList.PROVINCE, ReferenceList.WORK_SITE)


def _all() -> dict[ReferenceList, list[tuple[int, str, bool]]]:
    """All lists that are offered whole, read with one query and kept for the request."""
    key = f"references_{language()}"
    if key not in g:
        label = ReferenceItem.label_en if language() == "en" else ReferenceItem.label_fr
        rows = db.session.execute(
            select(ReferenceItem.list, ReferenceItem.id, label, ReferenceItem.retired_at)
            .where(ReferenceItem.list.not_in(LOOKED_UP))
            .order_by(ReferenceItem.list, ReferenceItem.position, ReferenceItem.id)
        )
        lists: dict[ReferenceList, list[tuple[int, str, bool]]] = {which: [] for which in ReferenceList}
        for which, item_id, text, retired_at in rows:
            lists[which].append((item_id, text, retired_at is not None))
        setattr(g, key, lists)
    return getattr(g, key)  # type: ignore[no-any-return]
