"""The first page of the day, and the records somebody opened last.

Which they are is kept in a cookie of the browser, not in the database: opening a record is a GET, and on SQLite a GET
that writes would take the one lock of all who save. The cookie holds nothing but ids, which open nothing by themselves,
and says whose they are; scripts cannot read it.
"""

import re
from typing import NamedTuple

from flask import Blueprint, current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Viewer, access
from webapp.blueprints import drafts
from webapp.clock import today
from webapp.i18n import _, choose_timezone, day, file_size, money, number
from webapp.models import CommercialStatus
from webapp.services import activities, home
from webapp.services.activities import is_late
from webapp.services.portal import overview
from webapp.services.support import tasks
from webapp.sidebar import section_icon, section_title, section_url
from webapp.web import page, viewer

bp = Blueprint("home", __name__)

#: The order of the menu (N1).
_SECTIONS = (CommercialStatus.CLIENT, CommercialStatus.LEAD, CommercialStatus.PROSPECT, None)

RECENT_COOKIE = "recent"
#: Records kept in the cookie: as many as the page lists, and some that may be hidden by now.
KEPT = 12
SHOWN = 8
#: Tasks shown of those one has to do.
TASKS = 10

#: The pages that open a record: what it is, and which part of the address is its id.
_PROFILES = {"companies.show": ("company", "company_id"), "contacts.show": ("contact", "contact_id")}
_RECORD = re.compile(r"(company|contact)-([0-9]{1,18})", re.ASCII)
_A_MONTH = 30 * 24 * 3600

bp.add_app_template_global(day)
bp.add_app_template_global(file_size)
bp.add_app_template_global(money)
bp.add_app_template_global(number)


class Step(NamedTuple):
    """Something an administrator does to begin."""

    label: str
    href: str
    is_done: bool


@bp.get("/")
@access(STAFF)
def index() -> Response:
    """One's companies and contacts, what changed or was opened lately, and the first steps of a new house."""
    return page(
        "home/index.html",
        "home/_index.html",
        drafts=drafts.lines(viewer()),
        mine=home.my_companies(viewer()),
        changed=home.recently_changed(viewer()),
        activities=activities.due(viewer(), SHOWN + 1),
        happy_days=home.happy_days(viewer(), today(choose_timezone())),
        opened=home.opened(viewer(), _recent(viewer()))[:SHOWN],
        steps=_first_steps(viewer()),
        shown=SHOWN,
        waiting=overview.waiting(viewer()) if viewer().is_admin else [],
        tasks=tasks.waiting_for(viewer(), TASKS),
        is_late=is_late,
        sponsored=overview.of_sponsor(viewer()),
        sections=[
            {"label": section_title(status), "href": section_url(status), "icon": section_icon(status)}
            for status in _SECTIONS
        ],
    )


@bp.after_app_request
def remember_opened(response: Response) -> Response:
    """Keep which record was just opened, before the others."""
    if request.method != "GET" or response.status_code != 200 or request.endpoint not in _PROFILES:
        return response
    kind, argument = _PROFILES[request.endpoint]
    before = _recent(viewer())
    records = list(dict.fromkeys([(kind, (request.view_args or {})[argument]), *before]))[:KEPT]
    if records != before:
        text = ".".join([str(viewer().resource_id), *(f"{kind}-{record_id}" for kind, record_id in records)])
        secure = bool(current_app.config["HTTPS"])
        response.set_cookie(RECENT_COOKIE, text, max_age=_A_MONTH, secure=secure, httponly=True, samesite="Lax")
    return response


def _recent(viewer: Viewer) -> list[tuple[str, int]]:
    """Return the records this person opened last in this browser; anything else in the cookie is left out."""
    owner, *records = request.cookies.get(RECENT_COOKIE, "")[:1000].split(".")
    if owner != str(viewer.resource_id):
        return []
    return [(match[1], int(match[2])) for record in records if (match := _RECORD.fullmatch(record))][:KEPT]


def _first_steps(viewer: Viewer) -> list[Step]:
    """Return what remains to begin with, for those who can do it; nothing once all is done."""
    if not viewer.is_admin or (begun := home.beginnings()).is_over:
        return []
    return [
        Step(_("Régler l’organisation"), url_for("admin.settings"), begun.organisation),
        Step(_("Ajouter les ressources"), url_for("admin.resources"), begun.resources),
        Step(_("Créer une première société"), url_for("companies.new"), begun.companies),
    ]
