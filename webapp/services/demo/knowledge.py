"""What the firm learnt by answering its customers."""

from collections.abc import Iterable

from sqlalchemy import select

from webapp.access import unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import SupportRequest
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import Duty, World, read
from webapp.services.knowledge import KNOWLEDGE

_WHY = "the demonstration is nobody's yet"


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Write the items, from the requests they came from where they did, and publish and retire some."""
    client = next(draft for draft in companies if draft.is_client and not draft.restricted and not draft.entities)
    for told in read("knowledge")["item"]:
        request = _request(told.get("request"))
        by = world.hand(world.member(Duty.CONSULTANT, "paris"))
        written = world.working_moment(world.random.uniform(1, 40))
        if request is not None:
            written = max(written, request.created_at)
        values = {
            "company": request.company_id if request else client.id,
            "request": request.id if request else None,
            "name": told["name"],
            "text": told["text"].strip(),
        }
        with at(written):
            item = KNOWLEDGE.create(values, by)
            if told["state"] != "draft":
                KNOWLEDGE.publish(item, by)
        if told["state"] == "retired":
            with at(max(written, world.working_moment(0.5))):
                KNOWLEDGE.retire(item, by)


def _request(name: str | None) -> SupportRequest | None:
    if name is None:
        return None
    rows = select(SupportRequest).where(SupportRequest.name == name).order_by(SupportRequest.id).limit(1)
    return db.session.scalar(unscoped(rows, _WHY))
