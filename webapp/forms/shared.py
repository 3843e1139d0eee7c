"""Forms of one page over what several people may change at once: nobody overwrites anybody unasked (R4)."""

import json
from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import Field

from webapp.forms.base import Form
from webapp.forms.record import Clash
from webapp.i18n import _


class SharedForm(Form):
    """A form over values whose earlier ones nobody keeps: it carries what it showed, and so knows who changed what."""

    is_of_stored = False
    #: What to say when somebody else saved the same meanwhile.
    conflict: str = ""

    def prepare(self) -> None:
        """Say that the form shows what is stored, and merge what was posted with what others saved meanwhile.

        What one left as it was stays theirs; what both changed, each otherwise, is chosen. What is compared with must
        not change until it is saved: whoever calls holds it, or its version is checked as it is written.
        """
        self.is_of_stored = True
        if request.method == "POST":
            self._merge(_read(request.form.get("was", "")))

    def hidden(self) -> dict[str, Any]:
        """What the form carries unseen: what is stored as it shows it."""
        if not self.is_of_stored:
            return {}
        return {"was": json.dumps([self._stored(field) for field in self.inputs()], ensure_ascii=False)}

    def posted_and_valid(self) -> bool:
        """Whether every field accepts what it was given, and nothing of somebody else’s is to be chosen from."""
        return super().posted_and_valid() and not self.conflict

    @property
    def status(self) -> int:
        """The status of an answer that shows this form."""
        return 409 if self.conflict else 422 if self.errors else 200

    def _stored(self, field: Field) -> dict[str, list[str]]:
        posted: dict[str, list[str]] = field.posted(self.meta.stored.get(field.name))
        return posted

    def _merge(self, was: Mapping[str, Any]) -> None:
        kept = []
        for field in self.inputs():
            before, theirs = was.get(field.name), self._stored(field)[field.name]
            mine = None if field.process_errors else field.posted(field.data)[field.name]
            if mine == before or _gives_way(field):
                self._take_theirs(field)
                kept += [str(field.label.text)] if theirs != before else []
            elif theirs not in (before, mine):
                self._let_choose(field)
        if kept:
            self.notice = _(
                "Ont été modifiés entre-temps, et sont gardés : %(fields)s.",
                fields=", ".join(kept),
            )
        if any(field.clash for field in self.inputs()):
            self.conflict = _(
                "Cette fiche a été modifiée pendant que vous la modifiiez, en partie aux mêmes endroits. Rien n’est "
                "perdu : choisissez, à chacun d’eux, la valeur à garder, puis enregistrez."
            )

    def _take_theirs(self, field: Field) -> None:
        field.data, field.raw_data, field.process_errors = self.meta.stored.get(field.name), None, []

    def _let_choose(self, field: Field) -> None:
        mine = field.text if field.process_errors else field.shown(field.data)
        theirs = field.shown(self.meta.stored.get(field.name))
        field.clash = Clash(_choice(field), mine or "—", theirs or "—", None, "", "")


def _choice(field: Field) -> str:
    """Return the name of the buttons by which one chooses whose value of a field is kept."""
    return f"keep_{field.name}"


def _gives_way(field: Field) -> bool:
    return request.form.get(_choice(field)) == "theirs"


def _read(was: str) -> dict[str, Any]:
    """Return what a form said it showed, by field; nothing of what makes no sense: whatever differs is then chosen."""
    try:
        shown = json.loads(was)
        return {name: texts for one in shown for name, texts in one.items()}
    except (ValueError, AttributeError, TypeError):
        return {}
