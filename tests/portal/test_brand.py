"""The portal bears the organisation's name, logo and colour, as its settings say (P5, R1)."""

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from tests.client import Browser, printed_values
from tests.portal.conftest import Guest
from tests.unit.test_pictures import png
from webapp.services import organisation
from webapp.web import SECURITY_HEADERS

SETTINGS = "/admin/settings"


@pytest.fixture
def anne(client: Browser) -> Browser:
    return client.as_("anne")


def save(anne: Browser, logo: tuple[bytes, str] | None = None, status: int = 303, **values: str) -> Any:
    """Save the settings as printed, but for these."""
    data: dict[str, Any] = dict(printed_values(anne.get(SETTINGS).form("/settings"), None)) | values
    if logo is not None:
        data["logo"] = FileStorage(BytesIO(logo[0]), logo[1])
    return anne.post(SETTINGS, data, status=status)


def test_it_bears_the_organisation_s_name(anne: Browser, stranger: Browser, visitor: Browser) -> None:
    save(anne, name="Atelier Beaumanoir")
    for page in (stranger.get("/portal/login"), visitor.get("/portal/")):
        assert page.title.endswith(" · Atelier Beaumanoir")
        assert "Atelier Beaumanoir" in page.one("header").text


def test_its_colour_is_a_style_sheet_of_its_own(anne: Browser, visitor: Browser, stranger: Browser) -> None:
    assert not [link for link in visitor.get("/portal/").all("link") if "/portal/brand/" in link.get("href")]
    save(anne, accent="1F6F54")
    (link,) = [link for link in visitor.get("/portal/").all("link") if "/portal/brand/" in link.get("href")]
    sheet = stranger.get(link["href"])
    assert sheet.response.mimetype == "text/css"
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--accent:light-dark(#1f6f54," in sheet.html
    save(anne, accent="#b3261e")
    (newer,) = [link for link in visitor.get("/portal/").all("link") if "/portal/brand/" in link.get("href")]
    assert newer["href"] != link["href"]
    stranger.get(link["href"], status=404)


@pytest.mark.parametrize("typed", ["green", "#12", "1f6f5}", "url(1)"])
def test_what_is_no_colour_is_refused(anne: Browser, db_session: Any, typed: str) -> None:
    assert "Ce n’est pas une couleur." in save(anne, accent=typed, status=422).error("accent")
    assert organisation.load().accent == ""


def test_its_logo_is_served_as_a_picture_and_nothing_else(anne: Browser, visitor: Browser, stranger: Browser) -> None:
    save(anne, logo=(png(), "logo.html"))
    image = visitor.get("/portal/").one("header").one("img")
    assert image["alt"] == "Comptoir"
    logo = stranger.get(image["src"])
    assert logo.response.get_data() == png()
    assert logo.response.mimetype == "image/png"
    assert logo.headers["X-Content-Type-Options"] == "nosniff"
    assert logo.headers["Content-Security-Policy"] == SECURITY_HEADERS["Content-Security-Policy"]
    assert logo.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    save(anne)
    assert visitor.get("/portal/").one("header").one("img")["src"] == image["src"]
    save(anne, remove_logo="1")
    assert not visitor.get("/portal/").one("header").all("img")
    stranger.get(image["src"], status=404)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "ni un PNG ni un WebP"),
        (b"\0" * 300_000, "256 Ko au plus."),
        (png(2001, 1), "2000 pixels de côté au plus."),
    ],
)
def test_what_is_no_small_picture_is_refused(anne: Browser, elise: Guest, content: bytes, words: str) -> None:
    page = save(anne, logo=(content, "logo.png"), status=422)
    assert words in page.error("logo")
    assert organisation.load().logo == ""


@pytest.mark.parametrize("name", ["x", "..%2f..%2fetc", "a" * 300, "%00"])
def test_there_is_nothing_else_behind_these_addresses(stranger: Browser, name: str) -> None:
    stranger.get(f"/portal/brand/logo/{name}", status=404)
    stranger.get(f"/portal/brand/style/{name}", status=404)


def test_the_settings_show_how_the_colour_is_used_in_each_theme(anne: Browser) -> None:
    save(anne, accent="#ffe08a")
    light, dark = anne.get(SETTINGS).all("svg", role="img")
    assert "#ffe08a" not in light["aria-label"]
    assert "#ffe08a" in dark["aria-label"]


def test_the_audit_tells_of_them(anne: Browser) -> None:
    save(anne, logo=(png(), "logo.png"), accent="#1f6f54")
    log = anne.get("/admin/audit")
    assert "Logo du portail" in log
    assert "→ #1f6f54" in log
