"""Who sees a record, and why: the answer of the rule itself, for each resource (A1 to A3, D7)."""

from typing import Any

from tests import factories
from tests.world import World
from webapp.access import SYSTEM, get_visible
from webapp.extensions import db
from webapp.models import Company, Contact, PrincipalKind, Resource
from webapp.services import companies, sight

OPEN, ADMIN = (PrincipalKind.EVERYBODY, ""), (PrincipalKind.ADMINS, "")
NAMED, PARIS = (PrincipalKind.RESOURCE, ""), (PrincipalKind.BILLING_ENTITY, "Comptoir Paris")


def the_company(place: Any) -> Company:
    return get_visible(Company, place.id, SYSTEM)


def the_contact(place: Any) -> Contact:
    return get_visible(Contact, place.id, SYSTEM)


def told_of(record: Company | Contact) -> dict[str, sight.Sight]:
    return {one.name.partition(" ")[0]: one for one in sight.who_sees(record)}


def test_of_a_company_it_says_by_which_grants(world: World, db_session: Any) -> None:
    """A1: an admin by being one, Bruno by his billing entity, Chloé not at all; an open one by being open."""
    told = told_of(the_company(world.zephyr))
    assert (told["Anne"].sees, told["Anne"].company) == (True, [ADMIN])
    assert (told["Bruno"].sees, told["Bruno"].company) == (True, [PARIS])
    assert (told["Chloé"].sees, told["Chloé"].company) == (False, [])
    assert told_of(the_company(world.durand))["Chloé"].company == [OPEN]


def test_all_the_grants_one_has_are_told(world: World, db_session: Any) -> None:
    """D6: by name and by billing entity, each once, however many other entities one has."""
    bruno = db.session.get_one(Resource, world.bruno.id)
    bruno.billing_entities.append(factories.billing_entity("Autre"))
    access = {"restrict_access": True, "allowed_resources": [world.bruno.id], "billing_entities": [world.paris]}
    company = factories.company("Union", **access)
    assert told_of(company)["Bruno"].company == [PARIS, NAMED]


def test_of_a_contact_it_says_its_company_s_and_its_own(world: World, db_session: Any) -> None:
    """A3: one sees a restricted contact by both; being named on it alone opens nothing."""
    at_ecluse = factories.contact(
        "Zoé N", company=world.ecluse.id, restrict_access=True, allowed_resources=[world.chloe.id]
    )
    told = told_of(at_ecluse)
    assert (told["Anne"].sees, told["Anne"].company, told["Anne"].contact) == (True, [ADMIN], [ADMIN])
    assert (told["Bruno"].sees, told["Bruno"].company, told["Bruno"].contact) == (False, [NAMED], [])
    assert (told["Chloé"].sees, told["Chloé"].company, told["Chloé"].contact) == (False, [], [NAMED])
    assert told_of(the_contact(world.elise))["Bruno"].contact is None


def test_what_is_in_the_trash_is_seen_by_nobody(world: World, db_session: Any) -> None:
    company = the_company(world.durand)
    companies.remove(company, SYSTEM)
    db.session.commit()
    assert not any(one.sees for one in sight.who_sees(company))


def test_those_who_left_are_not_told_of(world: World, db_session: Any) -> None:
    factories.resource("Partie Ailleurs", is_active=False)
    assert "Partie" not in told_of(the_company(world.durand))


def test_it_is_read_a_page_at_a_time_and_narrowed(world: World, db_session: Any, queries: Any) -> None:
    """An organisation has thousands of resources: a page is a few queries, whatever their number."""
    people = [factories.resource(f"Personne {number:03}") for number in range(sight.PAGE + 20)]
    db.session.commit()
    company, seeing = the_company(world.ecluse), {"Anne Lefèvre", "Bruno Masson"}
    with queries() as seen:
        first = sight.browse(company)
    assert len(seen) == 2
    second = sight.browse(company, after_id=first.after)
    names = [one.name for one in (*first.sights, *second.sights)]
    assert names == sorted({*seeing, "Chloé Œuvrard", *(one.name for one in people)})
    assert (len(first.sights), second.after) == (sight.PAGE, None)
    assert {one.name for one in sight.browse(company, sees=True).sights} == seeing
    blind = sight.browse(company, sees=False)
    assert seeing.isdisjoint(one.name for one in blind.sights)
    assert blind.after
    assert [one.name for one in sight.browse(company, typed="mason").sights] == ["Bruno Masson"]
    found = sight.browse(company, typed="personne")
    assert (len(found.sights), found.has_more_found, found.after) == (sight.PAGE, True, None)
    assert sight.browse(company, sees=True, typed="personne").sights == []
