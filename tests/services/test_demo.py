"""The demonstration: every list in use, every rule kept, the same world each time, and never over somebody's work."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click.testing
import pytest
from sqlalchemy import func, select

from tests import factories
from tests.client import Browser
from tests.conftest import Starts
from webapp.access import SYSTEM, unscoped
from webapp.addresses import address_warnings
from webapp.clock import now
from webapp.emails import normal_email
from webapp.extensions import db
from webapp.models import (
    ADMINS_ID,
    EVERYBODY_ID,
    Activity,
    ActivityKind,
    AddressKind,
    BillingEntity,
    CommercialStatus,
    Company,
    CompanyGrant,
    CompanyListing,
    CompanyPhoneKind,
    Contact,
    ContactPhoneKind,
    Document,
    DocumentVersion,
    Engagement,
    EngagementState,
    FolderContact,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Mail,
    MailState,
    MyContact,
    Opportunity,
    Outcome,
    PortalAccess,
    Project,
    ProjectState,
    ReferenceItem,
    ReferenceList,
    Resource,
    Role,
    TeamFolder,
    Tree,
)
from webapp.services import companies, contacts, demo, organisation, sight
from webapp.services.engagements import ENGAGEMENTS
from webapp.services.opportunities import OPPORTUNITIES
from webapp.services.portal import access as portal_access
from webapp.services.portal.access import PortalState
from webapp.services.refusal import Refused
from webapp.vat import check_vat

#: Nobody has customers in every country of the world.
OF_THE_WORLD = {ReferenceList.COUNTRY, ReferenceList.PROVINCE}


@pytest.fixture
def filled(db_session: Any, starts: Starts, run: Callable[..., click.testing.Result]) -> list[Company]:
    """The world, as the command fills it, made once for all the tests."""
    starts.give("demo", lambda: run("demo", "fill").output)
    return everything()


def everything() -> list[Company]:
    return list(db.session.scalars(unscoped(select(Company).order_by(Company.id), "a test")))


def people() -> list[Contact]:
    return list(db.session.scalars(unscoped(select(Contact).order_by(Contact.id), "a test")))


def items() -> dict[int, ReferenceItem]:
    return {item.id: item for item in db.session.scalars(select(ReferenceItem))}


# --- what is in it -----------------------------------------------------------------------------------------------


def test_it_is_a_firm_with_some_forty_people_and_three_hundred_companies(filled: list[Company]) -> None:
    staff = list(db.session.scalars(select(Resource)))
    assert len(filled) == 300
    assert 38 <= len(staff) <= 45
    assert sum(person.role is Role.ADMIN for person in staff) == 2
    assert [person.is_active for person in staff].count(False) == 1
    assert all(normal_email(person.email) and person.billing_entities for person in staff)
    assert db.session.scalar(select(func.count()).select_from(BillingEntity)) == 4
    assert organisation.load().name == "Hautmarais Conseil"


def test_every_value_of_every_list_is_in_use(filled: list[Company]) -> None:
    used = set()
    for company in filled:
        values = companies.SHAPE.read(company)
        used |= {value for value in values.values() if isinstance(value, int)}
    for contact in people():
        used |= {value for value in contacts.SHAPE.read(contact).values() if isinstance(value, int)}
    for opportunity in db.session.scalars(unscoped(select(Opportunity), "a test")):
        used |= {opportunity.state_id, opportunity.close_reason_id}
    rates = select(InvoiceLine.tax_rate_id)
    used |= set(db.session.scalars(unscoped(rates, "a test")))
    missing = {
        (item.list, item.code) for item in items().values() if item.id not in used and item.list not in OF_THE_WORLD
    }
    assert not missing
    assert {kind for company in filled for kind in company.phones} == set(CompanyPhoneKind)
    assert {kind for company in filled for kind in company.addresses} == set(AddressKind)
    assert {kind for contact in people() for kind in contact.phones} == set(ContactPhoneKind)
    assert {kind for contact in people() for kind in contact.addresses} == set(AddressKind)


def test_it_keeps_the_rules_that_bind_users(filled: list[Company]) -> None:
    """C3, C4, C7, D14, D15, D18: nothing a user would be refused or warned of, save what is meant."""
    lists = items()
    for company in filled:
        assert not companies.problems(companies.SHAPE.read(company), company), company.name
        for address in company.addresses.values():
            country, province = lists[address.country_id], lists.get(address.subdivision_id)
            parts = ("street", "city", "postal_code")
            values: dict[str, object] = {part: getattr(address, part) for part in parts}
            values["subdivision"] = province.code if province else None
            assert not address_warnings(country.code, values), (company.name, values)
            assert province is None or province.parent_id == country.id
            if address.work_site_id:
                assert lists[address.work_site_id].parent_id == address.work_region_id
        if company.vat_number:
            assert check_vat(company.vat_number, None).valid, company.name
    numbers = [company.company_number for company in filled]
    assert numbers == sorted(set(numbers), key=str)


def test_no_number_can_ring_anywhere_and_no_site_is_anybodys(filled: list[Company]) -> None:
    french = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4,5}")
    unread = []
    for company in filled:
        for phone in company.phones.values():
            if phone.e164 is None:
                unread.append(phone.typed)
            elif phone.e164.startswith("+33"):
                assert french.fullmatch(phone.e164), phone.typed
        assert not company.website or company.website.endswith(".example")
    assert len(unread) == 2, "a few are typed by hand as nobody can read them"


def test_names_come_twice_only_where_it_is_meant(filled: list[Company]) -> None:
    names = Counter(company.name for company in filled)
    assert {name for name, count in names.items() if count > 1} == {
        "Menuiserie Martin", "Clinique Saint-Joseph", "Garage du Centre"
    }  # fmt: skip
    assert max(map(len, names)) > 120
    assert any("\u0600" <= letter <= "\u06ff" for company in filled for letter in company.alias)
    assert any("\u4e00" <= letter <= "\u9fff" for company in filled for letter in company.alias)


def test_groups_go_down_three_levels(filled: list[Company]) -> None:
    by_id = {company.id: company for company in filled}

    def depth(company: Company) -> int:
        return 1 + depth(by_id[company.parent_id]) if company.parent_id else 1

    assert Counter(map(depth, filled))[2] >= 20
    assert max(map(depth, filled)) == 3


# --- its people ------------------------------------------------------------------------------------------------------


def test_each_company_has_some_people_one_can_write_to(filled: list[Company]) -> None:
    """K1 to K6, D12, D13: nothing a user would be refused, and nobody's address is anybody's."""
    by_company = Counter(contact.company_id for contact in people())
    assert set(by_company) == {company.id for company in filled}
    assert set(by_company.values()) == set(range(1, 7))
    assert 600 <= by_company.total() <= 1_000
    for contact in people():
        assert not contacts.problems(contacts.SHAPE.read(contact), contact), contact.name
        for email in filter(None, (contact.email1, contact.email2, contact.email3)):
            assert normal_email(email) == email
            assert email.endswith(".example")
    hosts = {company.id: company.website.removeprefix("https://www.") for company in filled if company.website}
    written = [each for each in people() if each.email1 and each.company_id in hosts]
    assert all(each.email1.endswith(f"@{hosts[each.company_id]}") for each in written)
    names = {contact.name for contact in people()}
    assert len(names) > 500
    assert any(not name.isascii() for name in names)
    assert any("\u4e00" <= letter <= "\u9fff" for name in names for letter in name)


def test_no_number_of_theirs_can_ring(filled: list[Company]) -> None:
    french = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4,5}")
    for contact in people():
        for phone in contact.phones.values():
            assert phone.e164, phone.typed
            assert not phone.e164.startswith("+33") or french.fullmatch(phone.e164), phone.typed


def test_who_signs_in_has_contacts_and_birthdays_this_week(filled: list[Company]) -> None:
    """T6, K6: both people of the links have a list, in which somebody has their birthday soon."""
    by_id = {contact.id: contact for contact in people()}
    marks = db.session.execute(unscoped(select(MyContact.resource_id, MyContact.contact_id), "a test")).all()
    for resource, _token in demo.sign_in_tokens():
        mine = [by_id[contact_id] for resource_id, contact_id in marks if resource_id == resource.id]
        assert len(mine) >= 10
        days = [contact.birthday for contact in mine if contact.birthday]
        soon = [day for day in days if day.next_from(now().date()) - now().date() < timedelta(days=7)]
        assert len(soon) >= 3
        assert any(day.year is None for day in soon)
    assert len({resource_id for resource_id, _contact_id in marks}) >= 20


# --- where it stands ---------------------------------------------------------------------------------------------


def test_every_tree_has_branches_and_some_companies_are_for_few(filled: list[Company]) -> None:
    """T1 to T4, A1."""
    rows = select(CompanyListing.tree, func.count(CompanyListing.branch_id.distinct())).group_by(CompanyListing.tree)
    branches = dict(db.session.execute(unscoped(rows, "a test")).all())
    assert branches[Tree.ACCOUNT_TYPE] == 6
    assert branches[Tree.BUSINESS_REGION] == 19, "every region, and none"
    assert branches[Tree.LEADS] >= 8
    assert branches[Tree.PROSPECTS] >= 6

    grants = select(CompanyGrant.principal_id, func.count()).group_by(CompanyGrant.principal_id)
    counts = dict(db.session.execute(unscoped(grants, "a test")).all())
    assert counts[EVERYBODY_ID] + counts[ADMINS_ID] == 300
    assert counts[ADMINS_ID] >= 10
    entities = db.session.scalars(select(BillingEntity.principal_id)).all()
    assert all(counts.get(principal_id) for principal_id in entities)


def test_it_looks_lived_in(filled: list[Company]) -> None:
    """Entered over eighteen months in the order of the numbers, some of it changed this week, nothing tomorrow."""
    moments = [company.created_at for company in filled]
    assert [each.date() for each in moments] == sorted(each.date() for each in moments)
    assert now() - moments[0] > timedelta(days=500)
    assert all(each.created_at <= each.updated_at <= now() for each in (*filled, *people()))
    assert sum(now() - company.updated_at < timedelta(days=7) for company in filled) >= 10
    assert all(company.created_by_id and company.updated_by_id and company.version in (1, 2) for company in filled)
    shares = Counter(company.commercial_status for company in filled)
    assert shares[CommercialStatus.CLIENT] > shares[CommercialStatus.PROSPECT] > shares[CommercialStatus.LEAD] > 30
    assert sum(company.tax_exempt and bool(company.tax_exemption_id) for company in filled) >= 4


# --- filling -----------------------------------------------------------------------------------------------------


def test_the_same_world_comes_out_each_time_and_an_organisation_keeps_its_name(
    filled: list[Company], starts: Starts
) -> None:
    def told() -> list[tuple[Any, ...]]:
        return [
            (each.name, each.company_number, each.vat_number, each.comments, sorted(each.phones))
            for each in everything()
        ] + [(each.name, each.email1, each.job_title, each.birthday, sorted(each.phones)) for each in people()]

    first = told()
    starts.empty()
    organisation.save({"name": "Pélican Services"})
    demo.fill(SYSTEM)
    assert told() == first
    assert organisation.load().name == "Pélican Services"


def test_it_never_adds_to_companies_that_are_there(db_session: Any) -> None:
    factories.company("Durand & Fils")
    with pytest.raises(Refused, match="contient déjà des sociétés"):
        demo.fill(SYSTEM)
    assert len(everything()) == 1
    assert organisation.load().name == "Comptoir"


def test_the_command_fills_once(filled: list[Company], run: Callable[..., click.testing.Result]) -> None:
    assert "contient déjà des sociétés" in run("demo", "fill", status=1).output
    assert run("demo", "fill", "--if-empty").output == ""
    assert len(everything()) == 300


def test_links_sign_an_administrator_a_resource_and_a_contact_in(
    client: Browser, filled: list[Company], run: Callable[..., click.testing.Result]
) -> None:
    lines = run("demo", "links").output.splitlines()
    assert [line.split(" (")[0] for line in lines] == ["Administratrice", "Ressource", "Contact, dans le portail"]
    for line in lines:
        name, address = re.fullmatch(r".* \((.*)\) : http://127\.0\.0\.1:8000(/\S*links/\S+)", line).groups()  # type: ignore[union-attr]
        browser = Browser(client.app, client._people)
        page = browser.get(address)
        assert name in page.text
        home = page.submit(form=address).follow()
        browser.get(address, status=410)
    assert home.heading == f"Bonjour {name}"
    assert "Équipe" in home


def test_links_need_the_world_they_lead_into(db_session: Any, run: Callable[..., click.testing.Result]) -> None:
    assert "ne contient pas le monde de démonstration" in run("demo", "links", status=1).output


def test_contacts_have_access_to_the_portal_in_each_state(filled: list[Company]) -> None:
    """P3, D1: given by somebody who sees them, each with a login of their own."""
    accesses = list(db.session.scalars(select(PortalAccess)))
    assert {portal_access.state_of(access) for access in accesses} == {*PortalState, None}
    states = [portal_access.state_of(access) for access in accesses]
    assert 2 <= states.count(PortalState.PENDING) <= 5
    assert states.count(PortalState.ACTIVE) > len(states) / 2
    for access in accesses:
        contact = next(one for one in people() if one.id == access.contact_id)
        [seen] = sight.who_sees(contact, [access.sponsor_id])
        assert seen.sees
        assert not access.enabled or access.login_key == contact.email1.casefold()
    assert not organisation.load().portal_approval


def test_opportunities_stand_in_every_state_and_led_to_engagements(filled: list[Company]) -> None:
    """S2, S3: some are late, some in other currencies; nothing a user would be refused."""
    hopes = list(db.session.scalars(unscoped(select(Opportunity), "a test")))
    still_open = [hope for hope in hopes if hope.outcome is None]
    assert 60 <= len(hopes) <= 90
    assert {hope.outcome for hope in hopes} == {*Outcome, None}
    assert len({hope.state_id for hope in still_open}) == 5
    assert len({hope.currency for hope in hopes}) >= 2
    late = [hope for hope in still_open if hope.revised_close_on and hope.revised_close_on < now().date()]
    assert 1 <= len(late) < len(still_open) / 3
    assert any(hope.initial_close_on != hope.revised_close_on for hope in hopes)
    for hope in hopes:
        assert not OPPORTUNITIES.problems(OPPORTUNITIES.read(hope), hope), hope.name
        assert hope.created_at <= hope.updated_at <= now()

    undertaken = list(db.session.scalars(unscoped(select(Engagement), "a test")))
    assert 25 <= len(undertaken) <= 45
    assert {one.state for one in undertaken} == set(EngagementState)
    assert sum(one.opportunity_id is not None for one in undertaken) >= 5
    assert any(one.billing_site_id for one in undertaken)
    by_id = {company.id: company for company in filled}
    for one in undertaken:
        assert by_id[one.company_id].allow_engagements
        assert not ENGAGEMENTS.problems(ENGAGEMENTS.read(one), one), one.name


def test_people_have_something_to_do(filled: list[Company]) -> None:
    """S1: late, today or later, some day or at an hour; each administrator too; and some of it is done."""
    rows = db.session.scalars(unscoped(select(Activity), "a test")).all()
    todo = [one for one in rows if one.completed_at is None]
    assert len(todo) > 60
    assert len(todo) < len(rows)
    assert {one.kind for one in rows} == set(ActivityKind)
    assert any(one.due_on and one.due_on < now().date() for one in todo)
    assert any(one.due_time for one in todo)
    assert any(one.due_on is None for one in todo)
    admins = set(db.session.scalars(select(Resource.id).where(Resource.role == Role.ADMIN, Resource.is_active)))
    assert admins <= {one.owner_id for one in todo}


def test_folders_are_shared_with_customers(filled: list[Company]) -> None:
    """S8, P7: with members who may open them, documents of both sides, in versions; the guest has some too."""
    count = {model: db.session.scalar(unscoped(select(func.count()).select_from(model), "a test")) for model in FOLDERS}
    assert count[TeamFolder] > 10
    assert count[FolderContact] > 0
    assert count[DocumentVersion] > count[Document] > count[TeamFolder]
    by_contact = select(DocumentVersion.id).where(DocumentVersion.contact_id.is_not(None))
    assert db.session.scalars(unscoped(by_contact, "a test")).all()
    name, _token = demo.portal_sign_in_token() or ("", "")
    guest = select(FolderContact.folder_id).join(Contact, Contact.id == FolderContact.contact_id)
    assert db.session.scalars(unscoped(guest.where(Contact.name == name), "a test")).all()


FOLDERS = (TeamFolder, FolderContact, Document, DocumentVersion)


def test_the_firm_works_for_its_clients_and_invoices_them(filled: list[Company]) -> None:
    """S4, S5: projects and invoices in every state; numbers follow each other as the days do, in each entity."""
    work = list(db.session.scalars(unscoped(select(Project), "a test")))
    assert {project.state for project in work} == set(ProjectState)
    assert {project.in_portal for project in work} == {True, False}
    issued = list(db.session.scalars(unscoped(select(Invoice).order_by(Invoice.id), "a test")))
    assert {invoice.state for invoice in issued} == set(InvoiceState)
    assert any(invoice.credited_id for invoice in issued)
    for entity in db.session.scalars(select(BillingEntity)):
        numbered = sorted(
            (invoice.number, invoice.issued_on)
            for invoice in issued
            if invoice.number and invoice.billing_entity_id == entity.id
        )
        assert [day for _number, day in numbered] == sorted(day for _number, day in numbered)
    assert all(invoice.net + invoice.tax == invoice.total for invoice in issued)
    waiting = db.session.scalars(unscoped(select(Mail).where(Mail.state == MailState.WAITING), "a test"))
    assert all(now() - mail.created_at < timedelta(days=1) for mail in waiting)
