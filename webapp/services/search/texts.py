"""What a record is found by: its folded text, kept beside it and written with it (N2)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db
from webapp.models import MAX_SEARCH_TEXT, CompanySearch, ContactSearch, SearchWord
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


def write_company(company_id: int, text: str) -> None:
    """Keep the text of a company: two statements, the first of which does nothing when the text is the same."""
    _write(CompanySearch, "company_id", company_id, text)


def write_contact(contact_id: int, text: str) -> None:
    """Keep the text of a contact."""
    _write(ContactSearch, "contact_id", contact_id, text)


def add_words(words: Iterable[str]) -> None:
    """Remember words of names; those that are known stay."""
    if rows := [{"word": word} for word in words]:
        db.session.execute(_insert(SearchWord).on_conflict_do_nothing(), rows)


def _write(model: type[Any], key: str, record_id: int, text: str) -> None:
    row = _insert(model).values({key: record_id, "text": text})
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=[key], set_={"text": row.excluded.text}, where=model.text != row.excluded.text
        )
    )
    add_words(words_of(text))


def _insert(model: type[Any]) -> Any:
    """Both engines know `ON CONFLICT`, each under its own name."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
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
