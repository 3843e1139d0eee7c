"""The tab Accès, of companies and of contacts: to whom a record is open, what that changes, what is asked first.

(A1 to A4, C8, K7, D6.) Whoever saves is asked at most once, of all those who would not see the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request

from webapp.access import Viewer
from webapp.forms.fields import Checkbox
from webapp.forms.record import RecordForm
from webapp.forms.several import AllowedResources, Several, ids_of
from webapp.forms.tabs import Tab
from webapp.i18n import _, _l
from webapp.services import resources, sharing

#: The step by which one comes back from the question.
BACK = "back"


class AccessTab(Tab):
    key, label, icon = "access", _l("Accès"), "lock"

    restrict_access = Checkbox(_l("Restreindre l’accès aux ressources suivantes"))
    allowed_resources = AllowedResources(_l("Ressources autorisées"), "resources")


class CompanyAccessTab(AccessTab):
    billing_entities = Several(
        _l("Entité de facturation"),
        "billing-entities",
        hint=_l("Toutes les ressources ayant accès à l’une d’elles voient la société."),
    )


@dataclass(frozen=True)
class LeftOut:
    """Somebody who would not see the record, and what they are to it."""

    id: int
    name: str
    part: str


@dataclass(frozen=True)
class Question:
    """What is asked before a save: who, that matters, would not see the record."""

    #: Whoever saves is among them.
    leaves_me: bool
    people: Sequence[LeftOut]

    @property
    def subject(self) -> str:
        """What an answer answers: another list of people is another question."""
        return ",".join(str(one.id) for one in self.people)


class RestrictableForm(RecordForm):
    """A dialog with the tab Accès."""

    #: What is asked before it is saved, while it is not answered.
    question: Question | None = None
    #: Whether whoever saves will not see what they saved, as they have said they know.
    leaves_me = False

    def prepare(self, record: Any = None) -> None:
        """Give the form its record; who names somebody wants a restriction."""
        gained = self["allowed_resources"].gained
        super().prepare(record)
        if gained:
            self["restrict_access"].data = True
        if self.step:
            for field in (field for field in self.inputs() if isinstance(field, Several)):
                field.errors = list(field.process_errors)

    def posted_and_valid(self) -> bool:
        """Whether nothing stands in the way, and what had to be asked is answered (A4, D6)."""
        if self.step or not super().posted_and_valid():
            return False
        self.question = self._question()
        return self.question is None

    @property
    def shown_alone(self) -> str:
        """The key of the tab that alone is asked for, if one is."""
        return self.active_tab if self.step != BACK else ""

    @property
    def active_tab(self) -> str:
        """The key of the tab a step was taken in: that of the field it names, else Accès."""
        if not self.step:
            return ""
        name = self.step.partition(":")[0]
        return next((tab.key for tab in self.tabs if name in tab), AccessTab.key)

    # --- what if ---------------------------------------------------------------------------------------------------

    @cached_property
    def access(self) -> Mapping[str, Any]:
        """All values as they would be saved."""
        return sharing.normal({**self.stored, **self.values()})

    @property
    def is_open(self) -> bool:
        """Whether nothing would restrict the record."""
        return not self.access["restrict_access"] and not self.access.get("billing_entities")

    @property
    def is_unfinished(self) -> bool:
        """Whether it cannot be said yet who would see the record: it is restricted to nobody, or has no company."""
        is_empty = bool(self["restrict_access"].data) and bool(sharing.problems(self.access, self.record))
        return is_empty or ("company" in self and not self["company"].data)

    @cached_property
    def effect(self) -> sharing.Rehearsal | None:
        """What saving would change of who sees the record; nothing when it would change nothing, or none can tell."""
        if self.is_unfinished or not self._changes(*self._open, "company"):
            return None
        return sharing.rehearse(self.record, self.access, self._viewer)

    # --- asking first ----------------------------------------------------------------------------------------------

    @property
    def _open(self) -> tuple[str, ...]:
        return ("restrict_access", "allowed_resources", "billing_entities")

    @property
    def _viewer(self) -> Viewer:
        viewer: Viewer | None = self.tabs[0].meta.viewer
        assert viewer is not None
        return viewer

    def _changes(self, *names: str) -> bool:
        """Whether saving would change one of these; a new record that is open to all changes nothing."""
        if self.record is None:
            return not self.is_open
        return any(name in self and self.access[name] != self.stored[name] for name in names)

    def _question(self) -> Question | None:
        """Return what is to be asked of the people left out by this save, unless just that has been answered."""
        people = self._left_out() if self._changes(*self._open, *sharing.HELPERS, "company") else []
        if not people:
            return None
        question = Question(any(one.id == self._viewer.resource_id for one in people), people)
        answer = request.form.get("access_answer")
        if answer not in ("add", "keep") or request.form.get("access_asked") != question.subject:
            return question
        added = ids_of(request.form.getlist("access_add")) & {one.id for one in people} if answer == "add" else set()
        if added:
            self["allowed_resources"].data = self.access["allowed_resources"] | added
            self["restrict_access"].data = True
            del self.access
        self.leaves_me = question.leaves_me and self._viewer.resource_id not in added
        return None

    def _left_out(self) -> list[LeftOut]:
        """Return whoever saves, if they would not see the record, and those who work with it who no longer would."""
        me = self._viewer
        found = []
        if me.resource_id is not None and not sharing.keeps(self.access, me):
            found.append(LeftOut(me.resource_id, me.name, _("vous-même")))
        left = sharing.left_out(self.access)
        if left and self.record is not None:
            # Who did not see it before, and had a part in it, was asked about then.
            before = sharing.left_out(self.stored)
            left = [one for one in left if one not in before]
        names = resources.names(left)
        found += [LeftOut(one, names[one], self._part(one, self.access)) for one in left if one != me.resource_id]
        return found

    def _part(self, resource_id: int, values: Mapping[str, Any]) -> str:
        """Return what somebody is to the record, as its fields call it."""
        parts = [str(self[name].label.text) for name in sharing.HELPERS if values.get(name) == resource_id]
        return ", ".join(parts)
