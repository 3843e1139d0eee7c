"""A new instance has its lists; what administrators made of them is never touched (R1, D15)."""

from typing import Any

from sqlalchemy import delete, func, select

from tests import factories
from webapp.models import ReferenceItem, ReferenceList
from webapp.services import seeding
from webapp.text import search_key


def items(db_session: Any, which: ReferenceList) -> list[ReferenceItem]:
    return list(
        db_session.scalars(
            select(ReferenceItem).where(ReferenceItem.list == which).order_by(ReferenceItem.position, ReferenceItem.id)
        )
    )


def test_every_list_has_values(db_session: Any) -> None:
    counts = dict(db_session.execute(select(ReferenceItem.list, func.count()).group_by(ReferenceItem.list)).all())
    assert set(counts) == set(ReferenceList)


def test_values_are_found_by_both_labels_and_their_code(db_session: Any) -> None:
    germany = next(country for country in items(db_session, ReferenceList.COUNTRY) if country.code == "DE")
    assert (germany.label_fr, germany.label_en) == ("Allemagne", "Germany")
    assert germany.search_key == search_key("Allemagne Germany DE")


def test_a_site_belongs_to_a_region_and_a_province_to_a_country(db_session: Any) -> None:
    europe = factories.reference(ReferenceList.WORK_REGION, "europe")
    paris = next(site for site in items(db_session, ReferenceList.WORK_SITE) if site.code == "paris")
    assert paris.parent_id == europe
    canada = factories.reference(ReferenceList.COUNTRY, "CA")
    quebec = factories.reference(ReferenceList.PROVINCE, "QC", parent=canada)
    assert db_session.get(ReferenceItem, quebec).label_fr == "Québec"


def test_countries_stand_in_the_order_of_the_french_alphabet(db_session: Any) -> None:
    names = [country.label_fr for country in items(db_session, ReferenceList.COUNTRY)]
    assert names.index("Égypte") < names.index("Espagne") < names.index("États-Unis") < names.index("Zambie")


def test_seeding_again_changes_nothing(db_session: Any) -> None:
    before = db_session.scalar(select(func.count()).select_from(ReferenceItem))
    assert seeding.fill_reference_lists() == 0
    assert db_session.scalar(select(func.count()).select_from(ReferenceItem)) == before


def test_what_admins_renamed_or_deleted_stays_so(db_session: Any) -> None:
    client = db_session.get(ReferenceItem, factories.reference(ReferenceList.ACCOUNT_TYPE, "client"))
    client.label_fr = "Cliente fidèle"
    gone = factories.reference(ReferenceList.ACCOUNT_TYPE, "competitor")
    db_session.execute(delete(ReferenceItem).where(ReferenceItem.id == gone))
    db_session.commit()
    seeding.fill_reference_lists()
    db_session.commit()
    codes = {item.code: item.label_fr for item in items(db_session, ReferenceList.ACCOUNT_TYPE)}
    assert codes["client"] == "Cliente fidèle"
    assert "competitor" not in codes


def test_a_list_that_is_empty_is_filled_and_orphans_are_left_out(db_session: Any) -> None:
    db_session.execute(delete(ReferenceItem).where(ReferenceItem.list == ReferenceList.WORK_SITE))
    asia = factories.reference(ReferenceList.WORK_REGION, "asia")
    db_session.execute(delete(ReferenceItem).where(ReferenceItem.id == asia))
    seeding.fill_reference_lists()
    codes = {site.code for site in items(db_session, ReferenceList.WORK_SITE)}
    assert "paris" in codes
    assert "tokyo" not in codes
