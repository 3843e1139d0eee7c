"""Contacts: create, change, delete; the rules that hold on every way in (K1 to K6, D12, D13, D16)."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from webapp.access import Actor, Viewer, reads_unscoped, unscoped
from webapp.clock import now
from webapp.extensions import db
from webapp.i18n import _
from webapp.models import (
    AddressKind,
    Company,
    CompanyAddress,
    Contact,
    ContactAddress,
    ContactPhone,
    ContactPhoneKind,
    ReferenceItem,
)
from webapp.services import ids, sharing
from webapp.services.history import recording
from webapp.services.mail import outbox
from webapp.services.portal import ending, granting
from webapp.services.refusal import Refused
from webapp.services.search import texts
from webapp.services.values import MAX_SEARCH_KEY, AddressedShape, Change, country_code, differences
from webapp.text import search_key, sort_key

SHAPE = AddressedShape(
    model=Contact,
    address_model=ContactAddress,
    phone_model=ContactPhone,
    phone_kinds=ContactPhoneKind,
    number="contact_number",
    derived=("name",),
)

#: What every contact must have (K2, K3).
REQUIRED = ("last_name", "company")

#: What the columns of the number and of its key hold; a few letters become several when case no longer counts.
MAX_NUMBER, MAX_NUMBER_KEY = 60, 120

_NAMES = ("first_name", "middle_name", "last_name")


# --- names -------------------------------------------------------------------------------------------------------


def full_name(values: Mapping[str, Any], title: str = "") -> str:
    """Return the name as one addresses the person: the honorific, else the title, then the names (K2).

    `values` holds the parts by name; `title` is the label of the title in the reader's language.
    """
    parts = (values.get("honorific") or title, *(values.get(name) for name in _NAMES))
    return " ".join(part for part in parts if part)


_Title = aliased(ReferenceItem)


def with_names(statement: Select[Any], language: str) -> Select[Any]:
    """Add to a select of contacts what `listed_name` needs: the names, and the title in the reader's language."""
    title = _Title.label_en if language == "en" else _Title.label_fr
    columns = (Contact.first_name, Contact.middle_name, Contact.last_name, Contact.honorific, title.label("title"))
    return statement.add_columns(*columns).outerjoin(_Title, _Title.id == Contact.title_id)


def listed_name(row: Row[Any]) -> str:
    """Return the full name of a contact read `with_names`."""
    return full_name(row._asdict(), row.title or "")


def name_of(contact: Contact, title: str = "") -> str:
    """Return the full name of a contact; `title` is the label of its title in the reader's language (K2)."""
    return full_name({name: getattr(contact, name) for name in ("honorific", *_NAMES)}, title)


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of contacts by id: of those who changed something that one may read."""
    wanted = {one for one in ids if one is not None}
    rows = select(Contact.id, Contact.name).where(Contact.id.in_(wanted))
    return dict(db.session.execute(unscoped(rows, "who changed a record one may see")).all()) if wanted else {}


def name_keys(first_name: str, middle_name: str, last_name: str) -> dict[str, Any]:
    """Return the name of a contact, what it is sorted by, the last name first, and what it is found by."""
    name = " ".join(filter(None, (first_name, middle_name, last_name)))
    last_first = " ".join(filter(None, (last_name, first_name, middle_name)))
    return {"name": name, "sort_key": sort_key(last_first), "search_key": search_key(name)[:MAX_SEARCH_KEY]}


# --- rules -------------------------------------------------------------------------------------------------------


class Rules(Protocol):
    """What a company asks of its contacts: the company itself, or what was read of it."""

    @property
    def surveys_enabled(self) -> bool: ...
    @property
    def is_reference(self) -> bool: ...


def problems(values: Mapping[str, Any], contact: Contact | None = None) -> dict[str, str]:
    """Return what in `values` breaks a rule, by name; `contact` is the one they would change."""
    found = granting.problems(values, contact) | sharing.problems(values, contact) | own_problems(values)
    if company := company_of(values.get("company")):
        found |= problems_with(company, values, was_reference=contact is not None and contact.is_reference)
    if (number := values.get("contact_number")) and (owner := SHAPE.owner_of_number(number, contact)):
        found["contact_number"] = _("Ce numéro est déjà celui de « %(name)s ».", name=owner)
    return found


def own_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what breaks a rule that needs no look at anything else."""
    return {name: _("Ce champ est obligatoire.") for name in REQUIRED if not values.get(name)}


def problems_with(company: Rules, values: Mapping[str, Any], was_reference: bool = False) -> dict[str, str]:
    """Return what breaks the rules of the contact's company: its surveys, its being a reference (K3, D12, D13).

    Who `was_reference` may stay one: a company that is one no more takes nothing away.
    """
    found = {}
    if company.surveys_enabled and not values.get("email1"):
        found["email1"] = _("L’e-mail 1 est obligatoire : les enquêtes sont activées pour la société.")
    if values.get("is_reference") and not was_reference and not company.is_reference:
        found["is_reference"] = _("La société n’est pas une référence commerciale.")
    return found


def effects_of_move(contact: Contact, company: Company) -> list[str]:
    """Return what follows when a contact goes to another company, as sentences to read before it does (K1, D9, D12)."""
    former = company_of(contact.company_id)
    effects = [
        _(
            "Le contact quitte « %(former)s » et rejoint « %(new)s ».",
            former=former.name if former else "",
            new=company.name,
        ),
        _("Ses adresses et ses numéros restent tels quels."),
        _(
            "Il reste dans les listes « Mes contacts » où il se trouve, mais ne s’affiche plus pour ceux qui ne voient "
            "pas « %(new)s ».",
            new=company.name,
        ),
    ]
    if contact.is_reference and not company.is_reference:
        effects.append(
            _("Sa référence commerciale est gardée, mais sans effet : « %(new)s » n’en est pas une.", new=company.name)
        )
    if company.surveys_enabled:
        effects.append(_("Les enquêtes sont activées pour « %(new)s » : l’e-mail 1 est obligatoire.", new=company.name))
    return effects


def company_of(company_id: int | None) -> Company | None:
    """Return the company whose rules a contact follows; whether one may see it has been asked already."""
    if not company_id:
        return None
    # One that this request has read already is not asked for again.
    return db.session.get(
        Company, company_id, execution_options=reads_unscoped("a contact's company's rules hold for whoever saves")
    )


# --- writing -----------------------------------------------------------------------------------------------------


def read(contact: Contact) -> dict[str, Any]:
    """Return all values of a contact by name, access and portal among them."""
    return {**SHAPE.read(contact), **sharing.of_contact(contact), **granting.of_contact(contact)}


def create(values: Mapping[str, Any], by: Viewer) -> Contact:
    """Add a contact and return it; raises Refused when a rule is broken (K1)."""
    if errors := problems(values):
        raise Refused(errors)
    contact = Contact(id=ids.reserve(Contact)[0], created_by_id=by.resource_id)
    _assign(contact, {**SHAPE.empty, **values}, by)
    db.session.add(contact)
    db.session.flush()
    texts.CONTACTS.keep(contact, SHAPE.read(contact))
    sharing.write_contact_grants(contact.id, sharing.contact_principals(values))
    recording.created(contact, by)
    _save_portal(contact, dict(granting.NOTHING), {**granting.NOTHING, **values}, by)
    return contact


def update(
    contact: Contact, values: Mapping[str, Any], by: Actor, before: Mapping[str, Any] | None = None
) -> list[Change]:
    """Change some values of a contact; return what changed; raises Refused when a rule is broken (K1).

    Its company may be one of them: the contact then goes there with all it is, and whoever has it in their list
    keeps it. `before` is what `read` gave, for who has it already.
    """
    before = dict(before or read(contact))
    after = before | dict(values)
    if errors := problems(after, contact):
        raise Refused(errors)
    after = granting.normal(before, sharing.normal(after))
    changes = differences(before, after)
    if changes:
        _assign(contact, after, by)
        db.session.flush()
        changed = [change.name for change in changes]
        texts.CONTACTS.keep(contact, after, changed)
        if sharing.OPEN_CONTACT.keys() & changed:
            sharing.write_contact_grants(contact.id, sharing.contact_principals(after))
        own = [change for change in changes if not granting.is_of_portal(change)]
        if _save_portal(contact, before, after, by, with_others=bool(own)):
            recording.modified(contact, SHAPE, own, by)
        else:
            recording.modified(contact, SHAPE, changes, by)
    return changes


def _save_portal(
    contact: Contact, before: Mapping[str, Any], after: Mapping[str, Any], by: Actor, *, with_others: bool = False
) -> bool:
    """Give a contact the access of a save; return whether the history tells of it by itself, as of an invitation.

    Otherwise its changes are lines of the entry about what else the save changed (H2, D17).
    """
    changes = differences({name: before[name] for name in granting.NOTHING}, granting.normal(before, after))
    return granting.save(contact, after, recording.lines(SHAPE, changes), by, with_others=with_others)


def remove(contact: Contact, by: Viewer) -> None:
    """Put a contact in the trash: nobody sees it, nothing of it is lost, the portal is closed to it (K1, D16)."""
    contact.deleted_at = now()
    contact.deleted_by_id = by.resource_id
    outbox.withdraw_of_contacts(select(Contact.id).where(Contact.id == contact.id))
    ending.into_trash(Contact.id == contact.id)
    recording.deleted(contact, by)


def _assign(contact: Contact, values: Mapping[str, Any], by: Actor) -> None:
    SHAPE.write(contact, contact_columns(values), values, phone_country(values), by)


def phone_country(values: Mapping[str, Any]) -> str:
    """Return the country in which numbers are read that name none (K5).

    It is that of the contact's main address, else of their company's, else the organisation's.
    """
    return country_code(values.get("main_country") or _country_of_company(values.get("company")))


def _country_of_company(company_id: int | None) -> int | None:
    main = (CompanyAddress.company_id == company_id) & (CompanyAddress.kind == AddressKind.MAIN)
    country = select(CompanyAddress.country_id).where(main)
    return db.session.scalar(unscoped(country, "a number is read alike for everybody")) if company_id else None


def contact_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of `contact` for these values, with what is derived from them."""
    columns = SHAPE.own_columns(values)
    return columns | name_keys(**{name: values[name] for name in _NAMES})
