"""The first page of the day."""

from typing import NamedTuple

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Viewer, access
from webapp.i18n import _
from webapp.models import CommercialStatus
from webapp.services import home
from webapp.sidebar import section_icon, section_title, section_url
from webapp.web import page, viewer

bp = Blueprint("home", __name__)

#: The order of the menu (N1).
_SECTIONS = (CommercialStatus.CLIENT, CommercialStatus.LEAD, CommercialStatus.PROSPECT)


class Step(NamedTuple):
    """Something an administrator does to begin."""

    label: str
    href: str
    is_done: bool


@bp.get("/")
@access(STAFF)
def index() -> Response:
    """One's companies, what changed lately, and the first steps while the house is being set up."""
    return page(
        "home/index.html",
        "home/_index.html",
        mine=home.my_companies(viewer()),
        changed=home.recently_changed(viewer()),
        steps=_first_steps(viewer()),
        sections=[
            {"label": section_title(status), "href": section_url(status), "icon": section_icon(status)}
            for status in _SECTIONS
        ],
    )


def _first_steps(viewer: Viewer) -> list[Step]:
    """Return what remains to begin with, for those who can do it; nothing once all is done."""
    if not viewer.is_admin or (begun := home.beginnings()).is_over:
        return []
    return [
        Step(_("Régler l’organisation"), url_for("admin.settings"), begun.organisation),
        Step(_("Ajouter les ressources"), url_for("admin.resources"), begun.resources),
        Step(_("Créer une première société"), url_for("companies.new"), begun.companies),
    ]
