"""The firm's billing entities and its people."""

from typing import Any

from webapp.models import LinkPurpose, Resource, Role
from webapp.services import billing_entities, links
from webapp.services.demo.world import Duty, Member, World, read
from webapp.services.resources import by_email, create_resource, deactivate
from webapp.text import search_key

#: The mobile numbers France keeps for fiction.
MOBILE = "+33 6 39 98 xx xx"


def fill(world: World) -> None:
    """Found the billing entities and hire everybody."""
    firm = read("firm")
    for key, name in firm["entities"].items():
        world.entity_ids[key] = billing_entities.add(name, **firm["printed"][key]).id
    for team in firm["people"]:
        for person in team["people"]:
            world.staff.append(_hire(person, team, world))


def _hire(person: dict[str, Any], team: dict[str, Any], world: World) -> Member:
    duty, office = Duty(team["duty"]), read("firm")["offices"][team["office"]]
    resource = create_resource(
        {
            "name": person["name"],
            "email": email_of(person["name"]),
            "role": Role.ADMIN if duty is Duty.ADMIN else Role.RESOURCE,
            "job_title": person["job"],
            "phone_office": world.phone_number(office["phone"]),
            "phone_mobile": world.phone_number(MOBILE),
            "language": person.get("language", "fr"),
            "timezone": office["timezone"],
            "billing_entities": [world.entity_ids[key] for key in team.get("entities", [team["office"]])],
        },
        world.by,
    )
    if not team.get("active", True):
        deactivate(resource, world.by)
    return Member(resource.id, duty, team["office"], resource.is_active)


def email_of(name: str) -> str:
    """Return the address the firm gives to somebody: `helene.aubertin@…`."""
    first, last = (search_key(part).replace(" ", "-") for part in name.split(" ", 1))
    return f"{first}.{last}@{read('firm')['domain']}"


def sign_in_tokens() -> list[tuple[Resource, str]]:
    """Return an administrator and a resource like most, each with the token of a one-time link (D5).

    Whoever has left the instance, or was renamed in it, is left out.
    """
    tokens = []
    for duty in (Duty.ADMIN, Duty.ACCOUNT_MANAGER):
        team = next(team for team in read("firm")["people"] if team["duty"] == duty)
        resource = by_email(email_of(team["people"][0]["name"]))
        if resource is not None and resource.is_active:
            tokens.append((resource, links.create(LinkPurpose.DEMO_SIGN_IN, resource, links.DEMO_LIFETIME)))
    return tokens
