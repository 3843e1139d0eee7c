"""Search: its page, and what it offers while one types (N2)."""

from typing import NamedTuple

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access
from webapp.i18n import LazyString, _l
from webapp.models import CommercialStatus, ReferenceList
from webapp.services import references
from webapp.services.linked.words import WORDS
from webapp.services.search import finding
from webapp.services.search.finding import Filters, Found
from webapp.services.search.marking import marked
from webapp.services.search.sources import Kind
from webapp.services.search.typed import Typed
from webapp.text import read_id
from webapp.web import page, viewer, wants_fragment

bp = Blueprint("search", __name__, url_prefix="/search")
bp.add_app_template_global(marked)

#: Results of each kind: while one types, on the page, and on the page of one kind.
OFFERED, SHOWN, MOST = 6, 20, 100


class _Part(NamedTuple):
    """The results of one kind, as the templates draw them."""

    kind: Kind
    title: LazyString
    found: list[Found]
    #: Whether there are others than those shown.
    has_more: bool

    def url(self, found: Found) -> str:
        return f"/{WORDS[found.noun].pages if found.noun else _ROOTS[self.kind]}/{found.id}"

    def icon(self, found: Found) -> str:
        return WORDS[found.noun].icon if found.noun else _ICONS[self.kind]

    def noun(self, found: Found) -> LazyString:
        """Return what one of its records is, in a word."""
        return WORDS[found.noun].one if found.noun else self.title


_TITLES = {Kind.COMPANY: _l("Sociétés"), Kind.CONTACT: _l("Contacts"), Kind.LINKED: _l("Fiches liées")}
_ICONS = {Kind.COMPANY: "building-2", Kind.CONTACT: "user"}
_ROOTS = {Kind.COMPANY: "companies", Kind.CONTACT: "contacts"}


@bp.get("")
@access(STAFF)
def index() -> Response:
    """The page: companies, contacts and what hangs on them, narrowed by what its address says."""
    typed = _typed()
    wanted = _kind()
    filters = _filters()
    limit = MOST if wanted else SHOWN
    return page(
        "search/index.html",
        "search/_index.html",
        typed=typed,
        kind=wanted,
        kinds=_TITLES.items(),
        filters=filters,
        parts=_parts(typed, limit, [wanted] if wanted else list(Kind), filters),
        account_types=references.options(ReferenceList.ACCOUNT_TYPE, keep=filters.account_type),
        business_regions=references.options(ReferenceList.BUSINESS_REGION, keep=filters.business_region),
    )


@bp.get("/offers")
@access(STAFF)
def offers() -> Response:
    """What is offered while one types in the bar; without scripts, the page."""
    typed = _typed()
    if not wants_fragment():
        return redirect(url_for(".index", q=typed.text), 302)
    return page("search/index.html", "search/_offers.html", typed=typed, parts=_parts(typed, OFFERED, list(Kind)))


@bp.get("/tree")
@access(STAFF)
def tree() -> Response:
    """What « Filtrer » shows in the place of the tree: what stands in trees; without scripts, the page."""
    typed = _typed()
    if not wants_fragment():
        return redirect(url_for(".index", q=typed.text), 302)
    return page("search/index.html", "search/_tree.html", typed=typed, parts=_parts(typed, SHOWN, list(_ROOTS)))


def _parts(typed: Typed, limit: int, kinds: list[Kind], filters: Filters | None = None) -> list[_Part]:
    parts = []
    for kind in kinds:
        found = finding.find(kind, typed, viewer(), limit + 1, filters)
        parts.append(_Part(kind, _TITLES[kind], found[:limit], len(found) > limit))
    return parts


def _typed() -> Typed:
    return Typed.read(request.args.get("q", ""))


def _kind() -> Kind | None:
    wanted = request.args.get("kind", "")
    return Kind(wanted) if wanted in set(Kind) else None


def _filters() -> Filters:
    status = request.args.get("status", "")
    return Filters(
        account_type=read_id(request.args.get("type")),
        business_region=read_id(request.args.get("region")),
        commercial_status=CommercialStatus(status) if status in set(CommercialStatus) else None,
    )
