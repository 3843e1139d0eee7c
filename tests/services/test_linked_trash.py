"""What hangs on companies, in the trash: it comes back with what it hangs on, or is gone for good (R3, D16)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Table, func, select

from tests import factories
from tests.world import World
from webapp.access import LINKED, SYSTEM, Viewer, get_visible, unscoped, visible
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    Activity,
    Company,
    Contact,
    Document,
    DocumentVersion,
    FolderContact,
    HistoryEvent,
    InvoiceLine,
    Linked,
    LinkedSearch,
    Noun,
    Opportunity,
    Performer,
    Project,
    RequestAttachment,
    RequestMessage,
    RequestTask,
    StoredFile,
)
from webapp.services import companies, contacts, trash
from webapp.services.linked.registry import KEEPERS
from webapp.services.refusal import Refused

pytestmark = pytest.mark.usefixtures("db_session")

HOLDING = [model.noun for model in LINKED if model.holds_company]


@pytest.fixture
def firm() -> Company:
    return factories.company("Marinière", allow_engagements=True)


@pytest.fixture
def anne(world: World) -> Viewer:
    return world.viewer("anne")


def rows(table: Table) -> int:
    return db.session.scalar(unscoped(select(func.count()).select_from(table), "a test")) or 0


def all_of(company: Company, world: World, nouns: Iterable[Noun] = Noun, **values: Any) -> list[Linked]:
    return [factories.of_noun(noun, company, world.bruno, **values) for noun in nouns]


def seen(viewer: Viewer, company: Company) -> set[Noun]:
    """Return of which nouns one sees anything of a company."""
    found = {m.noun: db.session.scalar(visible(m, viewer, m.id).where(m.company_id == company.id)) for m in LINKED}
    return {noun for noun, one in found.items() if one}


def remove(record: Any, by: Viewer) -> None:
    keeper = KEEPERS[record.noun] if isinstance(record, Linked) else None
    (keeper or {Company: companies, Contact: contacts}[type(record)]).remove(record, by)
    db.session.commit()


def erase(record: Any, by: Viewer) -> None:
    trash.purge(record, by)
    db.session.commit()
    db.session.expire_all()


def test_a_company_is_held_by_engagements_projects_and_invoices(firm: Company, world: World, anne: Viewer) -> None:
    """D16: refused, naming each kind and how many; what stands in the trash holds nothing."""
    held = all_of(firm, world, [*HOLDING, Noun.PROJECT])
    with pytest.raises(Refused) as refusal:
        companies.remove(firm, anne)
    assert str(refusal.value.errors["company"]).endswith("Engagements (1), Projets (2), Factures (1).")
    db.session.rollback()
    assert not firm.deleted_at
    for record in held:
        remove(record, anne)
    remove(firm, anne)


def test_a_company_goes_and_comes_back_with_all_that_hangs_on_it(firm: Company, world: World, anne: Viewer) -> None:
    """R3, D16: as one set; what went to the trash before stays there; not a line of the history is lost."""
    before, *others = all_of(firm, world, [noun for noun in Noun if noun not in HOLDING])
    again = factories.of_noun(before.noun, firm, world.bruno)
    remove(before, anne)
    there, told = seen(anne, firm), rows(HistoryEvent.__table__)
    assert there == {one.noun for one in (*others, again)}
    remove(firm, anne)
    assert seen(anne, firm) == set()
    listed = [(item.kind, item.id) for item in trash.items(anne)[0]]
    assert sorted(listed) == sorted([("company", firm.id), (before.noun, before.id)])
    with pytest.raises(Refused, match="Sa société est dans la corbeille"):
        KEEPERS[before.noun].restore(before, anne)
    db.session.rollback()
    trash.restore_company(firm, anne)
    db.session.commit()
    assert seen(anne, firm) == there
    db.session.expire_all()
    assert before.deleted_at is not None
    assert rows(HistoryEvent.__table__) == told + 2


@pytest.mark.parametrize("noun", Noun)
def test_one_record_goes_comes_back_and_is_erased(firm: Company, world: World, anne: Viewer, noun: Noun) -> None:
    """R3, H4: told each time, and what was told stays; found in the search as long as it is seen; its id is not given
    again."""
    (record,) = all_of(firm, world, [noun])
    record_id, keeper, model = record.id, KEEPERS[noun], type(record)
    about = unscoped(select(HistoryEvent.kind).where(HistoryEvent.noun == noun), "a test").order_by(HistoryEvent.id)
    remove(record, anne)
    keeper.restore(record, anne)
    db.session.commit()
    assert get_visible(model, record_id, anne) is record
    remove(record, anne)
    erase(record, anne)
    assert list(db.session.scalars(about)) == ["created", "deleted", "restored", "deleted"]
    assert rows(model.__table__) == rows(LinkedSearch.__table__) == 0
    assert factories.of_noun(noun, firm, world.bruno).id > record_id


def test_nothing_of_a_company_is_left_but_what_happened(firm: Company, world: World, anne: Viewer) -> None:
    """R3: erased, no row of any table hangs loose, neither of records nor of what they own."""
    friend = factories.contact("Paul Roux", company=firm.id)
    kept = {table.name: rows(table) for table in _all_tables()}
    made = {one.noun: one for one in all_of(firm, world)}
    opportunity, engagement = made[Noun.OPPORTUNITY], made[Noun.ENGAGEMENT]
    made[Noun.ENGAGEMENT].opportunity_id = made[Noun.ACTIVITY].opportunity_id = opportunity.id  # type: ignore[attr-defined]
    made[Noun.PROJECT].engagement_id = engagement.id  # type: ignore[attr-defined]
    made[Noun.KNOWLEDGE].request_id = made[Noun.REQUEST].id  # type: ignore[attr-defined]
    db.session.add_all(_owned(made, friend))
    db.session.commit()
    for noun in (Noun.INVOICE, Noun.PROJECT, Noun.ENGAGEMENT):
        remove(made[noun], anne)
    remove(firm, anne)
    erase(firm, anne)
    after = {table.name: rows(table) for table in _all_tables()}
    companys = {"company": 1, "contact": 1, "company_search": 1, "contact_search": 1, "company_grant": 1}
    for name, count in after.items():
        assert count <= kept[name] - companys.get(name, 0), name


def _all_tables() -> list[Table]:
    """Return the tables that hold what hangs on companies and what that owns, and those of companies and contacts."""
    owned = (InvoiceLine, RequestMessage, RequestAttachment, RequestTask, Document, DocumentVersion, FolderContact)
    own = {model.__table__ for model in (*LINKED, *owned, LinkedSearch, Company, Contact)}
    return sorted(own, key=lambda table: table.name)  # type: ignore[return-value, arg-type, attr-defined]


def _owned(made: dict[Noun, Any], friend: Contact) -> list[Any]:
    request, folder, file = (
        made[Noun.REQUEST].id,
        made[Noun.FOLDER].id,
        StoredFile(name="plan.txt", media_type="text/plain", size=1, content=b"x"),
    )
    document = Document(folder_id=folder, name="Plan", name_key="plan")
    db.session.add_all([file, document])
    db.session.flush()
    task = {"label_fr": "Voir", "label_en": "See", "performer": Performer.CONTACT, "created_at": now()}
    return [
        InvoiceLine(invoice_id=made[Noun.INVOICE].id, position=0, text="Pose", quantity=1, unit_price=1),
        RequestMessage(request_id=request, text="Bonjour", contact_id=friend.id),
        RequestAttachment(request_id=request, file_id=file.id),
        RequestTask(request_id=request, contact_id=friend.id, **task),
        FolderContact(folder_id=folder, contact_id=friend.id),
        DocumentVersion(document_id=document.id, file_id=file.id),
    ]


def test_what_is_erased_is_named_no_more(firm: Company, world: World, anne: Viewer) -> None:
    """R3: an opportunity from which an activity came; what is about it goes with it, what came of it stays."""
    hope, engagement = all_of(firm, world, [Noun.OPPORTUNITY, Noun.ENGAGEMENT])
    project = factories.of_noun(Noun.PROJECT, firm, world.bruno, engagement=engagement.id)
    factories.activity(firm, world.bruno, opportunity=hope.id)
    remove(hope, anne)
    assert Noun.ACTIVITY not in seen(anne, firm)
    erase(hope, anne)
    assert rows(Activity.__table__) == 0, "it was about nothing any more, and open to others than before"
    remove(project, anne)
    remove(engagement, anne)
    KEEPERS[Noun.PROJECT].restore(project, anne)
    erase(engagement, anne)
    assert get_visible(Project, project.id, anne).engagement_id is None


def test_an_opportunity_is_kept_by_what_came_of_it(firm: Company, world: World, anne: Viewer) -> None:
    """D16: refused, naming what needs it."""
    hope = factories.of_noun(Noun.OPPORTUNITY, firm, world.bruno)
    factories.of_noun(Noun.ENGAGEMENT, firm, world.bruno, opportunity=hope.id)
    with pytest.raises(Refused, match=r"D’autres fiches en dépendent\xa0: Engagements \(1\)"):
        KEEPERS[Noun.OPPORTUNITY].remove(hope, anne)


def test_a_contact_whom_not_all_may_see_is_not_erased_while_named(firm: Company, world: World, anne: Viewer) -> None:
    """A3: what is about them would show to others; neither by hand nor by the clock; activities go with them."""
    hidden = factories.contact("Zoé Cachée", company=firm.id, restrict_access=True, allowed_resources=[world.bruno.id])
    hope = factories.of_noun(Noun.OPPORTUNITY, firm, world.bruno, contact=hidden.id)
    factories.activity(firm, world.bruno, contact=hidden.id)
    remove(hidden, anne)
    with pytest.raises(Refused, match=r"encore nommé par\xa0: Opportunités \(1\)"):
        trash.purge(hidden, anne)
    db.session.rollback()
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        assert trash.purge_old(SYSTEM) == 0
    remove(hope, anne)
    erase(hope, anne)
    erase(hidden, anne)
    assert rows(Activity.__table__) == 0
    assert Noun.OPPORTUNITY not in seen(anne, firm)


def test_an_erased_contact_is_named_by_nobody(firm: Company, world: World, anne: Viewer) -> None:
    """R3: what they were the contact of stays, without their name."""
    friend = factories.contact("Paul Roux", company=firm.id)
    nouns = [model.noun for model in LINKED if "contact_id" in model.__table__.columns]
    made = all_of(firm, world, nouns, contact=friend.id)
    remove(friend, anne)
    erase(friend, anne)
    left = {one.noun for one in made} - {Noun.ACTIVITY}
    assert seen(anne, firm) == left
    for model in (m for m in LINKED if m.noun in left):
        assert db.session.scalars(visible(model, anne, model.contact_id)).one() is None


def test_the_clock_erases_what_is_old_of_every_kind(firm: Company, world: World, anne: Viewer) -> None:
    """R3: after the days of the settings, and nothing else; again and again until nothing is left."""
    for record in all_of(firm, world):
        remove(record, anne)
    young = all_of(firm, world)
    with time_machine.travel(now() + timedelta(days=60), tick=False):
        for record in young:
            remove(record, anne)
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        turns = [trash.purge_old(SYSTEM) for _turn in range(len(LINKED) + 1)]
    db.session.commit()
    assert sorted(turns) == [0, *[1] * len(LINKED)]
    assert {rows(model.__table__) for model in LINKED} == {1}
    assert rows(LinkedSearch.__table__) == len(LINKED)


def test_thousands_are_erased_with_their_company(
    firm: Company, world: World, anne: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R3: some at a time: no statement names them all."""
    monkeypatch.setattr("webapp.services.linked.keeping.BATCH", 2)
    for _number in range(5):
        factories.activity(firm, world.bruno)
    remove(firm, anne)
    erase(firm, anne)
    assert rows(Activity.__table__) == rows(Opportunity.__table__) == 0
