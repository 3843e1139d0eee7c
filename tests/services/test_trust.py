"""Whatever several people do, in any order: nothing typed is lost, the history tells it all, nobody sees more than they
may, nothing hangs loose. What is expected of each record is kept beside, by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from tests import factories, world
from webapp.access import Viewer, get_in_trash, get_visible, unscoped, visible
from webapp.extensions import db
from webapp.models import (
    NO_BRANCH,
    Activity,
    Company,
    CompanyGrant,
    CompanyListing,
    CompanySearch,
    Contact,
    ContactGrant,
    ContactSearch,
    HistoryEvent,
    HistoryKind,
    Linked,
    LinkedSearch,
    Noun,
    Opportunity,
    Project,
    Resource,
)
from webapp.services import companies, contacts, resources, sight, trash, trees, viewers
from webapp.services.history import reading, recording
from webapp.services.linked.registry import KEEPERS
from webapp.services.merging import merge
from webapp.services.refusal import Refused

NAMES = ("anne", "bruno", "chloe")
PEOPLE = st.sampled_from(NAMES)
WORDS = st.text("abcéœ", min_size=1, max_size=6)
NUMBERS = st.sampled_from(["01 99 00 12 34", ""])
TEXTS = {
    Company: {"name": WORDS, "alias": WORDS, "main_city": WORDS, "phone_main": NUMBERS},
    Contact: {"last_name": WORDS, "job_title": WORDS, "phone_mobile": NUMBERS},
}
#: Access, with people and entities by name.
ACCESS = {
    Contact: {"restrict_access": st.booleans(), "allowed_resources": st.frozensets(PEOPLE)},
    Company: {
        "restrict_access": st.booleans(),
        "allowed_resources": st.frozensets(PEOPLE),
        "billing_entities": st.frozensets(st.sampled_from(["paris", "lyon"])),
    },
}
#: What closes a record to some, which happens often here.
RESTRICTED = st.fixed_dictionaries(
    {"restrict_access": st.just(True), "allowed_resources": st.frozensets(PEOPLE, max_size=2)}
)
LISTS = ("allowed_resources", "billing_entities")
#: Of what hangs on companies: what hides with a contact, what hides with that, and what holds its company.
HANGING = {Noun.ACTIVITY: Activity, Noun.OPPORTUNITY: Opportunity, Noun.PROJECT: Project}
SERVICES: dict[Any, Any] = {Company: companies, Contact: contacts}
SERVICES |= {model: KEEPERS[noun] for noun, model in HANGING.items()}

Key = tuple[Any, int]


def some(of: Mapping[str, Any]) -> Any:
    return st.fixed_dictionaries({}, optional=dict(of))


def ids_of(model: Any, column: Any = None, *conditions: Any) -> list[int]:
    found = select(model.id if column is None else column).where(*conditions)
    return sorted(db.session.scalars(unscoped(found, "a test")))


def record_of(key: Key) -> Any:
    model, record_id = key
    return db.session.scalar(unscoped(select(model).where(model.id == record_id), "a test"))


@dataclass(frozen=True)
class OpenForm:
    """A form somebody opened, with the version of the record it shows."""

    key: Key
    who: str
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Deletion:
    """Who deleted a record, and the set it went to the trash with."""

    who: str
    together: int


class SeveralPeople(RuleBasedStateMachine):
    """Companies and contacts in the hands of three people, beside what we expect of each."""

    firms, people, forms, things = Bundle("firms"), Bundle("people"), Bundle("forms"), Bundle("things")

    def __init__(self, start: Any):
        super().__init__()
        start()
        self.world = world.build()
        self.entities = {"anne": frozenset[int](), "bruno": frozenset({self.world.paris}), "chloe": frozenset[int]()}
        #: What each record must hold, and each version it had.
        self.values: dict[Key, dict[str, Any]] = {}
        self.versions: dict[Key, list[dict[str, Any]]] = {}
        self.gone: dict[Key, Deletion] = {}
        self.told = 0
        self.deletions = 0
        self.last: Key = (Company, self.world.durand.id)

    @initialize(target=firms)
    def begin_with_the_world(self) -> int:
        """Of what is there already one company is theirs to change, so that their ways cross."""
        for model in (Company, Contact):
            for record_id in ids_of(model):
                self._remember((model, record_id))
        return self.world.durand.id

    @initialize(target=people)
    def begin_with_its_people(self) -> int:
        return self.world.elise.id

    # --- what is expected, by hand -----------------------------------------------------------------------------------

    def _remember(self, key: Key) -> int:
        values = SERVICES[key[0]].read(record_of(key))
        self.values[key] = values
        self.versions.setdefault(key, []).append({name: recording.plain(value) for name, value in values.items()})
        return key[1]

    def _id(self, who: str) -> int:
        return self.world.person(who).id

    def _viewer(self, who: str) -> Viewer:
        """Return a person with the principals they hold now, as a request reads them."""
        held = viewers.holding().subquery()
        mine = select(held.c.principal_id).where(held.c.resource_id == self._id(who)).distinct()
        return replace(self.world.viewer(who), principal_ids=tuple(db.session.scalars(mine)))

    def _with_ids(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return changes with the ids of the people and of the entities they name."""
        named = {"allowed_resources": self._id, "billing_entities": lambda name: getattr(self.world, name)}
        return {name: frozenset(map(named[name], value)) if name in named else value for name, value in changes.items()}

    def _is_open_to(self, who: str, values: Mapping[str, Any]) -> bool:
        """A1, A3: open to all, or to admins, to whom it names, and to the entities it names."""
        entities = values.get("billing_entities", frozenset())
        if not values["restrict_access"] and not entities:
            return True
        return who == "anne" or self._id(who) in values["allowed_resources"] or bool(self.entities[who] & entities)

    def _would_see(self, who: str, key: Key) -> bool:
        """Whether somebody sees a record, or would if it weren't in the trash."""
        values = self.values[key]
        if key[0] is Company:
            return self._is_open_to(who, values)
        if not self._would_see(who, (Company, values["company"])):
            return False
        if key[0] is Contact:
            return self._is_open_to(who, values)
        contact, hope = values.get("contact"), values.get("opportunity")
        is_contact_open = contact is None or self._is_open_to(who, self.values[Contact, contact])
        return is_contact_open and (hope is None or self._would_see(who, (Opportunity, hope)))

    def _sees(self, who: str, key: Key) -> bool:
        return key in self.values and key not in self.gone and self._would_see(who, key)

    def _may_take_back(self, who: str, key: Key) -> bool:
        is_theirs = key in self.gone and who in ("anne", self.gone[key].who)
        return is_theirs and self._would_see(who, key)

    def _see(self, who: str, key: Key) -> Any:
        """Return a record as this person finds it, or None; as it should be."""
        try:
            found = get_visible(key[0], key[1], self._viewer(who))
        except NotFound:
            found = None
        assert (found is not None) is self._sees(who, key)
        return found

    def _contacts_of(self, company_id: int) -> list[Key]:
        return [key for key, values in self.values.items() if key[0] is Contact and values["company"] == company_id]

    def _hanging_on(self, company_id: int) -> list[Key]:
        is_hanging = set(HANGING.values())
        return [key for key, values in self.values.items() if key[0] in is_hanging and values["company"] == company_id]

    def _about(self, key: Key) -> list[Key]:
        """What is about an opportunity or a contact: activities."""
        name = {Opportunity: "opportunity", Contact: "contact"}.get(key[0])
        return [one for one, values in self.values.items() if one[0] is Activity and values.get(name) == key[1]]

    # --- making and changing -----------------------------------------------------------------------------------------

    @rule(target=firms, who=PEOPLE, name=WORDS)
    def found_a_company(self, who: str, name: str) -> int:
        return self._remember((Company, factories.company(name, by=self._viewer(who)).id))

    @rule(target=people, firm=firms, who=PEOPLE, name=WORDS)
    def meet_somebody(self, firm: int, who: str, name: str) -> Any:
        if self._see(who, (Company, firm)) is None:
            return multiple()
        return self._remember((Contact, factories.contact(name, by=self._viewer(who), company=firm).id))

    @rule(firm=firms, who=PEOPLE, changes=some(TEXTS[Company]))
    def change_a_company(self, firm: int, who: str, changes: dict[str, Any]) -> None:
        self._change((Company, firm), who, changes)

    @rule(person=people, who=PEOPLE, changes=some(TEXTS[Contact]))
    def change_somebody(self, person: int, who: str, changes: dict[str, Any]) -> None:
        self._change((Contact, person), who, changes)

    @rule(firm=firms, who=PEOPLE, changes=some(ACCESS[Company]))
    def open_or_restrict_a_company(self, firm: int, who: str, changes: dict[str, Any]) -> None:
        self._change((Company, firm), who, changes)

    @rule(person=people, who=PEOPLE, changes=some(ACCESS[Contact]))
    def open_or_restrict_somebody(self, person: int, who: str, changes: dict[str, Any]) -> None:
        self._change((Contact, person), who, changes)

    @rule(person=people, who=PEOPLE, changes=RESTRICTED)
    def restrict_somebody(self, person: int, who: str, changes: dict[str, Any]) -> None:
        self._change((Contact, person), who, changes)

    @rule(person=people, firm=firms, who=PEOPLE)
    def move_somebody(self, person: int, firm: int, who: str) -> None:
        if self._see(who, (Company, firm)) is not None:
            self._change((Contact, person), who, {"company": firm})

    @rule(who=PEOPLE, entities=st.frozensets(st.sampled_from(["paris", "lyon"])))
    def entrust_entities(self, who: str, entities: frozenset[str]) -> None:
        """A1, D7: what an entity opens follows the person at once."""
        wanted = [getattr(self.world, name) for name in entities]
        resource = db.session.get_one(Resource, self._id(who))
        resources.update_resource(resource, {"billing_entities": wanted}, self._viewer("anne"))
        db.session.commit()
        self.entities[who] = frozenset(wanted)

    def _change(self, key: Key, who: str, changes: Mapping[str, Any]) -> None:
        record = self._see(who, key)
        if record is not None:
            changes = self._with_ids(changes)
            self._save(record, key, who, changes, self.values[key] | changes)

    def _save(self, record: Any, key: Key, who: str, values: Mapping[str, Any], expected: dict[str, Any]) -> None:
        """Save, and look whether the record holds what is expected; restricted to nobody, it is refused (A4)."""
        entities, named = expected.get("billing_entities", frozenset()), frozenset(expected["allowed_resources"])
        is_refused = expected["restrict_access"] and not named and not entities
        restricted = expected["restrict_access"] and bool(named)
        expected = expected | {"restrict_access": restricted, "allowed_resources": named if restricted else frozenset()}
        try:
            done = SERVICES[key[0]].update(record, values, self._viewer(who))
        except Refused:
            db.session.rollback()
            assert is_refused
            return
        db.session.commit()
        assert not is_refused
        assert SERVICES[key[0]].read(record) == expected
        self.last = key
        if done:
            self._remember(key)

    # --- forms left open ---------------------------------------------------------------------------------------------

    @rule(target=forms, firm=firms, who=PEOPLE)
    def open_the_form_of_a_company(self, firm: int, who: str) -> Any:
        return self._open((Company, firm), who)

    @rule(target=forms, person=people, who=PEOPLE)
    def open_the_form_of_somebody(self, person: int, who: str) -> Any:
        return self._open((Contact, person), who)

    def _open(self, key: Key, who: str) -> Any:
        record = self._see(who, key)
        return multiple() if record is None else OpenForm(key, who, record.version, self.values[key])

    @rule(form=consumes(forms), data=st.data())
    def save_an_old_form(self, form: OpenForm, data: st.DataObject) -> None:
        """R4: what I changed is saved, what others changed meanwhile stays; lists are merged by element."""
        record = self._see(form.who, form.key)
        if record is None:
            return
        model = form.key[0]
        changes = self._with_ids(data.draw(some({**TEXTS[model], **ACCESS[model]})))
        mine, theirs = {**form.values, **changes}, self.values[form.key]
        before = recording.values_at(record, theirs, form.version)[0]
        assert before == {name: recording.plain(value) for name, value in form.values.items()}
        merged = merge(form.values, mine, theirs).values
        expected = dict(theirs)
        for name, value in changes.items():
            if name in LISTS:
                expected[name] = theirs[name] - (form.values[name] - value) | (value - form.values[name])
            elif value != form.values[name]:
                expected[name] = value
        self._save(record, form.key, form.who, merged, expected)

    # --- what hangs on companies -------------------------------------------------------------------------------------

    @rule(target=things, firm=firms, who=PEOPLE, noun=st.sampled_from(list(HANGING)), name=WORDS, data=st.data())
    def begin_something(self, firm: int, who: str, noun: Noun, name: str, data: st.DataObject) -> Any:
        """S1, S2, S4: about a contact or an opportunity one sees, or about nobody in particular."""
        if self._see(who, (Company, firm)) is None:
            return multiple()
        seen = [key for key in (*self._contacts_of(firm), *self._hanging_on(firm)) if self._sees(who, key)]
        told: dict[str, list[int]] = {"contact": [key[1] for key in seen if key[0] is Contact]}
        if noun is Noun.ACTIVITY:
            told["opportunity"] = [key[1] for key in seen if key[0] is Opportunity]
        names = {} if noun is Noun.PROJECT else {n: data.draw(st.sampled_from([None, *ids])) for n, ids in told.items()}
        company = record_of((Company, firm))
        made = factories.of_noun(noun, company, self.world.bruno, by=self._viewer(who), name=name, **names)
        key: Key = (HANGING[noun], made.id)
        self._remember(key)
        return key

    @rule(thing=things, who=PEOPLE, name=WORDS)
    def change_something(self, thing: Key, who: str, name: str) -> None:
        if (record := self._see(who, thing)) is not None:
            done = SERVICES[thing[0]].update(record, {"name": name}, self._viewer(who))
            db.session.commit()
            assert bool(done) is (name != self.values[thing]["name"])
            if done:
                self._remember(thing)

    @rule(thing=things, who=PEOPLE)
    def delete_something(self, thing: Key, who: str) -> None:
        """R3: what is about it goes with it."""
        if (record := self._see(who, thing)) is not None:
            self._delete(record, who, [thing, *(one for one in self._about(thing) if one not in self.gone)])

    @rule(thing=things, who=PEOPLE)
    def restore_something(self, thing: Key, who: str) -> None:
        if (record := self._in_trash(thing, who)) is None:
            return
        hope = self.values[thing].get("opportunity")
        needed: list[Key] = [(Company, self.values[thing]["company"]), *([(Opportunity, hope)] if hope else [])]
        together = self._together(thing)
        try:
            SERVICES[thing[0]].restore(record, self._viewer(who))
        except Refused:
            db.session.rollback()
            assert any(one in self.gone for one in needed)
        else:
            db.session.commit()
            assert not any(one in self.gone for one in needed)
            for one in (thing, *(about for about in self._about(thing) if about in together)):
                del self.gone[one]

    @rule(thing=things)
    def erase_something(self, thing: Key) -> None:
        self._erase(thing, self._about(thing) if thing[0] is Opportunity else [])

    # --- the trash ---------------------------------------------------------------------------------------------------

    @rule(firm=firms, who=PEOPLE)
    def delete_a_company(self, firm: int, who: str) -> None:
        living = [key for key in self._contacts_of(firm) if key not in self.gone]
        hanging = [key for key in self._hanging_on(firm) if key not in self.gone]
        if (company := self._see(who, (Company, firm))) is None:
            return
        assert companies.count_contacts(company) == len(living)
        if any(key[0] is Project for key in hanging):
            with pytest.raises(Refused):
                companies.remove(company, self._viewer(who))
            db.session.rollback()
        else:
            self._delete(company, who, [(Company, firm), *living, *hanging])

    @rule(person=people, who=PEOPLE)
    def delete_somebody(self, person: int, who: str) -> None:
        if (contact := self._see(who, (Contact, person))) is not None:
            self._delete(contact, who, [(Contact, person)])

    @rule(person=people, who=PEOPLE)
    def delete_somebody_and_then_their_company(self, person: int, who: str) -> None:
        """What went to the trash by itself is no part of the set that follows."""
        self.delete_somebody(person, who)
        if (Contact, person) in self.values:
            self.delete_a_company(self.values[Contact, person]["company"], who)

    def _delete(self, record: Any, who: str, keys: list[Key]) -> None:
        SERVICES[type(record)].remove(record, self._viewer(who))
        db.session.commit()
        self.deletions += 1
        self.gone |= dict.fromkeys(keys, Deletion(who, self.deletions))
        self.last = keys[0]

    @rule(firm=firms, who=PEOPLE)
    def restore_a_company(self, firm: int, who: str) -> None:
        """D16: as one set; what was in the trash before stays there."""
        key: Key = (Company, firm)
        if (company := self._in_trash(key, who)) is not None:
            together = self._together(key)
            people = sum(one[0] is Contact for one in together)
            assert trash.restore_company(company, self._viewer(who)).contacts == people
            db.session.commit()
            for one in together:
                del self.gone[one]
            self.last = key

    def _together(self, key: Key) -> list[Key]:
        """Return the set with which a record went to the trash."""
        return [one for one, deletion in self.gone.items() if deletion.together == self.gone[key].together]

    @rule(person=people, who=PEOPLE)
    def restore_somebody(self, person: int, who: str) -> None:
        key: Key = (Contact, person)
        if (contact := self._in_trash(key, who)) is None:
            return
        try:
            trash.restore_contact(contact, self._viewer(who))
        except Refused:
            db.session.rollback()
            assert (Company, self.values[key]["company"]) in self.gone
        else:
            db.session.commit()
            del self.gone[key]
            self.last = key

    @rule(firm=firms)
    def erase_a_company(self, firm: int) -> None:
        self._erase((Company, firm), [*self._contacts_of(firm), *self._hanging_on(firm)])

    @rule(person=people)
    def erase_somebody(self, person: int) -> None:
        """A3: not while it would show to others what is about them."""
        key: Key = (Contact, person)
        named = [one for one, values in self.values.items() if one[0] is Opportunity and values["contact"] == person]
        if named and key in self.values and self.values[key]["restrict_access"]:
            if (contact := self._in_trash(key, "anne")) is not None:
                with pytest.raises(Refused):
                    trash.purge(contact, self._viewer("anne"))
                db.session.rollback()
            return
        self._erase(key, self._about(key))

    def _erase(self, key: Key, with_it: list[Key]) -> None:
        if (record := self._in_trash(key, "anne")) is not None:
            trash.purge(record, self._viewer("anne"))
            db.session.commit()
            for one in (key, *with_it):
                del self.values[one], self.versions[one]
                self.gone.pop(one, None)
            if key[0] is not Contact and not with_it:
                return
            lost = {one[1] for one in (key, *with_it) if one[0] is Contact}
            for one, values in self.values.items():
                if one[0] in HANGING.values() and values.get("contact") in lost:
                    self.values[one] = {**values, "contact": None}

    def _in_trash(self, key: Key, who: str) -> Any:
        try:
            found = get_in_trash(key[0], key[1], self._viewer(who))
        except NotFound:
            found = None
        assert (found is not None) is self._may_take_back(who, key)
        return found

    # --- what holds always -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        for key, values in self.values.items():
            assert SERVICES[key[0]].read(record_of(key)) == values
        assert sorted(key[1] for key in self.values if key[0] is Company) == ids_of(Company)
        for model in (Contact, *HANGING.values()):
            assert sorted(key[1] for key in self.values if key[0] is model) == ids_of(model)

    @invariant()
    def the_history_tells_it_all(self) -> None:
        """H4: one entry for each save; undone from the present, they give every value that ever was. None goes away."""
        for key, values in self.values.items():
            record, saved = record_of(key), self.versions[key]
            about = recording._is_about(record)
            saves = [HistoryKind.CREATED, HistoryKind.MODIFIED, HistoryKind.JOINED]
            told = select(HistoryEvent).where(about, HistoryEvent.kind.in_(saves))
            entries = list(db.session.scalars(unscoped(told.order_by(HistoryEvent.id), "a test")))
            if key[0] is Activity and saved[0]["contact"] and not saved[0]["opportunity"]:
                # Of what is about a contact alone, the making is not told (D17).
                saved = saved[1:]
            assert len(entries) == len(saved), "one entry for each save"
            for entry, then in zip(entries, saved, strict=True):
                if isinstance(record, Linked):
                    # Whose name was erased is no value of it any more, whenever it was.
                    then = {name: value for name, value in then.items() if name != "contact"}
                    at_the_time = recording.values_at(record, values, entry.version)[0]
                    assert {name: at_the_time[name] for name in then} == then
                    continue
                assert recording.values_at(record, values, entry.version)[0] == then
        told_before, self.told = self.told, len(ids_of(HistoryEvent))
        assert self.told >= told_before

    @invariant()
    def nobody_sees_what_the_rule_denies(self) -> None:
        """A1 to A3: lists, trees and their counts, the history and the explanation say what the rule says by hand."""
        for who in NAMES:
            viewer = self._viewer(who)
            seen = {key for key in self.values if self._sees(who, key)}
            for model in (Company, Contact, *HANGING.values()):
                found = db.session.scalars(visible(model, viewer, model.id))
                assert {(model, one) for one in found} == {key for key in seen if key[0] is model}
            for view in trees.TREE_VIEWS.values():
                if not view.is_mine:
                    self._look_at_tree(view, viewer, {key for key in seen if key[0] is Company})
            self._look_at_last(who, viewer)

    def _look_at_tree(self, view: trees.TreeView, viewer: Viewer, seen: set[Key]) -> None:
        here = sorted(one for model, one in seen if self.values[model, one]["commercial_status"] == view.status)
        counts = {branch.id: branch.companies for branch in trees.branches(view, viewer).entries}
        pages = {branch_id: trees.page(view, branch_id, viewer).entries for branch_id in {NO_BRANCH, *counts}}
        assert sorted(entry.id for entries in pages.values() for entry in entries) == here
        assert counts == {branch_id: len(pages[branch_id]) for branch_id in counts}

    def _look_at_last(self, who: str, viewer: Viewer) -> None:
        if self.last not in self.values:
            return
        record = record_of(self.last)
        (told,) = sight.who_sees(record, [self._id(who)])
        assert told.sees is self._sees(who, self.last)
        company_id = record.company_id if self.last[0] is Contact else record.id
        if self._sees(who, (Company, company_id)):
            company = record_of((Company, company_id))
            entries = reading.of_company(company, viewer).entries
            about = {entry.contact_id for entry in entries if entry.contact_id}
            assert all((Contact, one) in self.values and self._would_see(who, (Contact, one)) for one in about)
            for entry in entries:
                if entry.noun in (Noun.ACTIVITY, Noun.OPPORTUNITY):
                    assert self._would_see(who, (HANGING[entry.noun], entry.record_id))

    @invariant()
    def nothing_hangs_loose(self) -> None:
        """Every record is found by its text; every company that lives stands in its trees, and no other."""
        assert ids_of(Company) == ids_of(CompanySearch, CompanySearch.company_id)
        assert ids_of(Contact) == ids_of(ContactSearch, ContactSearch.contact_id)
        for noun, model in HANGING.items():
            assert ids_of(model) == ids_of(LinkedSearch, LinkedSearch.record_id, LinkedSearch.noun == noun)
        living = ids_of(Company, None, Company.deleted_at.is_(None))
        assert sorted(set(ids_of(CompanyListing, CompanyListing.company_id))) == living
        assert sorted(set(ids_of(CompanyGrant, CompanyGrant.company_id))) == ids_of(Company)
        restricted = ids_of(Contact, None, Contact.restrict_access)
        assert sorted(set(ids_of(ContactGrant, ContactGrant.contact_id))) == restricted
        stray = select(func.count()).where(Contact.deleted_at.is_(None), Company.deleted_at.is_not(None))
        stray = stray.select_from(Contact).join(Company, Company.id == Contact.company_id)
        assert db.session.scalar(unscoped(stray, "a test")) == 0, "a contact lives at a company in the trash"


def test_several_people_at_once(db_session: Any, database: Any) -> None:
    """A1 to A4, H4, R3, R4, D16, D17: on a fresh database for every story that hypothesis makes up."""

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
