"""What a file calls things: values of lists, resources, billing entities found by any of their names (R1, R5)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select

from webapp.access import Viewer
from webapp.emails import normal_email
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import BillingEntity, ReferenceItem, ReferenceList, Resource
from webapp.services import billing_entities, references, resources
from webapp.services.refusal import Refused
from webapp.services.transfer.report import Report
from webapp.text import search_key

#: Where the people a file names get an address until they have one.
#: No mail ever reaches it (RFC 6761).
PLACEHOLDER_DOMAIN = "a-completer.test"
_MAX_LABEL = 200


@dataclass(frozen=True)
class Labels:
    """What to write in a file for the values of lists, for people and for billing entities, by id."""

    items: Mapping[int, str]
    people: Mapping[int, str]
    entities: Mapping[int, str]


class Index:
    """Records by their names: a name as written comes before one alike, and that before a code."""

    def __init__(self) -> None:
        self._ids: tuple[dict[str, list[int]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
        self._found: dict[str, tuple[int, ...]] = {}
        self._gone: set[int] = set()
        self.principals: dict[int, int] = {}

    def add(self, record_id: int, labels: Iterable[str], codes: Iterable[str | None] = (), gone: bool = False) -> None:
        """Add a record; one that is `gone` stays the value of whoever has it, and of no others."""
        exact, alike, by_code = self._ids
        for label in set(labels):
            exact[label].append(record_id)
        for label in {search_key(label) for label in labels}:
            alike[label].append(record_id)
        for code in filter(None, codes):
            by_code[code.casefold()].append(record_id)
        if gone:
            self._gone.add(record_id)
        self._found.clear()

    def find(self, text: str, before: Iterable[int | None] = ()) -> int | None:
        """Return the record of this name, or nothing; raises ValueError when it names several, or one that is gone.

        Among several, one of `before` is meant: the value a record has already.
        """
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._look(text)
        if len(found) == 1 and found[0] not in self._gone:
            return found[0]
        return self._choose(text, found, before)

    def _look(self, text: str) -> tuple[int, ...]:
        exact, alike, by_code = self._ids
        return tuple(exact.get(text) or alike.get(search_key(text)) or by_code.get(text.casefold()) or ())

    def _choose(self, text: str, found: tuple[int, ...], before: Iterable[int | None]) -> int | None:
        for kept in before:
            if kept in found:
                return kept
        here = [one for one in found if one not in self._gone]
        if len(here) > 1:
            raise ValueError(_("« %(text)s » peut désigner plusieurs réponses.", text=text))
        if found and not here:
            raise ValueError(_("« %(text)s » n’est plus proposé.", text=text))
        return here[0] if here else None

    def is_sure(self, text: str) -> bool:
        """Whether this name leads to one record."""
        return len(self._look(text)) == 1


class Names:
    """All that the cells of a file may name; what is missing is added when one may.

    A dry run adds nothing to the database: it only knows afterwards what it would have added.
    """

    def __init__(self, report: Report, by: Viewer, *, create_missing: bool = False, dry_run: bool = False):
        self._report = report
        self._by = by
        self._create_missing = create_missing
        self._is_dry = dry_run
        self._unused_ids = count(-1, -1)
        self._lists: dict[tuple[ReferenceList, int | None], Index] = defaultdict(Index)
        self.resources = Index()
        self.entities = Index()
        #: Of each country that has one, the ISO code.
        self.country_codes: dict[int, str] = {}
        self._load()

    def _load(self) -> None:
        item = ReferenceItem
        for row in db.session.execute(
            select(item.id, item.list, item.parent_id, item.code, item.label_fr, item.label_en, item.retired_at)
        ):
            gone = row.retired_at is not None
            self._lists[row.list, row.parent_id].add(row.id, (row.label_fr, row.label_en), (row.code,), gone)
            if row.list is ReferenceList.COUNTRY and row.code:
                self.country_codes[row.id] = row.code
        for person in db.session.execute(
            select(
                Resource.id,
                Resource.name,
                Resource.email,
                Resource.external_id,
                Resource.is_active,
                Resource.principal_id,
            )
        ):
            self.resources.add(person.id, (person.name,), (person.email, person.external_id), not person.is_active)
            self.resources.principals[person.id] = person.principal_id
        for entity in db.session.scalars(select(BillingEntity)):
            self._know_entity(entity)

    def _know_entity(self, entity: BillingEntity) -> None:
        self.entities.add(entity.id, (entity.name,), gone=entity.retired_at is not None)
        self.entities.principals[entity.id] = entity.principal_id

    def reference(self, which: ReferenceList, text: str, parent_id: int | None, before: int | None) -> int:
        """Return the value of a list; raises ValueError when there is none and none may be added."""
        if which.parent and parent_id is None:
            raise ValueError(
                _("« %(text)s » : il faut d’abord la valeur dont elle dépend (le pays ou la région).", text=text)
            )
        found = self._lists[which, parent_id].find(text, (before,))
        return self._missing(text, lambda: self._add_reference(which, text, parent_id)) if found is None else found

    def resource(self, text: str, before: Iterable[int | None] = ()) -> int:
        """Return a resource by name, e-mail or reference; raises ValueError."""
        found = self.resources.find(text, before)
        return self._missing(text, lambda: self._add_resource(text)) if found is None else found

    def entity(self, text: str, before: Iterable[int | None] = ()) -> int:
        """Return a billing entity; raises ValueError."""
        found = self.entities.find(text, before)
        return self._missing(text, lambda: self._add_entity(text)) if found is None else found

    def labels(self, language: str) -> "Labels":
        """Return what to write for each record, so that it is found again: its name, or its code if others share it."""
        items, people = {}, {}
        for item in db.session.scalars(select(ReferenceItem)):
            label = item.label_en if language == "en" else item.label_fr
            items[item.id] = label if self._lists[item.list, item.parent_id].is_sure(label) else item.code or label
        for person in db.session.scalars(select(Resource)):
            people[person.id] = person.name if self.resources.is_sure(person.name) else person.email
        return Labels(items, people, {entity.id: entity.name for entity in db.session.scalars(select(BillingEntity))})

    def _missing(self, text: str, add: Callable[[], int]) -> int:
        if not self._create_missing:
            self._report.names_missing = True
            raise ValueError(_("« %(text)s » n’existe pas.", text=text[:_MAX_LABEL]))
        if len(text) > _MAX_LABEL:
            raise ValueError(
                _("%(count)d caractères au plus ; il y en a %(given)d.", count=_MAX_LABEL, given=len(text))
            )
        try:
            return add()
        except Refused as refusal:
            raise ValueError(refusal.said) from None

    def _add_reference(self, which: ReferenceList, text: str, parent_id: int | None) -> int:
        item_id = next(self._unused_ids) if self._is_dry else references.add(which, text, parent_id=parent_id).id
        self._lists[which, parent_id].add(item_id, (text,))
        self._report.note_added(which.value, text)
        return item_id

    def _add_resource(self, text: str) -> int:
        values = {"name": text, "email": normal_email(text) or self._placeholder(text)}
        if self._is_dry:
            person_id = next(self._unused_ids)
        else:
            person = resources.create_resource(values, self._by)
            person_id = person.id
            self.resources.principals[person_id] = person.principal_id
        self.resources.add(person_id, (text,), (values["email"],))
        self._report.note_added("resources", text)
        return person_id

    def _placeholder(self, name: str) -> str:
        """Return an address for somebody whose own is not known; an administrator completes it."""
        local = ".".join(search_key(name).split())[:40].strip(".") or "ressource"
        address, count = f"{local}@{PLACEHOLDER_DOMAIN}", 1
        while self.resources.find(address) is not None:
            count += 1
            address = f"{local}.{count}@{PLACEHOLDER_DOMAIN}"
        return address

    def _add_entity(self, text: str) -> int:
        if self._is_dry:
            entity_id = next(self._unused_ids)
            self.entities.add(entity_id, (text,))
        else:
            entity = billing_entities.add(text)
            entity_id = entity.id
            self._know_entity(entity)
        self._report.note_added("billing_entities", text)
        return entity_id

    def principals_of_resources(self, ids: Iterable[int]) -> list[int]:
        return [self.resources.principals[resource_id] for resource_id in ids]

    def principals_of_entities(self, ids: Iterable[int]) -> list[int]:
        return [self.entities.principals[entity_id] for entity_id in ids]
