"""Reading workbooks: XLSX a row at a time, whatever its size; ODS and the older kinds whole.

A cell is what it shows: a date is a date, a postal code keeps its zeros. What shows no value (a formula that was never
calculated, an error, the hidden part of merged cells) is refused with its place, never taken for an empty cell.
"""

import csv
import posixpath
import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

import python_calamine

from webapp.i18n import _
from webapp.services.transfer.report import UnusableFile

#: How files of these kinds begin: zip, and the older container that also holds protected workbooks.
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

#: A workbook is a compressed file: one that unfolds to more than this is not somebody's list.
_MAX_UNFOLDED = 2 << 30
#: The same for a workbook that is held whole.
_MAX_WHOLE = 512 << 20
#: What the texts of a workbook may weigh together.
_MAX_TEXTS = 256 << 20
#: The last column a sheet can have is XFD.
_MAX_COLUMNS = 16_384
_CHUNK = 1 << 16
#: No tag, with all its attributes, is longer.
_LONGEST_TAG = 1 << 20

Rows = Iterator[tuple[int, list[str]]]


@dataclass
class Sheet:
    """The first sheet of an open workbook."""

    #: (line, cells), the empty lines left out; the cells after the last that holds anything may be missing.
    rows: Rows
    notes: list[str]
    #: How much of it was read, out of how much.
    progress: Callable[[], tuple[int, int]]


@contextmanager
def open_workbook(path: Path) -> Iterator[Sheet]:
    """Open the first sheet of a workbook; raises UnusableFile, and so does reading its rows."""
    with ExitStack() as stack:
        with _explained():
            sheet = _open(path, stack)
        yield sheet


def _open(path: Path, stack: ExitStack) -> Sheet:
    if zipfile.is_zipfile(path):
        archive = stack.enter_context(zipfile.ZipFile(path))
        _check_unfolded(archive, _MAX_UNFOLDED)
        if book := _book_of(archive):
            return _open_xlsx(archive, book)
        _check_unfolded(archive, _MAX_WHOLE)
    return _open_whole(stack.enter_context(python_calamine.load_workbook(str(path))))


class _Broken(Exception):
    """The parts of a workbook don't fit together."""


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is wrong with a file that only looks like a workbook."""
    try:
        yield
    except python_calamine.PasswordError:
        raise UnusableFile(_("Le classeur est protégé par un mot de passe.")) from None
    except (
        _Broken,
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        python_calamine.CalamineError,
        EOFError,
        LookupError,
        ValueError,
        # How zipfile refuses what is compressed otherwise, or encrypted.
        RuntimeError,
    ):
        raise UnusableFile(_("Ce n’est pas un classeur XLSX ou ODS lisible.")) from None


def _check_unfolded(archive: zipfile.ZipFile, limit: int) -> None:
    if sum(member.file_size for member in archive.infolist()) > limit:
        raise UnusableFile(_("Le classeur est trop grand : enregistrez la feuille en CSV."))


def _notes(sheets: Sequence[Any]) -> list[str]:
    return [_("Seule la première feuille du classeur est lue.")] if len(sheets) > 1 else []


def _refuse_merged(cells: str) -> None:
    raise UnusableFile(
        _("Les cellules %(cells)s sont fusionnées : défusionnez-les, puis donnez à chacune sa valeur.", cells=cells)
    )


# --- XML: parts of a package, never whole ------------------------------------------------------------------------


class _LocalNames(dict[str, str]):
    """The names of tags without their prefix."""

    def __missing__(self, tag: str) -> str:
        name = tag.rpartition(":")[2]
        if len(self) < 1000:
            self[tag] = name
        return name


_local = _LocalNames()

Attributes = dict[str, str]


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda tag: None,
    text: Callable[[str], None] | None = None,
) -> Iterator[int]:
    """Read a part of the package, telling of each tag and text; yield now and then how many bytes were read."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if text:
        parser.CharacterDataHandler = text
    done = 0
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            done += len(chunk)
            if done - parser.CurrentByteIndex > _LONGEST_TAG:
                raise _Broken
            yield done
    parser.Parse(b"", True)
    yield done


def _refuse_doctype(*_declaration: Any) -> None:
    raise _Broken


def _tags(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, Attributes]]:
    """Yield the tags of a part by local name."""
    found: list[tuple[str, Attributes]] = []
    for _done in _parse(archive, part, lambda tag, attributes: found.append((_local[tag], attributes))):
        yield from found
        found.clear()


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to by id, as (kind, name of the other part)."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in archive.namelist():
        return {}
    return {
        attributes["Id"]: (
            attributes.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
        )
        for tag, attributes in _tags(archive, relations)
        if tag == "Relationship" and "Id" in attributes
    }


# --- XLSX --------------------------------------------------------------------------------------------------------


def _book_of(archive: zipfile.ZipFile) -> str | None:
    """Return the part that lists the sheets; nothing when the file is a workbook of another kind."""
    parts = (part for kind, part in _relations(archive, "").values() if kind == "officeDocument")
    return next((part for part in parts if part.endswith(".xml")), None)


def _open_xlsx(archive: zipfile.ZipFile, book: str) -> Sheet:
    relations = _relations(archive, book)
    parts = dict(relations.values())
    sheets: list[str] = []
    is_1904 = False
    for tag, attributes in _tags(archive, book):
        if tag == "workbookPr":
            is_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            kind, part = relations[next(value for name, value in attributes.items() if _local[name] == "id")]
            sheets += [part] if kind == "worksheet" else []
    if not sheets:
        raise _Broken
    strings = _read_strings(archive, parts["sharedStrings"]) if "sharedStrings" in parts else _Strings()
    formats = _read_formats(archive, parts["styles"], is_1904) if "styles" in parts else []
    size = archive.getinfo(sheets[0]).file_size
    done = 0

    def rows() -> Rows:
        nonlocal done
        reader = _SheetReader(strings, formats)
        for read in _parse(archive, sheets[0], reader.start, reader.end, reader.text):
            done = read
            yield from reader.take()

    return Sheet(_guarded(rows()), _notes(sheets), lambda: (done, size))


def _guarded(rows: Rows) -> Rows:
    """Yield rows; a sheet may turn out to be broken only where it is read."""
    with _explained():
        yield from rows


class _Strings:
    """The texts of a workbook by number, packed: as objects they would weigh several times as much."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > _MAX_TEXTS:
            raise UnusableFile(_("Le classeur est trop grand : enregistrez la feuille en CSV."))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")


class _TextReader:
    """Collects the text of a cell: a value, or runs of text without the reading aids of Japanese."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self._is_open = False
        self._is_aid = False

    def text(self, piece: str) -> None:
        if self._is_open and not self._is_aid:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._size > csv.field_size_limit():
                raise UnusableFile(_("Une cellule dépasse %(count)d caractères.", count=csv.field_size_limit()))

    def open(self, name: str) -> None:
        if name in ("t", "v"):
            self._is_open = True
        elif name == "rPh":
            self._is_aid = True

    def close(self, name: str) -> None:
        if name in ("t", "v"):
            self._is_open = False
        elif name == "rPh":
            self._is_aid = False

    def collected(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return text


_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescape(text: str) -> str:
    """Give back the characters that XML can't hold, which workbooks write by number."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _read_strings(archive: zipfile.ZipFile, part: str) -> _Strings:
    strings, reader = _Strings(), _TextReader()

    def end(tag: str) -> None:
        reader.close(_local[tag])
        if _local[tag] == "si":
            strings.add(_unescape(reader.collected()))

    for _done in _parse(archive, part, lambda tag, _attributes: reader.open(_local[tag]), end, reader.text):
        pass
    return strings


class _Columns(dict[str, int]):
    """The numbers of columns by letters: A is 0."""

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - ord("A") + 1
        if not 0 < number <= _MAX_COLUMNS:
            raise _Broken
        self[letters] = number - 1
        return number - 1


_columns = _Columns()

Format = Callable[[float], str]


class _SheetReader(_TextReader):
    """The rows of a sheet, as its tags are told."""

    def __init__(self, strings: _Strings, formats: Sequence[Format | None]):
        super().__init__()
        self._strings = strings
        self._formats = formats
        self._ready: list[tuple[int, list[str]]] = []
        self._line = 0
        self._cells: list[str] = []
        self._cell: Attributes = {}
        self._is_formula = False

    def take(self) -> list[tuple[int, list[str]]]:
        """Return the rows that are complete since the last time."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: Attributes) -> None:
        name = _local[tag]
        if name == "c":
            self._cell = attributes
            self._is_formula = False
        elif name == "row":
            self._line = int(attributes.get("r") or self._line + 1)
            self._cells = []
        elif name == "f":
            self._is_formula = True
        elif name == "mergeCell":
            _refuse_merged(attributes.get("ref", ""))
        else:
            self.open(name)

    def end(self, tag: str) -> None:
        name = _local[tag]
        if name == "c":
            self._add_cell()
        elif name == "row":
            if any(self._cells):
                self._ready.append((self._line, self._cells))
        else:
            self.close(name)

    def _add_cell(self) -> None:
        cells = self._cells
        place = self._cell.get("r")
        column = _columns[place.rstrip("0123456789")] if place else len(cells)
        if column < len(cells):
            raise _Broken
        if value := self._value(self.collected()):
            cells.extend([""] * (column - len(cells)))
            cells.append(value)

    def _value(self, text: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._strings[int(text)] if text else ""
        if kind in ("inlineStr", "str"):
            return _unescape(text)
        if kind == "e":
            raise UnusableFile(_("La cellule %(cell)s contient l’erreur %(error)s.", cell=self._place(), error=text))
        if not text:
            if self._is_formula:
                message = _(
                    "La cellule %(cell)s contient une formule qui n’a pas été calculée : ouvrez le classeur dans un "
                    "tableur et enregistrez-le.",
                    cell=self._place(),
                )
                raise UnusableFile(message)
            return ""
        if kind == "d":
            return write_cell(datetime.fromisoformat(text))
        if kind == "b":
            return text
        return self._number(text)

    def _number(self, text: str) -> str:
        style = self._cell.get("s")
        write = self._formats[int(style)] if style and self._formats else None
        if write is not None:
            return write(float(text))
        return str(int(text)) if text.isdecimal() and len(text) <= 15 else write_cell(float(text))

    def _place(self) -> str:
        return self._cell.get("r") or str(self._line)


# --- formats of numbers ------------------------------------------------------------------------------------------

#: The formats of dates and times that need no definition.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
#: What in a format stands for itself: text between quotes, after a stroke, colours and conditions.
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def _read_formats(archive: zipfile.ZipFile, part: str, is_1904: bool) -> list[Format | None]:
    """Return, of each style of a cell, how its numbers are written; nothing where any number would do."""
    codes: dict[str, str] = {}
    formats: list[Format | None] = []
    is_of_cells = False
    for tag, attributes in _tags(archive, part):
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and is_of_cells:
            formats.append(_format(attributes.get("numFmtId", "0"), codes, is_1904))
        elif tag != "xf" and tag.endswith(("Xfs", "Styles")):
            is_of_cells = tag == "cellXfs"
    return formats


def _format(number: str, codes: Mapping[str, str], is_1904: bool) -> Format | None:
    code = _LITERALS.sub("", codes.get(number, ""))
    if (int(number) in _DATE_FORMATS and number not in codes) or re.search("[dmyhs]", code, re.IGNORECASE):
        return lambda value: _write_moment(value, is_1904)
    if len(code) > 1 and not code.strip("0"):
        return lambda value: str(int(value)).zfill(len(code)) if value.is_integer() else write_cell(value)
    return None


def _write_moment(days: float, is_1904: bool) -> str:
    """Write a moment that is counted in days; those who count from 1900 believe in a 29 February of that year."""
    whole, seconds = divmod(round(days * 86400), 86400)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    if whole == 0:
        return write_cell(clock)
    first = date(1904, 1, 1) if is_1904 else date(1899, 12, 30 if whole >= 60 else 31)
    try:
        return write_cell(datetime.combine(first + timedelta(days=whole), clock))
    except OverflowError:
        return write_cell(days)


def write_cell(cell: Any) -> str:
    """Write a number or a date as the columns expect it: 75001.0 is 75001, midnight is a date."""
    match cell:
        case bool():
            return "1" if cell else "0"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date() | time() | timedelta():
            return str(cell)
        case _:
            return str(cell)


# --- the other kinds ---------------------------------------------------------------------------------------------


def _open_whole(workbook: Any) -> Sheet:
    if not workbook.sheet_names:
        raise _Broken
    sheet = workbook.get_sheet_by_index(0)
    first = sheet.start[0] if sheet.start else 0
    done = 0

    def rows() -> Rows:
        nonlocal done
        for merged in sheet.merged_cell_ranges or ():
            _refuse_merged(_range_name(merged))
        for done, cells in enumerate(sheet.iter_rows(), first + 1):
            texts = [cell if isinstance(cell, str) else write_cell(cell) for cell in cells]
            if any(texts):
                yield done, texts

    return Sheet(_guarded(rows()), _notes(workbook.sheet_names), lambda: (done, sheet.total_height))


def _range_name(corners: tuple[tuple[int, int], tuple[int, int]]) -> str:
    return ":".join(f"{_letters(column)}{row + 1}" for row, column in corners)


def _letters(column: int) -> str:
    head, last = divmod(column, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + last)
