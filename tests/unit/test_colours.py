"""Whatever colour an organisation chooses, texts can be read in it, in both themes (P5)."""

from itertools import product

import pytest

from webapp.colours import BLACK, READABLE, WHITE, Colour, contrast, nearest_readable
from webapp.services.portal import brand


def test_colours_are_read_as_designers_write_them() -> None:
    assert str(Colour.read("1F6F54")) == str(Colour.read(" #1f6f54 ")) == "#1f6f54"
    assert str(Colour.read("#abc")) == "#aabbcc"


@pytest.mark.parametrize("text", ["", "#12345", "green", "#ggg", "#1f6f54; }", "url(x)", "#１２３４５６"])
def test_nothing_else_is_a_colour(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        Colour.read(text)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(Colour.read("#777777"), WHITE) == pytest.approx(4.48, abs=0.01)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert nearest_readable(Colour.read("#0b5cad"), WHITE) == Colour.read("#0b5cad")


@pytest.mark.parametrize("colour", [Colour(*rgb) for rgb in product((0, 51, 102, 153, 204, 255), repeat=3)], ids=str)
def test_every_colour_can_be_read_in_both_themes(colour: Colour) -> None:
    for shade, backgrounds in zip(brand.shades(str(colour)), (brand.LIGHT, brand.DARK), strict=True):
        for background in (*backgrounds, shade.soft):
            assert contrast(shade.accent, background) >= READABLE
        assert contrast(shade.accent, shade.ink) >= READABLE
        assert contrast(shade.hover, shade.ink) >= READABLE
