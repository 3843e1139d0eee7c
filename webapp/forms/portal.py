"""The tab « Portail Clients » of a contact, and what is asked about accesses to the portal (P1 to P4, D2, D3, D10)."""

from collections.abc import Mapping
from typing import Any, Self

from webapp.access import Ability, Viewer, can
from webapp.forms.base import Form, Typed
from webapp.forms.fields import Checkbox, Day, LongText, Lookup, Whole
from webapp.forms.several import AllowedResources
from webapp.forms.tabs import Tab
from webapp.i18n import _, _l
from webapp.models import PortalAccess
from webapp.services.lookups import Found
from webapp.services.portal import life, profiles

#: The name under which the values a form begins with hold the access itself: whose it is decides who may change it.
ACCESS = "portal_access"


class ProfileList(AllowedResources):
    """Resources whose profiles a contact may read; those who have left stay listed, and do not count (D10)."""

    @property
    def listed(self) -> list[Found]:
        active = profiles.active_among(self.data)
        return [
            one if one.id in active else one._replace(detail=_("inactive, ne compte pas")) for one in super().listed
        ]

    @property
    def count(self) -> int:
        """How many of them count."""
        return len(profiles.active_among(self.data))


class PortalTab(Tab):
    """The rights of a contact: fields for whoever may change them, text for the others (P1, P2)."""

    key, label, icon = "portal", _l("Portail Clients"), "globe"

    portal_enabled = Checkbox(
        _l("Activer l’accès au Portail Clients"),
        hint=_l("Le contact accède au Portail Clients, dans les limites fixées ici."),
    )
    portal_expires_on = Day(_l("Échéance"), hint=_l("L’accès est ouvert jusqu’à la fin de ce jour ; vide : sans date."))
    portal_team_folders = Checkbox(_l("Dossiers d’équipes"), hint=_l("Ceux dont le contact est membre."))
    portal_project_review = Checkbox(
        _l("Examen des projets"), hint=_l("Les projets de sa société qui sont ouverts au Portail Clients.")
    )
    portal_invoice_review = Checkbox(
        _l("Examen des factures"), hint=_l("Les factures de sa société, sauf celles à l’état provisoire.")
    )
    portal_online_support = Checkbox(
        _l("Assistance en ligne"), hint=_l("Les requêtes de sa société, et la base des connaissances.")
    )
    portal_close_requests_anytime = Checkbox(
        _l("Clôture des requêtes à tout moment"), hint=_l("Sinon, quand le workflow permet de passer à l’état Clôturé.")
    )
    portal_workflow_participation = Checkbox(
        _l("Participation aux workflows"), hint=_l("Le contact peut être affecté à une étape de workflow.")
    )
    portal_resource_profiles = Checkbox(
        _l("Accès aux profils de ressources"), hint=_l("Ceux des ressources de la liste, ou de toutes.")
    )
    portal_all_resource_profiles = Checkbox(_l("Accès à tous les profils de ressources"))
    portal_profiles = ProfileList(_l("Liste des ressources"), "resources")
    portal_max_resources = Whole(_l("Nombre maximal de ressources"), maximum=10_000, hint=_l("Vide : sans limite."))

    #: Whether whoever sees it may change it.
    is_editable = True
    #: Whether it was part of what was posted: where it was text, nothing of it is.
    is_posted = True
    #: Whether somebody who may not change it posted something else than what there is.
    is_forged = False

    @classmethod
    def build(cls, values: Mapping[str, Any] | None, viewer: Viewer | None, posted: Typed | None) -> Self:
        """Build the tab as text for whoever is not the sponsor, whatever was posted (P2)."""
        values = dict(values or {})
        is_editable = viewer is None or can(Ability.GRANT_PORTAL, viewer, values.get(ACCESS))
        tab = super().build(values, viewer, posted)
        is_posted = posted is None or any(field.name in posted for field in tab.inputs())
        if is_posted and is_editable:
            return tab
        is_forged = is_posted and posted is not None and any(tab[name].data != values.get(name) for name in tab.data)
        tab = super().build(values, viewer, None)
        tab.is_editable, tab.is_posted, tab.is_forged = is_editable, is_posted, is_forged
        return tab

    def values(self) -> dict[str, Any]:
        return super().values() if self.is_editable and self.is_posted else {}

    @property
    def remaining(self) -> int | None:
        """How many profiles may still be added; None when there is no limit, or none that can be read (D10)."""
        maximum = self.portal_max_resources.data
        return None if maximum is None else maximum - self.portal_profiles.count

    @property
    def beyond(self) -> str:
        """What is to be said when more profiles are listed than the maximum; nothing otherwise (D10)."""
        maximum, count = self.portal_max_resources.data, self.portal_profiles.count
        return profiles.beyond(maximum, count) if maximum is not None and count > maximum else ""


# --- what is asked about an access -----------------------------------------------------------------------------------


class NothingAskedForm(Form):
    """What needs a confirmation, and asks for nothing besides unless a subclass does."""

    def refuse(self, errors: Mapping[str, str]) -> None:
        super().refuse({name: message for name, message in errors.items() if name in self})

    @property
    def said(self) -> list[str]:
        """What was refused that concerns no field."""
        errors = self.refusal.errors if self.refusal else {}
        return [message for name, message in errors.items() if name not in self]


class ResetForm(NothingAskedForm):
    """What a reset takes away besides, from a contact who has a second factor."""

    without_second_factor = Checkbox(
        _l("Désactiver aussi la double authentification"),
        hint=_l("À cocher si le contact a perdu son téléphone, après vous être assuré que c’est bien lui."),
    )


class ExtendForm(NothingAskedForm):
    """Until when an access is prolonged; the field has the offered end."""

    until = Day(_l("Nouvelle échéance"), hint=_l("L’accès est ouvert jusqu’à la fin de ce jour ; vide : sans date."))


class ReasonForm(NothingAskedForm):
    """Why something is done, for those who read it later."""

    reason = LongText(_l("Motif"), required=True, max_length=life.MAX_REASON)


class HandOverForm(NothingAskedForm):
    """To whom accesses are given, and why."""

    sponsor = Lookup(_l("Nouveau commanditaire"), "resources", required=True)
    reason = LongText(_l("Motif"), required=True, max_length=life.MAX_REASON)


def access_of(form: Any) -> PortalAccess | None:
    """Return the access a contact's form is about; nothing for a new contact, or one who never had any."""
    access: PortalAccess | None = form.stored.get(ACCESS)
    return access
