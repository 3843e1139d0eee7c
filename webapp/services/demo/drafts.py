"""Who the companies are: their names, where they are, and whose subsidiaries; nothing is in the database yet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webapp.models import CommercialStatus
from webapp.services.demo.places import Town, of, town, towns
from webapp.services.demo.world import Member, World, read

#: How often a place of each kind has one company more.
WEIGHTS = {"metropolis": 4, "city": 2}

#: A subsidiary mostly is what its parent is.
STATUSES = {"client": 52, "lead": 17, "prospect": 31}

LONGEST_AGE = 540.0


@dataclass(eq=False, kw_only=True)
class Draft:
    """A company to come; the fields are those of `companies.toml`."""

    name: str
    place: Town
    industry: str
    size: str
    status: CommercialStatus
    #: How many days ago it was entered.
    age: float
    parent: "Draft | None" = None
    alias: str = ""
    type: str = "client"
    comments: str = ""
    phone: str = ""
    exemption: str = ""
    public: bool = False
    restricted: bool = False
    entities: list[str] = field(default_factory=list)
    #: Filled in as the company is made: its id, its main address, where its subsidiaries are billed, its web host,
    #: those of the firm who look after it, and what its contacts' rules depend on.
    id: int | None = None
    address: dict[str, Any] = field(default_factory=dict)
    host: str = ""
    team: list[Member] = field(default_factory=list)
    surveys_enabled: bool = False
    is_reference: bool = False

    @property
    def is_client(self) -> bool:
        return self.status is CommercialStatus.CLIENT


def drafts(world: World) -> list[Draft]:
    """Return all companies, the oldest first, so that their numbers follow their dates and parents come first."""
    data = read("companies")
    found = [draft for group in data["group"] for draft in _group(group, None, world)]
    for entry in data["notable"]:
        place = town(entry["town"])
        found += [_draft(company, place, world) for company in entry["companies"]]
    found += _from_trades({draft.name for draft in found}, data["total"] - len(found), world)
    return sorted(found, key=lambda draft: -draft.age)


def _draft(values: dict[str, Any], place: Town, world: World, parent: Draft | None = None) -> Draft:
    weights = dict(STATUSES)
    if parent is not None:
        weights[parent.status] *= 4
    age = (parent.age if parent else LONGEST_AGE) * world.random.random()
    known = {"status": world.weighted(weights)} | values
    return Draft(**(known | {"status": CommercialStatus(known["status"])}), place=place, age=age, parent=parent)


def _group(values: dict[str, Any], parent: Draft | None, world: World) -> Iterator[Draft]:
    """Yield a company and all that is below it; a subsidiary is of its parent's industry unless it says so."""
    own = {key: value for key, value in values.items() if key not in ("town", "subsidiaries")}
    if parent is not None:
        own = {"industry": parent.industry} | own
    draft = _draft(own, town(values["town"]), world, parent)
    yield draft
    for subsidiary in values.get("subsidiaries", ()):
        yield from _group(subsidiary, draft, world)


# --- names from patterns ---------------------------------------------------------------------------------------------


def _from_trades(taken: set[str], count: int, world: World) -> list[Draft]:
    """Return `count` companies of the trades: one of every pattern, then another of as many as are needed."""
    trades = [(trade, pattern) for trade in read("companies")["trade"] for pattern in trade["names"]]
    again = [(trade, pattern) for trade, pattern in trades if "{" in pattern]
    names = Names(taken, world)
    return [
        _of_trade(trade, pattern, names, world) for trade, pattern in trades + world.random.sample(again, len(again))
    ][:count]


def _of_trade(trade: dict[str, Any], pattern: str, names: "Names", world: World) -> Draft:
    own = {key: value for key, value in trade.items() if key not in ("only", "names")}
    name, place = names.make(pattern, trade.get("only"))
    return _draft(own | {"name": name}, place, world)


class Names:
    """Makes names from patterns, none twice."""

    def __init__(self, taken: set[str], world: World):
        self._taken = taken
        self._random = world.random
        self._families: dict[str, list[str]] = {}

    def make(self, pattern: str, trait: str | None) -> tuple[str, Town]:
        """Return a name after the pattern and the town it is of, one with the trait."""
        places = [place for place in towns() if place.area and (trait is None or trait in place.traits)]
        weights = [max((WEIGHTS.get(each, 1) for each in place.traits), default=1) for place in places]
        while True:
            place = self._random.choices(places, weights)[0]
            name = self._fill_in(pattern, place)
            if name not in self._taken:
                self._taken.add(name)
                return name, place

    def _fill_in(self, pattern: str, place: Town) -> str:
        parts = {"of_town": of(place.town), "of_area": of(place.area)}
        for part in ("family", "other_family"):
            if f"{{{part}}}" in pattern:
                parts[part] = self._family(place)
        return pattern.format(**parts)

    def _family(self, place: Town) -> str:
        """Return a family of the place, every other time; all of a list serve before one serves again."""
        which = place.families if place.families and self._random.random() < 0.5 else "general"
        if not self._families.get(which):
            families = read("companies")["families"][which]
            self._families[which] = self._random.sample(families, len(families))
        return self._families[which].pop()
