"""The blueprint of the administration, and the small things its modules share."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.i18n import _, _n, number

bp = Blueprint("admin", __name__, url_prefix="/admin")

#: Beyond, a count says no more than "many".
CAP = 1000


@bp.context_processor
def _navigation() -> dict[str, object]:
    return {"admin_pages": pages()}


def pages() -> list[tuple[str, str, str]]:
    """The pages of the administration: endpoint, name, icon; its menu and its first page show them."""
    return [
        ("admin.lists", _("Listes de référence"), "list"),
        ("admin.resources", _("Ressources"), "users"),
        ("admin.billing_entities", _("Entités de facturation"), "landmark"),
        ("admin.settings", _("Paramètres"), "settings"),
        ("admin.access_matrix", _("Droits"), "shield"),
    ]


def changed(endpoint: str, message: str, **values: Any) -> Response:
    """Say what was done and show the page again: the answer to a plain button of a list."""
    flash(message, "ok")
    return redirect(url_for(endpoint, **values), 303)


def capped(count: int) -> str:
    """Write a count, or that it is beyond the cap."""
    return f"{number(CAP)}+" if count > CAP else number(count)


def use_words(uses: Mapping[str, int]) -> str:
    """Say where a value is used, from how many rows of each table refer to it."""
    return ", ".join(_use(table, count) for table, count in uses.items())


def _use(table: str, count: int) -> str:
    shown = capped(count)
    match table:
        case "company":
            text = _n("%(count)s société", "%(count)s sociétés", count, count=shown)
        case "company_address":
            text = _n("%(count)s adresse", "%(count)s adresses", count, count=shown)
        case "resource":
            text = _n("%(count)s ressource", "%(count)s ressources", count, count=shown)
        case "reference_item":
            text = _n("%(count)s valeur", "%(count)s valeurs", count, count=shown)
        case _:
            text = _n("%(count)s autre fiche", "%(count)s autres fiches", count, count=shown)
    return str(text)
