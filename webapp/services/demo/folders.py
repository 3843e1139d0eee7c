"""Folders the firm shares with its customers: documents of both sides, some in several versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from webapp import uploads
from webapp.access import Actor, unscoped
from webapp.clock import at
from webapp.extensions import db
from webapp.models import Contact, PortalAccess, TeamFolder
from webapp.services import documents
from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import World, read
from webapp.services.folders import FOLDERS

#: How long ago the folders were made, in days, at most; how many days pass between two files.
OLDEST, APART = 60, 6


@dataclass(frozen=True)
class Guest:
    """A contact who does something in the portal."""

    contact_id: int
    resource_id: None = None


def fill(world: World, companies: Iterable[Draft]) -> None:
    """Share folders with clients, first with those of whom somebody may open them."""
    plan = read("folders")
    clients = [draft for draft in companies if draft.is_client and draft.team and draft.age > OLDEST]
    members = {draft.id: _members(draft) for draft in clients}
    clients.sort(key=lambda draft: not members[draft.id])
    for number, draft in enumerate(clients[: plan["count"]]):
        _share(plan["folder"][number % len(plan["folder"])], draft, members[draft.id], world)


def _members(draft: Draft) -> list[int]:
    """Return the contacts of a company who may open folders in the portal."""
    able = select(Contact.id).join(PortalAccess, PortalAccess.contact_id == Contact.id)
    able = able.where(Contact.company_id == draft.id, PortalAccess.enabled, PortalAccess.team_folders)
    return list(db.session.scalars(unscoped(able.order_by(Contact.id), "the demonstration is nobody's yet")))


def _share(plan: dict[str, Any], draft: Draft, members: list[int], world: World) -> None:
    host = world.hand(world.random.choice(draft.team))
    moment = world.working_moment(world.random.uniform(OLDEST / 2, OLDEST))
    values = {
        "company": draft.id,
        "name": plan["name"],
        "comments": plan["comments"],
        "resources": frozenset(member.resource_id for member in draft.team),
        "contacts": frozenset(members),
    }
    with at(moment):
        folder: TeamFolder = FOLDERS.create(values, host)
        db.session.flush()
    for document in plan["documents"]:
        by: Actor = Guest(members[0]) if document.get("from") == "contact" and members else host
        for text in document["texts"]:
            moment = _later(moment, world)
            with at(moment):
                documents.add(folder, [uploads.read(document["name"], text.encode())], by)
                db.session.flush()


def _later(moment: datetime, world: World) -> datetime:
    """Return a moment of a working day some days later, that has passed."""
    days_ago = (world.now - moment) / timedelta(days=1)
    return max(moment, world.working_moment(max(0, days_ago - world.random.uniform(0.5, APART))))
