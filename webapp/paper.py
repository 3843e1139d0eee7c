"""Documents on paper, as PDF: the only file that knows ReportLab.

A document is a list of blocks, from its head to its last line. Its texts can be searched and copied; a table that goes
on repeats its head on each page; the foot says which page it is of how many. The same blocks give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from webapp.i18n import _

FONTS = Path(__file__).parent / "fonts"
PLAIN, STRONG = "Inter", "Inter-SemiBold"

INK, MUTED, LINE, SHADE = (HexColor(code) for code in ("#1a1d24", "#5b6472", "#d5d9e0", "#f3f5f8"))

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN

#: Fonts are parsed once and shared by all threads; documents are made one at a time.
_TURN = Lock()


@dataclass(frozen=True)
class Text:
    """Lines of text; of a block that `keeps`, none is parted from the others by the end of a page."""

    lines: Sequence[str]
    kind: str = "text"
    keeps: bool = False


@dataclass(frozen=True)
class Facts:
    """Terms and their values, one pair to a line."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Beside:
    """Two columns of blocks; `share` is how much of the width the first one takes."""

    left: Sequence["Block"]
    right: Sequence["Block"]
    share: float = 0.5


@dataclass(frozen=True)
class Grid:
    """A table: its heads, its rows, how wide each column is of the whole, which are of numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sums:
    """Labels and amounts at the right of the page, the last one in strong letters; kept together."""

    pairs: Sequence[tuple[str, str]]


Block = Text | Facts | Beside | Grid | Sums


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document to print. `foot` stands at the foot of every page, `mark` across it."""

    title: str
    author: str
    language: str
    blocks: Sequence[Block]
    foot: str = ""
    mark: str = ""
    subject: str = ""


def pdf(document: Document) -> bytes:
    """Return a document as a PDF."""
    with _TURN:
        _register()
        made = BytesIO()
        template = SimpleDocTemplate(
            made,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN + 6 * mm,
            title=document.title,
            author=document.author,
            subject=document.subject or document.title,
            lang=document.language,
            invariant=1,
        )
        blocks = [part for block in document.blocks for part in (*_drawn(block, WIDTH), Spacer(0, 5 * mm))]
        template.build(blocks, canvasmaker=_canvas_of(document))
        return made.getvalue()


def _drawn(block: Block, width: float) -> list[Flowable]:
    match block:
        case Text():
            lines = [_paragraph(line, block.kind) for line in block.lines]
            return [KeepTogether(lines)] if block.keeps else lines
        case Facts():
            return [_facts(block, width)]
        case Beside():
            first = width * block.share
            columns = [(block.left, first - 6 * mm), (block.right, width - first)]
            cells = [[part for one in some for part in _drawn(one, wide)] for some, wide in columns]
            return [_table([cells], [first, width - first])]
        case Grid():
            return [_grid(block, width)]
        case Sums():
            return [KeepTogether([_sums(block, width)])]


def _facts(block: Facts, width: float) -> Table:
    rows = [[_paragraph(term, "muted"), _paragraph(value)] for term, value in block.pairs]
    return _table(rows, [width * 0.44, width * 0.56])


def _grid(block: Grid, width: float) -> Table:
    kinds = ["end" if column in block.numbers else "text" for column in range(len(block.heads))]
    heads = [_paragraph(head, f"{kind} head") for head, kind in zip(block.heads, kinds, strict=True)]
    rows = [[_paragraph(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in block.rows]
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ]
    return _table([heads, *rows], [width * share for share in block.shares], style, repeatRows=1)


def _sums(block: Sums, width: float) -> Table:
    last = len(block.pairs) - 1
    rows = [
        [
            "",
            _paragraph(label, "strong" if row == last else "text"),
            _paragraph(sum_, "end strong" if row == last else "end"),
        ]
        for row, (label, sum_) in enumerate(block.pairs)
    ]
    style = [
        ("LINEABOVE", (1, last), (-1, last), 0.8, INK),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ]
    return _table(rows, [width * 0.4, width * 0.37, width * 0.23], style)


def _table(rows: Sequence[Sequence[Any]], widths: Sequence[float], style: Sequence[Any] = (), **options: Any) -> Table:
    bare = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    bare += [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    return Table(rows, colWidths=widths, style=[*bare, *style], hAlign="LEFT", **options)


def _paragraph(text: str, kind: str = "text") -> Paragraph:
    return Paragraph(escape(text), _style(kind))


@cache
def _style(kind: str) -> ParagraphStyle:
    """Return the style of a kind of text: words that say how it differs from plain text."""
    words = kind.split()
    size = 19 if "title" in words else 12 if "name" in words else 10.5 if "heading" in words else 9
    return ParagraphStyle(
        kind,
        fontName=STRONG if {"title", "name", "heading", "strong", "head"} & set(words) else PLAIN,
        fontSize=8 if {"head", "small"} & set(words) else size,
        leading=1.35 * (8 if {"head", "small"} & set(words) else size),
        textColor=MUTED if {"muted", "head", "small"} & set(words) else INK,
        alignment=TA_RIGHT if "end" in words else TA_LEFT,
    )


@cache
def _register() -> None:
    for name, file in ((PLAIN, "Inter-Regular.ttf"), (STRONG, "Inter-SemiBold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))


def _canvas_of(document: Document) -> type[Canvas]:
    """Return a canvas that draws the foot of each page once it is known how many there are."""

    class Pages(Canvas):
        def __init__(self, *args: Any, **options: Any):
            super().__init__(*args, **options)
            self._states: list[dict[str, Any]] = []

        def showPage(self) -> None:
            if document.mark:
                self._draw_mark()
            self._states.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._states, 1):
                self.__dict__.update(state)
                self._draw_foot(number, len(self._states))
                super().showPage()
            super().save()

        def _draw_foot(self, number: int, count: int) -> None:
            self.setFont(PLAIN, 7.5)
            self.setFillColor(MUTED)
            self.drawString(MARGIN + 6, 12 * mm, document.foot[:110])
            self.drawRightString(
                A4[0] - MARGIN, 12 * mm, _("Page %(number)d sur %(count)d", number=number, count=count)
            )

        def _draw_mark(self) -> None:
            self.saveState()
            self.translate(A4[0] / 2, A4[1] / 2)
            self.rotate(52)
            self.setFont(STRONG, 90)
            self.setFillColor(HexColor("#8a94a6"), alpha=0.16)
            self.drawCentredString(0, -30, document.mark)
            self.restoreState()

    return Pages
