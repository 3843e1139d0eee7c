"""Reference lists: adding, renaming, moving, retiring, and what is refused (R1, D15)."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, select
from werkzeug.exceptions import Forbidden

from tests import factories
from webapp.access import SYSTEM, Ability, abilities, unscoped
from webapp.extensions import db
from webapp.models import Company, ReferenceItem, ReferenceList
from webapp.services import companies, references
from webapp.services.references import AlreadyThere
from webapp.services.refusal import Refused

SOURCE = ReferenceList.SOURCE


def labels(which: ReferenceList, parent_id: int | None = None) -> list[str]:
    return [item.label_fr for item in references.browse(which, parent_id, limit=1000).items]


def item(which: ReferenceList, code: str, parent: int | None = None) -> ReferenceItem:
    return db.session.get_one(ReferenceItem, factories.reference(which, code, parent))


# --- adding ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_a_new_value_goes_to_the_end_and_french_serves_as_english() -> None:
    added = references.add(SOURCE, "Bouche à oreille")
    assert labels(SOURCE)[-1] == "Bouche à oreille"
    assert added.label_en == "Bouche à oreille"
    assert (added.id, "Bouche à oreille") == references.options(SOURCE)[-1]


@pytest.mark.usefixtures("db_session")
def test_what_the_request_had_read_is_read_again_after_a_change() -> None:
    before = references.options(SOURCE)
    added = references.add(SOURCE, "Annuaire")
    assert references.options(SOURCE) == [*before, (added.id, "Annuaire")]
    references.retire(added)
    assert references.options(SOURCE) == before
    assert references.options(SOURCE, keep=added.id)[-1][0] == added.id


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("typed", ["Ile de france", "ILE-DE-FRANCE", "Île\u2011de\u2011France", "I\u0302le de France"])
def test_the_same_name_in_other_clothes_is_refused_and_named(typed: str) -> None:
    with pytest.raises(AlreadyThere) as refusal:
        references.add(ReferenceList.BUSINESS_REGION, typed)
    assert "Île-de-France" in refusal.value.errors["label_fr"]


@pytest.mark.usefixtures("db_session")
def test_a_label_of_the_other_language_is_a_duplicate_too() -> None:
    with pytest.raises(AlreadyThere) as refusal:
        references.add(SOURCE, "Réunion", "trade SHOW")
    assert "Salon" in refusal.value.errors["label_en"]


@pytest.mark.usefixtures("db_session")
def test_signs_tell_values_apart() -> None:
    assert references.add(ReferenceList.ANNUAL_REVENUE, "> 1 M€").id


@pytest.mark.usefixtures("db_session")
def test_a_retired_value_is_named_so_that_it_can_be_brought_back() -> None:
    retired = item(SOURCE, "trade_show")
    references.retire(retired)
    with pytest.raises(AlreadyThere) as refusal:
        references.add(SOURCE, "salon")
    assert refusal.value.existing is retired
    assert "retirée" in refusal.value.errors["label_fr"]
    references.restore(retired)
    assert "Salon" in labels(SOURCE)


@pytest.mark.usefixtures("db_session")
def test_the_longest_label_in_another_script_is_kept_whole() -> None:
    assert references.add(SOURCE, "北" * 200).label_fr == "北" * 200


# --- provinces ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_a_province_belongs_to_its_country() -> None:
    canada, france = item(ReferenceList.COUNTRY, "CA"), item(ReferenceList.COUNTRY, "FR")
    added = references.add_province(canada.id, "XX", "Nouvelle-Acadie", SYSTEM)
    assert added.parent_id == canada.id
    assert "Nouvelle-Acadie" not in labels(ReferenceList.PROVINCE, france.id)
    assert references.add_province(france.id, "XX", "Nouvelle-Acadie", SYSTEM).parent_id == france.id


@pytest.mark.usefixtures("db_session")
def test_the_same_abbreviation_or_name_in_a_country_is_refused_naming_the_one_that_exists() -> None:
    canada = factories.reference(ReferenceList.COUNTRY, "CA")
    with pytest.raises(Refused) as refusal:
        references.add_province(canada, "qc", "Nouveau Québec", SYSTEM)
    assert "« Québec »" in refusal.value.errors["abbreviation"].replace("\xa0", " ")
    with pytest.raises(Refused) as refusal:
        references.add_province(canada, "XX", "QUEBEC", SYSTEM)
    assert "« Québec »" in refusal.value.errors["label"].replace("\xa0", " ")


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("country", [None, 0, -1, 2**63, 10**30])
def test_without_a_country_there_is_no_province(country: int | None) -> None:
    with pytest.raises(Refused) as refusal:
        references.add_province(country, "XX", "Nulle part", SYSTEM)
    assert "pays" in refusal.value.errors["country"]


@pytest.mark.usefixtures("db_session")
def test_a_value_of_another_list_is_no_country() -> None:
    with pytest.raises(Refused):
        references.add_province(factories.reference(SOURCE, "partner"), "XX", "Nulle part", SYSTEM)


@pytest.mark.usefixtures("db_session")
def test_adding_a_province_is_an_ability(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(abilities.TABLE, Ability.ADD_REFERENCE, lambda viewer, access: False)
    with pytest.raises(Forbidden):
        references.add_province(factories.reference(ReferenceList.COUNTRY, "CA"), "XX", "Nulle part", SYSTEM)


# --- renaming ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_renaming_keeps_the_code_and_is_found_by_its_new_name() -> None:
    salon = item(SOURCE, "trade_show")
    references.rename(salon, "Foire", "Fair", salon.code)
    assert salon.code == "trade_show"
    assert [found.label_fr for found in references.browse(SOURCE, name="FAIR").items] == ["Foire"]
    assert not references.browse(SOURCE, name="salon").items


@pytest.mark.usefixtures("db_session")
def test_a_value_may_change_its_capitals_but_not_take_the_name_of_another() -> None:
    salon = item(SOURCE, "trade_show")
    references.rename(salon, "SALON", "Trade show")
    with pytest.raises(AlreadyThere):
        references.rename(salon, "publicite", "Trade show")


# --- order -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_values_move_among_those_in_use() -> None:
    order = labels(SOURCE)
    references.retire(item(SOURCE, "referral"))
    third = item(SOURCE, "trade_show")
    references.move(third, -1)
    assert labels(SOURCE)[:2] == ["Salon", order[0]]
    references.move(third, -1)
    assert labels(SOURCE)[0] == "Salon", "at the top, up does nothing"
    references.move(third, +1)
    assert labels(SOURCE)[1] == "Salon"
    assert references.rank(third) == 2


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize(("rank", "expected"), [(1, 0), (3, 2), (9, 8), (500, 8)])
def test_a_value_is_put_at_a_rank(rank: int, expected: int) -> None:
    references.place(item(SOURCE, "trade_show"), rank)
    assert labels(SOURCE).index("Salon") == expected


@pytest.mark.usefixtures("db_session")
def test_a_list_is_sorted_as_french_sorts() -> None:
    for label in ("Œuvre sociale", "Zoo", "Éditeur"):
        references.add(SOURCE, label)
    references.sort_by_name(SOURCE)
    found = labels(SOURCE)
    assert found.index("Appel entrant") < found.index("Éditeur") < found.index("Œuvre sociale") < found.index("Zoo")


def test_many_who_move_at_once_leave_every_value_at_one_place(app: Flask) -> None:
    """With 250 values, each mover's step is made on the order the one before left (R1)."""
    with app.app_context():
        for number in range(241):
            references.add(SOURCE, f"Source n{number:03}")
        db.session.commit()
        order = labels(SOURCE)
        mover = item(SOURCE, "web_site").id

    def step_down(_turn: int) -> None:
        with app.app_context():
            references.move(db.session.get_one(ReferenceItem, mover), +1)
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda turn: Context().run(step_down, turn), range(12)))
    with app.app_context():
        assert labels(SOURCE) == [*order[1:13], order[0], *order[13:]]
        positions = db.session.scalars(select(ReferenceItem.position).where(ReferenceItem.list == SOURCE)).all()
        assert sorted(positions) == list(range(250))


def test_two_who_add_the_same_value_at_once_add_it_once(app: Flask) -> None:
    def add(label: str) -> bool:
        with app.app_context():
            try:
                references.add(SOURCE, label)
                db.session.commit()
            except AlreadyThere:
                db.session.rollback()
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda label: Context().run(add, label), ["Radio", "RADIO", "radio", "Rádio"]))
    assert added.count(True) == 1


# --- where used, retiring, deleting ------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_a_value_counts_where_it_is_used() -> None:
    salon, partner = item(SOURCE, "trade_show"), item(SOURCE, "partner")
    france = item(ReferenceList.COUNTRY, "FR")
    for _ in range(2):
        factories.company(source=salon.id, main_country=france.id, billing_country=france.id)
    assert references.usage(SOURCE, [salon.id, partner.id]) == {salon.id: {"company": 2}, partner.id: {}}
    uses = references.usage(ReferenceList.COUNTRY, [france.id])[france.id]
    assert uses["company_address"] == 4
    assert uses["reference_item"] > 100, "its provinces"


@pytest.mark.usefixtures("db_session")
def test_uses_are_counted_no_further_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "USES_CAP", 2)
    salon = item(SOURCE, "trade_show")
    for _ in range(4):
        factories.company(source=salon.id)
    assert references.usage(SOURCE, [salon.id]) == {salon.id: {"company": 3}}


@pytest.mark.usefixtures("db_session")
def test_what_holds_a_value_is_found_by_an_index() -> None:
    """Where used, and whether a value may be deleted, cost the same however many companies there are."""
    for which in ReferenceList:
        for column in references.columns_holding(which):
            assert any(next(iter(index.columns)) is column for index in column.table.indexes), column


@pytest.mark.usefixtures("db_session")
def test_a_company_in_the_trash_or_restricted_still_uses_its_values(world: Any) -> None:
    salon = item(SOURCE, "trade_show")
    hidden = factories.company(source=salon.id, restrict_access=True, allowed_resources=[world.bruno.id])
    companies.remove(hidden, SYSTEM)
    db.session.commit()
    assert references.is_used(salon)


def test_a_later_model_is_counted_by_itself() -> None:
    """Any column that refers to the lists is found in the schema; one that says of which list is asked for it alone."""
    metadata = MetaData()
    Table("reference_item", metadata, Column("id", Integer, primary_key=True))
    Table(
        "later",
        metadata,
        Column("anything", Integer, ForeignKey("reference_item.id")),
        Column("title", Integer, ForeignKey("reference_item.id"), info={"list": ReferenceList.TITLE}),
    )
    found = {which: {column.name for column in references.columns_holding(which, metadata)} for which in ReferenceList}
    assert found[SOURCE] == {"anything"}
    assert found[ReferenceList.TITLE] == {"anything", "title"}


@pytest.mark.usefixtures("db_session")
def test_a_value_in_use_is_retired_never_deleted_and_stays_on_the_company() -> None:
    salon = item(SOURCE, "trade_show")
    company = factories.company(source=salon.id)
    with pytest.raises(Refused):
        references.remove(salon)
    references.retire(salon)
    db.session.commit()
    assert "Salon" not in labels(SOURCE)
    kept = db.session.scalar(unscoped(select(Company.source_id).where(Company.id == company.id), "a test"))
    assert kept == salon.id


@pytest.mark.usefixtures("db_session")
def test_a_country_with_provinces_is_in_use_and_an_unused_value_can_be_deleted() -> None:
    with pytest.raises(Refused):
        references.remove(item(ReferenceList.COUNTRY, "FR"))
    references.remove(item(SOURCE, "trade_show"))
    assert "Salon" not in labels(SOURCE)


@pytest.mark.usefixtures("db_session")
def test_a_list_from_which_one_must_choose_keeps_its_last_value() -> None:
    """C3: without an account type no company could be saved."""
    kinds = ReferenceList.ACCOUNT_TYPE
    *others, last = db.session.scalars(select(ReferenceItem).where(ReferenceItem.list == kinds)).all()
    for other in others:
        references.retire(other)
    for refused in (references.retire, references.remove):
        with pytest.raises(Refused, match="dernière valeur"):
            refused(last)
    assert [label for _id, label in references.options(kinds)] == [last.label_fr]
    references.restore(others[0])
    references.retire(last)


@pytest.mark.usefixtures("db_session")
def test_other_lists_may_be_emptied() -> None:
    required = {which for which in ReferenceList if references.is_required(which)}
    assert required == {ReferenceList.ACCOUNT_TYPE, ReferenceList.OPPORTUNITY_STATE}
    for source in db.session.scalars(select(ReferenceItem).where(ReferenceItem.list == SOURCE)):
        references.retire(source)
    assert labels(SOURCE) == []


# --- paging ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_a_long_list_is_read_page_after_page_without_loss() -> None:
    united_kingdom = factories.reference(ReferenceList.COUNTRY, "GB")
    whole, read, after = labels(ReferenceList.PROVINCE, united_kingdom), [], None
    while True:
        part = references.browse(ReferenceList.PROVINCE, united_kingdom, after=after, limit=50)
        read += [found.label_fr for found in part.items]
        if part.following is None:
            break
        after = part.following
    assert len(whole) > 200
    assert read == whole


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("hostile", ["%", "_", "'; DROP TABLE reference_item; --", "\0", "\\", "🤷", "a" * 5000])
def test_a_filter_takes_anything(hostile: str) -> None:
    assert references.browse(SOURCE, name=hostile).items == [] or hostile in ("\0",)
