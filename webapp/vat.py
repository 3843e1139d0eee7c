"""VAT numbers: checked by the rules of their country, brought to one form, shown in groups (C7)."""

import re
from dataclasses import dataclass

from stdnum.ch import uid as swiss_uid
from stdnum.ch import vat as swiss_vat
from stdnum.eu import vat as european_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british_vat

_SWISS_PREFIX = "CH"
_BRITISH_PREFIX = "GB"

# Where the letters before the number aren't those of the country.
_PREFIX_OF_COUNTRY = {"GR": "EL", "MC": "FR", "IM": _BRITISH_PREFIX, "CH": "CHE"}

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


@dataclass(frozen=True, slots=True)
class VatCheck:
    """A VAT number in its normal form, whether it can exist, and how to print it."""

    normal_form: str
    valid: bool
    shown: str


def check_vat(typed: str, country_code: str | None) -> VatCheck:
    """Check a VAT number of the European Union, Northern Ireland, Great Britain or Switzerland (C7).

    `country_code` (ISO 3166-1 alpha-2) says whose it is when the number lacks its prefix; a prefix that was
    typed wins, since a company may be registered abroad. Nobody is asked: only the form and the check
    digits are looked at. Never raises.
    """
    for number in _readings(typed, country_code):
        try:
            normal_form = _validate(number)
        except ValidationError:
            continue
        return VatCheck(normal_form=normal_form, valid=True, shown=_group(normal_form))
    return VatCheck(normal_form=_bare(typed), valid=False, shown=typed.strip())


def _readings(typed: str, country_code: str | None) -> list[str]:
    number = typed.strip()
    # People write Greece's own letters where the Union wants EL.
    readings = ["EL" + number[2:] if number[:2].upper() == "GR" else number]
    if country_code:
        country = country_code.upper()
        readings.append(_PREFIX_OF_COUNTRY.get(country, country) + number)
    return readings


def _validate(number: str) -> str:
    """Give the normal form; raise stdnum's `ValidationError` when there is none."""
    prefix = number[:2].upper()
    if prefix == _BRITISH_PREFIX:
        return _BRITISH_PREFIX + str(british_vat.validate(number))
    if prefix == _SWISS_PREFIX:
        # The language's word at the end (TVA, MWST, IVA) is often left out.
        is_bare = _bare(number)[-1:].isdigit()
        return str(swiss_uid.validate(number) if is_bare else swiss_vat.validate(number))
    return str(european_vat.validate(number))


def _bare(typed: str) -> str:
    return _NEITHER_LETTER_NOR_DIGIT.sub("", typed).upper()


def _group(normal_form: str) -> str:
    """Part the prefix from the number, its digits by three from the right; one digit never stands alone."""
    if normal_form.startswith(_SWISS_PREFIX):
        number, language = normal_form[:12], normal_form[12:]
        return f"{swiss_uid.format(number)} {language}".rstrip()
    prefix, number = normal_form[:2], normal_form[2:]
    if number.isdigit():
        number = re.sub(r"^(\d) ", r"\1", _THOUSANDS.sub(" ", number))
    return f"{prefix} {number}"
