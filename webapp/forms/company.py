"""The dialog of companies: one class per tab, fields in the order users see them (C3 to C8)."""

from webapp.forms.access import CompanyAccessTab, RestrictableForm
from webapp.forms.coordinates import AddressesTab, PhonesTab, phone_fields
from webapp.forms.fields import Checkbox, Choice, LongText, Lookup, Ref, Text
from webapp.forms.tabs import Tab
from webapp.i18n import _, _l
from webapp.models import CommercialStatus, Company, CompanyPhoneKind, ReferenceList
from webapp.services import companies, organisation, references
from webapp.vat import check_vat


def status_labels() -> dict[CommercialStatus, str]:
    return {
        CommercialStatus.PROSPECT: _("Prospect"),
        CommercialStatus.LEAD: _("Lead"),
        CommercialStatus.CLIENT: _("Client"),
    }


PHONE_LABELS = {
    CompanyPhoneKind.MAIN: _l("Téléphone principal"),
    CompanyPhoneKind.TOLL_FREE: _l("Nº vert"),
    CompanyPhoneKind.FAX: _l("Télécopie"),
    CompanyPhoneKind.CUSTOMER_SERVICE: _l("Téléphone Service clientèle"),
    CompanyPhoneKind.TECHNICAL_SUPPORT: _l("Téléphone de l’assistance technique"),
    CompanyPhoneKind.EXECUTIVE: _l("Téléphone de la direction"),
    CompanyPhoneKind.SALES: _l("Téléphone du dépt. Ventes"),
    CompanyPhoneKind.MARKETING: _l("Téléphone du dépt. Marketing"),
    CompanyPhoneKind.HR: _l("Téléphone du dépt. RH"),
    CompanyPhoneKind.SECURITY: _l("Téléphone Sécurité"),
    CompanyPhoneKind.OTHER: _l("Téléphone (autre)"),
}


class GeneralTab(Tab):
    key, label, icon = "general", _l("Généralités"), "building-2"

    name = Text(_l("Société"), required=True)
    alias = Text(_l("Alias"), hint=_l("Nom dans une autre langue ou un autre alphabet."))
    account_type = Ref(_l("Type de compte"), ReferenceList.ACCOUNT_TYPE, required=True)
    commercial_status = Choice(_l("Statut commercial"), CommercialStatus, status_labels, required=True)
    status = Ref(_l("État"), ReferenceList.COMPANY_STATE)
    parent = Lookup(_l("Société parente"), "companies", hidden_label=_l("Société à accès restreint"))
    is_reference = Checkbox(_l("Référence commerciale"))
    allow_engagements = Checkbox(_l("Autoriser les engagements"))


class CompanyPhonesTab(PhonesTab):
    vars().update(phone_fields(PHONE_LABELS))


class DetailsTab(Tab):
    key, label, icon = "details", _l("Détails"), "list"

    source = Ref(_l("Source"), ReferenceList.SOURCE)
    account_manager = Lookup(_l("Gestionnaire de compte"), "resources")
    telemarketer = Lookup(_l("Télémarketeur"), "resources", required_note=_l("obligatoire pour un prospect"))
    sales_rep = Lookup(_l("Commercial"), "resources", required_note=_l("obligatoire pour un lead"))
    company_number = Text(_l("ID de la société"), max_length=60)
    business_region = Ref(
        _l("Région commerciale"),
        ReferenceList.BUSINESS_REGION,
        hint=_l("Sans elle, la société n’apparaît pas dans l’arborescence par région commerciale."),
    )
    industry = Ref(_l("Secteur d’activité"), ReferenceList.INDUSTRY)
    annual_revenue = Ref(_l("Chiffre d’affaires annuel"), ReferenceList.ANNUAL_REVENUE)
    employees = Ref(_l("Employés"), ReferenceList.EMPLOYEES)
    tax_exempt = Checkbox(_l("Exonération de taxe"))
    tax_exemption_id = Text(_l("ID d’exonération de taxe"), max_length=60)
    vat_number = Text(_l("Nº TVA intracommunautaire"), max_length=60)
    vat_confirmed = Checkbox(_l("Enregistrer ce numéro quand même"))
    comments = LongText(_l("Commentaires"))
    surveys_enabled = Checkbox(_l("Activation des enquêtes"))
    summary_consolidation = Checkbox(
        _l("Consolidation de la fiche de synthèse"), hint=_l("Une fiche de synthèse est générée pour la société.")
    )


class CompanyForm(RestrictableForm):
    """The dialogs « Nouvelle société » and « Modification de la société »."""

    tab_classes = (GeneralTab, AddressesTab, CompanyPhonesTab, DetailsTab, CompanyAccessTab)
    aside = ("vat_confirmed",)

    def prepare(self, record: Company | None = None) -> None:
        """Give the form its record; automatic numbers can't be typed (D18)."""
        super().prepare(record)
        self["vat_confirmed"].wanted = self.asks_vat_confirmation
        number = self["company_number"]
        if organisation.load().auto_numbering:
            number.readonly = True
            number.data = record.company_number if record else None
            number.raw_data = None
            number.hint = "" if record else _("Donné automatiquement à l’enregistrement.")

    def problems(self) -> dict[str, str]:
        found = companies.problems(self.values(), self.record)
        if self.asks_vat_confirmation and not self["vat_confirmed"].data:
            message = _("Ce numéro ne suit pas les règles de son pays. Corrigez-le, ou confirmez-le ci-dessous.")
            found["vat_number"] = message
        return found

    @property
    def asks_vat_confirmation(self) -> bool:
        """Whether the VAT number is wrong, so that keeping it must be confirmed."""
        field = self["vat_number"]
        kept = self.record is not None and field.data == self.record.vat_number
        return bool(field.data) and not kept and not check_vat(field.data, self._vat_country).valid

    @property
    def _vat_country(self) -> str | None:
        return references.code_of(self["main_country"].data) or references.code_of(self["billing_country"].data)
