"""The firm's customers: what is known of each, tab by tab, and when it was entered."""

from typing import Any

from webapp.clock import at
from webapp.models import CommercialStatus, Company, CompanyPhoneKind, ReferenceList
from webapp.services import companies
from webapp.services.demo.drafts import LONGEST_AGE, Draft, drafts
from webapp.services.demo.places import phone_in, street_in, vat_number_in, website_of
from webapp.services.demo.world import Duty, Member, World, read
from webapp.services.history import recording

Values = dict[str, Any]

#: Revenue and employees by size, in the codes of the lists.
REVENUE = {
    "micro": {"under_1m": 1},
    "small": {"under_1m": 1, "1m_5m": 4, "5m_20m": 1},
    "medium": {"5m_20m": 4, "20m_100m": 1},
    "large": {"20m_100m": 3, "100m_500m": 2},
    "big": {"100m_500m": 2, "500m_5b": 3},
    "giant": {"over_5b": 1},
}
EMPLOYEES = {
    "micro": {"1_9": 1},
    "small": {"1_9": 1, "10_49": 4},
    "medium": {"50_249": 1},
    "large": {"250_999": 1},
    "big": {"1000_4999": 1},
    "giant": {"over_5000": 1},
}
SMALL = ("micro", "small")

SOURCES = {
    "referral": 20, "cold_call": 18, "trade_show": 14, "web_site": 14, "inbound_call": 10, "social_media": 8,
    "partner": 7, "advertising": 5, "tender": 4,
}  # fmt: skip
STATES = {
    CommercialStatus.CLIENT: {"active": 84, "on_hold": 6, "inactive": 7, "closed": 3},
    CommercialStatus.LEAD: {"active": 80, "on_hold": 20},
    CommercialStatus.PROSPECT: {"active": 60, "on_hold": 15, "inactive": 5},
}

#: Industries that have goods delivered; when they are large, they are in a business park.
WITH_GOODS = frozenset("BCEFGH")
#: The share of companies large enough that have each number, besides the main one.
PHONES = {
    CompanyPhoneKind.FAX: 0.3,
    CompanyPhoneKind.CUSTOMER_SERVICE: 0.3,
    CompanyPhoneKind.TECHNICAL_SUPPORT: 0.15,
    CompanyPhoneKind.EXECUTIVE: 0.2,
    CompanyPhoneKind.SALES: 0.3,
    CompanyPhoneKind.MARKETING: 0.1,
    CompanyPhoneKind.HR: 0.2,
    CompanyPhoneKind.SECURITY: 0.1,
    CompanyPhoneKind.OTHER: 0.05,
}
#: The free numbers that North America keeps for fiction; other countries keep none.
TOLL_FREE = {"CA": "+1 800 555 01xx", "US": "+1 800 555 01xx"}

#: What is often not known yet when a company is entered.
LEARNT_LATER = ("alias", "vat_number", "annual_revenue", "employees", "comments", "main_street", "website", "industry")

#: Which office looks after the companies near a site of ours.
OFFICE_OF_SITE = {
    "lyon": "lyon", "toulouse": "lyon", "brussels": "brussels", "luxembourg": "brussels", "geneva": "geneva",
    "montreal": "montreal", "new_york": "montreal",
}  # fmt: skip


def fill(world: World) -> list[Draft]:
    """Enter all companies, each dated as if it had been entered over the last eighteen months; return them."""
    made = drafts(world)
    for draft in made:
        team = Team(draft, world)
        company = _live(draft, team, world)
        draft.id, draft.team = company.id, team.active
        draft.surveys_enabled, draft.is_reference = company.surveys_enabled, company.is_reference
    return made


def _live(draft: Draft, team: "Team", world: World) -> Company:
    """Enter a company, then complete it and comment on it as days go by, more often lately than long ago."""
    random, somebody = world.random, world.member(Duty.ADMIN, team.office)
    author = (team.active or [somebody])[0]
    entered = world.working_moment(draft.age)
    changed = max(entered, world.working_moment(draft.age * random.random() ** 1.5))
    values = _values(draft, team, world)
    later = world.learnt_later(values, LEARNT_LATER)
    with at(entered):
        company = companies.create(values, world.hand(author))
    if team.active and world.chance(0.3):
        met = entered + (changed - entered) * random.random()
        with at(met):
            recording.commented(
                company, random.choice(read("companies")["notes"]), world.hand(random.choice(team.active))
            )
    if later:
        with at(changed):
            companies.update(company, later, world.hand(random.choice([author, *team.active, somebody])))
    return company


def _values(draft: Draft, team: "Team", world: World) -> Values:
    return {
        **_general(draft, world),
        **_addresses(draft, world),
        **_phones(draft, world),
        **_details(draft, team, world),
        **_access(draft, team, world),
    }


class Team:
    """Who of the firm looks after a company; a client may still have the manager who left."""

    def __init__(self, draft: Draft, world: World):
        self.office = OFFICE_OF_SITE.get(draft.place.site or "", "paris")
        self.account_manager = self.sales_rep = self.telemarketer = None
        if draft.is_client:
            self.account_manager = world.member(Duty.ACCOUNT_MANAGER, self.office)
            if self.office == "paris" and draft.age > LONGEST_AGE / 2 and world.chance(0.15):
                self.account_manager = next(member for member in world.staff if not member.is_active)
        if draft.status is CommercialStatus.LEAD or (draft.is_client and world.chance(0.6)):
            self.sales_rep = world.member(Duty.SALES_REP, self.office)
        if draft.status is CommercialStatus.PROSPECT or world.chance(0.4):
            self.telemarketer = world.member(Duty.TELEMARKETER, self.office)

    @property
    def active(self) -> list[Member]:
        """Return those who are still here, the one who found the company first."""
        everybody = (self.telemarketer, self.sales_rep, self.account_manager)
        return [member for member in everybody if member and member.is_active]


# --- the tabs ---------------------------------------------------------------------------------------------------------


def _general(draft: Draft, world: World) -> Values:
    """Return the values of Généralités (C3)."""
    is_customer = draft.is_client and draft.type == "client"
    state = world.weighted(STATES[draft.status]) if draft.type == "client" else "active"
    return {
        "name": draft.name,
        "alias": draft.alias,
        "account_type": world.lists.find(ReferenceList.ACCOUNT_TYPE, draft.type),
        "commercial_status": draft.status,
        "status": world.lists.find(ReferenceList.COMPANY_STATE, state),
        "parent": draft.parent.id if draft.parent else None,
        "is_reference": is_customer and not draft.restricted and world.chance(0.15),
        "allow_engagements": is_customer and world.chance(0.8),
    }


def _addresses(draft: Draft, world: World) -> Values:
    """Return the values of Adresses (C4): subsidiaries are billed at their parent's, goods go to the yard."""
    draft.address = _address(draft, world)
    website = website_of(draft.name, draft.place, world.hosts)
    draft.host = website.removeprefix("https://www.")
    billing = shipping = {}
    if draft.parent and world.chance(0.5):
        billing = draft.parent.address
    elif draft.public or world.chance(0.08):
        billing = draft.address | {"building": "Service comptabilité fournisseurs", "floor": ""}
    if draft.industry in WITH_GOODS and world.chance(0.2):
        place = draft.place
        street = street_in(place, world, in_park=True)
        shipping = draft.address | {"street": street, "building": "Quai de réception", "floor": ""}
    return {
        "website": website if world.chance(0.8) else "",
        **{f"main_{part}": value for part, value in draft.address.items()},
        **{f"billing_{part}": value for part, value in billing.items()},
        **{f"shipping_{part}": value for part, value in shipping.items()},
    }


def _address(draft: Draft, world: World) -> Values:
    place, lists = draft.place, world.lists
    in_park = draft.industry in WITH_GOODS and draft.size not in SMALL
    country = lists.find(ReferenceList.COUNTRY, place.country)
    is_far = place.country != "FR"
    site, work_region = lists.site(place.site if is_far or world.chance(0.6) else None)
    return {
        "country": country,
        "street": street_in(place, world, in_park=in_park),
        "building": world.random.choice(("Bâtiment A", "Bâtiment C", "Hall 2"))
        if in_park and world.chance(0.2)
        else "",
        "floor": world.random.choice(("1er étage", "2e étage", "4e étage")) if _in_offices(draft, world) else "",
        "city": place.town,
        "postal_code": world.random.choice(place.postal_codes),
        "subdivision": lists.find(ReferenceList.PROVINCE, place.province, country),
        "work_region": work_region,
        "work_site": site,
    }


def _in_offices(draft: Draft, world: World) -> bool:
    return draft.industry in "JKLM" and draft.place.country in ("FR", "BE", "CH", "LU") and world.chance(0.5)


def _phones(draft: Draft, world: World) -> Values:
    """Return the values of Coordonnées (C6)."""
    values = {}
    if draft.phone or world.chance(0.94):
        values["phone_main"] = draft.phone or phone_in(draft.place, world)
    if draft.size in SMALL:
        return values
    for kind, share in PHONES.items():
        if world.chance(share):
            values[f"phone_{kind}"] = phone_in(draft.place, world)
    if draft.place.country in TOLL_FREE:
        values[f"phone_{CompanyPhoneKind.TOLL_FREE}"] = world.phone_number(TOLL_FREE[draft.place.country])
    return values


def _details(draft: Draft, team: Team, world: World) -> Values:
    """Return the values of Détails (C7); public bodies have no turnover, prospects are less well known."""
    find = world.lists.find
    is_known = draft.is_client or world.chance(0.7)
    without_region = draft.place.country == "FR" and world.chance(0.08)
    revenue = world.weighted(REVENUE[draft.size]) if is_known and not draft.public else None
    has_vat_number = not draft.public and not draft.exemption and world.chance(0.9 if draft.is_client else 0.4)
    return {
        "source": find(ReferenceList.SOURCE, world.weighted(SOURCES)),
        "account_manager": team.account_manager.resource_id if team.account_manager else None,
        "telemarketer": team.telemarketer.resource_id if team.telemarketer else None,
        "sales_rep": team.sales_rep.resource_id if team.sales_rep else None,
        "business_region": find(ReferenceList.BUSINESS_REGION, None if without_region else draft.place.region),
        "industry": find(ReferenceList.INDUSTRY, draft.industry),
        "annual_revenue": find(ReferenceList.ANNUAL_REVENUE, revenue),
        "employees": find(ReferenceList.EMPLOYEES, world.weighted(EMPLOYEES[draft.size]) if is_known else None),
        "tax_exempt": bool(draft.exemption),
        "tax_exemption_id": draft.exemption,
        "vat_number": vat_number_in(draft.place.country, world.random) if has_vat_number else "",
        "comments": draft.comments or _comment(draft, world),
        "surveys_enabled": draft.is_client and world.chance(0.3),
        "summary_consolidation": draft.is_client and world.chance(0.2),
    }


def _comment(draft: Draft, world: World) -> str:
    """Return what somebody wrote about a company of ours; nobody writes about most."""
    if draft.type != "client" or not world.chance(0.4):
        return ""
    comment: str = world.random.choice(read("companies")["comments"]["public" if draft.public else draft.status])
    return comment


def _access(draft: Draft, team: Team, world: World) -> Values:
    """Return the values of Accès (A1): the team and the directors see a restricted company."""
    directors = [member for member in world.staff if member.duty is Duty.DIRECTOR]
    allowed = [member.resource_id for member in (*team.active, *directors)] if draft.restricted else []
    return {
        "restrict_access": draft.restricted,
        "allowed_resources": allowed,
        "billing_entities": [world.entity_ids[key] for key in draft.entities],
    }
