"""The dialog of companies: one class per tab, fields in the order users see them (C3 to C7)."""

from typing import Any

from flask import request
from wtforms import Field

from webapp.addresses import address_order, address_warnings
from webapp.forms.fields import Checkbox, Choice, LongText, Lookup, Ref, Text, WebAddress
from webapp.forms.tabs import Tab, TabbedForm
from webapp.i18n import _, _l
from webapp.models import AddressKind, CommercialStatus, Company, CompanyPhoneKind, ReferenceList
from webapp.phones import read_phone
from webapp.services import companies, organisation, references
from webapp.services.values import country_code
from webapp.vat import check_vat


def status_labels() -> dict[CommercialStatus, str]:
    return {
        CommercialStatus.PROSPECT: _("Prospect"),
        CommercialStatus.LEAD: _("Lead"),
        CommercialStatus.CLIENT: _("Client"),
    }


ADDRESS_TITLES = {
    AddressKind.MAIN: _l("Adresse principale"),
    AddressKind.BILLING: _l("Adresse de facturation"),
    AddressKind.SHIPPING: _l("Adresse de livraison"),
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


def address_fields(kind: AddressKind) -> dict[str, Field]:
    """Return the fields of one address, by name; the part each stands for is its name after the kind."""
    return {
        f"{kind}_country": Ref(_l("Pays"), ReferenceList.COUNTRY, autocomplete="off"),
        f"{kind}_street": Text(_l("Nom et numéro de rue")),
        f"{kind}_building": Text(_l("Bloc ou bâtiment"), max_length=120),
        f"{kind}_floor": Text(_l("Étage"), max_length=60),
        f"{kind}_city": Text(_l("Localité"), max_length=120),
        f"{kind}_subdivision": Lookup(_l("Province/État"), "provinces", within=f"{kind}_country"),
        f"{kind}_postal_code": Text(_l("Code postal"), max_length=30),
        f"{kind}_work_region": Lookup(_l("Région de travail"), "work-regions"),
        f"{kind}_work_site": Lookup(_l("Site de travail"), "work-sites", within=f"{kind}_work_region"),
    }


def phone_field(kind: CompanyPhoneKind) -> Field:
    return Text(PHONE_LABELS[kind], max_length=80, inputmode="tel")


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


class AddressesTab(Tab):
    key, label, icon = "addresses", _l("Adresses"), "map-pin"

    website = WebAddress(_l("URL"), hint=_l("Site Web de la société, quelle que soit l’adresse."))

    for _kind in AddressKind:
        vars().update(address_fields(_kind))

    def ordered(self, kind: AddressKind) -> list[tuple[Field, int]]:
        """Return the fields of an address in the order of its country, each with its width in twelfths of a line."""
        order = address_order(references.code_of(self[f"{kind}_country"].data))
        widths = (zip(line, _widths(line), strict=True) for line in order)
        return [(self[f"{kind}_{part}"], width) for line in widths for part, width in line]

    def warn(self) -> None:
        """Say what the country expects of each address; nothing of it prevents a save (C4)."""
        for kind in AddressKind:
            parts = ("street", "building", "floor", "city", "subdivision", "postal_code")
            values = {part: self[f"{kind}_{part}"].data for part in parts}
            country = references.code_of(self[f"{kind}_country"].data)
            for part, code in address_warnings(country, values).items():
                self[f"{kind}_{part}"].warnings.append(_address_warning(code))


class PhonesTab(Tab):
    key, label, icon = "phones", _l("Coordonnées"), "phone"

    for _kind in CompanyPhoneKind:
        vars()[f"phone_{_kind}"] = phone_field(_kind)

    def warn(self, country: str) -> None:
        """Say which numbers cannot be read; they are kept as typed (C6)."""
        for field in self.inputs():
            if field.data and read_phone(field.data, country).e164 is None:
                field.warnings.append(_("Numéro non reconnu : il est gardé tel quel."))


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


class CompanyForm(TabbedForm):
    """The dialogs « Nouvelle société » and « Modification de la société »."""

    tab_classes = (GeneralTab, AddressesTab, PhonesTab, DetailsTab)

    #: The record being changed, or None for a new one.
    company: Company | None = None
    #: What to say when somebody else saved the record since it was opened.
    conflict: str = ""

    def prepare(self, company: Company | None = None) -> None:
        """Give the form its record; automatic numbers can't be typed (D18)."""
        self.company = company
        self["vat_confirmed"].wanted = self.asks_vat_confirmation
        number = self["company_number"]
        if organisation.load().auto_numbering:
            number.readonly = True
            number.data = company.company_number if company else None
            number.raw_data = None
            number.hint = "" if company else _("Donné automatiquement à l’enregistrement.")

    def posted_and_valid(self) -> bool:
        """Whether every field, the rules of companies, and whoever saved in the meantime let it pass."""
        if request.method != "POST":
            return False
        super().posted_and_valid()
        self.refuse(companies.problems(self.values(), self.company))
        self._check_vat_number()
        self._check_version()
        self.aim()
        return not self.errors and not self.conflict

    def hidden(self) -> dict[str, Any]:
        """What the form carries unseen: the version of the record it was filled from (R4)."""
        return {"version": self.company.version} if self.company else {}

    def _check_version(self) -> None:
        """Find out whether the record was saved since this form was opened; say so, and what it holds now (R4)."""
        if self.company is None or request.form.get("version", type=int) == self.company.version:
            return
        self.conflict = _(
            "Cette société a été modifiée depuis que vous l’avez ouverte. Rien n’est perdu : ce que vous avez saisi "
            "est ici, et la valeur enregistrée entre-temps est rappelée sous chaque champ qui diffère. "
            "Corrigez au besoin, puis enregistrez."
        )
        for field in self.inputs():
            if field.name in self.stored and field.data != self.stored[field.name]:
                shown = field.write(self.stored[field.name]) or "—"
                field.warnings.append(_("Valeur enregistrée entre-temps : %(value)s", value=shown))

    def values(self) -> dict[str, Any]:
        values = super().values()
        values.pop("vat_confirmed", None)
        return values

    def warn(self) -> None:
        """Fill in the warnings, which inform and never block."""
        _general, addresses, phones, _details = self.tabs
        assert isinstance(addresses, AddressesTab)
        assert isinstance(phones, PhonesTab)
        addresses.warn()
        phones.warn(country_code(self["main_country"].data))

    @property
    def asks_vat_confirmation(self) -> bool:
        """Whether the VAT number is wrong, so that keeping it must be confirmed."""
        field = self["vat_number"]
        kept = self.company is not None and field.data == self.company.vat_number
        return bool(field.data) and not kept and not check_vat(field.data, self._vat_country).valid

    def _check_vat_number(self) -> None:
        if self.asks_vat_confirmation and not self["vat_confirmed"].data:
            message = _("Ce numéro ne suit pas les règles de son pays. Corrigez-le, ou confirmez-le ci-dessous.")
            self.refuse({"vat_number": message})

    @property
    def _vat_country(self) -> str | None:
        return references.code_of(self["main_country"].data) or references.code_of(self["billing_country"].data)


def _widths(line: tuple[str, ...]) -> list[int]:
    """Share a line of an address among its parts; a postal code needs little, a street all of it."""
    if line == ("street",):
        return [12]
    if len(line) == 1:
        return [6]
    small = 4 if len(line) == 2 else 3
    others = sum(part != "postal_code" for part in line)
    rest = (12 - small * (len(line) - others)) // others
    return [small if part == "postal_code" else rest for part in line]


def _address_warning(code: str) -> str:
    if code == "missing":
        return str(_("Habituel dans ce pays."))
    return str(_("Ce n’est pas un code postal de ce pays."))
