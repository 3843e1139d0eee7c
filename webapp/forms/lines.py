"""The lines of an invoice in its dialog: rows of four cells, some of them empty, with what they come to (S5).

A row is taken out by emptying it. Buttons called `access_step` post the form to see it again: with more empty rows, or
with its sums made anew. The cells of a column share one name, so that rows need no numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.forms.base import Form
from webapp.forms.fields import Exact, Field, Ref, Text
from webapp.forms.record import STEP
from webapp.i18n import _, _l, number
from webapp.models import ReferenceList
from webapp.services import references
from webapp.services.invoices.amounts import MAX_LINES, MAX_PRICE, MAX_QUANTITY, Line, Lines

#: Empty rows at the end of a form, and how many « Ajouter une ligne » adds.
SPARE, MORE = 3, 1

#: The cells of a row, in order.
CELLS = ("text", "quantity", "unit_price", "tax_rate")


class Row(Form):
    """The cells of one line."""

    text = Text(_l("Désignation"), max_length=500)
    quantity = Exact(_l("Quantité"), places=3, minimum=None, maximum=MAX_QUANTITY)
    unit_price = Exact(_l("Prix unitaire"), places=4, minimum=None, maximum=MAX_PRICE)
    tax_rate = Ref(_l("Taxe"), ReferenceList.TAX_RATE)


@dataclass
class Shown:
    """A row as the form shows it: its cells by name, and what it comes to if that can be said."""

    cells: Row
    line: Line | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it; a tax alone is nothing."""
        return not any(self.cells[name].text for name in CELLS[:3])

    def read(self) -> Line | None:
        """Return the line it holds; marks each cell that keeps it from being one."""
        for name in CELLS[:3]:
            cell = self.cells[name]
            if not cell.errors and cell.data in ("", None):
                cell.errors = [_("Ce champ est obligatoire.")]
        if any(cell.errors for cell in self.cells.inputs()):
            return None
        return Line(*(self.cells[name].data for name in CELLS))


class LinesField(Field):
    """All lines as one value. Of a row that can't be read, its cells say why."""

    kind = "lines"
    empty: Any = Lines()
    data: Lines
    #: Rows asked for besides those that hold something.
    _spare = SPARE

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the rows: posted, or of the value."""
        self.process_errors: list[str] = []
        self.object_data = self.data = data or Lines()
        self.raw_data = None
        self.rows: list[Shown] = []
        if formdata is None or f"{self.name}_text" not in formdata:
            self.rows = [self._row(self._texts(line)) for line in self.data.rows]
            for shown, line in zip(self.rows, self.data.rows, strict=True):
                shown.line = line
        else:
            self._read(formdata)
        self._number()

    def _read(self, formdata: Any) -> None:
        columns = [formdata.getlist(f"{self.name}_{name}") for name in CELLS]
        posted = [self._row(texts) for texts in zip(*_even(columns), strict=True)]
        self.rows = [shown for shown in posted if not shown.is_blank]
        step = formdata.get(STEP, "")
        # A look at the sums keeps the empty rows where the cursor may be; « Ajouter » adds some.
        blanks = len(posted) - len(self.rows)
        self._spare = max(SPARE, min(blanks, MAX_LINES)) + (MORE if step == f"{self.name}:add" else 0)
        if len(self.rows) > MAX_LINES:
            self.process_errors.append(_("%(count)d lignes au plus.", count=MAX_LINES))
            del self.rows[MAX_LINES:]
        for shown in self.rows:
            shown.cells.validate()
            shown.line = shown.read()
        self.data = Lines(tuple(shown.line for shown in self.rows if shown.line is not None))
        if step:
            # What is not finished yet is no mistake.
            self._forgive()
        else:
            self.process_errors += self._faults()

    def _forgive(self) -> None:
        for shown in self.rows:
            for cell in shown.cells.inputs():
                cell.errors = list(cell.process_errors)

    def _faults(self) -> list[str]:
        """Return what is wrong in words that say where."""
        return [
            _("%(cell)s, ligne %(row)d : %(problem)s", cell=cell.label.text, row=row, problem=cell.errors[0])
            for row, shown in enumerate(self.rows, 1)
            for cell in shown.cells.inputs()
            if cell.errors
        ]

    def _row(self, texts: Sequence[str]) -> Shown:
        posted = MultiDict(zip(CELLS, texts, strict=True))
        # A rate that was retired stays where it is the value.
        kept = next((one.tax_rate for one in self.object_data.rows if str(one.tax_rate) == texts[3]), None)
        return Shown(Row.build({"tax_rate": kept}, self.meta.viewer, posted))

    def _number(self) -> None:
        """Give each cell the name of its column and an id of its own."""
        usual = self.rows[-1].cells["tax_rate"].data if self.rows else next(iter(self._rates()), None)
        blank = ("", "", "", "" if usual is None else str(usual))
        self.rows += [self._row(blank) for _number in range(self._spare)]
        for row, shown in enumerate(self.rows):
            for name in CELLS:
                cell = shown.cells[name]
                cell.name, cell.id = f"{self.name}_{name}", f"{self.id}-{row}-{name}"

    def inputs(self) -> Iterator[Field]:
        return (shown.cells[name] for shown in self.rows for name in CELLS)

    def posted(self, value: Any) -> dict[str, list[str]]:
        rows = [self._texts(line) for line in (value or Lines()).rows]
        usual = str(rows[-1][3]) if rows else "".join(map(str, list(self._rates())[:1]))
        rows += [("", "", "", usual)] * SPARE
        return {f"{self.name}_{name}": [row[cell] for row in rows] for cell, name in enumerate(CELLS)}

    def revive(self, value: Any) -> Lines:
        return value if isinstance(value, Lines) else Lines.revive(value)

    def shown(self, value: Any) -> str:
        """Write the lines one reads in a history: « Conseil, 2 × 450,00 (TVA 20 %) »."""
        rates = dict(references.options(ReferenceList.TAX_RATE))
        return " ; ".join(
            f"{line.text}, {number(line.quantity)} × {number(line.unit_price)}"
            + (f" ({rates[line.tax_rate]})" if line.tax_rate in rates else "")
            for line in self.revive(value).rows
        )

    @property
    def text(self) -> str:
        return self.shown(self.data)

    def _texts(self, line: Line) -> tuple[str, str, str, str]:
        rate = "" if line.tax_rate is None else str(line.tax_rate)
        return line.text, number(line.quantity), number(line.unit_price), rate

    def _rates(self) -> dict[int, str]:
        return dict(references.options(ReferenceList.TAX_RATE))


def _even(columns: list[list[str]]) -> list[list[str]]:
    """Return columns of one length: a row that a program left short is filled with nothing."""
    height = max(map(len, columns))
    return [[*column, *[""] * (height - len(column))] for column in columns]
