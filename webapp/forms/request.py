"""The dialog of requests of customers, and what is said in them (S7, P9)."""

from webapp.forms.base import Form
from webapp.forms.fields import Choice, Field, LongText, Lookup, Text
from webapp.forms.files import Files
from webapp.forms.linked import LinkedForm, LinkedTab
from webapp.i18n import _, _l
from webapp.models import Performer, Priority
from webapp.services.requests import PRIORITIES, REQUESTS
from webapp.services.support.tasks import candidates
from webapp.text import read_id


def _priorities() -> dict[Priority, str]:
    return {one: str(label) for one, label in PRIORITIES.items()}


_FILES_HINT = _l("5 fichiers au plus, de 10 Mo chacun : documents, images, textes, archives.")


class RequestTab(LinkedTab):
    contact = Lookup(_l("Contact"), "contacts", within="company", hidden_label=_l("Contact à accès restreint"))
    name = Text(_l("Objet"), required=True)
    text = LongText(_l("Description"), rows=8)
    priority = Choice(_l("Priorité"), Priority, _priorities, required=True)
    owner = Lookup(_l("Responsable"), "resources")


class RequestForm(LinkedForm):
    tab_classes = (RequestTab,)
    keeper = REQUESTS


class ReplyForm(Form):
    """An answer to a customer."""

    text = LongText(_l("Réponse"), required=True, rows=6)
    files = Files(_l("Pièces jointes"), hint=_FILES_HINT)


class MessageForm(ReplyForm):
    """What a contact writes in the portal."""

    text = LongText(_l("Votre message"), required=True, rows=6)
    files = Files(_l("Pièces jointes"), hint=_FILES_HINT)


class NoteForm(Form):
    """What is said among the staff: a form of its own, so that nothing is sent to a customer by mistake."""

    note = LongText(_l("Note interne"), required=True, rows=4)
    note_files = Files(_l("Pièces jointes de la note"), hint=_FILES_HINT)


class AttachForm(Form):
    """Files that come with the request itself."""

    attached = Files(_l("Fichiers à joindre"), hint=_FILES_HINT)


class AskForm(Form):
    """A request that a contact makes in the portal."""

    name = Text(_l("Objet"), required=True)
    text = LongText(
        _l("Description"),
        required=True,
        rows=8,
        hint=_l("Ce que vous faisiez, ce qui est arrivé, ce que vous attendiez."),
    )
    priority = Choice(_l("Priorité"), Priority, _priorities, required=True)
    files = Files(_l("Pièces jointes"), hint=_FILES_HINT)


class DoneForm(Form):
    """What whoever did a task has to say of it."""

    remark = LongText(_l("Remarque"), max_length=5_000, rows=3)


class Participant(Field):
    """One of the contacts who take part in workflows."""

    kind = "select"
    empty = None

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        chosen = [(str(one), name, one == self.data) for one, name in self._candidates()]
        return [("", "—", self.data is None), *chosen]

    def shown(self, value: object) -> str:
        return dict(self._candidates()).get(value, "")  # type: ignore[call-overload, no-any-return]

    def clean(self, typed: str) -> int | None:
        chosen = read_id(typed)
        if typed and chosen not in dict(self._candidates()):
            raise ValueError(_("Choisissez une valeur de la liste."))
        return chosen

    def _candidates(self) -> list[tuple[int, str]]:
        return list(candidates(self.meta.stored["request"], self.meta.viewer))


class GiveToResourceForm(Form):
    person = Lookup(_l("Ressource"), "resources")


class GiveToContactForm(Form):
    person = Participant(
        _l("Contact"), hint=_l("Les contacts de la société dont l’accès au portail comprend la participation aux flux.")
    )


#: The form by which a task is given, by who does it.
GIVE_FORMS = {Performer.RESOURCE: GiveToResourceForm, Performer.CONTACT: GiveToContactForm}
