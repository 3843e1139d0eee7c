"""Whatever several people do, in any order: nothing typed is lost, the history tells it all, nothing hangs loose."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from tests import factories, world
from webapp.access import get_in_trash, get_visible, unscoped
from webapp.extensions import db
from webapp.models import (
    Company,
    CompanyGrant,
    CompanyListing,
    CompanySearch,
    Contact,
    ContactSearch,
    HistoryEvent,
    HistoryKind,
)
from webapp.services import companies, contacts, trash
from webapp.services.history import recording
from webapp.services.refusal import Refused

PEOPLE = st.sampled_from(["anne", "bruno", "chloe"])
WORDS = st.text("abcéœ", min_size=1, max_size=6)
NUMBERS = st.sampled_from(["01 99 00 12 34", ""])
CHANGES = {
    Company: {"name": WORDS, "alias": WORDS, "main_city": WORDS, "phone_main": NUMBERS},
    Contact: {"last_name": WORDS, "job_title": WORDS, "phone_mobile": NUMBERS},
}
SERVICES: dict[Any, Any] = {Company: companies, Contact: contacts}


def ids_of(model: Any, column: Any = None, *conditions: Any) -> list[int]:
    found = select(model.id if column is None else column).where(*conditions)
    return sorted(db.session.scalars(unscoped(found, "a test")))


class SeveralPeople(RuleBasedStateMachine):
    """Companies and contacts in the hands of three people, beside what we expect of each."""

    firms, people = Bundle("firms"), Bundle("people")

    def __init__(self, start: Any):
        super().__init__()
        start()
        self.world = world.build()
        #: What each record must hold, and how many entries it must have.
        self.values: dict[tuple[Any, int], dict[str, Any]] = {}
        self.versions: dict[tuple[Any, int], list[dict[str, Any]]] = {}

    def _remember(self, model: Any, record: Any) -> int:
        values = SERVICES[model].SHAPE.read(record)
        key = (model, record.id)
        self.values[key] = values
        self.versions.setdefault(key, []).append({name: recording.plain(value) for name, value in values.items()})
        return int(record.id)

    def _see(self, model: Any, record_id: int, who: str) -> Any:
        """Return a record as this person finds it, or None."""
        try:
            return get_visible(model, record_id, self.world.viewer(who))
        except NotFound:
            return None

    @rule(target=firms, who=PEOPLE, name=WORDS)
    def found_a_company(self, who: str, name: str) -> int:
        made = factories.company(name, by=self.world.viewer(who))
        return self._remember(Company, made)

    @rule(target=people, firm=firms, who=PEOPLE, name=WORDS)
    def meet_somebody(self, firm: int, who: str, name: str) -> int | None:
        if self._see(Company, firm, who) is None:
            return None
        return self._remember(Contact, factories.contact(name, by=self.world.viewer(who), company=firm))

    @rule(firm=firms, who=PEOPLE, changes=st.fixed_dictionaries({}, optional=CHANGES[Company]))
    def change_a_company(self, firm: int, who: str, changes: dict[str, Any]) -> None:
        self._change(Company, firm, who, changes)

    @rule(person=people, who=PEOPLE, changes=st.fixed_dictionaries({}, optional=CHANGES[Contact]))
    def change_somebody(self, person: int | None, who: str, changes: dict[str, Any]) -> None:
        self._change(Contact, person, who, changes)

    @rule(person=people, firm=firms, who=PEOPLE)
    def move_somebody(self, person: int | None, firm: int, who: str) -> None:
        if self._see(Company, firm, who) is not None:
            self._change(Contact, person, who, {"company": firm})

    def _change(self, model: Any, record_id: int | None, who: str, changes: dict[str, Any]) -> None:
        record = self._see(model, record_id, who) if record_id else None
        if record is None:
            return
        expected = self.values[model, record.id] | changes
        done = SERVICES[model].update(record, changes, self.world.viewer(who))
        db.session.commit()
        assert SERVICES[model].SHAPE.read(record) == expected
        if done:
            self._remember(model, record)

    @rule(firm=firms, who=PEOPLE)
    def delete_a_company(self, firm: int, who: str) -> None:
        self._delete(Company, firm, who)

    @rule(person=people, who=PEOPLE)
    def delete_somebody(self, person: int | None, who: str) -> None:
        self._delete(Contact, person, who)

    def _delete(self, model: Any, record_id: int | None, who: str) -> None:
        record = self._see(model, record_id, who) if record_id else None
        if record is not None:
            SERVICES[model].remove(record, self.world.viewer(who))
            db.session.commit()

    @rule(firm=firms, who=PEOPLE)
    def restore_a_company(self, firm: int, who: str) -> None:
        if (company := self._in_trash(Company, firm, who)) is not None:
            trash.restore_company(company, self.world.viewer(who))
            db.session.commit()

    @rule(person=people, who=PEOPLE)
    def restore_somebody(self, person: int | None, who: str) -> None:
        if person and (contact := self._in_trash(Contact, person, who)) is not None:
            try:
                trash.restore_contact(contact, self.world.viewer(who))
            except Refused:
                db.session.rollback()
            else:
                db.session.commit()

    @rule(firm=consumes(firms))
    def erase_a_company(self, firm: int) -> None:
        if (company := self._in_trash(Company, firm, "anne")) is not None:
            gone = [(Contact, one) for one in ids_of(Contact, None, Contact.company_id == firm)]
            trash.purge(company, self.world.viewer("anne"))
            db.session.commit()
            for key in [(Company, firm), *gone]:
                del self.values[key]

    def _in_trash(self, model: Any, record_id: int, who: str) -> Any:
        try:
            return get_in_trash(model, record_id, self.world.viewer(who))
        except NotFound:
            return None

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        for (model, record_id), values in self.values.items():
            record = db.session.scalar(unscoped(select(model).where(model.id == record_id), "a test"))
            assert SERVICES[model].SHAPE.read(record) == values

    @invariant()
    def the_history_tells_it_all(self) -> None:
        """Undone from the present, it gives every value that ever was."""
        for (model, record_id), values in self.values.items():
            record = db.session.scalar(unscoped(select(model).where(model.id == record_id), "a test"))
            saved = self.versions[model, record_id]
            about = (
                HistoryEvent.contact_id == record_id
                if model is Contact
                else ((HistoryEvent.company_id == record_id) & HistoryEvent.contact_id.is_(None))
            )
            told = select(HistoryEvent).where(
                about, HistoryEvent.kind.in_([HistoryKind.CREATED, HistoryKind.MODIFIED, HistoryKind.JOINED])
            )
            entries = list(db.session.scalars(unscoped(told.order_by(HistoryEvent.id), "a test")))
            assert len(entries) == len(saved), "one entry for each save"
            for entry, then in zip(entries, saved, strict=True):
                assert recording.values_at(record, values, entry.version)[0] == then

    @invariant()
    def nothing_hangs_loose(self) -> None:
        """Every record is found by its text; every company that lives stands in its trees, and no other."""
        assert ids_of(Company) == ids_of(CompanySearch, CompanySearch.company_id)
        assert ids_of(Contact) == ids_of(ContactSearch, ContactSearch.contact_id)
        living = ids_of(Company, None, Company.deleted_at.is_(None))
        assert sorted(set(ids_of(CompanyListing, CompanyListing.company_id))) == living
        assert sorted(set(ids_of(CompanyGrant, CompanyGrant.company_id))) == ids_of(Company)
        stray = select(func.count()).where(Contact.deleted_at.is_(None), Company.deleted_at.is_not(None))
        stray = stray.select_from(Contact).join(Company, Company.id == Contact.company_id)
        assert db.session.scalar(unscoped(stray, "a test")) == 0, "a contact lives at a company in the trash"


def test_several_people_at_once(db_session: Any, database: Any) -> None:
    """H4, R3, R4, D16, D17: on a fresh database for every story that hypothesis makes up."""

    def start() -> None:
        db.session.remove()
        db.engine.dispose()
        database.renew()

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: SeveralPeople(start),
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    db.session.remove()
