"""The dialog of contacts: one class per tab, fields in the order users see them (K2 to K7)."""

from webapp.forms.access import AccessTab, RestrictableForm
from webapp.forms.coordinates import AddressesTab, PhonesTab, phone_fields
from webapp.forms.fields import Checkbox, Confirmation, Email, LongText, Lookup, PartialDay, Ref, Text
from webapp.forms.portal import PortalTab, access_of
from webapp.forms.tabs import Tab
from webapp.i18n import _, _l, _lp
from webapp.models import Company, Contact, ContactPhoneKind, ReferenceList
from webapp.services import contacts
from webapp.services.portal import granting, summary

PHONE_LABELS = {
    ContactPhoneKind.OFFICE: _l("Téléphone (bureau)"),
    ContactPhoneKind.MOBILE: _l("Mobile"),
    ContactPhoneKind.HOME: _l("Téléphone (domicile)"),
    ContactPhoneKind.MAIN: _l("Contact principal"),
    ContactPhoneKind.OTHER: _l("Téléphone (autre)"),
    ContactPhoneKind.PAGER: _l("Messagerie"),
    ContactPhoneKind.OFFICE_FAX: _l("Télécopie (bureau)"),
    ContactPhoneKind.OFFICE2: _l("Téléphone 2 (bureau)"),
    ContactPhoneKind.HOME2: _l("Téléphone 2 (domicile)"),
    ContactPhoneKind.HOME_FAX: _l("Télécopie (domicile)"),
    ContactPhoneKind.MANAGER: _l("Téléphone du responsable"),
    ContactPhoneKind.ASSISTANT: _l("Téléphone de l’assistant(e)"),
    ContactPhoneKind.OTHER_FAX: _l("Télécopie (autre)"),
    ContactPhoneKind.CAR: _l("Téléphone (véhicule)"),
}


class GeneralTab(Tab):
    key, label, icon = "general", _l("Généralités"), "user"

    title = Ref(_l("Titre de civilité"), ReferenceList.TITLE)
    first_name = Text(_l("Prénom"), max_length=100)
    middle_name = Text(_l("2e prénom"), max_length=100)
    last_name = Text(_lp("de famille", "Nom"), required=True, max_length=100)
    honorific = Text(
        _l("Titre honorifique"), max_length=60, hint=_l("« Maître », par exemple. Il remplace le titre de civilité.")
    )
    job_title = Text(_l("Poste occupé"), max_length=200)
    company = Lookup(_l("Société"), "companies", required=True)
    move_confirmed = Confirmation(_l("Changer ce contact de société"))
    contact_type = Ref(_l("Type"), ReferenceList.CONTACT_TYPE)
    email1 = Email(_l("E-mail 1"))
    email2 = Email(_l("E-mail 2"))
    email3 = Email(_l("E-mail 3"))
    is_reference = Checkbox(
        _l("Référence commerciale"), hint=_l("Le contact accepte de servir de référence au nom de sa société.")
    )
    in_my_contacts = Checkbox(_l("Ajouter à la liste de mes contacts"))


class ContactPhonesTab(PhonesTab):
    vars().update(phone_fields(PHONE_LABELS))


class DetailsTab(Tab):
    key, label, icon = "details", _l("Détails"), "list"

    department = Text(_l("Département"), max_length=200)
    manager = Text(_l("Responsable"), max_length=200)
    office = Text(_l("Bureau"), max_length=200)
    assistant = Text(_l("Assistant(e)"), max_length=200)
    profession = Text(_l("Profession"), max_length=200)
    nickname = Text(_l("Surnom"), max_length=100)
    birthday = PartialDay(_l("Date de naissance"), hint=_l("12/01/1998, ou 12/01 si l’année n’est pas connue."))
    spouse = Text(_l("Conjoint"), max_length=200)
    anniversary = PartialDay(_l("Anniversaire de mariage"), hint=_l("Ou tout autre jour à ne pas oublier."))
    comments = LongText(_l("Commentaires"))


class ContactForm(RestrictableForm):
    """The dialogs « Nouveau contact » and « Modification du contact »."""

    tab_classes = (GeneralTab, AddressesTab, ContactPhonesTab, DetailsTab, PortalTab, AccessTab)
    aside = ("move_confirmed", "in_my_contacts")

    #: The company chosen, whose rules the contact follows.
    company: Company | None = None
    #: What follows when the contact goes to another company.
    move_effects: list[str] = []

    def prepare(self, record: Contact | None = None) -> None:
        """Give the form its record, and have it follow the rules of the company chosen (K3, D12, D13)."""
        super().prepare(record)
        self.company = contacts.company_of(self["company"].data)
        if self.company is None:
            return
        if self.company.surveys_enabled:
            self["email1"].required_note = _("obligatoire : les enquêtes sont activées")
        if not self.company.is_reference:
            self._grey_reference()
        if record is not None and record.company_id != self.company.id:
            self["move_confirmed"].ask(str(self.company.id))
            self.move_effects = contacts.effects_of_move(record, self.company)

    def problems(self) -> dict[str, str]:
        found = contacts.problems(self.values(), self.record)
        if self.portal.is_forged:
            found["portal_enabled"] = granting.sponsor_only(access_of(self))
        if self["move_confirmed"].wanted and not self["move_confirmed"].data:
            found["company"] = _("Le contact change de société : lisez ce qui en découle, puis cochez la case.")
        return found

    @property
    def portal(self) -> PortalTab:
        return next(tab for tab in self.tabs if isinstance(tab, PortalTab))

    @property
    def portal_summary(self) -> summary.Summary | None:
        """What there is to read of the access the contact has, if they ever had any."""
        access = access_of(self)
        return summary.of(access) if access is not None else None

    def phone_country(self) -> str:
        return contacts.phone_country(self.values())

    @property
    def full_name(self) -> str:
        """The name as its parts make it: shown, never posted (K2)."""
        title = self["title"]
        return contacts.full_name(self.values(), title.shown(title.data))

    @property
    def wants_in_my_contacts(self) -> bool:
        return bool(self["in_my_contacts"].data)

    def _grey_reference(self) -> None:
        """Keep what is stored; a box just ticked stays open, to be refused and unticked (D12)."""
        field = self["is_reference"]
        is_stored = bool(self.stored.get("is_reference"))
        if is_stored or not field.data:
            field.readonly = field.greyed = True
            field.data = is_stored
            field.hint = _("La société n’est pas une référence commerciale : la case est sans effet.")
