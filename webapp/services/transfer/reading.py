"""Reading the files people have: CSV as any spreadsheet writes it, XLSX, ODS.

Whatever comes is either read faithfully or refused with a sentence that says what is wrong and where. A CSV file is
read as it goes, so that its size costs no memory; a workbook is held whole.
"""

import codecs
import csv
import difflib
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine

from webapp.i18n import _
from webapp.services.transfer.report import Report, UnusableFile

Progress = Callable[[int, int], None]

#: What a cell of a CSV file begins with when a spreadsheet would calculate instead of showing it.
FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠'")
#: Put before such a cell when it is written, taken away when it is read.
PROTECTION = "'"

_CHUNK = 1 << 20
_LONGEST_LINE = 1 << 24
_SEPARATORS = (",", ";", "\t")
#: A workbook is a compressed file: one that unfolds to more than this is not somebody's list.
_MAX_UNFOLDED = 2 << 30


@dataclass
class Table:
    """An open file: the names in its first line, and the rows below as (line, cells)."""

    header: list[str]
    rows: Iterator[tuple[int, Sequence[str]]]
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
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _open_workbook(path)
    return _open_csv(path)


def check_header(header: Sequence[str], known: Sequence[str]) -> None:
    """Raise UnusableFile unless every name is known and stands once."""
    unknown = [name for name in header if name not in known]
    if unknown:
        raise UnusableFile(
            _("Colonnes inconnues : %(names)s.", names=", ".join(_suggest(name, known) for name in unknown))
        )
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise UnusableFile(_("Colonnes en double : %(names)s.", names=", ".join(twice)))


def _suggest(name: str, known: Sequence[str]) -> str:
    shown = f"« {name[:60]} »"
    close = difflib.get_close_matches(name, known, 1)
    return f"{shown} ({_('vouliez-vous dire « %(name)s » ?', name=close[0])})" if close else shown


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


def _csv_rows(reader: Any) -> Iterator[tuple[int, Sequence[str]]]:
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
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            _check_decodes(path, "utf-16")
            return "utf-16", []
        file.seek(0)
        line, seen_utf8 = 1, False
        decoder = codecs.getincrementaldecoder("utf-8")()
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                line += chunk[: chunk.index(b"\0")].count(b"\n")
                raise UnusableFile(
                    _("ligne %(line)d : un octet nul ; ce n’est pas un fichier CSV, XLSX ou ODS.", line=line)
                )
            try:
                seen_utf8 |= not decoder.decode(chunk).isascii()
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                if seen_utf8 or not good.isascii():
                    line += good.count(b"\n")
                    raise UnusableFile(
                        _("ligne %(line)d : ce n’est pas de l’UTF-8, alors que ce qui précède en est.", line=line)
                    ) from None
                break
            line += chunk.count(b"\n")
        else:
            if decoder.getstate()[0]:
                raise UnusableFile(_("Le fichier s’arrête au milieu d’une lettre : il est incomplet."))
            return "utf-8-sig", []
    _check_decodes(path, "cp1252")
    return "cp1252", [_("Le fichier n’est pas en UTF-8 : il a été lu comme du Windows-1252.")]


def _check_decodes(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
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
            if not chunk:
                return


# --- workbooks -----------------------------------------------------------------------------------------------------


@contextmanager
def _open_workbook(path: Path) -> Iterator[Table]:
    _check_unfolded(path)
    try:
        workbook = python_calamine.load_workbook(str(path))
        sheet = workbook.get_sheet_by_index(0)
        height = sheet.total_height
        rows = _workbook_rows(sheet)
    except python_calamine.PasswordError:
        raise UnusableFile(_("Le classeur est protégé par un mot de passe.")) from None
    except (python_calamine.CalamineError, OSError, IndexError, zipfile.BadZipFile):
        raise UnusableFile(_("Ce n’est pas un classeur XLSX ou ODS lisible.")) from None
    done = 0

    def counted() -> Iterator[tuple[int, Sequence[str]]]:
        nonlocal done
        for done, cells in rows:
            if any(cells):
                yield done, cells

    numbered = counted()
    header = _header(numbered)
    notes = [_("Seule la première feuille du classeur est lue.")] if len(workbook.sheet_names) > 1 else []
    yield Table(header, numbered, notes, lambda: (done, height))
    workbook.close()


def _check_unfolded(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MAX_UNFOLDED:
            raise UnusableFile(_("Le classeur est trop grand : enregistrez la feuille en CSV."))


def _workbook_rows(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    first = sheet.start[0] if sheet.start else 0
    for line, cells in enumerate(sheet.iter_rows(), first + 1):
        yield line, [cell if isinstance(cell, str) else _write_cell(cell) for cell in cells]


def _write_cell(cell: Any) -> str:
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


# --- both ----------------------------------------------------------------------------------------------------------


def _header(rows: Iterator[tuple[int, Sequence[str]]]) -> list[str]:
    _line, cells = next(rows, (1, ()))
    header = [cell.strip().casefold() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnusableFile(_("Le fichier est vide."))
    if "" in header:
        raise UnusableFile(_("La colonne %(number)d n’a pas de nom.", number=header.index("") + 1))
    return header


def even_rows(table: Table, report: Report) -> Iterator[tuple[int, Sequence[str]]]:
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
            report.refuse(line, _("%(count)d cellules au lieu de %(expected)d.", count=len(cells), expected=width))
