"""The dialog that creates or changes one record: what those of companies and contacts do alike (C1, C2, K1, R4).

Whoever saves after somebody else is never asked to type anything again. What only one of them changed is merged as
the form is read; what both changed is shown beside the field, and one chooses there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field

from webapp.access import Viewer, get_even_deleted, get_visible
from webapp.forms.base import Typed, typed
from webapp.forms.coordinates import AddressFields, PhonesTab
from webapp.forms.drafted import Drafted
from webapp.forms.tabs import TabbedForm
from webapp.i18n import _, moment
from webapp.models import HistoryEvent
from webapp.services import contacts, resources
from webapp.services.history import recording
from webapp.services.merging import TOGETHER, Merge, merge
from webapp.services.values import country_code

#: The name of the buttons that post a form to see it again, and save nothing: one moves resources from list to list.
STEP = "access_step"

#: Of values that are chosen together, the one beside which one chooses.
_FIRST_OF_GROUP = {name: group[0] for group in TOGETHER for name in group}


def record_to_edit(model: type[Any], record_id: int, viewer: Viewer) -> Any:
    """Return the record a form is about, or raise 404; one in the trash too, when something was typed about it (R4)."""
    return (get_visible if typed() is None else get_even_deleted)(model, record_id, viewer)


@dataclass(frozen=True)
class Clash:
    """Values that two people changed, each in their way; one chooses among them with the buttons called `choice`."""

    choice: str
    mine: str
    theirs: str
    #: What it was before both; nothing when nobody can tell.
    before: str | None
    #: Who saved theirs, and when; nothing when nobody can tell.
    who: str
    when: str


class RecordForm(Drafted, TabbedForm):
    """Tabs over the values of one record, new or existing."""

    #: Fields that are no values of the record: what one confirms, what one asks for besides.
    aside: ClassVar[tuple[str, ...]] = ()

    #: The record being changed, or None for a new one.
    record: Any = None
    #: What to say when somebody else changed the same as whoever saves, or deleted the record.
    conflict: str = ""
    #: The address of the form that was typed into, when the record it changed is gone.
    gone: str = ""
    #: The version of the record the form shows.
    version: Any = None

    def prepare(self, record: Any = None) -> None:
        """Give the form its record, and merge what was posted with what others saved since it was opened (R4)."""
        self.record = record
        self.version = record.version if record is not None else None
        if record is not None and request.method == "POST":
            self._merge(request.form)

    @property
    def step(self) -> str:
        """What was asked of the form other than to save it; nothing when it is to be saved, or was not posted."""
        return request.form.get(STEP, "") if request.method == "POST" else ""

    @classmethod
    def after_deletion(cls, record: Any, number: str, viewer: Any) -> Self:
        """Build the form for a new record from what was typed about one that was deleted meanwhile (R4).

        The number stays the deleted one's: it may come back.
        """
        form = cls.load(viewer=viewer)
        form.prepare()
        if number in form and form[number].data == getattr(record, number):
            form[number].data, form[number].raw_data = "", None
        form.gone = request.path
        form.conflict = _(
            "%(name)s a supprimé cette fiche le %(when)s, pendant que vous la modifiiez. Rien n’est perdu : ce que "
            "vous avez saisi est ici, et peut être enregistré comme une nouvelle fiche.",
            name=resources.names([record.deleted_by_id]).get(record.deleted_by_id or 0) or _command(),
            when=moment(record.deleted_at),
        )
        return form

    def problems(self) -> Mapping[str, str]:
        """Return what breaks a rule that no field knows by itself, by name."""
        raise NotImplementedError

    def posted_and_valid(self) -> bool:
        """Whether every field, the rules of the record, and whoever saved in the meantime let it pass."""
        if request.method != "POST":
            return False
        super().posted_and_valid()
        self.refuse(self.problems())
        self.aim()
        return not self.errors and not self.conflict

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name not in self.aside}

    def hidden(self) -> dict[str, Any]:
        """What the form carries unseen: the version of the record it was filled from, with a draft its own (R4)."""
        if self.record is None:
            return {"draft": self.gone} if self.gone else {}
        taken_up = None if request.method == "POST" else typed()
        return {"version": taken_up.get("version", "") if taken_up else self.version}

    def warn(self) -> None:
        """Fill in the warnings, which inform and never block."""
        for tab in self.tabs:
            if isinstance(tab, AddressFields):
                tab.warn()
            elif isinstance(tab, PhonesTab):
                tab.warn(self.phone_country())

    def phone_country(self) -> str:
        """Return the country in which numbers are read that name none."""
        return country_code(self["main_country"].data)

    @property
    def status(self) -> int:
        """The status of an answer that shows this form: as asked for, refused, or overtaken by somebody else's save."""
        return 200 if request.method != "POST" or self.step else 409 if self.conflict else 422

    @property
    def viewer(self) -> Viewer | None:
        return self.tabs[0].meta.viewer  # type: ignore[no-any-return]

    # --- merging ---------------------------------------------------------------------------------------------------

    def _merge(self, posted: Typed) -> None:
        """Read the form again with what others saved since it was opened, and with what one chose of it."""
        version = posted.get("version", type=int)
        gives_way = any(posted.get(_choice(field.name)) == "theirs" for field in self.inputs())
        if self.step and not gives_way:
            # Nothing is saved yet: what the others saved is told when it is.
            self.version = posted.get("version", "")
            return
        if version == self.record.version and not gives_way:
            return
        before, changed_by = self._before(version)
        was = self._showing(before)
        mine = {name: self._mine(self[name], was, posted, before) for name in self._names()}
        merged = merge(before, mine, {name: self.stored[name] for name in self._names()})
        typed_by_me, viewer = self.tabs, self.tabs[0].meta.viewer
        now = self._showing(self.stored)
        with_theirs = self._posted(posted, merged, mine, now)
        self.tabs = [tab.build(self.stored, viewer, with_theirs) for tab in self.tab_classes]
        names = self.who_did({event.id: event for event in changed_by.values()})
        self.notice = self._notice(merged, changed_by, names)
        showing = (type(self)(typed_by_me, self.stored), now, was if before else None)
        self._show_clashes(merged, *showing, changed_by, names)

    def who_did(self, events: Mapping[int, HistoryEvent]) -> dict[int, str]:
        """Return by whom some entries of the history are, as whoever fills in this form may know them."""
        staff = resources.names(event.actor_id for event in events.values())
        people = contacts.names(event.actor_contact_id for event in events.values())
        return {
            event.id: staff.get(event.actor_id or 0) or people.get(event.actor_contact_id or 0) or _command()
            for event in events.values()
        }

    def _names(self) -> list[str]:
        return [name for name in self.values() if name in self.stored]

    def _before(self, version: int | None) -> tuple[dict[str, Any], dict[str, HistoryEvent]]:
        """Return the values at the version the form was opened with, and who changed them since.

        Nothing, when no such version is known: whatever differs must then be chosen.
        """
        if version is None or not 0 < version <= self.record.version:
            return {}, {}
        values = {name: self.stored[name] for name in self._names()}
        before, changed_by = recording.values_at(self.record, values, version)
        return {name: self[name].revive(before[name]) for name in values}, changed_by

    def _showing(self, values: Mapping[str, Any]) -> Self:
        """Return the form as it shows these values, untouched."""
        return type(self).build(values, self.tabs[0].meta.viewer, None)

    def _mine(self, field: Field, was: Self, posted: Typed, before: Mapping[str, Any]) -> Any:
        """Return what I made of a value: what it was, where I left it or now leave it to the others."""
        if field.name not in before:
            return field.data
        group_choice = posted.get(_choice(field.name))
        untouched = was[field.name].posted(before[field.name])
        is_as_shown = all(posted.getlist(name) == texts for name, texts in untouched.items())
        if group_choice == "theirs" or is_as_shown:
            return before[field.name]
        return _Unreadable(field.text) if field.process_errors else field.data

    def _posted(self, posted: Typed, merged: Merge, mine: Mapping[str, Any], now: Self) -> Typed:
        """Return what would have been posted, had I seen what the others saved."""
        result: Typed = MultiDict(posted)
        for name, value in merged.values.items():
            if value is mine[name] and posted.get(_choice(name)) != "theirs":
                continue
            for key, texts in now[name].posted(value).items():
                result.poplist(key)
                if texts:
                    result.setlist(key, texts)
        return result

    def _notice(self, merged: Merge, changed_by: Mapping[str, HistoryEvent], names: Mapping[int, str]) -> str:
        """Say who changed what meanwhile, that is kept."""
        labels: dict[str, list[str]] = {}
        for name in merged.theirs:
            event = changed_by.get(name)
            who = names[event.id] if event else _command()
            labels.setdefault(who, []).append(_label(self[name]))
        sentences = (
            _("%(name)s a modifié entre-temps : %(fields)s.", name=name, fields=", ".join(fields))
            for name, fields in labels.items()
        )
        return " ".join([*sentences, _("Ces modifications sont gardées.")]) if labels else ""

    def _show_clashes(
        self,
        merged: Merge,
        mine: Self,
        theirs: Self,
        before: Self | None,
        changed_by: Mapping[str, HistoryEvent],
        names: Mapping[int, str],
    ) -> None:
        for group in merged.clashes:
            event = next((changed_by[name] for name in group if name in changed_by), None)
            self[group[0]].clash = Clash(
                choice=_choice(group[0]),
                mine=mine._shown(group),
                theirs=theirs._shown(group),
                before=before._shown(group) if before else None,
                who=names[event.id] if event else "",
                when=moment(event.at) if event else "",
            )
        if merged.clashes:
            self.conflict = _(
                "Cette fiche a été modifiée pendant que vous la modifiiez, en partie aux mêmes endroits. Rien n’est "
                "perdu : choisissez, à chacun d’eux, la valeur à garder, puis enregistrez."
            )

    def _shown(self, group: Iterable[str]) -> str:
        """Write some values that belong together as one reads them."""
        fields = [self[name] for name in group]
        texts = [field.text if field.process_errors else field.shown(field.data) for field in fields]
        return ", ".join(text for text in texts if text) or "—"


@dataclass(frozen=True)
class _Unreadable:
    """What was typed and is no value: like no other."""

    text: str


def _choice(name: str) -> str:
    """Return the name of the buttons by which one chooses whose value of `name` is kept, its group's first."""
    return f"keep_{_FIRST_OF_GROUP.get(name, name)}"


def _label(field: Field) -> str:
    return str(field.label.text)


def _command() -> str:
    """Return who did what a command did, which has no name."""
    return str(_("L’administration"))
