"""What was typed, read as words to find (N2)."""

import re
from dataclasses import dataclass

from webapp.phones import typed_digits
from webapp.text import clean_line, search_key

#: Who types more words than this means the first ones.
MAX_WORDS = 8
MAX_TYPED = 100

_HAS_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True)
class Typed:
    """What was typed: as it reads, folded into words, and in one piece when it may be a number in several."""

    text: str
    words: tuple[str, ...]
    #: A phone, VAT or company number typed with blanks: its digits as they are kept.
    number: str | None = None

    @classmethod
    def read(cls, text: str) -> "Typed":
        text = clean_line(text)[:MAX_TYPED]
        words = tuple(word for word in search_key(text).split() if word.isalnum())[:MAX_WORDS]
        return cls(text, words, _number(text, words))

    @property
    def ways(self) -> list[tuple[str, ...]]:
        """The ways to read it, the likeliest first: a number in one piece, then words."""
        return [(self.number,), self.words] if self.number else [self.words]

    def __bool__(self) -> bool:
        return bool(self.words)


def _number(text: str, words: tuple[str, ...]) -> str | None:
    if digits := typed_digits(text):
        return digits if (digits,) != words else None
    whole = "".join(words)
    return whole if len(words) > 1 and _HAS_DIGIT.search(whole) and len(whole) >= 6 else None
