"""Who works at the companies: names such as the country's people have, and what they do; nothing is in the database."""

from dataclasses import dataclass
from typing import Any

from webapp.services.demo.drafts import Draft
from webapp.services.demo.world import World, read
from webapp.text import search_key

#: How many of a company's people the firm knows, by its size.
KNOWN = {"micro": (1, 2), "small": (1, 3), "medium": (2, 4), "large": (2, 5), "big": (3, 6), "giant": (4, 6)}
#: Sizes that have departments, and people who do nothing but buy or keep accounts.
WITH_DEPARTMENTS = frozenset(KNOWN) - {"micro", "small"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody, as the company's own directory has them."""

    first_name: str
    last_name: str
    is_woman: bool
    middle_name: str
    title: str
    honorific: str
    job_title: str
    #: A code of the list of types of contact.
    type: str
    department: str
    profession: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def mailbox(self) -> str:
        """What stands before the `@` of their address: `marie-helene.du-bois`."""
        return ".".join(search_key(part).replace(" ", "-") for part in (self.first_name, self.last_name))


def people_of(draft: Draft, world: World) -> list[Person]:
    """Return the people of a company the firm knows, no two of one name."""
    count = world.random.randint(*KNOWN[draft.size])
    found: dict[str, Person] = {}
    while len(found) < count:
        person = _person(draft, world)
        found.setdefault(person.name, person)
    return list(found.values())


def a_name(country: str, world: World) -> str:
    """Return a name of the country: of somebody's husband, wife or assistant."""
    is_woman = world.chance(0.5)
    return f"{_first_name(country, is_woman, world)} {_family(country, world)}"


def _person(draft: Draft, world: World) -> Person:
    country = _home_country(draft, world)
    is_woman = world.chance(0.5)
    job = _job(draft, world)
    in_department = draft.size in WITH_DEPARTMENTS
    return Person(
        first_name=_first_name(country, is_woman, world),
        middle_name=_first_name(country, is_woman, world) if world.chance(0.06) else "",
        last_name=_family(country, world),
        is_woman=is_woman,
        title=job.get("title") or _title(is_woman, world),
        honorific=job.get("honorific", ""),
        job_title=world.random.choice(job["titles"])[is_woman],
        type=job["type"],
        department=job.get("department", "") if in_department else "",
        profession=job.get("profession", ""),
    )


def _home_country(draft: Draft, world: World) -> str:
    """Return where somebody's name comes from: mostly the company's country, else any other."""
    names = read("people")["names"]
    if world.chance(0.04):
        return str(world.random.choice(list(names)))
    return draft.place.country if draft.place.country in names else "FR"


def _job(draft: Draft, world: World) -> dict[str, Any]:
    jobs = [
        job
        for job in read("people")["job"]
        if job.get("only", draft.industry) == draft.industry
        and (draft.size in WITH_DEPARTMENTS or not job.get("large"))
    ]
    job: dict[str, Any] = world.random.choices(jobs, [job["weight"] for job in jobs])[0]
    return job


def _title(is_woman: bool, world: World) -> str:
    if not is_woman:
        return "m"
    return "melle" if world.chance(0.04) else "mme"


def _first_name(country: str, is_woman: bool, world: World) -> str:
    name: str = world.random.choice(_names(country)["women" if is_woman else "men"])
    return name


def _family(country: str, world: World) -> str:
    name: str = world.random.choice(_names(country)["families"])
    return name


def _names(country: str) -> dict[str, list[str]]:
    names: dict[str, dict[str, list[str]]] = read("people")["names"]
    return names.get(country, names["FR"])
