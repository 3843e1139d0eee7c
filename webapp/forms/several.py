"""A field that holds several records, chosen one after the other by typing.

The browser posts the ids it holds as `<name>`, and what is being typed as in any lookup: it joins them whenever the
form is posted, so that nobody has to press « Ajouter » before they save. Buttons called `access_step` move some.
"""

from collections.abc import Iterable
from typing import Any, cast

from webapp.forms.fields import Lookup
from webapp.forms.record import STEP
from webapp.i18n import _
from webapp.services import favorites, lookups
from webapp.services.lookups import Found
from webapp.text import clean_line, read_id


class Several(Lookup):
    """Any number of records; one is taken out by a button of its own, `<name>:<id>`."""

    kind = "several"
    empty: Any = frozenset()
    data: Any
    object_data: Any
    #: What the last step did, in a sentence.
    said = ""
    #: What the last step, or what was typed, brought in.
    gained: frozenset[int] = frozenset()

    @property
    def picked_name(self) -> str:
        return f"{self.name}_pick"

    @property
    def value(self) -> str:
        return ""

    @property
    def listed(self) -> list[Found]:
        """The records it holds, by name."""
        return self._named(self.data)

    def shown(self, value: Any) -> str:
        return ", ".join(one.label for one in self._named(value))

    def posted(self, value: Any) -> dict[str, list[str]]:
        ids = [str(one) for one in value or ()]
        return {self.name: ids, self.picked_name: [""], f"{self.name}_text": [""], f"{self.name}_choice": []}

    def revive(self, value: Any) -> Any:
        return frozenset(value or ())

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the ids, what is typed beside them, and the step asked for."""
        self.process_errors = []
        self.object_data = self.data = frozenset(data or ())
        self.raw_data = [""]  # type: ignore[assignment]
        text_name = f"{self.name}_text"
        if formdata is None or self.readonly or text_name not in formdata:
            return
        self.data = self._offered(ids_of(formdata.getlist(self.name)))
        self.raw_data = [clean_line(formdata[text_name])]  # type: ignore[assignment]
        self._take_what_is_typed(formdata)
        name, _colon, what = formdata.get(STEP, "").partition(":")
        if name == self.name:
            self.step(what, formdata)

    def step(self, what: str, formdata: Any) -> None:
        """Take out the record whose id is `what`."""
        self._take_out(ids_of([what]))

    def _take_what_is_typed(self, formdata: Any) -> None:
        try:
            chosen = self._resolve(formdata)
        except ValueError as error:
            self.process_errors.append(str(error))
            return
        self.raw_data = [""]  # type: ignore[assignment]
        if chosen is not None:
            self._take_in(frozenset({chosen}))

    def _take_in(self, ids: frozenset[int]) -> None:
        self.gained = self._offered(ids - self.data)
        self.data |= self.gained
        if self.gained:
            self.said = _("Dans la liste : %(names)s.", names=self.shown(self.gained))

    def _take_out(self, ids: frozenset[int]) -> None:
        lost = self.data & ids
        self.data -= lost
        if lost:
            self.said = _("Hors de la liste : %(names)s.", names=self.shown(lost))

    def _offered(self, ids: frozenset[int]) -> frozenset[int]:
        """Return which of some ids may be here; those the record has already are not looked for."""
        new = ids - self.object_data
        offered = frozenset(self._many.offered(new, self.meta.viewer, self._within)) if new else frozenset()
        if offered != new:
            self.process_errors.append(_("Choisissez des valeurs de la liste."))
        kept: frozenset[int] = ids & self.object_data
        return kept | offered

    def _named(self, ids: Iterable[int] | None) -> list[Found]:
        return self._many.named(ids, self.meta.viewer, self._within) if ids else []

    @property
    def _many(self) -> lookups.ManyLookup:
        return cast(lookups.ManyLookup, self._source)


class SeveralContacts(Several):
    """Contacts of the company, among whom stay those whom one may not see (A3)."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data, extra_filters)
        if self.object_data and self.data != self.object_data:
            self.data |= self.object_data - {one.id for one in self._named(self.object_data)}


class AllowedResources(Several):
    """Resources, some of whom arrows bring up from one's favourites or take down (C8)."""

    UP, DOWN = "up", "down"

    @property
    def favorites(self) -> list[Found]:
        """One's favourites who are not in the list."""
        return favorites.of(self.meta.viewer, but=self.data)

    def step(self, what: str, formdata: Any) -> None:
        """Move whoever is ticked: up from the favourites, or down out of the list."""
        ticked = ids_of(formdata.getlist(f"{self.name}_{what}"))
        if what == self.UP:
            self._take_in(ticked)
        elif what == self.DOWN:
            self._take_out(ticked)
        else:
            return
        if not ticked:
            self.said = _("Cochez d’abord les ressources à déplacer.")


def ids_of(texts: Iterable[str]) -> frozenset[int]:
    """Return the ids among some texts."""
    return frozenset(one for one in map(read_id, texts) if one is not None)
