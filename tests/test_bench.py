"""The benchmarks keep working: their world is one the product can serve, and their tables keep what they are told."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bench import report, world
from bench.report import Table
from webapp.access import Viewer, get_visible, granted, unscoped, visible
from webapp.extensions import db
from webapp.models import ADMINS_ID, EVERYBODY_ID, Company, ReferenceList, Tree
from webapp.services import companies, trees
from webapp.services.lookups import LOOKUPS

SIZE = 300


@pytest.fixture(params=[False, True], ids=["open", "restricted"])
def cast(request: pytest.FixtureRequest, db_session: Any) -> world.Cast:
    return world.build(SIZE, restricted=request.param)


def viewer_of(cast: world.Cast, *principal_ids: int) -> Viewer:
    return Viewer(
        resource_id=cast.viewer.id,
        name=cast.viewer.name,
        email=cast.viewer.email,
        is_admin=False,
        language="fr",
        timezone="Europe/Paris",
        principal_ids=principal_ids,
    )


def count(viewer: Viewer, *conditions: Any) -> int:
    seen = visible(Company, viewer, Company.id).where(*conditions).subquery()
    return db.session.scalar(granted(select(func.count()).select_from(seen), "visible")) or 0


def test_the_world_is_as_the_services_would_have_written_it(cast: world.Cast) -> None:
    admin = viewer_of(cast, EVERYBODY_ID, ADMINS_ID)
    assert count(admin) == SIZE
    for tree in (Tree.ACCOUNT_TYPE, Tree.BUSINESS_REGION):
        view = trees.TREE_VIEWS[tree]
        listed = sum(branch.companies for branch in trees.branches(view, admin).entries)
        # Those without a region stand apart.
        assert listed + trees.unassigned(view, admin) == count(admin, Company.commercial_status == view.status)

    company = get_visible(Company, 7, admin)
    before = companies.SHAPE.read(company)
    companies.update(company, {"name": "Zénith", "phone_fax": "01 99 00 00 00"}, admin)
    companies.update(company, before, admin)
    assert companies.SHAPE.read(company) == before
    found = LOOKUPS["companies"].search(company.name, admin, None)
    assert company.id in [one.id for one in found]


def test_nine_in_ten_are_restricted_in_the_restricted_world(db_session: Any) -> None:
    cast = world.build(SIZE, restricted=True)
    everybody = viewer_of(cast, EVERYBODY_ID)
    open_ones = db.session.scalars(visible(Company, everybody, Company.account_type_id)).all()
    assert 0.03 * SIZE < len(open_ones) < 0.2 * SIZE
    assert cast.lists[ReferenceList.ACCOUNT_TYPE][0] not in open_ones


def test_the_same_size_gives_the_same_world(db_session: Any) -> None:
    cast = world.build(SIZE, restricted=False)
    names = unscoped(select(Company.name).order_by(Company.id), "a test")
    assert [values["name"] for values in world.generate(SIZE, cast)] == list(db.session.scalars(names))


def test_a_part_measured_again_replaces_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "RESULTS.md")
    for title, value in (("F2, flat", "1"), ("F1, fast", "2"), ("F2, flat", "3")):
        table = Table(title, ["what", "value"])
        table.add("a page", value)
        report.keep(table)
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.index("## F1, fast") < text.index("## F2, flat")
    assert "| a page | 3     |" in text
    assert "| a page | 1     |" not in text
    assert report.verdict(0.8, at_least=0.8) == report.verdict(1.2, at_most=1.2) == report.MET
    assert report.verdict(0.79, at_least=0.8) == report.verdict(1.21, at_most=1.2) == report.MISSED
