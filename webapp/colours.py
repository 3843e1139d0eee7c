"""Colours: whether a text of one can be read on another, and the nearest colour that can (WCAG 2)."""

import re
from typing import NamedTuple

#: What a text needs to be read by most people.
READABLE = 4.5

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.ASCII)
#: How many steps lie between a colour and black or white.
_STEPS = 100


class Colour(NamedTuple):
    """Red, green and blue, each from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @classmethod
    def read(cls, text: str) -> "Colour":
        """Read `#1f6f54`, `1f6f54` or `#abc`; raises ValueError."""
        match = _HEX.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(f"not a colour: {text!r}")
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return cls(*(int(digits[place : place + 2], 16) for place in (0, 2, 4)))

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """Return this colour with a share, from 0 to 1, of another."""
        parts = (round(mine + (its - mine) * share) for mine, its in zip(self, other, strict=True))
        return Colour(*parts)

    @property
    def luminance(self) -> float:
        linear = (part / 255 for part in self)
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in linear)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


def contrast(one: Colour, other: Colour) -> float:
    """Return how much two colours differ in brightness, from 1 to 21."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def nearest_readable(colour: Colour, *backgrounds: Colour, soft: float = 0.0) -> Colour:
    """Return the colour nearest to this one, darker or lighter, that can be read on all these backgrounds.

    With `soft`, also on the first of them tinted with that share of the colour itself.
    """
    towards = BLACK if backgrounds[0].luminance > 0.5 else WHITE
    for step in range(_STEPS + 1):
        candidate = colour.mixed(towards, step / _STEPS)
        tinted = backgrounds[0].mixed(candidate, soft)
        if all(contrast(candidate, background) >= READABLE for background in (*backgrounds, tinted)):
            return candidate
    return towards
