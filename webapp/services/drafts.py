"""What somebody was typing, kept until they save it, throw it away, or forget it for a month.

A draft belongs to one resource and one form address, and is only ever found by both: nobody else's can be asked for.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, select

from webapp.clock import now
from webapp.extensions import db
from webapp.models import Draft

#: Characters of the largest draft, once encoded: every text of a record at its longest is less.
MAX_LENGTH = 200_000
MAX_FIELDS = 1_000
#: Drafts one person may have at a time; the oldest make room.
MOST = 50
KEPT = timedelta(days=30)
#: Drafts forgotten in one transaction.
BATCH = 500


class Unfit(ValueError):
    """What was sent is no draft: too long, or not the content of a form."""


def keep(resource_id: int, path: str, content: str) -> Draft | None:
    """Keep what a resource typed into the form at `path`; `content` is the form as browsers encode it.

    Passwords and what proves who sends the form are left out. A form emptied again is no draft: what was kept of it
    is thrown away. Raises Unfit.
    """
    pairs = [(name, value) for name, value in _pairs(content) if _may_be_kept(name)]
    if not any(value.strip() for _name, value in pairs):
        discard(resource_id, path)
        return None
    kept = encoded(pairs)
    if len(kept) > MAX_LENGTH:
        raise Unfit("too long")
    draft = find(resource_id, path)
    if draft is None:
        draft = Draft(resource_id=resource_id, path=path)
        db.session.add(draft)
    draft.content, draft.saved_at = kept, now()
    db.session.flush()
    _make_room(resource_id)
    return draft


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the fields of a form as browsers encode them."""
    return urlencode(list(pairs))


def find(resource_id: int, path: str) -> Draft | None:
    """Return what this resource typed into this form, if anything is kept."""
    return db.session.scalar(select(Draft).where(Draft.resource_id == resource_id, Draft.path == path))


def typed(draft: Draft) -> list[tuple[str, str]]:
    """Return the fields of a draft, as they were typed."""
    return _pairs(draft.content)


def of(resource_id: int) -> Sequence[Draft]:
    """Return the drafts of a resource, the last typed first."""
    mine = select(Draft).where(Draft.resource_id == resource_id)
    return db.session.scalars(mine.order_by(Draft.saved_at.desc(), Draft.id.desc())).all()


def discard(resource_id: int, *paths: str) -> None:
    """Throw away what this resource typed into these forms."""
    db.session.execute(delete(Draft).where(Draft.resource_id == resource_id, Draft.path.in_(paths)))


def forget_old() -> int:
    """Forget drafts nobody took up for a month; return how many, 0 once none is left."""
    old = select(Draft.id).where(Draft.saved_at < now() - KEPT).order_by(Draft.saved_at).limit(BATCH)
    return len(db.session.execute(delete(Draft).where(Draft.id.in_(old)).returning(Draft.id)).all())


def _pairs(content: str) -> list[tuple[str, str]]:
    if len(content) > 4 * MAX_LENGTH:
        raise Unfit("too long")
    try:
        pairs = parse_qsl(content, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise Unfit(str(error)) from error
    return [(name.replace("\0", ""), value.replace("\0", "")) for name, value in pairs]


def _may_be_kept(name: str) -> bool:
    return name != "csrf_token" and "password" not in name.casefold()


def _make_room(resource_id: int) -> None:
    newest = select(Draft.id).where(Draft.resource_id == resource_id)
    newest = newest.order_by(Draft.saved_at.desc(), Draft.id.desc()).limit(MOST)
    db.session.execute(delete(Draft).where(Draft.resource_id == resource_id, Draft.id.not_in(newest)))
