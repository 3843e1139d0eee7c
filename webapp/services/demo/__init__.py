"""A world for demonstrations: a consulting firm, its people and its customers, all invented, always the same.

One file for each noun, one line in `fill` for each file. Everything goes through the services that serve users, so
that the demonstration obeys every rule; what it is made of is in `seeds/demo/`.
"""

from sqlalchemy import exists, select

from webapp.access import Viewer, unscoped
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import Company, Organisation
from webapp.services import organisation
from webapp.services.demo import (
    activities,
    companies,
    contacts,
    engagements,
    folders,
    invoices,
    knowledge,
    opportunities,
    portal,
    projects,
    requests,
    resources,
)
from webapp.services.demo.portal import sign_in_token as portal_sign_in_token
from webapp.services.demo.resources import sign_in_tokens
from webapp.services.demo.world import World, read
from webapp.services.refusal import Refused

__all__ = ["fill", "portal_sign_in_token", "sign_in_tokens"]


def fill(by: Viewer) -> None:
    """Fill an instance that has no company yet; raises Refused for any other, in which nothing is touched."""
    if _has_companies():
        raise Refused({"demo": _("Cette installation contient déjà des sociétés : la démonstration n’y ajoute rien.")})
    world = World(by)
    _name_organisation()
    resources.fill(world)
    customers = list(companies.fill(world))
    contacts.fill(world, customers)
    portal.fill(world, customers)
    engagements.fill(world, customers, opportunities.fill(world, customers))
    activities.fill(world, customers)
    folders.fill(world, customers)
    requests.fill(world, customers)
    knowledge.fill(world, customers)
    projects.fill(world, customers)
    invoices.fill(world, customers)
    portal.deliver(world)


def _has_companies() -> bool:
    """Whether there is any company, in the trash too."""
    return bool(db.session.scalar(unscoped(select(exists().select_from(Company)), "an instance is empty or not")))


def _name_organisation() -> None:
    """Give the organisation the firm's name, unless somebody has named it."""
    if organisation.load().name == Organisation.name:
        organisation.save({"name": read("firm")["name"]})
