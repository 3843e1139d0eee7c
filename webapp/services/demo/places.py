"""Towns, streets, phone numbers, VAT numbers, web addresses: what belongs to a place and looks as it does there."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from stdnum import luhn
from stdnum.ch import uid as swiss_uid
from stdnum.iso7064 import mod_11_10
from stdnum.lu import tva as luxembourgish_vat

from webapp.services.demo.world import World, read
from webapp.text import search_key
from webapp.vat import check_vat


@dataclass(frozen=True, kw_only=True)
class Town:
    """A real town; `site` is the office that works there, `area` what its country is called."""

    country: str
    town: str
    postal_codes: tuple[str, ...]
    phone: str
    region: str
    streets: tuple[str, ...]
    parks: tuple[str, ...]
    street: str
    province: str = ""
    area: str = ""
    site: str | None = None
    traits: tuple[str, ...] = ()
    families: str = ""


@cache
def towns() -> tuple[Town, ...]:
    """Return all towns, as `places.toml` orders them."""
    return tuple(_read_towns())


@cache
def town(name: str) -> Town:
    """Return a town by its name."""
    return next(each for each in towns() if each.town == name)


def _read_towns() -> Iterator[Town]:
    for country, land in read("places").items():
        common = {key: land[key] for key in ("street", "streets", "parks")}
        for each in land["towns"]:
            yield Town(country=country, **{key: _frozen(value) for key, value in (common | each).items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def street_in(place: Town, world: World, *, in_park: bool) -> str:
    """Return a street with a number, written as the country does; a business park if the company needs room."""
    street = world.random.choice(place.parks if in_park else place.streets)
    return place.street.format(street=street, number=world.random.randint(1, 60 if in_park else 140))


def phone_in(place: Town, world: World) -> str:
    """Return a number of the place, typed in one of the ways people type numbers."""
    number = world.phone_number(place.phone)
    if number.startswith("+"):
        return number
    return world.weighted(
        {number: 12, number.replace(" ", "."): 3, number.replace(" ", ""): 2, f"+33 (0){number[1:]}": 2}
    )


# --- names -------------------------------------------------------------------------------------------------------

_CONTRACTIONS = (("le ", "du "), ("les ", "des "))


def of(name: str) -> str:
    """Return a French name of a place after its preposition: `du Mans`, `d’Angers`, `de la Brie`, `des Mauges`."""
    for article, contraction in _CONTRACTIONS:
        if name.lower().startswith(article):
            return contraction + name[len(article) :]
    return f"d’{name}" if search_key(name)[0] in "aeiou" else f"de {name}"


_LEGAL_FORMS = re.compile(r",.*|\b(GmbH|S\.p\.A\.|S\.r\.l\.|Ltd|Ltda\.|B\.V\.|LLC|Pte|K\.K\.|inc\.|AG|AB|SA)(?!\w)")
_LINKS = frozenset("d de des du et i l la le les pour un une".split())
_LONGEST_HOST = 32


def website_of(name: str, place: Town, taken: set[str]) -> str:
    """Return a web address that could be the company's, in the domain nobody can own; homonyms add their town."""
    words = [word for word in search_key(_LEGAL_FORMS.sub("", name)).split() if word not in _LINKS]
    host = words[0]
    for word in words[1:]:
        if len(host) + len(word) > _LONGEST_HOST:
            break
        host += f"-{word}"
    if host in taken:
        host += f"-{search_key(place.town).replace(' ', '-')}"
    taken.add(host)
    return f"https://www.{host}.example"


# --- VAT numbers ----------------------------------------------------------------------------------------------------


def vat_number_in(country: str, random: Random) -> str:
    """Return a VAT number that follows the rules of the country, or nothing where we know of none (C7)."""
    if country not in _VAT_NUMBERS:
        return ""
    return check_vat(_VAT_NUMBERS[country](random), country).shown


def _digits(random: Random, count: int) -> str:
    """The first digits are of a series that no register has reached."""
    return "".join(str(random.randrange(10)) for _ in range(count))


def _french(random: Random) -> str:
    stem = f"0{random.randint(1, 9)}{_digits(random, 6)}"
    siren = stem + luhn.calc_check_digit(stem)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _belgian(random: Random) -> str:
    stem = f"09{_digits(random, 6)}"
    return f"BE{stem}{97 - int(stem) % 97:02}"


def _swiss(random: Random) -> str:
    while True:
        stem = f"9{_digits(random, 7)}"
        digit = swiss_uid.calc_check_digit(stem)
        # One stem in eleven has no digit, and belongs to nobody.
        if len(digit) == 1:
            return f"CHE{stem}{digit} TVA"


def _german(random: Random) -> str:
    stem = f"9{_digits(random, 7)}"
    return f"DE{stem}{mod_11_10.calc_check_digit(stem)}"


def _luxembourgish(random: Random) -> str:
    stem = f"9{_digits(random, 5)}"
    return f"LU{stem}{luxembourgish_vat.calc_check_digits(stem)}"


def _italian(random: Random) -> str:
    stem = f"9{_digits(random, 6)}001"
    return f"IT{stem}{luhn.calc_check_digit(stem)}"


_VAT_NUMBERS: dict[str, Callable[[Random], str]] = {
    "FR": _french,
    "BE": _belgian,
    "CH": _swiss,
    "DE": _german,
    "LU": _luxembourgish,
    "IT": _italian,
}
