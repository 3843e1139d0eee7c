"""Addresses and numbers, as the dialogs of companies and contacts ask for them (C4, C6, K4, K5)."""

from collections.abc import Mapping
from typing import Any

from wtforms import Field

from webapp.addresses import address_order, address_warnings, postal_example
from webapp.forms.fields import Lookup, Ref, Text, WebAddress
from webapp.forms.tabs import Tab
from webapp.i18n import _, _l
from webapp.models import AddressKind, ReferenceList
from webapp.phones import read_phone
from webapp.services import references

ADDRESS_TITLES = {
    AddressKind.MAIN: _l("Adresse principale"),
    AddressKind.BILLING: _l("Adresse de facturation"),
    AddressKind.SHIPPING: _l("Adresse de livraison"),
}


def address_fields(kind: AddressKind, lookups: str = "lookups.search") -> dict[str, Field]:
    """Return the fields of one address, by name; the part each stands for is its name after the kind.

    `lookups` is the view that offers what one picks by typing.
    """
    return {
        f"{kind}_country": Ref(_l("Pays"), ReferenceList.COUNTRY, autocomplete="off"),
        f"{kind}_street": Text(_l("Nom et numéro de rue")),
        f"{kind}_building": Text(_l("Bloc ou bâtiment"), max_length=120),
        f"{kind}_floor": Text(_l("Étage"), max_length=60),
        f"{kind}_city": Text(_l("Localité"), max_length=120),
        f"{kind}_subdivision": Lookup(_l("Province/État"), "provinces", within=f"{kind}_country", view=lookups),
        f"{kind}_postal_code": Text(_l("Code postal"), max_length=30),
        f"{kind}_work_region": Lookup(_l("Région de travail"), "work-regions", view=lookups),
        f"{kind}_work_site": Lookup(_l("Site de travail"), "work-sites", within=f"{kind}_work_region", view=lookups),
    }


def phone_fields(labels: Mapping[Any, Any]) -> dict[str, Field]:
    """Return the field of each number, by name; `labels` says which there are, in order, and what users call them."""
    return {f"phone_{kind}": Text(label, max_length=80, inputmode="tel") for kind, label in labels.items()}


class AddressFields(Tab):
    """The addresses of a kind of record: who derives from it adds their `address_fields`."""

    key, label, icon = "addresses", _l("Adresses"), "map-pin"

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
                self[f"{kind}_{part}"].warnings.append(_address_warning(code, country))


class AddressesTab(AddressFields):
    website = WebAddress(_l("URL"), hint=_l("Site Web de la société, quelle que soit l’adresse."))

    for _kind in AddressKind:
        vars().update(address_fields(_kind))


class PhonesTab(Tab):
    """The numbers of a kind of record: who derives from it adds its `phone_fields`."""

    key, label, icon = "phones", _l("Coordonnées"), "phone"

    def warn(self, country: str) -> None:
        """Say which numbers cannot be read; they are kept as typed (C6)."""
        for field in self.inputs():
            if field.data and read_phone(field.data, country).e164 is None:
                field.warnings.append(_("Numéro non reconnu : il est gardé tel quel."))


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


def _address_warning(code: str, country: str | None) -> str:
    if code == "missing":
        return str(_("Habituel dans ce pays."))
    if example := postal_example(country):
        return str(_("Ce n’est pas un code postal de ce pays. Exemple : %(example)s", example=example))
    return str(_("Ce n’est pas un code postal de ce pays."))
