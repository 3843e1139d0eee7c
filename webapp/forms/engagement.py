"""The dialog of engagements: what was undertaken for a company (S3)."""

from typing import Any

from webapp.access import visible
from webapp.extensions import db
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.forms.fields import Choice, Day, LongText, Lookup, Text
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _, _l
from webapp.models import AddressKind, Company, EngagementState
from webapp.services import engagements
from webapp.services.engagements import ENGAGEMENTS, STATES, Obstacle
from webapp.text import read_id


class CompanyAddress(Choice):
    """One of the addresses that the company has; all kinds while nobody knows which company it is."""

    def __init__(self, label: Any, **kwargs: Any):
        super().__init__(label, AddressKind, self._labels, **kwargs)

    def shown(self, value: Any) -> str:
        return str(ADDRESS_TITLES[AddressKind(value)]) if value else ""

    def _labels(self) -> dict[AddressKind, str]:
        posted, viewer = self.meta.posted, self.meta.viewer
        # What can't be changed in the form is not posted.
        company_id = read_id((self.meta.stored if posted is None or "company" not in posted else posted).get("company"))
        had = engagements.addresses_of(company_id, viewer) if company_id and viewer else {}
        kinds = [kind for kind in AddressKind if not company_id or kind in had or kind == self.object_data]
        return {kind: self._label(kind, had.get(kind)) for kind in kinds}

    def _label(self, kind: AddressKind, address: engagements.Address | None) -> str:
        title = str(ADDRESS_TITLES[kind])
        if address is None:
            return title
        site = _("site : %(site)s", site=address.site) if address.site else ""
        return " · ".join(filter(None, (title, address.line, site)))


class EngagementTab(LinkedTab):
    name = Text(_l("Objet"), required=True)
    contact = Lookup(
        _l("Contact"), "contacts", within="company", required=True, hidden_label=_l("Contact à accès restreint")
    )
    opportunity = Lookup(
        _l("Opportunité"), "opportunities", within="company", hidden_label=_l("Fiche à accès restreint")
    )
    state = Choice(
        _l("État"), EngagementState, lambda: {state: str(label) for state, label in STATES.items()}, required=True
    )
    billing_entity = Lookup(_l("Entité de facturation"), "billing-entities")
    address = CompanyAddress(_l("Adresse de la société"))
    billing_site = Lookup(_l("Site de facturation"), "sites", hint=_l("Vide : le site de travail de cette adresse."))
    starts_on = Day(_l("Début"))
    ends_on = Day(_l("Fin"))
    comments = LongText(_l("Commentaires"))


class EngagementForm(LinkedForm):
    tab_classes = (EngagementTab,)
    keeper = ENGAGEMENTS

    @property
    def company(self) -> Company | None:
        """The company it is for, once one is chosen."""
        viewer, company_id = self.tabs[0].meta.viewer, self["company"].data
        return db.session.scalar(visible(Company, viewer).where(Company.id == company_id)) if company_id else None

    @property
    def obstacles(self) -> list[Obstacle]:
        """What the company chosen for a new one lacks."""
        company = self.company if self.record is None else None
        return engagements.obstacles(company, self.tabs[0].meta.viewer) if company else []
