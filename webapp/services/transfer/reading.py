"""Reading the files people have: CSV as any spreadsheet writes it, XLSX, ODS.

Whatever comes is either read faithfully or refused with a sentence that says what is wrong and where. A CSV file is
read as it goes, so that its size costs no memory; so is a sheet of an XLSX file (`workbooks.py`).
"""

import codecs
import csv
import difflib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from webapp.i18n import _, _n
from webapp.services.transfer.report import Report, UnusableFile
from webapp.services.transfer.workbooks import SIGNATURES, Rows, open_workbook

Progress = Callable[[int, int], None]

#: What a cell of a CSV file begins with when a spreadsheet would calculate instead of showing it.
FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠'")
#: Put before such a cell when it is written, taken away when it is read.
PROTECTION = "'"

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 24
_SEPARATORS = (",", ";", "\t")
#: Of the names nobody knows, so many are shown.
_UNKNOWN_SHOWN = 10


@dataclass
class Table:
    """An open file: the names in its first line, and the rows below as (line, cells)."""

    header: list[str]
    rows: Rows
    #: What whoever gave the file should know of how it was read.
    notes: list[str]
    #: How much of the file was read, out of how much.
    progress: Callable[[], tuple[int, int]]


def open_table(path: Path) -> AbstractContextManager[Table]:
    """Open a file of one table, told by what it holds, whatever its name; raises UnusableFile.

    `rows` raises UnusableFile too, at the line where the file stops making sense.
    """
    if path.is_dir():
        raise UnusableFile(_("C’est un dossier, non un fichier."))
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise UnusableFile(_("Lecture impossible : %(reason)s.", reason=os.strerror(error.errno or 0))) from None
    if not start:
        raise UnusableFile(_("Le fichier est vide."))
    if start.startswith(SIGNATURES):
        return _open_workbook(path)
    return _open_csv(path)


def check_header(header: Sequence[str], known: Sequence[str]) -> None:
    """Raise UnusableFile unless every name is known and stands once."""
    unknown = [name for name in header if name not in known]
    if unknown:
        names = [_suggest(name, known) for name in unknown[:_UNKNOWN_SHOWN]]
        if more := len(unknown) - len(names):
            names.append(_n("et %(num)d autre", "et %(num)d autres", more))
        raise UnusableFile(_("Colonnes inconnues : %(names)s.", names=", ".join(names)))
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise UnusableFile(_("Colonnes en double : %(names)s.", names=", ".join(twice)))


def _suggest(name: str, known: Sequence[str]) -> str:
    shown = f"« {name[:60]} »"
    close = difflib.get_close_matches(name, known, 1, cutoff=0.5)
    return f"{shown} ({_('vouliez-vous dire « %(name)s » ?', name=close[0])})" if close else shown


# --- CSV -----------------------------------------------------------------------------------------------------------


@contextmanager
def _open_csv(path: Path) -> Iterator[Table]:
    encoding, notes = _find_encoding(path)
    size = path.stat().st_size
    with path.open("rb") as file, TextIOWrapper(file, encoding=encoding, newline="") as text:
        lines = _Lines(text)
        reader = csv.reader(iter(lines), delimiter=_find_separator(lines.first), strict=True)
        rows = _csv_rows(reader)
        header = _header(rows)
        yield Table(header, rows, notes, lambda: (_position(file), size))


class _Lines:
    """The lines of a text, the first of which can be seen beforehand; endless ones are refused."""

    def __init__(self, text: TextIOWrapper):
        self._read = text.readline
        self.first = self._read(_LONGEST_LINE)

    def __iter__(self) -> Iterator[str]:
        line, number = self.first, 1
        while line:
            if len(line) == _LONGEST_LINE:
                raise UnusableFile(_("ligne %(line)d : cette ligne n’en finit pas.", line=number))
            yield line
            line = self._read(_LONGEST_LINE)
            number += 1


def _csv_rows(reader: Any) -> Rows:
    """Yield (line, cells), where the line is the row's first; blank lines are passed over."""
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, [_unprotect(cell) if cell[:1] == PROTECTION else cell for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableFile(_("ligne %(line)d : %(reason)s", line=line, reason=_csv_reason(str(error)))) from None


def _csv_reason(message: str) -> str:
    if "field larger" in message:
        long = _("une cellule dépasse %(count)d caractères ; un guillemet n’est peut-être pas fermé.")
        return str(long % {"count": csv.field_size_limit()})
    return str(_("les guillemets d’une cellule sont mal fermés."))


def _unprotect(cell: str) -> str:
    return cell[1:] if cell[1:2] in FORMULA_SIGNS and len(cell) > 1 else cell


def _find_separator(line: str) -> str:
    """Return what parts the cells of the first line: the sign that stands there most often."""
    return max(_SEPARATORS, key=line.count)


def _position(file: BinaryIO) -> int:
    return 0 if file.closed else file.tell()


def _find_encoding(path: Path) -> tuple[str, list[str]]:
    """Return how the text of a file is encoded, and what to say of it; raises UnusableFile for what is no text."""
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        _check_decodes(path, "utf-16")
        return "utf-16", []
    if _is_utf8(path):
        return "utf-8-sig", []
    _check_decodes(path, "cp1252")
    return "cp1252", [_("Le fichier n’est pas en UTF-8 : il a été lu comme du Windows-1252.")]


def _is_utf8(path: Path) -> bool:
    """Whether a text is UTF-8; raises UnusableFile for one that holds null bytes, or is UTF-8 and then no more."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, has_letters = 1, False
    for chunk in _chunks(path):
        if b"\0" in chunk:
            line += chunk[: chunk.index(b"\0")].count(b"\n")
            raise UnusableFile(
                _("ligne %(line)d : un octet nul ; ce n’est pas un fichier CSV, XLSX ou ODS.", line=line)
            )
        try:
            has_letters |= not decoder.decode(chunk, final=not chunk).isascii()
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            if not has_letters and before.isascii():
                return False
            line += before.count(b"\n")
            raise UnusableFile(
                _("ligne %(line)d : ce n’est pas de l’UTF-8, alors que ce qui précède en est.", line=line)
            ) from None
        line += chunk.count(b"\n")
    return True


def _check_decodes(path: Path, encoding: str) -> None:
    """Raise UnusableFile unless a whole file is text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for chunk in _chunks(path):
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            raise UnusableFile(
                _(
                    "vers la ligne %(line)d : l’encodage n’est pas reconnu. Enregistrez le fichier en UTF-8.",
                    line=line,
                )
            ) from None
        if "\0" in text:
            raise UnusableFile(_("Le fichier contient des caractères nuls : ce n’est pas un fichier CSV."))
        line += text.count("\n")


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, then none: decoders want to know the end."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
    yield b""


# --- workbooks -----------------------------------------------------------------------------------------------------


@contextmanager
def _open_workbook(path: Path) -> Iterator[Table]:
    with open_workbook(path) as sheet:
        header = _header(sheet.rows)
        yield Table(header, _padded(sheet.rows, len(header)), sheet.notes, sheet.progress)


def _padded(rows: Rows, width: int) -> Rows:
    """Yield rows with all their cells: a sheet has no end on the right."""
    for line, cells in rows:
        cells.extend([""] * (width - len(cells)))
        yield line, cells


# --- both ----------------------------------------------------------------------------------------------------------


def _header(rows: Rows) -> list[str]:
    _line, cells = next(rows, (1, []))
    header = [cell.strip().casefold() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnusableFile(_("Le fichier est vide."))
    if "" in header:
        raise UnusableFile(_("La colonne %(number)d n’a pas de nom.", number=header.index("") + 1))
    return header


def even_rows(table: Table, report: Report) -> Rows:
    """Yield the rows that have as many cells as there are columns; note the others in `report`.

    A separator too many or too few moves every value after it into the wrong column, and a file cut short ends in
    the middle of a row.
    """
    width = len(table.header)
    for line, cells in table.rows:
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) == width:
            yield line, cells
        else:
            message = _n(
                "%(num)d cellule au lieu de %(expected)d.",
                "%(num)d cellules au lieu de %(expected)d.",
                len(cells),
                expected=width,
            )
            report.refuse(line, message)
