"""Creating, changing and deleting what hangs on a company, with its history, in one way for all kinds (S1 to S8).

A kind of record is a `Keeper`: its model, its rules, what its history tells. What it does not say is done as here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from webapp.access import LINKED, Actor, Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l
from webapp.models import Company, Contact, HistoryKind, Linked, Noun
from webapp.services import ids
from webapp.services.history import recording
from webapp.services.linked.words import WORDS, Words, listed
from webapp.services.refusal import Refused
from webapp.services.search import texts
from webapp.services.search.texts import Findable
from webapp.services.values import MAX_SEARCH_KEY, Change, Shape, differences
from webapp.text import search_key

R = TypeVar("R", bound=Linked)

_RULES = "rules hold for whoever saves"
_TOGETHER = "what hangs on a record goes where it goes"


class Summary(NamedTuple):
    """The columns that lists show of a record besides its name, where it has them."""

    #: Where it stands; what day it is about; what it is worth, in which currency; whose it is.
    state: Any = None
    day: Any = None
    amount: Any = None
    currency: Any = None
    owner: Any = None
    #: How likely it is that it will be worth that, in percent.
    probability: Any = None
    #: The number it was given, where it has one besides its name.
    number: Any = None
    #: Where it stands in words, French and English, where the database has them: `state_label` is not asked then.
    label_fr: Any = None
    label_en: Any = None


@dataclass(frozen=True)
class Filter:
    """A way to narrow a list: what may be chosen, and what is kept then."""

    label: LazyString
    choices: Callable[[Viewer], Sequence[tuple[str, str]]]
    condition: Callable[[str, Viewer], ColumnElement[bool]]


def one_of(label: LazyString, column: Any, labels: Mapping[Any, LazyString]) -> Filter:
    """Return the filter by a column that holds one of a few values, each with its label."""
    return Filter(
        label,
        lambda viewer: [(member.value, str(text)) for member, text in labels.items()],
        lambda value, viewer: column == type(next(iter(labels)))(value),
    )


def mine(column: Any) -> Filter:
    """Return the filter by who is responsible: oneself."""
    return Filter(
        _l("Responsable"),
        lambda viewer: [("me", _("Moi"))],
        lambda value, viewer: column == viewer.resource_id,
    )


@dataclass(frozen=True)
class Order:
    """The columns by which a list is read, the last of them telling all records apart."""

    names: tuple[str, ...] = ("id",)
    descending: bool = True


class Keeper(Generic[R]):
    """What is done with the records of one noun."""

    model: ClassVar[type[Any]]
    #: Columns that no dialog changes: an action does, or they follow from others.
    derived: ClassVar[Collection[str]] = ()
    required: ClassVar[Collection[str]] = ("company", "name")

    #: How its list is narrowed while its address asks for nothing.
    asked_first: ClassVar[Mapping[str, str]] = {}

    @property
    def words(self) -> Words:
        return WORDS[self.model.noun]

    @cached_property
    def shape(self) -> Shape:
        return Shape(model=self.model, derived=self.derived)

    # --- what lists show of it (listing.py, overview.py) -----------------------------------------------------------

    def summary(self) -> "Summary":
        """Return the columns that lists show besides the name."""
        return Summary()

    def state_label(self, state: str) -> str:
        """Return in words where a record stands, from the column `state` of its summary."""
        return state

    def comes_last(self) -> ColumnElement[bool] | None:
        """Return of which records the list shows the last, whatever their age: what is closed, say."""
        return None

    def found_in(self) -> Any:
        """Return the folded text in which the list looks for words."""
        return self.model.search_key

    def more_columns(self) -> Sequence[Any]:
        """Return the columns that the list of this noun shows besides those of all, if it has a `_table.html`."""
        return ()

    def filters(self) -> Mapping[str, "Filter"]:
        """Return by what the list of all records can be narrowed, by the name in the address."""
        return {}

    def order(self, asked: Mapping[str, str]) -> Order:
        """Return in which order its list is read, narrowed as asked for."""
        return Order()

    # --- what a noun may say otherwise -------------------------------------------------------------------------------

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        """Return what the dialog of a new record begins with.

        `sources` are the records it is made from, which the viewer sees, by what they are called in its values.
        """
        values: dict[str, Any] = {name: one.id for name, one in sources.items() if name in self.shape.columns}
        for one in sources.values():
            values.setdefault("company", getattr(one, "company_id", None))
        return values

    def own_problems(self, values: Mapping[str, Any], record: R | None) -> dict[str, str]:
        """Return what breaks a rule of this noun, by name."""
        return {}

    def normal(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """Return all values with those that follow from others; `before` are those of the record, if there is one."""
        return dict(values)

    def columns(self, values: Mapping[str, Any], record: R) -> dict[str, Any]:
        """Return the columns of a record for these values."""
        return self.shape.own_columns(values)

    def found_by(self, values: Mapping[str, Any], record: R) -> str:
        """Return the words by which it is found."""
        return str(values["name"])

    def after_save(self, record: R, values: Mapping[str, Any], by: Actor) -> None:
        """Keep what a record has besides its columns: lines, members."""

    def tell_created(self, record: R, by: Actor) -> None:
        """Write into the history that the record was made."""
        recording.created(record, by)

    def tell_changes(self, record: R, changes: Sequence[Change], by: Actor) -> None:
        """Write into the history what a save changed."""
        recording.modified(record, self.shape, changes, by)

    def refuse_to_change(self, record: R) -> str:
        """Return why a record can't be changed as it stands, or nothing."""
        return ""

    def refuse_to_remove(self, record: R) -> str:
        """Return why a record can't be deleted, or nothing."""
        return ""

    # --- what is done alike ------------------------------------------------------------------------------------------

    def read(self, record: R) -> dict[str, Any]:
        """Return all values of a record by name."""
        return self.shape.read(record)

    def problems(self, values: Mapping[str, Any], record: R | None = None) -> dict[str, str]:
        """Return what in `values` breaks a rule, by name; `record` is the one they would change."""
        found = {name: _("Ce champ est obligatoire.") for name in self.required if values.get(name) in (None, "")}
        found |= self._strangers(values)
        return found | self.own_problems(values, record)

    def create(self, values: Mapping[str, Any], by: Actor) -> R:
        """Add a record and return it; raises Refused when a rule is broken."""
        values = self.normal({**self.shape.empty, **values}, {})
        if errors := self.problems(values):
            raise Refused(errors)
        record = self.model(id=ids.reserve(self.model)[0], created_by_id=by.resource_id)
        self._assign(record, values, by)
        db.session.add(record)
        db.session.flush()
        self.after_save(record, values, by)
        texts.write_linked([self.findable(record)])
        self.tell_created(record, by)
        return record  # type: ignore[no-any-return]

    def update(
        self, record: R, values: Mapping[str, Any], by: Actor, before: Mapping[str, Any] | None = None
    ) -> list[Change]:
        """Change some values of a record; return what changed; raises Refused when a rule is broken.

        `before` is what `read` gave, for who has it already.
        """
        if reason := self.refuse_to_change(record):
            raise Refused({"name": reason})
        before = dict(before or self.read(record))
        after = self.normal(before | dict(values), before)
        if errors := self.problems(after, record):
            raise Refused(errors)
        changes = differences(before, after)
        if changes:
            self._assign(record, after, by)
            self.after_save(record, after, by)
            db.session.flush()
            texts.write_linked([self.findable(record)])
            self.tell_changes(record, changes, by)
        return changes

    def act(self, record: R, kind: HistoryKind, by: Actor, *, comment: str = "", **columns: Any) -> None:
        """Change some columns that no dialog does, and tell of it as `kind`; of moments and authors it says nothing
        more, as the entry has its own."""
        changes = [
            Change(name.removesuffix("_id"), getattr(record, name), value)
            for name, value in columns.items()
            if not name.endswith(("_at", "_by_id")) and getattr(record, name) != value
        ]
        for name, value in columns.items():
            setattr(record, name, value)
        record.search_key = self.search_key(record)
        self._touch(record, by)
        db.session.flush()
        texts.write_linked([self.findable(record)])
        recording.told(kind, record, by, recording.lines(self.shape, changes), comment)

    def remove(self, record: R, by: Viewer) -> None:
        """Put a record in the trash, with what is about it; raises Refused while others need it (D16)."""
        if reason := self.refuse_to_remove(record) or _needed_by(record):
            raise Refused({"name": reason})
        record.deleted_at, record.deleted_by_id = now(), by.resource_id
        self._touch(record, by)
        db.session.flush()
        for model, column in _about(record):
            _move(model, column == record.id, None, record.deleted_at, by.resource_id)
        recording.deleted(record, by)

    def restore(self, record: R, by: Viewer) -> None:
        """Take a record back out of the trash, with what went with it; raises Refused while its company is there."""
        if reason := _is_held_in_trash(record):
            raise Refused({"name": reason})
        for model, column in _about(record):
            _move(model, column == record.id, record.deleted_at, None, None)
        record.deleted_at = record.deleted_by_id = None
        self._touch(record, by)
        db.session.flush()
        recording.restored(record, by)

    def _assign(self, record: R, values: Mapping[str, Any], by: Actor) -> None:
        for name, value in self.columns(values, record).items():
            setattr(record, name, value)
        record.search_key = self.search_key(record)
        self._touch(record, by)

    def search_key(self, record: R) -> str:
        """Return the folded words by which a record is found in its list."""
        return search_key(self.found_by(self.read(record), record))[:MAX_SEARCH_KEY]

    def keys(self, record: R) -> dict[str, str]:
        """Return the folded texts that are kept of a record, by column."""
        return {"search_key": self.search_key(record)}

    def findable(self, record: R) -> Findable:
        """Return a record as the search finds it."""
        words = self.found_by(self.read(record), record)
        return Findable(record.noun, record.id, record.company_id, record.name, words)

    def _touch(self, record: R, by: Actor) -> None:
        record.updated_at, record.updated_by_id = now(), by.resource_id

    def _strangers(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return which values name a record of another company."""
        found = {}
        for name in self.shape.columns:
            model = _OF_COMPANY.get(self.shape.points_at(name) or "")
            if model is None or not (record_id := values.get(name)):
                continue
            owner = db.session.scalar(unscoped(select(model.company_id).where(model.id == record_id), _RULES))
            if owner != values.get("company"):
                found[name] = _("Cette fiche n’est pas celle de la société choisie.")
        return found


#: What belongs to a company, and the tables of it.
_BELONGING: tuple[type[Any], ...] = (Contact, *LINKED)
_OF_COMPANY: Mapping[str, type[Any]] = {model.__tablename__: model for model in _BELONGING}


def column_for(record: Any) -> str:
    """Return the column by which others name a record of this kind, or a company or a contact."""
    return f"{record.__tablename__.removeprefix('support_')}_id"


def _about(record: Linked) -> list[tuple[type[Any], Any]]:
    """Return the kinds of records that are about records of this kind, each with the column that says so."""
    name = column_for(record)
    return [(model, getattr(model, name)) for model in LINKED if name in model.hides_with]


def _needed_by(record: Linked) -> str:
    """Return which others can't be without a record: engagements, projects, invoices that name it (D16)."""
    column = column_for(record)
    needing = _counts((model for model in _HOLDING if column in model.__table__.columns), column, record.id)
    return _("D’autres fiches en dépendent : %(records)s.", records=listed(needing)) if needing else ""


#: What keeps a company from being deleted, and what it names too.
_HOLDING = [model for model in LINKED if model.holds_company]


def _is_held_in_trash(record: Linked) -> str:
    """Return why a record must stay in the trash: its company or what it is about is there too."""
    company = db.session.scalar(unscoped(select(Company).where(Company.id == record.company_id), _TOGETHER))
    if company is None or company.deleted_at:
        return _("Sa société est dans la corbeille : restaurez-la d’abord.")
    for name in record.hides_with:
        model = next(one for one in _BELONGING if column_for(one) == name)
        statement = select(model.deleted_at).where(model.id == getattr(record, name))
        if model is not Contact and db.session.scalar(unscoped(statement, _TOGETHER)):
            return _("Ce dont elle dépend est dans la corbeille : restaurez-le d’abord.")
    return ""


def _counts(models: Iterable[type[Any]], column: str, record_id: int) -> dict[Noun, int]:
    """Return how many records of each kind name another in a column, the trash left out; of none, nothing."""
    counts = {}
    for model in models:
        of_record = select(func.count()).where(getattr(model, column) == record_id, model.deleted_at.is_(None))
        if count := db.session.scalar(unscoped(of_record, _RULES)):
            counts[model.noun] = count
    return counts


# --- going with a company or a contact -------------------------------------------------------------------------------


def holding(company: Company) -> dict[Noun, int]:
    """Return how many records of each kind hold a company, which can't be deleted while there are any (D16)."""
    return _counts(_HOLDING, "company_id", company.id)


def going_along(company: Company) -> dict[Noun, int]:
    """Return how many records of each kind go to the trash with a company."""
    return _counts((model for model in LINKED if not model.holds_company), "company_id", company.id)


def into_trash(company: Company) -> None:
    """Put what hangs on a company in the trash with it: as one set, by its moment (D16)."""
    for model in LINKED:
        _move(model, model.company_id == company.id, None, company.deleted_at, company.deleted_by_id)


def out_of_trash(company: Company, deleted_at: Any) -> None:
    """Take back what went to the trash with a company, at that moment."""
    for model in LINKED:
        _move(model, model.company_id == company.id, deleted_at, None, None)


def _move(model: type[Any], which: ColumnElement[bool], at: Any, to: Any, by_id: int | None) -> None:
    statement = update(model).where(which, model.deleted_at == at if at else model.deleted_at.is_(None))
    db.session.execute(statement.values(deleted_at=to, deleted_by_id=by_id), execution_options=_IN_BULK)


_IN_BULK: Mapping[str, Any] = {"synchronize_session": False}


def purge_company(company: Company) -> None:
    """Remove for good all that hangs on a company, what is named last."""
    for model in _NAMED_LAST:
        purge(model, list(_ids(model, model.company_id == company.id)))


def naming(contact: Contact) -> dict[Noun, int]:
    """Return how many records of each kind would show to others without a contact whom not everybody may see."""
    if not contact.restrict_access:
        return {}
    counts = {model.noun: len(list(_ids(model, model.contact_id == contact.id))) for model in _HIDDEN_WITH_CONTACT}
    return {noun: count for noun, count in counts.items() if count}


#: What a contact hides, and outlives them: activities don't.
_HIDDEN_WITH_CONTACT = [
    model for model in LINKED if "contact_id" in model.hides_with and model.noun is not Noun.ACTIVITY
]


def is_named() -> ColumnElement[bool]:
    """Return the condition that a contact is one of those whom `naming` tells of."""
    names = (select(model.id).where(model.contact_id == Contact.id).exists() for model in _HIDDEN_WITH_CONTACT)
    return and_(Contact.restrict_access, or_(*names))


def forget_contacts(contact_ids: Collection[int]) -> None:
    """Remove for good the activities that are about contacts about to be erased, and their names from the others."""
    for model in LINKED:
        if "contact_id" not in model.__table__.columns:
            continue
        of_them = model.contact_id.in_(contact_ids)
        if model.noun is Noun.ACTIVITY:
            purge(model, list(_ids(model, of_them)))
        else:
            db.session.execute(update(model).where(of_them).values(contact_id=None), execution_options=_IN_BULK)


def purge(model: type[Any], record_ids: Sequence[int]) -> None:
    """Remove records for good, with what they own and what is about them; what else names them names nothing."""
    ids.erase(model, record_ids)
    for start in range(0, len(record_ids), BATCH):
        _purge_some(model, record_ids[start : start + BATCH])


#: Records that one statement removes: a company may have more than a statement can name.
BATCH = 1_000


def _purge_some(model: type[Any], record_ids: Sequence[int]) -> None:
    texts.forget_linked(model.noun, record_ids)
    for other, column in _naming(model):
        if column.name in other.hides_with:
            # With nothing left to hide with, it would be open to others than before.
            purge(other, list(_ids(other, column.in_(record_ids))))
        else:
            names_them = update(other).where(column.in_(record_ids)).values({column: None})
            db.session.execute(names_them, execution_options=_IN_BULK)
    db.session.execute(delete(model).where(model.id.in_(record_ids)), execution_options=_IN_BULK)


def _ids(model: type[Any], which: ColumnElement[bool]) -> Iterable[int]:
    return db.session.scalars(unscoped(select(model.id).where(which), _TOGETHER))


def _naming(model: type[Any]) -> list[tuple[type[Any], Any]]:
    """Return the columns by which records of any kind name those of a model, each with its own."""
    return [
        (other, column)
        for other in LINKED
        for column in other.__table__.columns
        if any(key.column.table is model.__table__ for key in column.foreign_keys)
    ]


#: What others name comes after them.
_NAMED_LAST: Sequence[type[Any]] = sorted(LINKED, key=lambda model: len(_naming(model)))
