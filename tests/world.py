"""The small world of the tests: who is there, and which companies they may see.

Anne is an administrator. Bruno is a resource, on one company by name and on another through his billing entity.
Chloé is a resource who is on none: the stranger. What the world holds is plain values, not records of a session:
reading them asks nothing of the database.
"""

from dataclasses import dataclass

from tests import factories
from tests.factories import PASSWORD
from webapp.access import Viewer
from webapp.models import ADMINS_ID, EVERYBODY_ID, CommercialStatus, Company, Contact, ReferenceList, Resource, Role


@dataclass(frozen=True)
class Person:
    """A member of staff, as a test needs to know them."""

    id: int
    name: str
    email: str
    principal_id: int
    password: str = PASSWORD


@dataclass(frozen=True)
class Place:
    """A company or a contact, as a test needs to know it."""

    id: int
    name: str


@dataclass(frozen=True)
class World:
    anne: Person
    bruno: Person
    chloe: Person
    #: The billing entity Bruno has access to, and one that nobody has.
    paris: int
    lyon: int
    #: Open to everybody.
    durand: Place
    #: Restricted to Bruno.
    ecluse: Place
    #: Restricted to the billing entity of Paris.
    zephyr: Place
    #: Open, and not clients yet: Bruno's lead, Chloé's prospect.
    lead: Place
    prospect: Place
    #: People at Durand & Fils, and at the company restricted to Bruno.
    elise: Place
    denis: Place

    def viewer(self, name: str) -> Viewer:
        """Return one of the people as services know who is asking, without a session."""
        person = self.person(name)
        is_admin = person is self.anne
        return Viewer(
            resource_id=person.id,
            name=person.name,
            email=person.email,
            is_admin=is_admin,
            language="fr",
            timezone="Europe/Paris",
            principal_ids=(EVERYBODY_ID, person.principal_id, *((ADMINS_ID,) if is_admin else ())),
        )

    def person(self, name: str) -> Person:
        """Return one of the people by first name."""
        return {"anne": self.anne, "bruno": self.bruno, "chloe": self.chloe}[name]


def build() -> World:
    """Make the world, in the current application context."""
    paris, lyon = factories.billing_entity("Comptoir Paris"), factories.billing_entity("Comptoir Lyon")
    anne = factories.resource("Anne Lefèvre", role=Role.ADMIN)
    bruno = factories.resource("Bruno Masson", billing_entities=[paris])
    chloe = factories.resource("Chloé Œuvrard")
    region = factories.reference(ReferenceList.BUSINESS_REGION, "ile_de_france")
    durand = factories.company("Durand & Fils", business_region=region)
    ecluse = factories.company("L’Écluse", restrict_access=True, allowed_resources=[bruno.id])
    mme = factories.reference(ReferenceList.TITLE, "mme")
    elise = factories.contact("Élise Nguyễn", company=durand.id, title=mme, email1="elise.nguyen@durand.example")
    denis = factories.contact("Denis Écluse", company=ecluse.id)
    return World(
        anne=_person(anne),
        bruno=_person(bruno),
        chloe=_person(chloe),
        paris=paris.id,
        lyon=lyon.id,
        durand=_place(durand),
        ecluse=_place(ecluse),
        zephyr=_place(factories.company("Zéphyr", billing_entities=[paris.id])),
        lead=_place(factories.company("Évrard", commercial_status=CommercialStatus.LEAD, sales_rep=bruno.id)),
        prospect=_place(
            factories.company("Péniche Bleue", commercial_status=CommercialStatus.PROSPECT, telemarketer=chloe.id)
        ),
        elise=_place(elise),
        denis=_place(denis),
    )


def _person(resource: Resource) -> Person:
    return Person(resource.id, resource.name, resource.email, resource.principal_id)


def _place(record: Company | Contact) -> Place:
    return Place(record.id, record.name)
