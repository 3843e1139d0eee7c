"""Static files: assembled once, small, unmodified where they are not ours, kept by browsers for ever (N3, N5)."""

import base64
import gzip
import hashlib
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from flask import Flask

from webapp import assets

TEMPLATES = assets.SOURCES.parent / "templates"

#: What we took from others, as it was published.
VENDORED = {
    "vendor/htmx-4.0.1.min.js": "Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    "vendor/combobox-nav-3.0.2.js": "LXH7tJxEo9CX1A7FtcXBfrQvGEEviCTf1t9h5XhX9IWtfXaEc2PZzXKdnBzO0iZ/",
    "fonts/inter-latin-wght-normal.woff2": "l0ql7Q1zqvX5klAVRwYjcMVCkCxg5dMTdghsIlC3pYkX6wwEHerh2bP/4yAao3Im",
}
LICENCES = [
    "vendor/htmx-LICENSE.txt",
    "vendor/combobox-nav-LICENSE.txt",
    "fonts/inter-LICENSE.txt",
    "icons-LICENSE.txt",
]


def compressed_size(*names: str) -> int:
    return sum(len(gzip.compress(assets.assembled()[name], 9)) for name in names)


def test_the_style_sheet_stays_small() -> None:
    assert compressed_size("app.css") <= 13_300
    assert compressed_size("portal.css") <= 2_500


def test_the_scripts_stay_small() -> None:
    scripts = [name for name in assets.assembled() if name.endswith(".js")]
    assert compressed_size(*scripts) <= 26_600


@pytest.mark.parametrize("name", VENDORED)
def test_what_others_wrote_is_unmodified(name: str) -> None:
    digest = hashlib.sha384((assets.SOURCES / name).read_bytes()).digest()
    assert base64.b64encode(digest).decode() == VENDORED[name]


def test_the_script_begins_with_htmx_and_names_its_licence() -> None:
    """F5: one request for all scripts of a first visit."""
    notice, htmx, *_rest = assets.assembled()["app.js"].split(b"\n", 2)
    assert htmx == (assets.SOURCES / assets.HTMX).read_bytes().strip()
    assert b"vendor/htmx-LICENSE.txt" in notice
    assert assets.HTMX.as_posix() not in assets.assembled()


@pytest.mark.parametrize("name", LICENCES)
def test_what_others_wrote_comes_with_its_licence(name: str) -> None:
    assert b"opyright" in assets.assembled()[name] or b"Permission" in assets.assembled()[name]


@pytest.mark.parametrize("path", sorted((assets.SOURCES / "js").iterdir()), ids=lambda path: path.name)
def test_a_script_of_ours_can_be_joined_to_the_others(path: Path) -> None:
    """They become blocks of one module: no static import, no export; and the content policy allows no eval."""
    text = path.read_text()
    assert not re.search(r"^\s*(import|export)\b(?!\()", text, flags=re.M)
    assert not re.search(r"\beval\(|new Function|innerHTML|setAttribute\(\"style", text)


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', assets.assembled()["icons.svg"].decode()))
    named = {
        icon
        for path in TEMPLATES.rglob("*.html")
        for icon in re.findall(r"\bicon\(\s*['\"]([\w-]+)['\"]", path.read_text("utf-8"))
    }
    assert named <= symbols, f"not in icons.svg: {sorted(named - symbols)}"


def test_a_change_of_content_changes_every_address() -> None:
    files = {"app.css": b"a", "app.js": b"b"}
    assert assets.version_of(files) != assets.version_of(files | {"app.css": b"c"})
    assert assets.version_of(files) != assets.version_of({"app.css": b"ab", "app.js": b""})


def test_workers_that_start_together_write_the_files_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        folders = set(pool.map(assets.publish, [tmp_path] * 6))
    (folder,) = folders
    assert [path.name for path in tmp_path.iterdir()] == [folder.name], "drafts are left"
    assert (folder / "app.css").read_bytes() == assets.assembled()["app.css"]


def test_files_of_an_upgrade_ago_are_kept_for_the_pages_still_open(tmp_path: Path) -> None:
    recent, old, dead = (tmp_path / name for name in ("recent", "old", ".draft-of-a-dead-process"))
    for folder, days in ((recent, 29), (old, 31), (dead, 31)):
        folder.mkdir()
        then = time.time() - days * 24 * 3600
        os.utime(folder, (then, then))
    assets.publish(tmp_path)
    assert recent.is_dir()
    assert not old.exists()
    assert not dead.exists()


@pytest.mark.parametrize(("encoding", "decode"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_text_is_served_compressed_and_for_ever(app: Flask, encoding: str, decode: object) -> None:
    address = app.jinja_env.globals["static"]("app.css")  # type: ignore[operator]
    with app.test_client().get(address, headers={"Accept-Encoding": encoding}) as response:
        assert response.status_code == 200
        assert response.headers["Content-Encoding"] == encoding
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert decode(response.data) == assets.assembled()["app.css"]  # type: ignore[operator]


def test_an_icon_is_an_ornament_unless_it_is_named(session_app: Flask) -> None:
    icon = session_app.jinja_env.globals["icon"]
    assert 'aria-hidden="true"' in icon("plus")  # type: ignore[operator]
    named = icon("plus", 'Ajouter "ici"')  # type: ignore[operator]
    assert 'role="img"' in named
    assert "&#34;ici&#34;" in named


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto"), (None, "auto")]
)
def test_the_theme_is_printed_by_the_server(app: Flask, cookie: str | None, theme: str) -> None:
    """A page is drawn at once in the right colours: no script chooses them afterwards."""
    headers = {"Cookie": f"theme={cookie}"} if cookie else {}
    page = app.test_client(use_cookies=False).get("/login", headers=headers).text
    assert f'data-theme="{theme}"' in page
