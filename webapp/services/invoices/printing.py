"""An invoice as a PDF, in the language of whom it is for (S5, P8)."""

from webapp import paper
from webapp.i18n import _, force_locale, money, number
from webapp.paper import Beside, Block, Facts, Grid, Sums, Text
from webapp.services.invoices.document import Document, facts, sums, title


def pdf(document: Document) -> bytes:
    """Return an invoice as a PDF."""
    with force_locale(document.language):
        return paper.pdf(
            paper.Document(
                title=title(document),
                author=document.seller,
                subject=document.subject,
                language=document.language,
                blocks=_blocks(document),
                foot=" · ".join((document.seller, title(document))),
                mark=_("Brouillon") if document.is_draft else "",
            )
        )


def file_name(document: Document, invoice_id: int) -> str:
    """Return what the file is called: plain letters, whatever the invoice says."""
    kind = "avoir" if document.is_credit else "facture"
    return f"{kind}-{document.number}.pdf" if document.number else f"brouillon-{invoice_id}.pdf"


def _blocks(document: Document) -> list[Block]:
    currency = document.currency
    to = [_("À l’attention de : %(name)s", name=document.attention)] if document.attention else []
    heads = (_("Désignation"), _("Quantité"), _("Prix unitaire"), _("Taxe"), _("Montant hors taxe"))
    rows = [
        (
            row.text,
            number(row.quantity),
            money(row.unit_price, currency, exact=True),
            "—" if row.percent is None else f"{number(row.percent)}\N{NO-BREAK SPACE}%",
            money(row.net, currency),
        )
        for row in document.rows
    ]
    blocks: list[Block] = [
        Beside(
            [Text([document.seller], "name"), Text(document.letterhead, "small")],
            [Text([title(document)], "title"), Facts(facts(document))],
        ),
        Beside(
            [Text([document.subject], "heading")], [Text([document.buyer], "strong"), Text([*to, *document.address])]
        ),
        Grid(heads, rows, (0.44, 0.12, 0.17, 0.09, 0.18), frozenset({1, 2, 3, 4})),
        Sums(sums(document.figures, document.currency, exempt=document.exempt, is_credit=document.is_credit)),
    ]
    if document.payment_terms and not document.is_credit:
        blocks.append(Text(document.payment_terms, "small", keeps=True))
    return blocks
