"""Passwords: which ones are refused, and how they are kept (R2)."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from webapp.text import search_key

MIN_LENGTH = 12
MAX_LENGTH = 1024

_MIN_DISTINCT_CHARACTERS = 5
_MIN_TELLING_LENGTH = 4  # shorter parts of a name turn up in any sentence
_COMMON_PASSWORDS = Path(__file__).parent / "seeds" / "common-passwords.txt"
_KEYBOARDS = ("azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")
_LOOKALIKES = str.maketrans("0134578@$!", "oieastbasi")

# About 30 ms a check, and 19 MiB while it lasts: the least that OWASP advises, so that a crowd can sign in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    REPETITIVE = "repetitive"
    COMMON = "common"
    ABOUT_YOU = "about_you"


def weakness(password: str, *, about: Iterable[str] = ()) -> Weakness | None:
    """Give the first reason to refuse `password`, or None when it is good enough (R2).

    `about` holds what anybody knows of its owner: name, e-mail addresses, organisation.
    """
    if len(password) > MAX_LENGTH:
        return Weakness.TOO_LONG
    characters = _normal(password)
    if len(characters) < MIN_LENGTH:
        return Weakness.TOO_SHORT
    if _is_repetitive(characters.casefold()):
        return Weakness.REPETITIVE
    if any(_is_common(stem) for stem in _stems(characters)):
        return Weakness.COMMON
    if _tells_of(characters, about):
        return Weakness.ABOUT_YOU
    return None


def hash_password(password: str) -> str:
    """Give what is kept instead of `password`: an argon2id hash with its salt and parameters (R2)."""
    return _hasher.hash(_bytes(password))


def verify_password(password_hash: str, password: str) -> tuple[bool, bool]:
    """Tell whether `password` is the one behind the hash, and whether it should be hashed anew (R2).

    The second is true after a right password whose hash was made with other parameters.
    """
    if len(password) > MAX_LENGTH:
        return False, False
    try:
        _hasher.verify(password_hash, _bytes(password))
    except (VerificationError, ValueError):  # not the password, or not a hash
        return False, False
    return True, _hasher.check_needs_rehash(password_hash)


def verify_nothing(password: str) -> None:
    """Take the time of `verify_password`: an unknown account can't be told by a faster answer (R2)."""
    if len(password) <= MAX_LENGTH:
        _hasher.hash(_bytes(password))  # hashing and verifying are the same work


def _normal(password: str) -> str:
    """Give the one form of what may be typed in two ways: keyboards differ in how they compose accents."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")


def _is_repetitive(characters: str) -> bool:
    """Few different characters, one piece said again and again, or a straight run such as 1234567890."""
    has_few = len(set(characters)) < _MIN_DISTINCT_CHARACTERS
    is_one_piece_repeated = characters in (characters + characters)[1:-1]
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(characters)}
    return has_few or is_one_piece_repeated or len(steps) == 1


def _stems(characters: str) -> set[str]:
    """Give the words that a password dresses up: "password" for "P@ssw0rd-2024!", "azerty" for "4zerty12"."""
    body = re.sub(r"[\W\d_]+\Z", "", characters.casefold())
    return {_plain(body), _plain(re.sub(r"\A[\W\d_]+", "", body))}


def _plain(text: str) -> str:
    return search_key(text.translate(_LOOKALIKES)).replace(" ", "")


def _is_common(stem: str) -> bool:
    is_keyboard_run = len(stem) >= _MIN_DISTINCT_CHARACTERS and any(stem in keys for keys in _KEYBOARDS)
    return is_keyboard_run or stem in _common_stems()


@cache
def _common_stems() -> frozenset[str]:
    lines = _COMMON_PASSWORDS.read_text("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _tells_of(characters: str, about: Iterable[str]) -> bool:
    written = search_key(characters).replace(" ", "")
    disguised = _plain(characters.casefold())
    return any(word in written or word in disguised for word in _telling_words(about))


def _telling_words(about: Iterable[str]) -> set[str]:
    """Cut names and the part of e-mail addresses before the "@" into words worth looking for."""
    words: set[str] = set()
    for text in about:
        parts = search_key(text.partition("@")[0]).split()
        words.update(parts, ["".join(parts)])
    return {word for word in words if len(word) >= _MIN_TELLING_LENGTH}
