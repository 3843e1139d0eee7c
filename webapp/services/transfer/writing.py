"""Writing tables that spreadsheets show as they are: nothing in them is ever calculated.

CSV is UTF-8, with the mark by which Excel knows it when it is a file of its own. A cell that a spreadsheet would
calculate gets an apostrophe before it, which reading takes away (`reading.FORMULA_SIGNS`). XLSX needs none: its cells
say that they are text.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

import xlsxwriter

from webapp.i18n import _
from webapp.services.transfer.reading import FORMULA_SIGNS, PROTECTION
from webapp.services.transfer.report import UnusableFile

#: Rows a sheet can hold, the header included.
MAX_SHEET_ROWS = 1_048_576


def write_csv(rows: Iterable[Sequence[str]], file: TextIO) -> None:
    """Write rows to an open text file."""
    csv.writer(file, lineterminator="\r\n").writerows([_protect(cell) for cell in row] for row in rows)


def write_csv_file(rows: Iterable[Sequence[str]], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(rows, file)


def write_xlsx_file(rows: Iterable[Sequence[str]], path: Path) -> None:
    """Write rows to a workbook of one sheet, a row at a time; raises UnusableFile beyond what a sheet can hold."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows):
            if place == MAX_SHEET_ROWS:
                raise UnusableFile(_("Une feuille ne contient pas plus de %(count)d lignes.", count=MAX_SHEET_ROWS))
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(place, column, cell)


def _protect(cell: str) -> str:
    return PROTECTION + cell if cell.startswith(FORMULA_SIGNS) else cell
