"""The colleagues whom a resource keeps at hand, to give access to (C8)."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from webapp.access import Viewer
from webapp.extensions import db
from webapp.models import FavoriteResource, Resource
from webapp.services.lookups import Found

#: More than one looks through; who needs somebody else finds them by typing.
MOST = 100


def of(viewer: Viewer, but: Collection[int] = ()) -> list[Found]:
    """Return one's favourites by name, without some; those who have left are no longer offered."""
    rows = (
        select(Resource.id, Resource.name, Resource.job_title)
        .join(FavoriteResource, FavoriteResource.favorite_id == Resource.id)
        .where(FavoriteResource.resource_id == viewer.resource_id, Resource.is_active)
        .order_by(Resource.sort_key, Resource.id)
        .limit(MOST)
    )
    return [Found(*row) for row in db.session.execute(rows) if row.id not in but]


def add(viewer: Viewer, resource_id: int) -> bool:
    """Keep somebody at hand; return whether they were not yet, and there was room."""
    kept = set(
        db.session.scalars(
            select(FavoriteResource.favorite_id).where(FavoriteResource.resource_id == viewer.resource_id)
        )
    )
    if resource_id in kept or len(kept) >= MOST:
        return False
    db.session.execute(insert(FavoriteResource).values(resource_id=viewer.resource_id, favorite_id=resource_id))
    return True


def remove(viewer: Viewer, resource_id: int) -> None:
    """Keep somebody at hand no more."""
    mine = (FavoriteResource.resource_id == viewer.resource_id) & (FavoriteResource.favorite_id == resource_id)
    db.session.execute(delete(FavoriteResource).where(mine))
