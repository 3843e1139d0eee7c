"""How the portal shows whose it is: the organisation's name, its logo and its colour (P5, R1).

The colour is one; each theme takes the nearest that can be read there. What is made of it is a style sheet of its own,
served like the logo under the hash of its content, so that browsers may keep both for ever.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webapp.colours import BLACK, WHITE, Colour, contrast, nearest_readable
from webapp.extensions import db
from webapp.models import Organisation, Picture
from webapp.pictures import Picture as File
from webapp.services import organisation

#: What texts stand on in each theme, the surface of cards first: as static/css/tokens.css has them.
LIGHT = (Colour.read("#ffffff"), Colour.read("#f4f5f8"))
DARK = (Colour.read("#151920"), Colour.read("#0d1015"), Colour.read("#1c222b"))
#: The share of the colour in what is tinted with it.
SOFT = 0.12
HOVER = 0.16

EXTENSIONS = {"image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True)
class Shade:
    """The accent in one theme: itself, under the pointer, what is written on it, and what it tints."""

    accent: Colour
    hover: Colour
    ink: Colour
    soft: Colour
    background: Colour


@dataclass(frozen=True)
class Brand:
    """What a page shows of the organisation."""

    name: str
    #: The name of the logo's file and of the style sheet; "" for none.
    logo: str
    style: str

    @property
    def initial(self) -> str:
        return self.name[:1].upper()


def of(house: Organisation) -> Brand:
    """Return how the portal of an organisation looks."""
    return Brand(house.name, house.logo, f"{_version(style_of(house.accent))}.css" if house.accent else "")


def keep(file: File) -> str:
    """Keep a picture, unless it is kept already, and return the name of its file."""
    name = f"{hashlib.sha256(file.content).hexdigest()[:32]}.{EXTENSIONS[file.media_type]}"
    db.session.merge(Picture(name=name, media_type=file.media_type, content=file.content))
    return name


def with_logo_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings to be saved, a picture that was sent among them replaced by the name it is kept under."""
    logo = values["logo"]
    return {**values, "logo": keep(logo) if isinstance(logo, File) else logo}


def picture(name: str) -> Picture | None:
    """Return the picture of this name, if it is the organisation's logo now."""
    return db.session.get(Picture, name) if name and name == organisation.load().logo else None


def style(name: str) -> str | None:
    """Return the style sheet of this name, if it is of the accent in force."""
    accent = organisation.load().accent
    sheet = style_of(accent) if accent else ""
    return sheet if sheet and name == f"{_version(sheet)}.css" else None


def shades(accent: str) -> tuple[Shade, Shade]:
    """Return the accent in the light theme and in the dark one."""
    colour = Colour.read(accent)
    return _shade(colour, LIGHT, BLACK), _shade(colour, DARK, WHITE)


def _shade(colour: Colour, backgrounds: tuple[Colour, ...], towards: Colour) -> Shade:
    accent = nearest_readable(colour, *backgrounds, soft=SOFT)
    ink = max((WHITE, BLACK), key=lambda one: contrast(accent, one))
    # Under the pointer it moves away from what is written on it.
    hover = accent.mixed(towards, HOVER)
    return Shade(accent, hover, ink, backgrounds[0].mixed(accent, SOFT), backgrounds[0])


@lru_cache(maxsize=8)
def style_of(accent: str) -> str:
    """Return the style sheet that gives the portal its accent."""
    light, dark = shades(accent)
    names = {"accent": "accent", "accent-hover": "hover", "accent-ink": "ink", "accent-soft": "soft", "mark": "accent"}
    lines = (f"--{name}:light-dark({getattr(light, part)},{getattr(dark, part)})" for name, part in names.items())
    return f":root{{{';'.join(lines)}}}\n"


def _version(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:16]
