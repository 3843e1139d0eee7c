"""The form by which admins keep a resource (R1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from webapp.access import Viewer
from webapp.forms.choices import LanguageCode, TimezoneName
from webapp.forms.fields import Checkbox, Choice, Email, Field, Lookup, Text
from webapp.forms.shared import SharedForm
from webapp.i18n import _, _l
from webapp.models import Role
from webapp.phones import read_phone
from webapp.services import billing_entities, organisation


def role_labels() -> dict[Role, str]:
    return {Role.RESOURCE: _("Ressource"), Role.ADMIN: _("Administrateur")}


class EntityBoxes(Field):
    """Any number of billing entities, each with its box. A retired one stays offered to who has it."""

    kind = "checkboxes"

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        ticked = set(self.data or ())
        return [(str(entity_id), name, entity_id in ticked) for entity_id, name in self._offered().items()]

    def shown(self, value: Any) -> str:
        return ", ".join(name for entity_id, name in self._offered().items() if entity_id in (value or ()))

    def posted(self, value: Any) -> dict[str, list[str]]:
        # In one order, whoever gave it: it is compared.
        return {self.name: [str(one) for one in sorted(value or ())]}

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        offered = {str(entity_id): entity_id for entity_id in self._offered()}
        self.data = [offered[value] for value in valuelist if value in offered]
        if len(self.data) < len(valuelist):
            raise ValueError(_("Choisissez des valeurs de la liste."))

    def _offered(self) -> dict[int, str]:
        held = set(self.object_data or ())
        return {
            entity.id: entity.name
            for entity in billing_entities.everything()
            if entity.retired_at is None or entity.id in held
        }


class ResourceForm(SharedForm):
    name = Text(_l("Nom"), required=True, max_length=200, autocomplete="off")
    email = Email(_l("Adresse e-mail"), required=True, autocomplete="off", hint=_l("Elle sert à se connecter."))
    role = Choice(
        _l("Rôle"),
        Role,
        role_labels,
        required=True,
        hint=_l("Un administrateur voit toutes les sociétés et tient ces pages."),
    )
    job_title = Text(_l("Fonction"), max_length=200, autocomplete="off")
    phone_office = Text(_l("Téléphone (bureau)"), max_length=80, inputmode="tel", autocomplete="off")
    phone_mobile = Text(_l("Téléphone mobile"), max_length=80, inputmode="tel", autocomplete="off")
    language = LanguageCode(_l("Langue"), required=True)
    timezone = TimezoneName(_l("Fuseau horaire"), required=True)
    billing_entities = EntityBoxes(
        _l("Entités de facturation"),
        hint=_l("La ressource voit les sociétés dont l’accès est réservé à ces entités."),
    )
    is_active = Checkbox(
        _l("Active"), hint=_l("Décochée, la ressource ne peut plus se connecter ; ses fiches gardent son nom.")
    )
    portal_successor = Lookup(
        _l("Commanditaire qui lui succède"),
        "resources",
        hint=_l("À qui sont confiés, à sa désactivation, les accès au Portail Clients dont elle est commanditaire."),
    )

    @classmethod
    def load(cls, values: Mapping[str, Any] | None = None, viewer: Viewer | None = None) -> Self:
        """Build the form, and say which numbers can't be read; they are kept as typed."""
        form = super().load(values, viewer)
        country = organisation.load().country
        for field in (form.phone_office, form.phone_mobile):
            if field.data and not read_phone(field.data, country).valid:
                field.warnings.append(_("Numéro non reconnu : il est gardé tel quel."))
        return form
