"""Files that people send: which are let in, and under which names (S7, S8)."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import uploads
from webapp.uploads import Refusal, Unfit, read, safe_name

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HTML = b"<!doctype html><script>alert(1)</script>"


def zipped(*names: str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


def refused(name: str, content: bytes) -> Unfit:
    with pytest.raises(Refusal) as refusal:
        read(name, content)
    return refusal.value.why


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Capture d’écran.PNG", PNG, "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("devis.pdf", b"\xef\xbb\xbf%PDF-1.7", "application/pdf"),
        ("journal.log", "Reçu à 9 h\r\n\x1b[31mErreur\x1b[0m".encode(), "text/plain"),
        ("latin.csv", "prénom;né".encode("latin-1"), "text/csv"),
        ("bloc-notes.txt", "é".encode("utf-16"), "text/plain"),
        ("x.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), f"{uploads._OPEN_XML}spreadsheetml.sheet"),
        ("x.zip", zipped("a.txt"), "application/zip"),
        (
            "x.odt",
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text",
            f"{uploads._OASIS}text",
        ),
    ],
)
def test_what_people_work_with_is_let_in(name: str, content: bytes, media_type: str) -> None:
    assert read(name, content) == (name, media_type, content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("vide.txt", b"", Unfit.EMPTY),
        ("gros.txt", b"a" * (uploads.MAX_BYTES + 1), Unfit.TOO_HEAVY),
        ("page.html", HTML, Unfit.UNKNOWN),
        ("dessin.svg", b"<svg/>", Unfit.UNKNOWN),
        ("programme.exe", b"MZ", Unfit.UNKNOWN),
        ("facture.pdf.exe", b"%PDF-1.7", Unfit.UNKNOWN),
        ("sans extension", b"a", Unfit.UNKNOWN),
        (".png", PNG, Unfit.UNKNOWN),
        ("facture\u202efdp.exe", b"%PDF-1.7", Unfit.UNKNOWN),
        ("page.png", HTML, Unfit.NOT_WHAT_IT_SAYS),
        ("page.pdf", HTML, Unfit.NOT_WHAT_IT_SAYS),
        ("programme.txt", b"MZ\x90\x00", Unfit.NOT_WHAT_IT_SAYS),
        ("abime.docx", b"PK\x03\x04abc", Unfit.NOT_WHAT_IT_SAYS),
        ("autre.docx", zipped("xl/workbook.xml"), Unfit.NOT_WHAT_IT_SAYS),
        ("macro.xlsx", zipped("xl/workbook.xml", "xl/vbaProject.bin"), Unfit.NOT_WHAT_IT_SAYS),
        ("archive.zip", b"Rar!\x1a\x07", Unfit.NOT_WHAT_IT_SAYS),
    ],
)
def test_all_else_is_refused(name: str, content: bytes, why: Unfit) -> None:
    """What a browser would run, what is not what it says, what is too much or nothing."""
    assert refused(name, content) is why


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\moi\\devis.pdf", "devis.pdf"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("E\u0301te\u0301 à l’Œuvre.pdf", "Été à l’Œuvre.pdf"),
        ("報告書.pdf", "報告書.pdf"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("  . .  ", "document"),
        ("", "document"),
        ('a"b<c>|?*.txt', "a_b_c____.txt"),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@given(st.text(max_size=400))
def test_any_name_is_made_safe(name: str) -> None:
    kept = safe_name(name)
    assert kept
    assert not set(kept) & set('/\\<>:"|?*\r\n\0')
    assert kept.isprintable()
    assert len(kept) <= uploads.MAX_NAME_BYTES
    assert safe_name(kept) == kept, "what is safe stays as it is"


def test_a_long_name_keeps_its_extension() -> None:
    kept = safe_name("é" * 300 + ".pdf")
    assert kept.endswith("é.pdf")
    assert len(kept.encode()) <= uploads.MAX_NAME_BYTES
