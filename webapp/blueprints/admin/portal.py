"""« Accès au Portail Clients »: who has one, in which state; decided on and handed over, one or many (R1, P2, D3)."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from flask import request, url_for
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, Ability, access, can
from webapp.blueprints.admin.base import admin_page, bp
from webapp.forms.base import Form
from webapp.forms.portal import HandOverForm, NothingAskedForm, ReasonForm
from webapp.i18n import LazyString, _, _l, _n
from webapp.models import Contact
from webapp.saving import saving
from webapp.services.portal import life, overview
from webapp.services.portal.access import PortalState, state_of
from webapp.services.portal.overview import Shown
from webapp.services.portal.words import STATES
from webapp.text import clean_line, read_id
from webapp.web import saved, viewer

#: How many are done at once, at most: each is told in its history, some by mail.
MOST = 200

#: What the list may be narrowed to.
STATE_NAMES = {**{Shown(state): name for state, name in STATES.items()}, Shown.DISABLED: _l("Désactivé")}


class Action(NamedTuple):
    """What may be done with one access or many, after a confirmation that may ask something."""

    title: LazyString
    icon: str
    ability: Ability
    #: The states in which it makes sense.
    states: Collection[PortalState]
    form: type[Form]
    do: Callable[[Sequence[Contact], Any], None]
    is_harmful: bool = False


def _each(do: Callable[..., Any]) -> Callable[[Sequence[Contact], Any], None]:
    """Return what does something with each of some contacts."""

    def all_of_them(contacts: Sequence[Contact], form: Any) -> None:
        for contact in contacts:
            do(contact, form)

    return all_of_them


ACTIONS = {
    "approve": Action(
        _l("Approuver"),
        "check",
        Ability.DECIDE_PORTAL,
        [PortalState.PENDING],
        NothingAskedForm,
        _each(lambda contact, form: life.approve(contact, viewer())),
    ),
    "reject": Action(
        _l("Rejeter"),
        "x",
        Ability.DECIDE_PORTAL,
        [PortalState.PENDING],
        ReasonForm,
        _each(lambda contact, form: life.reject(contact, form.reason.data, viewer())),
        is_harmful=True,
    ),
    "hand_over": Action(
        _l("Changer de commanditaire"),
        "users",
        Ability.MANAGE_PORTAL,
        list(PortalState),
        HandOverForm,
        lambda contacts, form: life.hand_over(contacts, form.sponsor.data, form.reason.data, viewer()),
    ),
    "reset": Action(
        _l("Réinit. mot de passe"),
        "key-round",
        Ability.HELP_PORTAL,
        [PortalState.ACTIVE],
        NothingAskedForm,
        _each(lambda contact, form: life.reset_password(contact, viewer())),
        is_harmful=True,
    ),
    "sign_out": Action(
        _l("Terminer les sessions"),
        "log-out",
        Ability.MANAGE_PORTAL,
        list(PortalState),
        NothingAskedForm,
        _each(lambda contact, form: life.end_sessions(contact)),
        is_harmful=True,
    ),
}


@bp.get("/portal/")
@access(ADMIN)
def portal() -> Response:
    """The accesses by name, a page at a time; `state`, `sponsor` and `q` narrow them."""
    asked = request.args.get("state", "")
    shown = Shown(asked) if asked in Shown._value2member_map_ else None
    sponsor_id, name = read_id(request.args.get("sponsor", "")), clean_line(request.args.get("q", ""))[:200]
    after_id = read_id(request.args.get("after", ""))
    lines, following = overview.browse(shown=shown, sponsor_id=sponsor_id, name=name, after_id=after_id)
    given: dict[str, Any] = {"state": shown, "sponsor": sponsor_id, "q": name or None}
    return admin_page(
        "portal/_index.html",
        _("Accès au Portail Clients"),
        lines=lines,
        states=STATE_NAMES,
        shown=shown,
        sponsors=overview.sponsors(),
        sponsor_id=sponsor_id,
        name=name,
        actions=ACTIONS,
        first=url_for(".portal", **given) if after_id else None,
        following=url_for(".portal", **given, after=following) if following else None,
    )


@bp.route("/portal/<action>", methods=["GET", "POST"])
@access(ADMIN)
def portal_action(action: str) -> Response:
    """Ask, then do something with the accesses of the contacts named in the address or posted."""
    if (what := ACTIONS.get(action)) is None:
        raise NotFound
    ids = [one for one in map(read_id, request.values.getlist("contact")[:MOST]) if one is not None]
    contacts = life.contacts_of(ids)
    if ids and not contacts:
        raise NotFound
    concerned = [one for one in contacts if _concerns(what, one)]
    if len(contacts) == 1 and not can(what.ability, viewer(), contacts[0].portal_access):
        raise Forbidden
    form = what.form.load(viewer=viewer())
    if concerned and form.posted_and_valid():
        with saving(form):
            what.do(concerned, form)
        if form.saved:
            back = _back(contacts)
            done = _n("%(num)d accès traité.", "%(num)d accès traités.", len(concerned))
            return saved(back, f"{what.title}\N{NO-BREAK SPACE}: {done}")
    return admin_page(
        "portal/_action.html",
        str(what.title),
        trail=[(url_for(".portal"), _("Accès au Portail Clients"))],
        form=form,
        what=what,
        action=action,
        contacts=concerned,
        left_out=len(contacts) - len(concerned),
        back=_back(contacts),
        status=422 if request.method == "POST" else 200,
    )


def _concerns(what: Action, contact: Contact) -> bool:
    """Whether something may be done with an access, by whoever asks and in its present state."""
    access = contact.portal_access
    return state_of(access) in what.states and can(what.ability, viewer(), access)


def _back(contacts: Sequence[Contact]) -> str:
    """Return where one goes afterwards: to the one contact it was about, or to the list."""
    if len(contacts) == 1:
        return url_for("contacts.show", contact_id=contacts[0].id)
    return url_for(".portal")
