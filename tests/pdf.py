"""Reading the text of a PDF as a viewer's search does: by the tables that say which letter each glyph is.

It knows what our documents hold: compressed streams, subsets of TrueType fonts with a ToUnicode table.
"""

import base64
import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_SHOWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj|(T\*|ET)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, its lines joined by spaces, no-break ones written as plain ones."""
    assert pdf.startswith(b"%PDF-")
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts = dict(_fonts(objects))
    found = []
    for body in objects.values():
        if re.search(rb"/Type /Page\b", body):
            content = re.search(rb"/Contents (\d+) 0 R", body)
            assert content
            text = "".join(_text(_stream(objects[int(content[1])]), fonts))
            found.append(" ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split()))
    return found


def _fonts(objects: dict[int, bytes]) -> Iterator[tuple[str, dict[int, str]]]:
    for body in objects.values():
        name, table = re.search(rb"/Name /(\S+)", body), re.search(rb"/ToUnicode (\d+) 0 R", body)
        if name and table:
            yield name[1].decode(), dict(_letters(_stream(objects[int(table[1])]).decode("latin-1")))


def _letters(table: str) -> Iterator[tuple[int, str]]:
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, letter in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            yield int(code, 16), bytes.fromhex(letter).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, _last, letters in re.findall(r"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", block, re.DOTALL):
            for step, letter in enumerate(re.findall(r"<(\w+)>", letters)):
                yield int(first, 16) + step, bytes.fromhex(letter).decode("utf-16-be")


def _text(content: bytes, fonts: dict[str, dict[int, str]]) -> Iterator[str]:
    letters: dict[int, str] = {}
    for font, shown, end in _SHOWN.findall(content):
        if font:
            letters = fonts.get(font.decode(), {})
        elif end:
            yield " "
        else:
            yield "".join(letters[code] for code in _plain(shown))


def _plain(escaped: bytes) -> bytes:
    def replace(match: re.Match[bytes]) -> bytes:
        what = match[1]
        return bytes([int(what, 8)]) if what.isdigit() else _ESCAPES.get(what, what)

    return re.sub(rb"\\([0-7]{1,3}|.)", replace, escaped, flags=re.DOTALL)


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    data = found[1]
    if b"/ASCII85Decode" in body:
        data = base64.a85decode(data.strip().removesuffix(b"~>"))
    return zlib.decompressobj().decompress(data) if b"/FlateDecode" in body else data
