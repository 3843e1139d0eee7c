"""Resources: who works here, with which role and which billing entities (R1, R2, A1).

The values of a resource travel as one flat dict: `name`, `email`, `role`, `job_title`, `phone_office`,
`phone_mobile`, `language`, `timezone`, `billing_entities` (ids), `is_active`, `external_id`. A value left out is
left as it is. Whoever deactivates a sponsor says in `portal_successor` (an id) who sponsors their contacts then (P2).
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select, tuple_

from webapp.access import Viewer, unscoped
from webapp.clock import now, timezones
from webapp.config import LANGUAGES
from webapp.emails import email_key, normal_email
from webapp.extensions import db
from webapp.i18n import _, _n
from webapp.models import AuditKind, BillingEntity, Principal, PrincipalKind, Resource, Role
from webapp.services import audit, calendar, links, organisation, sessions
from webapp.services.portal import life as portal
from webapp.services.refusal import Refused
from webapp.services.search import small
from webapp.text import search_key, sort_key

log = logging.getLogger(__name__)

#: Values that are a column of the same name.
COLUMNS = (
    "name",
    "email",
    "role",
    "job_title",
    "phone_office",
    "phone_mobile",
    "language",
    "timezone",
    "is_active",
    "external_id",
)
#: What resources may change about themselves.
PROFILE = ("name", "job_title", "phone_office", "phone_mobile", "language", "timezone")

MAX_EMAIL = 254


# --- reading -----------------------------------------------------------------------------------------------------


def values_of(resource: Resource) -> dict[str, Any]:
    """Return the values of a resource, as forms and exports want them."""
    values = {name: getattr(resource, name) for name in COLUMNS}
    return values | {"billing_entities": [entity.id for entity in resource.billing_entities]}


def browse(
    *, active: bool = True, waiting: bool = False, name: str = "", after_id: int | None = None, limit: int = 50
) -> tuple[Sequence[Resource], int | None]:
    """Return a page of resources in order of name, and the id after which the next page begins, if there is one.

    `waiting` keeps those who have not chosen a password yet; `name` those whose name or address has words that
    begin with its words.
    """
    named = small.words_start(Resource.search_key, search_key(name).split())
    statement = select(Resource).where(Resource.is_active == active, named)
    if waiting:
        statement = statement.where(Resource.password_hash.is_(None))
    if after_id is not None and 0 < after_id < 2**63:
        place = select(Resource.sort_key, Resource.id).where(Resource.id == after_id)
        if (seen := db.session.execute(place).first()) is not None:
            statement = statement.where(tuple_(Resource.sort_key, Resource.id) > tuple(seen))
    found = db.session.scalars(statement.order_by(Resource.sort_key, Resource.id).limit(limit + 1)).all()
    return found[:limit], found[limit - 1].id if len(found) > limit else None


@dataclass(frozen=True)
class Counts:
    """How many resources there are, and how many wait for something."""

    active: int
    inactive: int
    #: Active, but they have not chosen a password yet: a link waits to be handed to them.
    without_password: int


def counts() -> Counts:
    """Count the resources, with one query."""
    row = db.session.execute(
        select(
            func.count().filter(Resource.is_active),
            func.count().filter(~Resource.is_active),
            func.count().filter(Resource.is_active, Resource.password_hash.is_(None)),
        ).select_from(Resource)
    ).one()
    return Counts(*row)


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of resources by id, of those who have left too."""
    wanted = {one for one in ids if one is not None}
    rows = select(Resource.id, Resource.name).where(Resource.id.in_(wanted))
    return dict(db.session.execute(unscoped(rows, "who did what one may read")).all()) if wanted else {}


def any_exists() -> bool:
    """Whether there is a resource at all; before the first one, the product waits for its first use."""
    return bool(db.session.scalar(select(exists().select_from(Resource))))


def by_email(email: str) -> Resource | None:
    """Return the resource of this address, active or not."""
    return db.session.scalar(select(Resource).where(Resource.email_key == email_key(email)))


def problems(values: Mapping[str, Any], resource: Resource | None = None) -> dict[str, str]:
    """Return what is wrong with the values of a new or changed resource, by name."""
    errors = {}
    if not values.get("name"):
        errors["name"] = _("Ce champ est obligatoire.")
    if error := _email_problem(str(values.get("email") or ""), resource):
        errors["email"] = error
    if owner := _owner_of_reference(values.get("external_id"), resource):
        errors["external_id"] = _("Cette référence est déjà prise par %(name)s.", name=owner)
    if values.get("language") not in LANGUAGES:
        errors["language"] = _("Choisissez une valeur de la liste.")
    if values.get("timezone") not in timezones():
        errors["timezone"] = _("Choisissez une valeur de la liste.")
    if _leaves_contacts(values, resource):
        errors["portal_successor"] = _n(
            "Cette ressource est commanditaire de l’accès de %(num)d contact au Portail Clients : choisissez qui lui "
            "succède.",
            "Cette ressource est commanditaire de l’accès de %(num)d contacts au Portail Clients : choisissez qui lui "
            "succède.",
            portal.sponsored_by(resource.id) if resource else 0,
        )
    if _leaves_no_admin(values, resource):
        errors["role" if values["is_active"] else "is_active"] = _(
            "C’est le dernier administrateur actif : donnez d’abord ce rôle à une autre ressource."
        )
    return errors


def _email_problem(email: str, resource: Resource | None) -> str | None:
    if not email:
        return str(_("Ce champ est obligatoire."))
    if normal_email(email) is None or len(email_key(email)) > MAX_EMAIL:
        return str(_("Cette adresse e-mail n’est pas valable. Exemple : prenom.nom@exemple.fr"))
    owner = by_email(email)
    if owner is not None and owner is not resource:
        return str(_("Cette adresse e-mail est déjà prise par %(name)s.", name=owner.name))
    return None


def _owner_of_reference(reference: str | None, resource: Resource | None) -> str | None:
    owner = db.session.scalar(select(Resource).where(Resource.external_id == reference)) if reference else None
    return owner.name if owner is not None and owner is not resource else None


def _leaves_contacts(values: Mapping[str, Any], resource: Resource | None) -> bool:
    """Whether this change would leave contacts in the portal without a sponsor at work (P2)."""
    if resource is None or not resource.is_active or values["is_active"] or values.get("portal_successor"):
        return False
    return portal.sponsored_by(resource.id) > 0


def _leaves_no_admin(values: Mapping[str, Any], resource: Resource | None) -> bool:
    """Whether this change would take away the last active admin; admins are locked, so that two can't leave at once."""
    if resource is None or not (resource.is_active and resource.is_admin):
        return False
    if values["is_active"] and values["role"] is Role.ADMIN:
        return False
    admins = select(Resource.id).where(Resource.role == Role.ADMIN, Resource.is_active).with_for_update()
    return set(db.session.scalars(admins)) <= {resource.id}


# --- writing -----------------------------------------------------------------------------------------------------


def create_resource(values: Mapping[str, Any], by: Viewer) -> Resource:
    """Add a resource, without a password yet, and return it; raises Refused when a rule is broken."""
    settings = organisation.load()
    defaults = {
        "role": Role.RESOURCE,
        "language": settings.language,
        "timezone": settings.timezone,
        "is_active": True,
    }
    values = defaults | dict(values)
    if errors := problems(values):
        raise Refused(errors)
    principal = Principal(kind=PrincipalKind.RESOURCE)
    db.session.add(principal)
    db.session.flush()
    resource = Resource(principal_id=principal.id)
    _assign(resource, values)
    db.session.add(resource)
    db.session.flush()
    log.info("resource %d created by %s", resource.id, _name_of(by))
    audit.record(AuditKind.RESOURCE_CREATED, resource.name)
    return resource


def update_resource(resource: Resource, values: Mapping[str, Any], by: Viewer) -> set[str]:
    """Change some values of a resource; return the names of those that changed; raises Refused.

    Whoever is deactivated is signed out at once, and their links no longer open anything.
    """
    before = values_of(resource)
    after = before | dict(values)
    if errors := problems(after, resource):
        raise Refused(errors)
    changed = {name for name in before if before[name] != after[name]}
    if not changed:
        return changed
    if "is_active" in changed and not after["is_active"] and portal.sponsored_by(resource.id):
        portal.hand_over_all(resource, after.get("portal_successor"), by)
    _assign(resource, {name: after[name] for name in changed})
    db.session.flush()
    if not resource.is_active:
        sessions.staff.end_all(resource.id)
        links.end_all(resource.id)
        calendar.end(resource.id, resource.name)
    log.info("resource %d changed by %s: %s", resource.id, _name_of(by), ", ".join(sorted(changed)))
    audit.record(AuditKind.RESOURCE_CHANGED, resource.name, fields=sorted(changed), **_rights(before, after, changed))
    return changed


def _rights(before: Mapping[str, Any], after: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """Return of what decides on rights, what it was and what it became."""
    told = {name: [before[name], after[name]] for name in ("role", "is_active") if name in changed}
    if "billing_entities" in changed:
        # By name, as they are called now: what the audit tells must read the same when they are gone.
        sides = [before["billing_entities"], after["billing_entities"]]
        named = select(BillingEntity.id, BillingEntity.name).where(BillingEntity.id.in_({*sides[0], *sides[1]}))
        names = {row.id: row.name for row in db.session.execute(named)}
        told["billing_entities"] = [sorted(names[one] for one in side) for side in sides]
    return told


def deactivate(resource: Resource, by: Viewer) -> None:
    """Sign a resource out everywhere, for good; raises Refused for the last active admin, and for a sponsor (P2)."""
    update_resource(resource, {"is_active": False}, by)


def _assign(resource: Resource, values: Mapping[str, Any]) -> None:
    """Write values into the record, with what is derived from them."""
    for name in COLUMNS:
        if name in values:
            setattr(resource, name, values[name])
    if "email" in values:
        resource.email = normal_email(values["email"]) or values["email"]
        resource.email_key = email_key(resource.email)
    if "external_id" in values:
        resource.external_id = values["external_id"] or None
    for name, key in name_keys(resource.name, resource.email).items():
        setattr(resource, name, key)
    if "billing_entities" in values:
        resource.billing_entities = _entities(values["billing_entities"])
    # Who has only other entities is another version too (R4).
    resource.updated_at = now()


def name_keys(name: str, email: str) -> dict[str, Any]:
    """Return the columns by which a resource is sorted and searched."""
    return {"sort_key": sort_key(name), "search_key": search_key(f"{name} {email}")[:400]}


def _entities(ids: Iterable[int]) -> list[BillingEntity]:
    wanted = set(ids)
    found = list(db.session.scalars(select(BillingEntity).where(BillingEntity.id.in_(wanted))))
    if len(found) < len(wanted):
        raise Refused({"billing_entities": _("Choisissez une valeur de la liste.")})
    return sorted(found, key=lambda entity: (entity.position, entity.id))


def _name_of(by: Viewer) -> str:
    return f"resource {by.resource_id}" if by.resource_id else "the system"
