"""Static files: assembled once per content, served under that content's hash so that browsers may keep them for ever.

The sources are small files that read well; a page loads one style sheet and one script, which begins with htmx; the
portal, a sheet of its own besides. There is nothing to build by hand: the first start after a change writes
`<instance>/static/<hash>/`, and WhiteNoise serves it, compressed.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
import time
from functools import cache, lru_cache
from pathlib import Path
from wsgiref.headers import Headers

import brotli
from flask import Flask, request
from markupsafe import Markup
from whitenoise import WhiteNoise

from webapp.config import LANGUAGES
from webapp.i18n import language
from webapp.web import SECURITY_HEADERS, wants_fragment

SOURCES = Path(__file__).parent / "static"
#: What the scripts stand on, as its authors published it.
HTMX = Path("vendor") / "htmx-4.0.1.min.js"
#: Worth compressing; a font already is.
TEXT = {".css", ".js", ".svg", ".txt"}
#: Pages opened before an upgrade still find their files.
KEPT_SECONDS = 30 * 24 * 3600
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


def init_app(app: Flask) -> None:
    """Assemble the files, serve them, and give templates `static()`, `icon()` and what every page prints."""
    version = version_of(assembled())
    prefix = f"/static/{version}/"
    folder = publish(Path(app.instance_path) / "static")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: True,
        add_headers_function=_add_headers,
    )

    def static(name: str) -> str:
        """Return the address of a static file."""
        return prefix + name

    @lru_cache(maxsize=500)
    def icon(name: str, label: str | None = None) -> Markup:
        """Draw an icon of the sprite; without `label` it is an ornament and says nothing."""
        meaning = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="ico" {}><use href="{}icons.svg#{}"/></svg>').format(meaning, prefix, name)

    app.jinja_env.globals.update(
        static=static,
        icon=icon,
        language=language,
        LANGUAGES=LANGUAGES,
        theme=theme,
        THEMES=THEMES,
        is_fragment=wants_fragment,
    )


def theme() -> str:
    """Return the theme this browser asked for: `light`, `dark`, or `auto` to follow the system."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else "auto"


@cache
def assembled() -> dict[str, bytes]:
    """Return what is served, by name: style sheets and scripts joined, the rest as it is."""
    files = {
        "app.css": _joined("css", "{}\n"),
        # Each script keeps its names to itself: a block, in a module.
        "app.js": _htmx() + _joined("js", "{{\n{}}}\n"),
    }
    for path in sorted(SOURCES.rglob("*")):
        name = path.relative_to(SOURCES)
        if path.is_file() and name.parts[0] not in ("css", "js") and name != HTMX:
            files[name.as_posix()] = path.read_bytes()
    return files


def _htmx() -> bytes:
    """Return htmx as the beginning of a module; a first visit then asks for one script, not two.

    Its name is made known to all, as when it is loaded by itself.
    """
    notice = f"/* {HTMX.stem}: vendor/htmx-LICENSE.txt */\n"
    return notice.encode() + (SOURCES / HTMX).read_bytes() + b"\nglobalThis.htmx = htmx;\n"


def _joined(kind: str, each: str) -> bytes:
    return "".join(each.format(path.read_text()) for path in sorted((SOURCES / kind).glob(f"*.{kind}"))).encode()


def version_of(files: dict[str, bytes]) -> str:
    """Return the hash of some files, names and contents."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


@cache
def _compressed() -> dict[str, bytes]:
    """The same files, with a `.gz` and a `.br` beside each text: done once per process, it is the slow part."""
    files = dict(assembled())
    for name, content in assembled().items():
        if Path(name).suffix in TEXT:
            files[f"{name}.gz"] = gzip.compress(content, 9, mtime=0)
            files[f"{name}.br"] = brotli.compress(content)
    return files


def publish(parent: Path) -> Path:
    """Write the files in their folder of `parent`, unless they are there; drop versions long unused.

    Several workers may start at once: each writes beside and renames, the first one wins.
    """
    parent.mkdir(parents=True, exist_ok=True)
    folder = parent / version_of(assembled())
    if not folder.is_dir():
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=parent))
        draft.chmod(0o755)
        for name, content in _compressed().items():
            (draft / name).parent.mkdir(exist_ok=True)
            (draft / name).write_bytes(content)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)
            if not folder.is_dir():
                raise
    os.utime(folder)
    _drop_old(parent, keep=folder)
    return folder


def _drop_old(parent: Path, keep: Path) -> None:
    """Remove what no start has used for a while, drafts of a process that died included."""
    limit = time.time() - KEPT_SECONDS
    for path in parent.iterdir():
        if path != keep and path.is_dir() and path.stat().st_mtime < limit:
            shutil.rmtree(path, ignore_errors=True)


def _add_headers(headers: Headers, path: str, url: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
