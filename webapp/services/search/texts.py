"""What a record is found by: its folded text, kept beside it and written with it (N2)."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Insert, Select, String, Text, bindparam, delete, func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.access import unscoped
from webapp.extensions import db, on_postgres
from webapp.models import (
    MAX_SEARCH_TEXT,
    Company,
    CompanyPhone,
    CompanySearch,
    Contact,
    ContactPhone,
    ContactSearch,
    LinkedSearch,
    Noun,
    SearchWord,
)
from webapp.models.base import Id
from webapp.phones import spellings
from webapp.text import search_key

#: Shorter words have too many neighbours to be mended; longer ones are none.
MENDED_LENGTHS = range(5, 61)


def company_text(values: Mapping[str, Any], phones: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a company, from its values and the rows of its numbers."""
    names = (values["name"], values["alias"])
    codes = (values["company_number"] or "", values["vat_number"])
    return _text([*names, *_codes(codes), _host(values["website"]), *_numbers(phones)])


def contact_text(values: Mapping[str, Any], phones: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a contact, from its values and the rows of its numbers."""
    name = " ".join((values["first_name"], values["middle_name"], values["last_name"]))
    emails = (values["email1"], values["email2"], values["email3"])
    return _text([name, values["nickname"], *_codes([values["contact_number"] or ""]), *emails, *_numbers(phones)])


def words_of(text: str) -> set[str]:
    """Return the words of the name in a text that may be found in spite of a typing error."""
    name = text.partition("\n")[0]
    return {word for word in name.split() if len(word) in MENDED_LENGTHS and word.isalpha()}


def add_words(words: Iterable[str]) -> None:
    """Remember words of names; those that are known stay."""
    if rows := [{"word": word} for word in sorted(words)]:
        db.session.execute(_insert(SearchWord).on_conflict_do_nothing(), rows)


@dataclass(frozen=True)
class Findable:
    """What hangs on a company, as it is found: by its name first, then by other words."""

    noun: Noun
    record_id: int
    company_id: int
    name: str
    words: str

    @property
    def text(self) -> str:
        return _text([self.name] if self.words == self.name else [self.name, self.words])


def write_linked(found: Iterable[Findable]) -> None:
    """Keep what some records that hang on companies are found by: those that are the same are left alone."""
    table = LinkedSearch.__table__
    rows = [{**vars(one), "text": one.text} for one in found]
    for row in rows:
        del row["words"]
    if not rows:
        return
    statement = _insert(LinkedSearch)
    kept = {name: statement.excluded[name] for name in ("company_id", "name", "text")}
    statement = statement.on_conflict_do_update(
        index_elements=["noun", "record_id"],
        set_=kept,
        where=or_(*(table.c[name] != value for name, value in kept.items())),
    )
    db.session.execute(statement, rows)
    add_words(set().union(*(words_of(row["text"]) for row in rows)))


def forget_linked(noun: Noun, record_ids: Collection[int]) -> None:
    """Find some records no more: they are erased."""
    forgotten = delete(LinkedSearch).where(LinkedSearch.noun == noun, LinkedSearch.record_id.in_(record_ids))
    db.session.execute(forgotten, execution_options={"synchronize_session": False})


@dataclass(frozen=True)
class Texts:
    """The texts of one kind of record: where they are kept, and what they are made of."""

    model: type[Any]
    record: type[Any]
    phone: type[Any]
    #: The values a text is made of, besides the numbers.
    fields: Sequence[str]
    of: Callable[[Mapping[str, Any], Iterable[Mapping[str, Any]]], str]

    @property
    def key(self) -> str:
        """The column by which a text, or a number, names its record."""
        return f"{self.record.__tablename__}_id"

    def keep(self, record: Any, values: Mapping[str, Any], changed: Collection[str] | None = None) -> None:
        """Keep the text of a record saved with these values; of a change of others, nothing need be kept."""
        if changed is None or any(self._is_made_of(name) for name in changed):
            phones = [{"e164": phone.e164, "typed": phone.typed} for phone in record.phones.values()]
            self.write({record.id: self.of(values, phones)})

    def _is_made_of(self, name: str) -> bool:
        """Whether a text may change with this value: by itself, as a number, or by how numbers are read."""
        return name in self.fields or name.startswith("phone_") or name in ("main_country", "company")

    def write(self, texts: Mapping[int, str]) -> None:
        """Keep the texts of some records, by id: those that are the same are left alone."""
        if not texts:
            return
        rows, parameters = _rows(texts)
        row = _insert(self.model).from_select([self.key, "text"], rows)
        row = row.on_conflict_do_update(
            index_elements=[self.key],
            set_={"text": row.excluded.text},
            where=self.model.text != row.excluded.text,
        )
        db.session.execute(row, parameters)
        add_words(set().union(*map(words_of, texts.values())))

    def rebuild(self, ids: Collection[int]) -> None:
        """Make the texts of some records again, from what is stored."""
        owner = getattr(self.phone, self.key)
        phones: dict[int, list[dict[str, Any]]] = {record_id: [] for record_id in ids}
        numbers = select(owner, self.phone.e164, self.phone.typed).where(owner.in_(ids)).order_by(self.phone.kind)
        for record_id, e164, typed in db.session.execute(unscoped(numbers, _WHY)):
            phones[record_id].append({"e164": e164, "typed": typed})
        columns = (getattr(self.record, name) for name in self.fields)
        records = select(self.record.id, *columns).where(self.record.id.in_(ids))
        rows = db.session.execute(unscoped(records, _WHY)).all()
        self.write({row.id: self.of(row._asdict(), phones[row.id]) for row in rows})


COMPANIES = Texts(
    model=CompanySearch,
    record=Company,
    phone=CompanyPhone,
    fields=("name", "alias", "company_number", "vat_number", "website"),
    of=company_text,
)
CONTACTS = Texts(
    model=ContactSearch,
    record=Contact,
    phone=ContactPhone,
    fields="first_name middle_name last_name nickname contact_number email1 email2 email3".split(),
    of=contact_text,
)

_WHY = "what one is found by has no viewer"


def _rows(texts: Mapping[int, str]) -> tuple[Select[Any], dict[str, Any]]:
    """Return the select of some texts with their ids, and its parameters: one statement writes them all.

    SQLite's full-text indexes write a piece of their own for every statement that fires a trigger: a statement for
    each text would take four times as long.
    """
    if on_postgres():
        columns = (bindparam("ids", type_=ARRAY(Id)), bindparam("texts", type_=ARRAY(Text)))
        found = func.unnest(*columns).table_valued("id", "text").render_derived()
        return select(found.c.id, found.c.text), {"ids": list(texts), "texts": list(texts.values())}
    pairs = func.json_each(bindparam("pairs", type_=String)).table_valued("value")
    one = (func.json_extract(pairs.c.value, place) for place in ("$[0]", "$[1]"))
    # Without a condition, SQLite would take ON CONFLICT for a condition of a join.
    return select(*one).where(true()), {"pairs": json.dumps(list(texts.items()))}


def _insert(model: type[Any]) -> Any:
    """Both engines know `ON CONFLICT`, each under its own name."""
    dialect = postgresql if on_postgres() else sqlite
    statement: Insert = dialect.insert(model.__table__)
    return statement


def _text(fields: Iterable[str]) -> str:
    lines = (search_key(field) for field in fields if field)
    return "".join(f" {line}\n" for line in lines if line)[:MAX_SEARCH_TEXT]


def _codes(codes: Iterable[str]) -> Iterator[str]:
    """Yield each code as written, and in one piece where it is written in several."""
    for code in codes:
        yield code
        if len(parts := search_key(code).split()) > 1:
            yield "".join(parts)


def _host(website: str) -> str:
    return (urlsplit(website).hostname or "").removeprefix("www.")


def _numbers(phones: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for phone in phones:
        yield " ".join(spellings(phone["e164"], phone["typed"]))
