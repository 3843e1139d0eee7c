"""Countries and their subdivisions, in French and English, for the first seeding (R1, C4)."""

import gettext
from collections.abc import Iterator
from typing import NamedTuple

import pycountry
from babel import Locale


class CountrySeed(NamedTuple):
    """A country by its ISO 3166-1 alpha-2 code."""

    code: str
    label_fr: str
    label_en: str


class SubdivisionSeed(NamedTuple):
    """A province, state, region... by what ISO 3166-2 writes after its country and the dash."""

    country: str
    abbreviation: str
    label_fr: str
    label_en: str


def countries() -> Iterator[CountrySeed]:
    """Yield the countries of ISO 3166-1, under the names people use rather than the official ones."""
    french, english = Locale("fr").territories, Locale("en").territories
    for country in pycountry.countries:
        code = country.alpha_2
        yield CountrySeed(code, _typeset(french[code]), english[code])


def subdivisions() -> Iterator[SubdivisionSeed]:
    """Yield the subdivisions of ISO 3166-2 at every level, in no particular order.

    Some countries have two of one name (a town and the region around it), told apart by their abbreviation.
    """
    french = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=["fr"])
    for subdivision in pycountry.subdivisions:
        country, _, abbreviation = subdivision.code.partition("-")
        name = subdivision.name
        yield SubdivisionSeed(country, abbreviation, _typeset(french.gettext(name)), name)


def _typeset(label: str) -> str:
    return label.replace("'", "’")
