"""The arithmetic of invoices: exact, to the cent, the same for the form, the page and the paper (S5).

A line's net is its quantity times its unit price, rounded half up to cents. The tax of a rate is computed once, on the
sum of the nets of that rate, and rounded half up. A company that is exempt pays none, whatever its lines say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")

#: Bounds under which the sums of the longest invoice still fit in the database.
MAX_QUANTITY, MAX_PRICE, MAX_LINES = Decimal(10) ** 6, Decimal(10) ** 8, 200


class Line(NamedTuple):
    """What is invoiced: so many of something, at a price without tax, under a rate of the list of taxes."""

    text: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: int | None

    @property
    def net(self) -> Decimal:
        return rounded(self.quantity * self.unit_price)


@dataclass(frozen=True)
class Lines:
    """All lines of an invoice, in order: one value, as its dialog and its history have it."""

    rows: tuple[Line, ...] = ()

    def plain(self) -> list[list[Any]]:
        """Return them as JSON holds them."""
        return [[row.text, _plain(row.quantity), _plain(row.unit_price), row.tax_rate] for row in self.rows]

    @classmethod
    def revive(cls, kept: Iterable[Sequence[Any]] | None) -> "Lines":
        """Return the lines that were kept as `plain` gives them."""
        return cls(tuple(Line(text, Decimal(qty), Decimal(price), rate) for text, qty, price, rate in kept or ()))

    @property
    def rate_ids(self) -> set[int]:
        return {row.tax_rate for row in self.rows if row.tax_rate is not None}

    def negated(self) -> "Lines":
        """Return the lines that take these back."""
        return Lines(tuple(row._replace(quantity=-row.quantity) for row in self.rows))


class Rate(NamedTuple):
    """A rate of tax, in percent."""

    label: str
    percent: Decimal


class Terms(NamedTuple):
    """By which taxes lines are reckoned: the rates by id, in the order in which they are told; or none at all."""

    rates: Mapping[int, Rate]
    exempt: bool


class Tax(NamedTuple):
    """What the lines of one rate come to, and the tax on that."""

    label: str
    percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Figures:
    """What an invoice comes to."""

    net: Decimal
    taxes: tuple[Tax, ...]
    tax: Decimal
    total: Decimal


def figures(lines: Lines, rates: Mapping[int, Rate], exempt: bool) -> Figures:
    """Return what some lines come to under some `Terms`."""
    net = sum((row.net for row in lines.rows), NOTHING)
    taxes = () if exempt else tuple(_taxes(lines, rates))
    tax = sum((one.amount for one in taxes), NOTHING)
    return Figures(net, taxes, tax, net + tax)


def _taxes(lines: Lines, rates: Mapping[int, Rate]) -> Iterable[Tax]:
    for rate_id, rate in rates.items():
        nets = [row.net for row in lines.rows if row.tax_rate == rate_id]
        if nets:
            base = sum(nets, NOTHING)
            yield Tax(rate.label, rate.percent, base, rounded(base * rate.percent / 100))


def rounded(amount: Decimal) -> Decimal:
    """Round half up to cents, away from zero: what is taken back is rounded as what was asked for."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _plain(number: Decimal) -> str:
    """Write a number in one way, however it was typed: `2`, `2.0` and `2.00` are the same value."""
    return f"{number.normalize():f}"
