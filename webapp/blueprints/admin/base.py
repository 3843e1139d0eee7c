"""The blueprint of the administration, and the small things its modules share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.i18n import _, _n, number
from webapp.services import organisation, references
from webapp.web import page

bp = Blueprint("admin", __name__, url_prefix="/admin")

#: The address and the name of a page above the one being shown.
Crumb = tuple[str, str]

#: Beyond, a count says no more than "many".
CAP = references.USES_CAP


@dataclass(frozen=True)
class Entry:
    """A page of the administration, as its menu and its first page show it."""

    endpoint: str
    name: str
    icon: str

    @property
    def address(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        """Whether the page being shown is this one, or below it."""
        return request.path.startswith(self.address)


def entries() -> list[Entry]:
    """The pages of the administration, in order."""
    return [
        Entry("admin.lists", _("Listes de référence"), "list"),
        Entry("admin.resources", _("Ressources"), "users"),
        Entry("admin.billing_entities", _("Entités de facturation"), "receipt"),
        Entry("admin.workflow_list", _("Flux de travail"), "workflow"),
        Entry("admin.portal", _("Accès au Portail Clients"), "globe"),
        Entry("admin.settings", _("Paramètres"), "settings"),
        Entry("admin.mail_list", _("E-mails"), "mail"),
        Entry("admin.access_matrix", _("Droits"), "shield"),
        Entry("admin.audit_log", _("Journal d’audit"), "history"),
    ]


def admin_page(part: str, title: str, *, trail: Sequence[Crumb] = (), status: int = 200, **context: Any) -> Response:
    """Render a page of the administration; its content is the template `admin/<part>`, `trail` what is above it."""
    part = f"admin/{part}"
    return page(
        "admin/page.html",
        part,
        part=part,
        title=title,
        trail=trail,
        admin_pages=entries(),
        number=number,
        status=status,
        **context,
    )


def hold(what: str) -> None:
    """Let one save of `what` happen at a time: what a form is compared with is then what it overwrites (R4)."""
    if request.method == "POST":
        organisation.take_turn(what)
        # Read before one's turn came, it may be old.
        organisation.forget()


def changed(endpoint: str, message: str, *, kind: str = "ok", **values: Any) -> Response:
    """Say what was done, or why not (`kind` "error"), and show the page again: the answer to a button of a list."""
    flash(message, kind)
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
        case "invoice":
            text = _n("%(count)s facture", "%(count)s factures", count, count=shown)
        case _:
            text = _n("%(count)s autre fiche", "%(count)s autres fiches", count, count=shown)
    return str(text)
