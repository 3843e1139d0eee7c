"""Phone numbers: kept as typed, shown internationally, dialled by a click (C6, K5)."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumberFormat, ValidationResult

# The library knows "ext." and "x" but reads the French word as letters of a number.
_FRENCH_EXTENSION = re.compile(r"\bposte\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as it was typed, and what could be made of it.

    `e164` and `extension` are what to compare, `shown` what to print, `valid` whether the number exists
    in the numbering plan of its country. A number that can't be dialled has neither `e164` nor `href`.
    """

    typed: str
    e164: str | None
    extension: str | None
    shown: str
    valid: bool

    @property
    def href(self) -> str | None:
        """Give the `tel:` address (RFC 3966), or None."""
        if self.e164 is None:
            return None
        return f"tel:{self.e164};ext={self.extension}" if self.extension else f"tel:{self.e164}"


def read_phone(typed: str, country_code: str | None) -> Phone:
    """Read `typed`, a number of the country (ISO 3166-1 alpha-2) unless it starts with "+" (C6, K5).

    Never raises. What can't be read is kept as typed, not valid. A number typed with its "+" that has a
    possible length but no place in the library's numbering plan can be dialled but isn't valid: plans grow.
    The extension is printed after "#", which is neither French nor English and is read back.
    """
    unread = Phone(typed=typed, e164=None, extension=None, shown=typed.strip(), valid=False)
    region = country_code.upper() if country_code else None
    try:
        number = phonenumbers.parse(_FRENCH_EXTENSION.sub("ext.", typed), region, keep_raw_input=True)
    except NumberParseException:
        return unread
    valid = phonenumbers.is_valid_number(number)
    if not (valid or _is_possible_and_international(number)):
        return unread
    extension = number.extension
    number.extension = None
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return Phone(
        typed=typed,
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        extension=extension,
        shown=f"{shown} #{extension}" if extension else shown,
        valid=valid,
    )


def _is_possible_and_international(number: phonenumbers.PhoneNumber) -> bool:
    return (
        number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN
        and phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    )
