"""The blueprint of the portal's inside, its menu, and what several of its pages do."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound

from webapp.blueprints.auth import knows_password
from webapp.forms.base import Outcome
from webapp.i18n import _
from webapp.models import PortalRight
from webapp.services.portal import accounts as portal_accounts
from webapp.services.portal.accounts import Account
from webapp.web import portal_viewer

bp = Blueprint("portal", __name__, url_prefix="/portal")

#: What the attempts at the portal's doors are counted as, apart from the staff's.
SIDE = "portal "


@dataclass(frozen=True)
class Entry:
    """A page of the portal, as its menu and its first page show it."""

    endpoint: str
    name: str
    icon: str
    #: What one does there.
    purpose: str

    @property
    def address(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        """Whether the page being shown is this one, or below it."""
        if self.endpoint == "portal.home":
            return request.endpoint == self.endpoint
        return request.path == self.address or request.path.startswith(f"{self.address}/")


@bp.app_template_global("portal_menu")
def menu() -> list[Entry]:
    """Return the pages that the contact's rights open, in order (P5)."""
    viewer = portal_viewer()
    entries = [
        Entry("portal.home", _("Accueil"), "house", ""),
        Entry(
            "portal.coordinates",
            _("Mes coordonnées"),
            "map-pin",
            _("Votre nom, vos e-mails, vos numéros et vos adresses, tels que nous les connaissons."),
        ),
    ]
    if viewer.has(PortalRight.TEAM_FOLDERS):
        entries.append(
            Entry(
                "portal.folders",
                _("Dossiers d’équipe"),
                "folder",
                _("Les documents que nous partageons avec vous : à lire, à télécharger, à compléter."),
            )
        )
    if viewer.has(PortalRight.PROJECT_REVIEW):
        entries.append(
            Entry("portal.projects", _("Projets"), "briefcase", _("Ce qui est en cours pour votre société."))
        )
    if viewer.has(PortalRight.INVOICE_REVIEW):
        purpose = _("Les factures de votre société, à lire et à télécharger.")
        entries.append(Entry("portal.invoices", _("Factures"), "receipt", purpose))
    if viewer.has(PortalRight.RESOURCE_PROFILES):
        entries.append(
            Entry("portal.team", _("Équipe"), "users", _("Les personnes à qui vous adresser, et comment les joindre."))
        )
    if viewer.has(PortalRight.ONLINE_SUPPORT):
        entries += [
            Entry("portal.requests", _("Assistance"), "headset", _("Posez une question, et suivez vos demandes.")),
            Entry(
                "portal.knowledge",
                _("Base de connaissances"),
                "book-open",
                _("Des réponses et des modes d’emploi, à lire tout de suite."),
            ),
        ]
    if viewer.has(PortalRight.WORKFLOW_PARTICIPATION):
        entries.append(
            Entry(
                "portal.tasks", _("Mes tâches"), "list-checks", _("Ce qui vous est confié, à faire et à marquer fait.")
            )
        )
    if viewer.looker is None:
        entries.append(
            Entry("portal.account", _("Sécurité"), "shield", _("Votre mot de passe et vos sessions ouvertes."))
        )
    return entries


def own_account(*, to_change: bool = False) -> Account:
    """Return the account of the contact; 404 to a resource who only looks on: it is none of theirs."""
    viewer = portal_viewer()
    account = None if viewer.looker else portal_accounts.by_id(viewer.contact_id, to_change=to_change)
    if account is None:
        raise NotFound
    return account


def proves_to_be(account: Account, typed: str, form: Outcome) -> bool:
    """Whether the contact’s current password is right; when it isn’t, says so beside the field."""
    return knows_password(str(account.contact.id), account.access.password_hash, typed, form, SIDE)
