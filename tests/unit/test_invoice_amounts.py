"""The arithmetic of invoices: sums are sums, and what is taken back is what was asked for (S5)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from webapp.services.invoices.amounts import CENT, MAX_LINES, MAX_PRICE, MAX_QUANTITY, Line, Lines, Rate, figures

RATES = {1: Rate("TVA 20 %", Decimal(20)), 2: Rate("TVA 5,5 %", Decimal("5.5")), 3: Rate("Sans TVA", Decimal(0))}


def decimals(limit: Decimal, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(-limit, limit, places=places, allow_nan=False, allow_infinity=False)


line = st.builds(
    Line, st.just("Conseil"), decimals(MAX_QUANTITY, 3), decimals(MAX_PRICE, 4), st.sampled_from(sorted(RATES))
)
lines = st.lists(line, max_size=12).map(tuple).map(Lines)


def half_up(exact: Fraction) -> Decimal:
    """Round a fraction half up to cents, away from zero, by whole numbers alone."""
    cents = abs(exact) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return Decimal(whole if exact >= 0 else -whole).scaleb(-2)


@given(lines)
def test_each_net_is_rounded_and_all_add_up(invoiced: Lines) -> None:
    come_to = figures(invoiced, RATES, exempt=False)
    nets = [half_up(Fraction(row.quantity) * Fraction(row.unit_price)) for row in invoiced.rows]
    assert [row.net for row in invoiced.rows] == nets
    assert come_to.net == sum(nets)
    for tax in come_to.taxes:
        [rate_id] = [one for one, rate in RATES.items() if rate.label == tax.label]
        base = sum(net for net, row in zip(nets, invoiced.rows, strict=True) if row.tax_rate == rate_id)
        assert (tax.base, tax.amount) == (base, half_up(Fraction(base) * Fraction(tax.percent) / 100))
    assert come_to.tax == sum(tax.amount for tax in come_to.taxes)
    assert come_to.total == come_to.net + come_to.tax
    assert sum(tax.base for tax in come_to.taxes) == come_to.net, "each line is under one rate"


@given(lines)
def test_an_exempt_company_owes_the_nets_alone(invoiced: Lines) -> None:
    come_to = figures(invoiced, RATES, exempt=True)
    assert (come_to.taxes, come_to.tax, come_to.total) == ((), 0, come_to.net)


@given(lines)
def test_a_credit_note_takes_back_to_the_cent_what_was_invoiced(invoiced: Lines) -> None:
    asked, back = figures(invoiced, RATES, exempt=False), figures(invoiced.negated(), RATES, exempt=False)
    assert (asked.net + back.net, asked.tax + back.tax, asked.total + back.total) == (0, 0, 0)


@given(lines)
def test_what_the_history_keeps_is_what_it_was(invoiced: Lines) -> None:
    assert Lines.revive(invoiced.plain()) == invoiced


def test_the_longest_invoice_fits_in_the_database() -> None:
    most = Line("Tout", MAX_QUANTITY, MAX_PRICE, 1)
    come_to = figures(Lines((most,) * MAX_LINES), {1: Rate("Tout", Decimal(100))}, exempt=False)
    assert come_to.total.scaleb(2) < 2**63
    assert come_to.total == come_to.total.quantize(CENT, ROUND_HALF_UP)
