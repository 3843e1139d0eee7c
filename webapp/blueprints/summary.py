"""« Fiche de synthèse »: all about a company on a page or two, to read, to print, as a PDF (S9)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import paper
from webapp.access import STAFF, access, get_visible
from webapp.forms.company import PHONE_LABELS, status_labels
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.i18n import _, _n, day, language, money
from webapp.models import Company, Engagement, Project
from webapp.paper import Beside, Block, Facts, Grid, Text
from webapp.services import organisation, summary
from webapp.services.summary import Several, Sheet, state_of
from webapp.text import search_key
from webapp.web import download, page, viewer

bp = Blueprint("summary", __name__, url_prefix="/companies")


@bp.get("/<int:company_id>/summary")
@access(STAFF)
def show(company_id: int) -> Response:
    """The sheet, as a page that prints."""
    sheet = _sheet(company_id)
    return page("summary/show.html", "summary/_show.html", sheet=sheet, lists=_lists(sheet), facts=_facts(sheet))


@bp.get("/<int:company_id>/summary.pdf")
@access(STAFF)
def pdf(company_id: int) -> Response:
    """The sheet as a PDF, in the reader's language."""
    sheet = _sheet(company_id)
    company = sheet.profile.record
    title = _("Fiche de synthèse : %(company)s", company=company.name)
    made = paper.Document(
        title=title,
        author=organisation.load().name,
        language=language(),
        blocks=_blocks(sheet),
        foot=" · ".join((organisation.load().name, title)),
    )
    name = "-".join(["fiche-de-synthese", *search_key(company.name).split()])[:80]
    plain = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter == "-"))
    return download(paper.pdf(made), f"{plain}.pdf", "application/pdf")


def _sheet(company_id: int) -> Sheet:
    """Return the sheet of a company that has one; of any other there is none (C7)."""
    company = get_visible(Company, company_id, viewer())
    if not company.summary_consolidation:
        raise NotFound
    return summary.read(company, viewer())


# --- in words --------------------------------------------------------------------------------------------------------


def scope(sheet: Sheet) -> str:
    """Say over which companies the sheet goes, and how many of them the reader may not see."""
    told = []
    if sheet.subsidiaries:
        told.append(_n("Avec %(num)d filiale.", "Avec %(num)d filiales.", sheet.subsidiaries))
    if sheet.hidden:
        hidden = _n(
            "%(num)d filiale à laquelle vous n’avez pas accès n’est pas comptée.",
            "%(num)d filiales auxquelles vous n’avez pas accès ne sont pas comptées.",
            sheet.hidden,
        )
        told.append(hidden)
    return " ".join(map(str, told))


bp.add_app_template_global(scope, "summary_scope")


def others(several: Several) -> str:
    """Say how many records of a list are not shown."""
    return str(_n("et %(num)d autre", "et %(num)d autres", several.others)) if several.others else ""


def _facts(sheet: Sheet) -> list[tuple[str, str]]:
    """Return the key data, each with its term."""
    profile = sheet.profile
    company = profile.record
    pairs = [
        (_("Statut commercial"), str(status_labels()[company.commercial_status])),
        (_("ID de la société"), company.company_number or ""),
        (_("Type de compte"), profile.label("account_type")),
        (_("Secteur d’activité"), profile.label("industry")),
        (_("Chiffre d’affaires annuel"), profile.label("annual_revenue")),
        (_("Employés"), profile.label("employees")),
        (_("Gestionnaire de compte"), profile.person("account_manager")),
        (_("Commercial"), profile.person("sales_rep")),
        (_("Nº TVA intracommunautaire"), company.vat_number),
        (_("ID d’exonération de taxe"), company.tax_exemption_id if company.tax_exempt else ""),
        (_("Site Web"), company.website),
    ]
    labels: Mapping[Any, Any] = PHONE_LABELS
    pairs += [(str(labels[kind]), phone.shown) for kind, phone in list(profile.phones.items())[:2]]
    pairs += [(str(ADDRESS_TITLES[one.kind]), ", ".join(one.lines)) for one in profile.addresses[:2]]
    return [(term, value) for term, value in pairs if value]


def _lists(sheet: Sheet) -> list[tuple[str, list[str], list[tuple[str, ...]], str]]:
    """Return the lists of the sheet: what each is called, its heads, its rows, and how many more there are."""
    several = bool(sheet.subsidiaries)

    def dated(rows: Any, model: type[Any]) -> list[tuple[str, ...]]:
        return [
            (row.name, *_of(row, several), state_of(row, model), day(row.starts_on), day(row.ends_on)) for row in rows
        ]

    where = [_("Société")] if several else []
    span = [*where, _("État"), _("Début"), _("Fin")]
    return [
        (
            _("Contacts"),
            [_("Nom"), _("Poste occupé"), _("E-mail")],
            [(row.name, row.job_title, row.email1) for row in sheet.contacts.rows],
            others(sheet.contacts),
        ),
        (
            _("Opportunités ouvertes"),
            [_("État"), _("Nombre"), _("Montant")],
            [(one.label, str(one.number), money(one.amount, one.currency)) for one in sheet.pipeline],
            "",
        ),
        (_("Engagements"), [_("Objet"), *span], dated(sheet.engagements.rows, Engagement), others(sheet.engagements)),
        (_("Projets"), [_("Objet"), *span], dated(sheet.projects.rows, Project), others(sheet.projects)),
        (
            _("Soldes"),
            [_("Dû"), _("Dont en retard"), _("Payé cette année")],
            [tuple(money(amount, one.currency) for amount in one[1:]) for one in sheet.balances],
            "",
        ),
        (
            _("Factures à encaisser"),
            [_("Facture"), *where, _("Date d’échéance"), _("Montant")],
            [
                (f"{row.number} {row.name}", *_of(row, several), day(row.due_on), money(row.total, row.currency))
                for row in sheet.owed.rows
            ],
            others(sheet.owed),
        ),
        (
            _("Demandes ouvertes"),
            [_("Demande"), _("Objet"), *where],
            [(row.number, row.name, *_of(row, several)) for row in sheet.requests.rows],
            others(sheet.requests),
        ),
    ]


def _of(row: Any, several: bool) -> tuple[str, ...]:
    """Return the company of a row, where there are several."""
    return (row.company,) if several else ()


def _blocks(sheet: Sheet) -> list[Block]:
    company = sheet.profile.record
    pairs = _facts(sheet)
    half = (len(pairs) + 1) // 2
    blocks: list[Block] = [
        Text([_("Fiche de synthèse")], "muted"),
        Text([company.name], "title"),
        Text([_("Au %(day)s.", day=day(sheet.on, "long")), *([scope(sheet)] if scope(sheet) else [])], "muted"),
        Beside([Facts(pairs[:half])], [Facts(pairs[half:] or [("", "")])]),
    ]
    for title, heads, rows, more in _lists(sheet):
        blocks.append(Text([title], "heading"))
        if rows:
            shares = [2.0, *[1.0] * (len(heads) - 1)]
            widths = [share / sum(shares) for share in shares]
            blocks.append(Grid(heads, rows, widths))
        blocks += [Text([more], "small")] if more else [] if rows else [Text([_("Aucune donnée.")], "small")]
    return blocks
