"""Companies: create, change, delete; the rules that hold on every way in (C1 to C7, D14, D18).

The values of a company travel as one flat dict by the names of the requirements: `name`, `account_type` (an id),
`main_street`, `phone_fax`... A value left out is left as it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import delete, exists, func, insert, literal, select

from webapp.access import Viewer, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import (
    NO_BRANCH,
    CommercialStatus,
    Company,
    CompanyAddress,
    CompanyGrant,
    CompanyListing,
    CompanyPhone,
    CompanyPhoneKind,
    Contact,
    Noun,
    Tree,
)
from webapp.services import ids, organisation, sharing
from webapp.services.history import recording
from webapp.services.linked import keeping
from webapp.services.linked.words import listed
from webapp.services.mail import outbox
from webapp.services.portal import ending
from webapp.services.refusal import Refused
from webapp.services.search import texts
from webapp.services.values import MAX_SEARCH_KEY, AddressedShape, Change, country_code, differences, number_key
from webapp.text import search_key, sort_key

SHAPE = AddressedShape(
    model=Company,
    address_model=CompanyAddress,
    phone_model=CompanyPhone,
    phone_kinds=CompanyPhoneKind,
    number="company_number",
)

#: What every company must have.
REQUIRED = ("name", "account_type", "commercial_status")

#: What a company must have, besides its name, account type and status, by its commercial status (C7).
REQUIRED_BY_STATUS = {
    CommercialStatus.PROSPECT: "telemarketer",
    CommercialStatus.LEAD: "sales_rep",
}

#: What the column of the key holds; a few letters become several when case no longer counts.
MAX_NUMBER_KEY = 60

#: A change of one of these moves or renames the company in the trees.
PLACING = {"name", "account_type", "commercial_status", "business_region", "sales_rep", "telemarketer"}


# --- rules -------------------------------------------------------------------------------------------------------


def problems(values: Mapping[str, Any], company: Company | None = None) -> dict[str, str]:
    """Return what in `values` breaks a rule, by name; `company` is the one they would change."""
    found = sharing.problems(values, company) | own_problems(values)
    if company is not None and _closes_a_circle(values.get("parent"), company):
        found["parent"] = _("Cette société est elle-même une filiale de celle que vous modifiez.")
    if (number := values.get("company_number")) and (owner := SHAPE.owner_of_number(number, company)):
        found["company_number"] = _("Ce numéro est déjà celui de « %(name)s ».", name=owner)
    return found


def own_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what breaks a rule that needs no look at other companies, such as what a status asks for (D14)."""
    found = {name: _("Ce champ est obligatoire.") for name in REQUIRED if not values.get(name)}
    needed = REQUIRED_BY_STATUS.get(values.get("commercial_status"))  # type: ignore[arg-type]
    if needed == "telemarketer" and not values.get(needed):
        found[needed] = _("Le télémarketeur est obligatoire pour un prospect.")
    if needed == "sales_rep" and not values.get(needed):
        found[needed] = _("Le commercial est obligatoire pour un lead.")
    if len(number_key(values.get("company_number") or "")) > MAX_NUMBER_KEY:
        found["company_number"] = _("Cet ID est trop long : certaines de ses lettres comptent pour plusieurs.")
    return found


def _closes_a_circle(parent_id: int | None, company: Company) -> bool:
    """Whether the company would be below itself; the parent it has already is not asked about again."""
    return parent_id is not None and parent_id != company.parent_id and _is_descendant(parent_id, company.id)


def _is_descendant(candidate_id: int, company_id: int) -> bool:
    """Whether `candidate_id` is the company itself or below it."""
    line = select(literal(candidate_id, Company.id.type).label("id")).cte("line", recursive=True)
    line = line.union(
        select(Company.parent_id).join(line, Company.id == line.c.id).where(Company.parent_id.is_not(None))
    )
    is_in_line = unscoped(select(exists().where(line.c.id == company_id)), "a chain of parents has no viewer")
    return bool(db.session.scalar(is_in_line))


# --- writing -----------------------------------------------------------------------------------------------------


def read(company: Company) -> dict[str, Any]:
    """Return all values of a company by name, access among them."""
    return {**SHAPE.read(company), **sharing.of_company(company.id)}


def create(values: Mapping[str, Any], by: Viewer) -> Company:
    """Add a company and return it; raises Refused when a rule is broken (C1)."""
    if errors := problems(values):
        raise Refused(errors)
    company = Company(id=ids.reserve(Company)[0], created_by_id=by.resource_id)
    _assign(company, {**SHAPE.empty, **values}, by)
    if not company.company_number:
        _give_number(company)
    db.session.add(company)
    db.session.flush()
    texts.COMPANIES.keep(company, SHAPE.read(company))
    write_grants(company, sharing.company_principals(values))
    write_listings(company)
    recording.created(company, by)
    return company


def update(
    company: Company, values: Mapping[str, Any], by: Viewer, before: Mapping[str, Any] | None = None
) -> list[Change]:
    """Change some values of a company; return what changed; raises Refused when a rule is broken (C2).

    `before` is what `read` gave, for who has it already.
    """
    if values.get("parent") not in (None, company.parent_id):
        take_turn_of_parents()
    before = dict(before or read(company))
    after = before | dict(values)
    if errors := problems(after, company):
        raise Refused(errors)
    after = sharing.normal(after)
    changes = differences(before, after)
    if changes:
        _assign(company, after, by)
        db.session.flush()
        changed = {change.name for change in changes}
        texts.COMPANIES.keep(company, after, changed)
        if "name" in changed:
            _rename_grants(company)
        if changed & sharing.OPEN_COMPANY.keys():
            write_grants(company, sharing.company_principals(after))
        if changed & (PLACING | sharing.OPEN_COMPANY.keys()):
            write_listings(company)
        recording.modified(company, SHAPE, changes, by)
    return changes


def take_turn_of_parents() -> None:
    """Let one change of parents happen at a time: two at once could close a circle that neither sees."""
    organisation.take_turn("parent_changes")


def count_contacts(company: Company) -> int:
    """Return how many contacts go to the trash with a company, those one may not see included (D16)."""
    people = select(func.count()).where(Contact.company_id == company.id, Contact.deleted_at.is_(None))
    return db.session.scalar(unscoped(people, "who deletes a company must know how many go with it")) or 0


def remove(company: Company, by: Viewer) -> None:
    """Put a company in the trash with its contacts: nobody sees them, nothing of them is lost (C2, D16).

    What hangs on it goes along; what was in the trash already stays there by itself, with its own moment. Raises
    Refused while it has engagements, projects or invoices.
    """
    if held := keeping.holding(company):
        raise Refused({"company": why_held(held)})
    ending.into_trash(Contact.company_id == company.id)
    company.deleted_at = now()
    company.deleted_by_id = by.resource_id
    with_it = db.update(Contact).where(Contact.company_id == company.id, Contact.deleted_at.is_(None))
    with_it = with_it.values(deleted_at=company.deleted_at, deleted_by_id=by.resource_id)
    contacts = db.session.execute(with_it).rowcount  # type: ignore[attr-defined]
    db.session.execute(delete(CompanyListing).where(CompanyListing.company_id == company.id))
    outbox.withdraw_of_contacts(select(Contact.id).where(Contact.company_id == company.id))
    keeping.into_trash(company)
    recording.deleted(company, by, contacts)


def why_held(held: Mapping[Noun, int]) -> str:
    """Say what keeps a company from being deleted: engagements, projects, invoices (D16)."""
    return _("Cette société ne peut pas être supprimée tant qu’elle a : %(records)s.", records=listed(held))


def _assign(company: Company, values: Mapping[str, Any], by: Viewer) -> None:
    """Write all values into the record, with what is derived from them."""
    SHAPE.write(company, company_columns(values), values, country_code(values["main_country"]), by)


def company_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `company` for these values, with the keys derived from them."""
    columns = SHAPE.own_columns(values)
    if "name" in columns:
        columns |= name_keys(columns["name"])
    return columns


def name_keys(name: str) -> dict[str, Any]:
    """Return the columns by which a company is sorted and searched."""
    return {"sort_key": sort_key(name), "search_key": search_key(name)[:MAX_SEARCH_KEY]}


def _give_number(company: Company) -> None:
    """Give the next free number, when the organisation numbers automatically (D18)."""
    settings = organisation.load()
    while settings.auto_numbering and not company.company_number:
        number = organisation.number_text(settings.number_prefix, organisation.next_number("company"))
        if SHAPE.owner_of_number(number) is None:
            company.company_number, company.number_key = number, number_key(number)


# --- access and trees: what is derived from a company and its grants -------------------------------------------------


def places(columns: Mapping[str, Any]) -> list[tuple[Tree, int]]:
    """Return the branches in which a company with these columns stands (T1 to T4, D8)."""
    match columns["commercial_status"]:
        case CommercialStatus.CLIENT:
            return [
                (Tree.ACCOUNT_TYPE, columns["account_type_id"]),
                (Tree.BUSINESS_REGION, columns["business_region_id"] or NO_BRANCH),
            ]
        case CommercialStatus.LEAD:
            return [(Tree.LEADS, columns["sales_rep_id"] or NO_BRANCH)]
        case _:
            return [(Tree.PROSPECTS, columns["telemarketer_id"] or NO_BRANCH)]


def tree_of(company: Company) -> str:
    """Return the name of the page on which the company is found: companies, leads or prospects (T3)."""
    return {CommercialStatus.LEAD: "leads", CommercialStatus.PROSPECT: "prospects"}.get(
        company.commercial_status, "companies"
    )


def grant_rows(company_id: int, key: bytes, principal_ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield what grants a company to these principals."""
    for principal_id in dict.fromkeys(principal_ids):
        yield {"company_id": company_id, "principal_id": principal_id, "sort_key": key}


def listing_rows(company_id: int, columns: Mapping[str, Any], principal_ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Yield the places of a company in the trees, one for each principal it is granted to."""
    for tree, branch_id in places(columns):
        for row in grant_rows(company_id, columns["sort_key"], principal_ids):
            yield {**row, "tree": tree, "branch_id": branch_id}


def write_grants(company: Company, principal_ids: Iterable[int]) -> None:
    """Grant a company to these principals and to no others."""
    db.session.execute(delete(CompanyGrant).where(CompanyGrant.company_id == company.id))
    db.session.execute(insert(CompanyGrant), list(grant_rows(company.id, company.sort_key, principal_ids)))


def write_listings(company: Company) -> None:
    """Write the company's places in the trees again, one for each principal it is granted to."""
    db.session.execute(delete(CompanyListing).where(CompanyListing.company_id == company.id))
    granted_to = select(CompanyGrant.principal_id).where(CompanyGrant.company_id == company.id)
    principal_ids = db.session.scalars(unscoped(granted_to, "the grants of a company being saved")).all()
    columns = {name: getattr(company, name) for name in _PLACING_COLUMNS}
    db.session.execute(insert(CompanyListing), list(listing_rows(company.id, columns, principal_ids)))


_PLACING_COLUMNS = (
    "sort_key",
    "commercial_status",
    "account_type_id",
    "business_region_id",
    "sales_rep_id",
    "telemarketer_id",
)


def _rename_grants(company: Company) -> None:
    renamed = db.update(CompanyGrant).where(CompanyGrant.company_id == company.id)
    db.session.execute(renamed.values(sort_key=company.sort_key))
