"""Phone numbers: kept as typed, shown internationally, dialled by a click (C6, K5)."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

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


def kept_phone(typed: str, e164: str | None) -> Phone:
    """Read a number again as it was read when it was kept, whatever country that was; unread, it stays as typed."""
    calling_code = _calling_code(e164.removeprefix("+")) if e164 else None
    return read_phone(typed, phonenumbers.region_code_for_country_code(calling_code) if calling_code else None)


def _calling_code(digits: str) -> int | None:
    """Give the calling code with which an international number begins; none is the beginning of another."""
    found = _CALLING_CODES.match(digits)
    return int(found[0]) if found else None


_CALLING_CODES = re.compile("|".join(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE)))


def _is_possible_and_international(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN and _is_possible(number)


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    return bool(phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE)


# --- finding a number ----------------------------------------------------------------------------------------------

#: What people type between and before the digits of a number, in whatever style.
_TYPED_NUMBER = re.compile(r"\+?[0-9 .()/\u00a0\u202f-]*[0-9][0-9 .()/\u00a0\u202f-]*")
_ZERO_BETWEEN = re.compile(r"\(0\)")
_BEFORE_NATIONAL = re.compile(r"00|0")


def spellings(e164: str | None, typed: str) -> list[str]:
    """Give the digits one may find a number by: international, then national; as typed when it can't be read."""
    if e164 is None:
        return [digits] if (digits := typed_digits(typed)) else []
    digits = e164.removeprefix("+")
    code = _calling_code(digits)
    return [digits, digits.removeprefix(str(code))] if code else [digits]


def typed_digits(text: str) -> str | None:
    """Give the digits of what may be a number, or a part of one, without what one dials before it; else None.

    `01 42 68`, `(0)1.42.68` and `14268` are one; so are `+33 1` and `0033 1`.
    """
    text = text.strip()
    if not _TYPED_NUMBER.fullmatch(text):
        return None
    digits = _NOT_DIGITS.sub("", _ZERO_BETWEEN.sub("", text))
    if not text.startswith("+"):
        digits = _BEFORE_NATIONAL.sub("", digits, count=1) if digits.startswith("0") else digits
    return digits if len(digits) >= 2 else None


# --- many numbers at once ------------------------------------------------------------------------------------------

#: Digits in groups, as nearly every number is written: nothing the full reading would interpret.
_PLAIN = re.compile(r"\+?[0-9]+(?:[ .-]\(?[0-9]+\)?)*")
_NOT_DIGITS = re.compile(r"[^0-9]+")


def e164(typed: str, country_code: str | None) -> str | None:
    """Give what `read_phone` gives as `e164`, several times faster: for imports.

    A number written in plain groups of digits needs no search for extensions, words or carriers: its national part
    is found at once and goes to the same check. Any other, and any whose prefix is ambiguous, is read in full.
    """
    plain = _read_plain(typed, country_code.upper() if country_code else None)
    if plain is None:
        return read_phone(typed, country_code).e164
    calling_code, national = plain
    if _exists(calling_code, national, may_be_new=typed.startswith("+")):
        return f"+{calling_code}{national}"
    return None


def _exists(calling_code: int, national: str, may_be_new: bool) -> bool:
    if _existing_numbers(calling_code).fullmatch(national):
        return True
    return may_be_new and _is_possible(
        phonenumbers.PhoneNumber(country_code=calling_code, national_number=int(national))
    )


#: The kinds of numbers that make one valid, by their names in the library's plans.
_KINDS = """premium_rate toll_free shared_cost voip personal_number pager uan voicemail fixed_line mobile""".split()


@cache
def _existing_numbers(calling_code: int) -> re.Pattern[str]:
    """Give all valid numbers of a calling code as one pattern.

    It says what the library finds by trying its patterns in turn: the general one holds, and that of a kind, each
    for the lengths of that kind. Of the countries that share a code, the first is asked whose leading digits the
    number has; one that has none of its own is asked only whether the number is its.
    """
    pattern = "(?!)"
    for region in reversed(phonenumbers.region_codes_for_country_code(calling_code)):
        plan: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
        kinds = [_pattern(description) for kind in _KINDS if (description := getattr(plan, kind))]
        valid = f"(?={_pattern(plan.general_desc)}\\Z)(?:{'|'.join(filter(None, kinds))})"
        own = plan.leading_digits
        pattern = f"(?:(?={own}){valid}|(?!{own}){pattern})" if own else f"(?:{valid}|{pattern})"
    return re.compile(pattern)


def _pattern(description: Any) -> str:
    """Give the pattern of a kind of numbers, with its lengths; nothing when the country has none."""
    if not description.national_number_pattern:
        return ""
    lengths = "|".join(f"[0-9]{{{length}}}\\Z" for length in description.possible_length)
    return (
        f"(?={lengths})(?:{description.national_number_pattern})"
        if lengths
        else f"(?:{description.national_number_pattern})"
    )


def _read_plain(typed: str, region: str | None) -> tuple[int, str] | None:
    """Give the calling code and the national number of a plain one, or None when the full reading must decide."""
    if len(typed) > 30 or not _PLAIN.fullmatch(typed):
        return None
    digits = _NOT_DIGITS.sub("", typed)
    plain = _international(digits) if typed.startswith("+") else _national(digits, region)
    # A zero before a national number belongs to it in a few countries only.
    if plain is None or plain[1].startswith("0") or not 4 <= len(plain[1]) <= 15:
        return None
    return plain


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the numbers of a country are dialled, from the library's plan."""

    calling_code: int
    #: What one dials before the code of another country, and before a number of this one.
    international: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    #: Whether taking the prefix away is not all there is to do.
    is_rewritten: bool
    numbers: re.Pattern[str]
    lengths: frozenset[int]


@cache
def _plan(region: str) -> _Plan | None:
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if plan is None:
        return None
    before, prefix = plan.international_prefix, plan.national_prefix_for_parsing
    compiled = re.compile(prefix) if prefix else None
    return _Plan(
        calling_code=plan.country_code,
        international=re.compile(before) if before else None,
        prefix=compiled,
        is_rewritten=bool((compiled and compiled.groups) or plan.national_prefix_transform_rule),
        numbers=re.compile(plan.general_desc.national_number_pattern),
        lengths=frozenset(plan.general_desc.possible_length),
    )


def _international(digits: str) -> tuple[int, str] | None:
    calling_code = None if digits.startswith("0") else _calling_code(digits)
    if calling_code is None:
        return None
    national = digits[len(str(calling_code)) :]
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code][0]
    plan = _plan(region) if region != phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else None
    return None if plan is None or (plan.prefix and plan.prefix.match(national)) else (calling_code, national)


def _national(digits: str, region: str | None) -> tuple[int, str] | None:
    plan = _plan(region) if region else None
    if plan is None or digits.startswith(str(plan.calling_code)):
        return None
    if plan.international and plan.international.match(digits):
        return None
    found = plan.prefix.match(digits) if plan.prefix else None
    if found is None:
        return plan.calling_code, digits
    national = digits[found.end() :]
    if plan.is_rewritten or plan.numbers.fullmatch(digits) or len(national) not in plan.lengths:
        return None
    return plan.calling_code, national
