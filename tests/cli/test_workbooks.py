"""Workbooks as programs and people make them: read as they look, or refused with the place (R5)."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import Result
from sqlalchemy import select

from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import Company

Run = Callable[..., Result]
Build = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("french_terminal", "db_session")

HEADER = ("name", "account_type", "commercial_status", "alias")
REST = ("Client", "Client")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


HEADER_ROW = "<row r='1'>" + "".join(inline(f"{'ABCD'[n]}1", name) for n, name in enumerate(HEADER)) + "</row>"
NAMED = inline("A2", "Durand") + inline("B2", "Client") + inline("C2", "Client")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write the parts of an XLSX file as they are given: a sheet of companies whose second row ends in `cells`."""

    def build(
        cells: str = "", *, sheet: str = "", after: str = "", parts: dict[str, str] | None = None, book: str = ""
    ) -> Path:
        rows = f"{HEADER_ROW}<row r='2'>{NAMED}{cells}</row>"
        given = {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": relations(
                ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "/xl/texts.xml"), ("styles", "styles.xml")
            ),
            "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'>{book}"
            "<sheets><sheet name='Feuille' sheetId='1' r:id='r0'/></sheets></workbook>",
            "xl/worksheets/sheet1.xml": sheet or f"<worksheet><sheetData>{rows}</sheetData>{after}</worksheet>",
            "xl/texts.xml": "<sst/>",
            "xl/styles.xml": "<styleSheet/>",
            **(parts or {}),
        }
        path = tmp_path / "book.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in given.items():
                archive.writestr(name, content)
        return path

    return build


def relations(*parts: tuple[str, str]) -> str:
    each = (f"<Relationship Id='r{n}' Type='{OFFICE}/{kind}' Target='{to}'/>" for n, (kind, to) in enumerate(parts))
    return f"<Relationships xmlns='{RELATIONS}'>{''.join(each)}</Relationships>"


def companies() -> Sequence[Company]:
    return db.session.scalars(unscoped(select(Company).order_by(Company.id), "a test looks")).all()


def alias_of(run: Run, path: Path) -> str:
    run("import", "companies", str(path))
    (company,) = companies()
    return company.alias


def refusal(run: Run, path: Path) -> str:
    output = run("import", "companies", str(path), status=1).output
    assert companies() == []
    return output


# --- read as they look -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("constant_memory", [False, True], ids=["shared texts", "texts in place"])
def test_numbers_dates_and_codes_are_what_they_show(run: Run, tmp_path: Path, constant_memory: bool) -> None:
    path = tmp_path / "companies.xlsx"
    shown: dict[str, tuple[Any, str, str]] = {
        "company_number": (7, "", "7"),
        "main_postal_code": (1000, "00000", "01000"),
        "billing_postal_code": (75001, "", "75001"),
        "phone_main": (33142685300, "", "33142685300"),
        "comments": (date(2026, 11, 24), "dd/mm/yyyy", "2026-11-24"),
        "main_building": (46350 + 8.5 / 24, "yyyy-mm-dd hh:mm", "2026-11-24 08:30:00"),
        "main_floor": (0.5, "hh:mm", "12:00:00"),
        "main_city": (1234.5, '[Red]#,##0.00" days"', "1234.5"),
        "main_street": (0.1, "", "0.1"),
        "billing_city": (1e20, "", "1e+20"),
        "shipping_city": ("=1+1", "", "=1+1"),
        "shipping_street": ("Deux\nlignes _x0041_ ﬁ", "", "Deux lignes _x0041_ ﬁ"),
    }
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "constant_memory": constant_memory}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, [*HEADER[:3], *shown, "is_reference", "allow_engagements"])
        sheet.write_row(1, 0, ["Durand", *REST])
        for column, (value, code, _text) in enumerate(shown.values(), 3):
            sheet.write(1, column, value, workbook.add_format({"num_format": code}) if code else None)
        sheet.write_row(1, 3 + len(shown), [True, False])
    run("import", "companies", str(path))
    rows = run("export", "companies", "-").output
    (company,) = companies()
    assert (company.is_reference, company.allow_engagements) == (True, False)
    for _value, _code, text in shown.values():
        assert text in rows


def test_a_sheet_begins_where_it_begins(run: Run, tmp_path: Path) -> None:
    """Blank lines and blank cells at the end are nothing; lines are told as the spreadsheet numbers them."""
    path = tmp_path / "companies.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(2, 0, HEADER)
        sheet.write_row(5, 0, ["Durand", *REST])
        sheet.write_blank(6, 9, None, workbook.add_format({"bold": True}))
        sheet.write_row(7, 0, ["", *REST])
        workbook.add_worksheet("Autre")
    assert "ligne 8, name" in refusal(run, path)


@pytest.mark.parametrize(
    ("cell", "alias"),
    [
        ("<c r='D2' t='s'><v>0</v></c>", "東京"),
        ("<c r='D2' t='s'><v>1</v></c>", "gras et maigre"),
        ("<c t='str'><f>A2</f><v>Durand</v></c>", "Durand"),
        ("<c r='D2' t='str'><f>\"\"</f><v></v></c>", ""),
        ("<c r='D2'><f>1+1</f><v>2</v></c>", "2"),
        ("<c r='D2' t='d'><v>2026-11-24T00:00:00</v></c>", "2026-11-24"),
        ("<c r='D2' s='1'><v>1</v></c>", "1904-01-02"),
        ("<c r='D2' s='1'><v>1E9</v></c>", "1000000000"),
        ("<c r='D2' s='2'><v>00012</v></c>", "12"),
        ("<x:c xmlns:x='x' r='D2' t='inlineStr'><x:is><x:t>préfixe</x:t></x:is></x:c>", "préfixe"),
    ],
)
def test_other_programs_write_cells_in_other_ways(run: Run, build: Build, cell: str, alias: str) -> None:
    texts = (
        f"<sst xmlns='{MAIN}'><si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
        "<si><r><rPr><b/></rPr><t>gras</t></r><r><t xml:space='preserve'> et maigre</t></r></si></sst>"
    )
    styles = (
        "<styleSheet><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='2'/></cellXfs></styleSheet>"
    )
    path = build(cell, parts={"xl/texts.xml": texts, "xl/styles.xml": styles}, book="<workbookPr date1904='1'/>")
    assert alias_of(run, path) == alias


# --- refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("<c r='D2' t='e'><f>1/0</f><v>#DIV/0!</v></c>", "La cellule D2 contient l’erreur #DIV/0!"),
        ("<c r='D2'><f>A2</f></c>", "La cellule D2 contient une formule qui n’a pas été calculée"),
        ("<c r='XFE2'><v>1</v></c>", "pas un classeur"),
        ("<c r='A2'><v>1</v></c>", "pas un classeur"),
        ("<c r='D2' t='s'><v>0</v></c>", "pas un classeur"),
        ("<c r='D2' t='s'><v>-1</v></c>", "pas un classeur"),
        ("<c r='D2'><v>douze</v></c>", "pas un classeur"),
        ("<c r='D2' s='7'><v>1</v></c>", "pas un classeur"),
        (inline("D2", "x" * 140_000), "Une cellule dépasse 131072 caractères"),
        (inline("E2", "de trop"), "ligne 2 : 5 cellules au lieu de 4"),
    ],
)
def test_a_cell_that_shows_no_value_is_not_empty(run: Run, build: Build, cell: str, message: str) -> None:
    styles = "<styleSheet><cellXfs><xf numFmtId='0'/></cellXfs></styleSheet>"
    assert message in refusal(run, build(cell, parts={"xl/styles.xml": styles}))


def test_merged_cells_are_named(run: Run, tmp_path: Path) -> None:
    """Only one of them holds the value: the rows below would come in without it."""
    path = tmp_path / "companies.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["Durand", *REST, "x"])
        sheet.write_row(2, 0, ["Dupont", *REST])
        sheet.merge_range("D2:D3", "x")
    assert "Les cellules D2:D3 sont fusionnées" in refusal(run, path)


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": "<workbook><sheets/></workbook>"},
        {"xl/workbook.xml": "<workbook><sheets><sheet name='x' id='r9'/></sheets></workbook>"},
        {"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"},
        {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"},
        {"xl/worksheets/sheet1.xml": f"<worksheet {'x' * 3_000_000}"},
        {"xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/absent.xml"))},
        {"_rels/.rels": "<Relationships/>"},
        {"xl/styles.xml": "<styleSheet><cellXfs><xf numFmtId='x'/></cellXfs></styleSheet>"},
    ],
)
def test_parts_that_do_not_fit_together(run: Run, build: Build, parts: dict[str, str]) -> None:
    assert "Ce n’est pas un classeur XLSX ou ODS lisible" in refusal(run, build(parts=parts))


def test_damaged_and_protected_workbooks(run: Run, build: Build) -> None:
    path = build()
    whole = path.read_bytes()
    place = whole.index(b"<worksheet>")
    path.write_bytes(whole[:place] + b"<workshite>" + whole[place + 11 :])
    assert "pas un classeur" in refusal(run, path)
    path.write_bytes(whole[: len(whole) // 2])
    assert "pas un classeur" in refusal(run, path)
    path.write_bytes(protected())
    assert "protégé par un mot de passe" in refusal(run, path)


@pytest.mark.parametrize(
    ("declared", "parts"),
    [(3 << 30, {}), (1 << 30, {"_rels/.rels": "<Relationships/>"})],
    ids=["of any kind", "of a kind that is held whole"],
)
def test_a_workbook_that_unfolds_without_end_is_refused(
    run: Run, build: Build, declared: int, parts: dict[str, str]
) -> None:
    """Before any of it is unfolded: the size of each part stands in the file's own table of contents."""
    path = build(parts=parts)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/bomb.xml", b"0")
        archive.getinfo("xl/bomb.xml").file_size = declared
    assert "trop grand" in refusal(run, path)


def test_a_part_is_never_longer_than_it_says(run: Run, build: Build) -> None:
    """A table of contents that lies does not get around the limit."""
    path = build()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
        size = info.file_size
    whole = bytearray(path.read_bytes())
    entry = whole.rindex(b"xl/worksheets/sheet1.xml") - 46
    whole[entry + 24 : entry + 28] = (size - 20).to_bytes(4, "little")
    path.write_bytes(whole)
    assert "pas un classeur" in refusal(run, path)


def protected() -> bytes:
    """Return the shell in which spreadsheets keep a workbook they have encrypted: a folder of two streams."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE

    def words(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "little") for number in numbers)

    def entry(name: str, kind: int, start: int, size: int, left: int = free, child: int = free) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        head = text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + bytes((kind, 1))
        return head + words(free, left, child) + bytes(36) + words(start, size, 0)

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += b"".join(n.to_bytes(2, "little") for n in (0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0))
    header += words(0, 1, 1, 0, 4096, end, 0, end, 0, 0) + words(*[free] * 108)
    fat = words(0xFFFFFFFD, end, *range(3, 10), end, *range(11, 18), end, *[free] * 110)
    folder = entry("Root Entry", 5, end, 0, child=1) + entry("EncryptionInfo", 2, 2, 4096, left=2)
    folder += entry("EncryptedPackage", 2, 10, 4096) + bytes(128)
    file = io.BytesIO()
    for part in (header, fat, folder, bytes(4096), bytes(4096)):
        assert len(part) % sector == 0, len(part)
        file.write(part)
    return file.getvalue()
