"""What a contact fills in about themselves in the portal (P6)."""

from collections.abc import Mapping
from typing import Self

from wtforms import Field

from webapp.forms.contact import PHONE_LABELS, GeneralTab
from webapp.forms.coordinates import ADDRESS_TITLES, AddressFields, PhonesTab, address_fields, phone_fields
from webapp.forms.fields import Email, Password
from webapp.forms.record import RecordForm
from webapp.forms.tabs import Tab
from webapp.i18n import _l
from webapp.models import AddressKind, Contact, HistoryEvent
from webapp.services import contacts, organisation
from webapp.services.portal.accounts import OWN, OWN_ADDRESS_PARTS


class IdentityTab(Tab):
    key, label, icon = "identity", _l("Identité"), "user"

    title = GeneralTab.title
    honorific = GeneralTab.honorific
    first_name = GeneralTab.first_name
    middle_name = GeneralTab.middle_name
    last_name = GeneralTab.last_name
    job_title = GeneralTab.job_title


class EmailsTab(Tab):
    key, label, icon = "emails", _l("E-mail"), "mail"

    email1 = Email(
        _l("E-mail 1"), required=True, autocomplete="email", hint=_l("C’est aussi votre identifiant de connexion.")
    )
    current_password = Password(
        _l("Mot de passe actuel"),
        autocomplete="current-password",
        hint=_l("Demandé seulement pour changer l’e-mail 1."),
    )
    email2 = Email(_l("E-mail 2"))
    email3 = Email(_l("E-mail 3"))


class OwnPhonesTab(PhonesTab):
    label = _l("Téléphones")

    vars().update(phone_fields(PHONE_LABELS))

    #: The numbers most people have.
    USUAL = ("phone_office", "phone_mobile", "phone_home", "phone_office_fax")

    def parts(self) -> tuple[list[Field], list[Field]]:
        """Return the fields to show at once, and those to unfold: usual or filled in, and all others."""
        first = [field for field in self.inputs() if field.name in self.USUAL or needs_a_look(field)]
        return first, [field for field in self.inputs() if field not in first]


def needs_a_look(field: Field) -> bool:
    """Whether there is something to see in a field: a value, what was refused, what somebody else changed."""
    return bool(field.text or field.errors or field.process_errors or field.clash)


def own_address_fields(kind: AddressKind) -> dict[str, Field]:
    """Return the fields of one address, without what the organisation adds to it."""
    fields = address_fields(kind, "portal.lookup")
    return {name: fields[name] for name in (f"{kind}_{part}" for part in OWN_ADDRESS_PARTS)}


class OwnAddressesTab(AddressFields):
    """One's addresses; those one has none of are folded away."""

    def is_open(self, kind: AddressKind) -> bool:
        """Whether an address is to be seen at once: the main one, and any with something in it."""
        return kind is AddressKind.MAIN or any(needs_a_look(self[name]) for name in own_address_fields(kind))

    for _kind in AddressKind:
        vars().update(own_address_fields(_kind))


class OwnForm(RecordForm):
    """« Mes coordonnées »: what a contact may change of themselves, all on one page."""

    tab_classes = (IdentityTab, EmailsTab, OwnPhonesTab, OwnAddressesTab)
    aside = ("current_password",)
    has_draft = False

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Build the form of a contact."""
        stored = contacts.SHAPE.read(contact)
        form = cls.load({name: stored[name] for name in OWN})
        form.prepare(contact)
        return form

    def problems(self) -> dict[str, str]:
        found = contacts.problems({**contacts.read(self.record), **self.values()}, self.record)
        return {name: text for name, text in found.items() if name in self}

    def who_did(self, events: Mapping[int, HistoryEvent]) -> dict[int, str]:
        """Return by whom: oneself, or the organisation, whose people are not named to whoever may not read of them."""
        mine, house = self.record.name, organisation.load().name
        return {event.id: mine if event.actor_contact_id == self.record.id else house for event in events.values()}

    def phone_country(self) -> str:
        return contacts.phone_country({**contacts.read(self.record), **self.values()})

    def label(self, name: str) -> str:
        """Return what one of the values is called; a part of an address with the address it belongs to."""
        text, kind = str(self[name].label.text), name.partition("_")[0]
        return f"{ADDRESS_TITLES[AddressKind(kind)]} · {text}" if kind in set(AddressKind) else text

    @property
    def changes_login(self) -> bool:
        """Whether the address one signs in with is another than before."""
        return bool(self["email1"].data != self.record.email1)
