"""What the benchmarks ask for: the addresses of a world, for its viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from bench.databases import application
from webapp.access import Viewer, unscoped, visible
from webapp.database import set_reading
from webapp.extensions import db
from webapp.models import Company, LinkedSearch, ReferenceItem, ReferenceList, Resource
from webapp.services import sessions, viewers

#: Companies asked for in turn, so that it is not always the same page of the database.
SAMPLE = 200


@dataclass(frozen=True)
class World:
    """What a benchmark needs to know of a world."""

    #: Account types, the largest branch first; in the restricted world, all of its companies are restricted.
    branches: Sequence[int]
    #: Companies the viewer may see, in no order.
    company_ids: Sequence[int]
    #: The beginning of a name that few companies bear.
    rare: str
    #: A company on which thousands of records hang.
    full: int


def world_of(url: str) -> World:
    """Look into a database for what there is to ask."""
    with application(url) as app, app.app_context():
        viewer = first_viewer()
        set_reading(True)
        ids = db.session.scalars(visible(Company, viewer, Company.id).order_by(Company.updated_at).limit(SAMPLE)).all()
        rare = unscoped(select(Company.name).where(Company.id == ids[0]), "a name to look for")
        return World(
            branches=db.session.scalars(
                select(ReferenceItem.id)
                .where(ReferenceItem.list == ReferenceList.ACCOUNT_TYPE)
                .order_by(ReferenceItem.position)
            ).all(),
            company_ids=ids,
            rare=db.session.scalars(rare).one(),
            full=db.session.scalars(
                unscoped(select(LinkedSearch.company_id).limit(1), "the company that has all")
            ).one(),
        )


def first_viewer() -> Viewer:
    """Sign in the resource whose eyes the benchmarks look through: the first one, no administrator."""
    set_reading(False)
    resource_id = db.session.scalars(select(Resource.id).order_by(Resource.id).limit(1)).one()
    token = sessions.staff.start(resource_id, address="127.0.0.1", user_agent="bench")
    db.session.commit()
    viewer = viewers.by_session(token, timedelta(hours=1))
    assert viewer is not None
    return viewer
