"""The outbox, as admins look it up and as the page of a contact shows it: each mail with its fate in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from webapp.access import Viewer, granted
from webapp.extensions import db
from webapp.i18n import LazyString, _, _l, _n, moment
from webapp.models import Mail, MailKind, MailProblem, MailState
from webapp.services.search import small
from webapp.text import search_key

#: Mails in a page of the list; the latest ones shown of a contact or a resource.
PAGE, LATEST = 50, 5

#: What each kind of mail is called.
TITLES: Mapping[MailKind, LazyString] = {
    MailKind.TEST: _l("E-mail d’essai"),
    MailKind.RESOURCE_INVITED: _l("Invitation d’une ressource"),
    MailKind.RESOURCE_PASSWORD: _l("Nouveau mot de passe d’une ressource"),
    MailKind.PORTAL_INVITED: _l("Invitation au Portail Clients"),
    MailKind.PORTAL_FORGOTTEN: _l("Mot de passe oublié du Portail Clients"),
    MailKind.PORTAL_COORDINATES: _l("Coordonnées modifiées par un contact, à son commanditaire"),
    MailKind.PORTAL_PASSWORD: _l("Nouveau mot de passe du Portail Clients"),
    MailKind.PORTAL_REMINDED: _l("Rappel du Portail Clients"),
    MailKind.PORTAL_ENDING: _l("Fin prochaine d’un accès au Portail Clients"),
    MailKind.PORTAL_SPONSOR_ENDING: _l("Fin prochaine d’un accès, à son commanditaire"),
    MailKind.REQUEST_OPENED: _l("Demande reçue"),
    MailKind.REQUEST_ANSWERED: _l("Réponse à une demande"),
    MailKind.REQUEST_WRITTEN: _l("Message d’un client dans une demande"),
    MailKind.REQUEST_MOVED: _l("Changement d’état d’une demande"),
    MailKind.REQUEST_ASSIGNED: _l("Demande confiée à une ressource"),
    MailKind.TASK_GIVEN: _l("Tâche confiée"),
    MailKind.INVOICE_VALIDATED: _l("Avis de validation de facture"),
}

STATES: Mapping[MailState, LazyString] = {
    MailState.WAITING: _l("En attente"),
    MailState.SENT: _l("Envoyé"),
    MailState.REFUSED: _l("Refusé"),
    MailState.CANCELLED: _l("Annulé"),
}

#: The kind of badge that shows each state.
_BADGES = {MailState.WAITING: "warn", MailState.SENT: "ok", MailState.REFUSED: "bad", MailState.CANCELLED: ""}

_PROBLEMS: Mapping[MailProblem, LazyString] = {
    MailProblem.CONNECTION: _l("Le serveur d’envoi ne répond pas"),
    MailProblem.TLS: _l("La liaison avec le serveur d’envoi n’a pas pu être protégée"),
    MailProblem.SIGN_IN: _l("Le serveur d’envoi refuse le compte de SMTP_URL"),
    MailProblem.SENDER: _l("Le serveur d’envoi refuse l’adresse de l’expéditeur"),
    MailProblem.SERVER: _l("Réponse du serveur d’envoi"),
    MailProblem.ADDRESS: _l("L’adresse ne peut pas recevoir d’e-mail"),
    MailProblem.TOO_LATE: _l("Il attendait depuis trop longtemps"),
    MailProblem.LINK_LOST: _l("Son lien ne peut plus être lu : la clé de cette installation a changé"),
}


@dataclass(frozen=True)
class Fate:
    """What became of a mail, as its reader says it: `state`, shown as a `badge`, then `text` and `reason`."""

    badge: str
    state: str
    text: str
    #: What stood in the way, and the words of whoever said so.
    reason: str


@dataclass(frozen=True)
class Line:
    """A mail and its fate, as a list shows them."""

    mail: Mail
    title: str
    fate: Fate


def has_server() -> bool:
    """Whether there is a server to send with; without, mail waits."""
    return bool(current_app.config["SETTINGS"].smtp_url)


def fate_of(mail: Mail) -> Fate:
    """Say what became of a mail, or what it waits for."""
    reason = str(_PROBLEMS[mail.problem]) if mail.problem else ""
    if mail.last_error:
        reason += f"{_(' : ')}{mail.last_error}"
    return Fate(_BADGES[mail.state], str(STATES[mail.state]), _sentence(mail), reason)


def _sentence(mail: Mail) -> str:
    match mail.state:
        case MailState.REFUSED if mail.due_at >= mail.give_up_at:
            given_up = _n(
                "Abandonné le %(moment)s, après %(num)d essai.",
                "Abandonné le %(moment)s, après %(num)d essais.",
                mail.attempts,
                moment=moment(mail.settled_at),
            )
            return str(given_up)
        case MailState.SENT | MailState.REFUSED | MailState.CANCELLED:
            return _("Le %(moment)s.", moment=moment(mail.settled_at))
    if not has_server():
        return _("Un serveur d’envoi manque.")
    if mail.tried_at is None:
        return _("Il part dans un instant.")
    if mail.problem is None:
        return _("En cours d’envoi depuis le %(moment)s.", moment=moment(mail.tried_at))
    return _("Prochain essai le %(moment)s.", moment=moment(mail.due_at))


def line_of(mail: Mail) -> Line:
    return Line(mail, str(TITLES[mail.kind]), fate_of(mail))


# --- for admins ------------------------------------------------------------------------------------------------------


def get(mail_id: int, *, to_change: bool = False) -> Mail | None:
    """Return a mail, for an admin; `to_change` makes the worker wait with what it has to write of it."""
    mail = select(Mail).where(Mail.id == mail_id)
    return db.session.scalar(granted(mail.with_for_update() if to_change else mail, "an admin reads all mail"))


def browse(state: MailState | None = None, to: str = "", before: int | None = None) -> tuple[list[Line], int | None]:
    """Return a page of mails for an admin, newest first, and the id before which the next begins, if there is one.

    `to` keeps those to an address or a person whose words begin with its words.
    """
    rows = select(Mail)
    if state:
        rows = rows.where(Mail.state == state)
    if to:
        rows = rows.where(small.words_start(Mail.search_key, search_key(to).split()))
    if before is not None:
        rows = rows.where(Mail.id < before)
    rows = rows.order_by(Mail.id.desc()).limit(PAGE + 1)
    found = [line_of(mail) for mail in db.session.scalars(granted(rows, "an admin reads all mail"))]
    return found[:PAGE], found[PAGE - 1].mail.id if len(found) > PAGE else None


def counts() -> dict[MailState, int]:
    """Return how many mails wait and how many were refused."""
    wanted = (MailState.WAITING, MailState.REFUSED)
    rows = select(Mail.state, func.count()).where(Mail.state.in_(wanted)).group_by(Mail.state)
    found = dict(db.session.execute(granted(rows, "an admin counts all mail")).all())
    return {state: found.get(state, 0) for state in wanted}


def last_test(viewer: Viewer) -> Line | None:
    """Return the last test mail that somebody sent to themselves."""
    mine = (Mail.resource_id == viewer.resource_id) & (Mail.kind == MailKind.TEST)
    return next(iter(_latest(mine, 1, "one's own test mail")), None)


def of_resource(resource_id: int) -> Sequence[Line]:
    """Return the latest mails to a resource about themselves, for an admin."""
    return _latest((Mail.resource_id == resource_id) & Mail.contact_id.is_(None), LATEST, "an admin reads all mail")


# --- for whoever sees the contact ------------------------------------------------------------------------------------


def of_contact(contact_id: int) -> Sequence[Line]:
    """Return the latest mails about a contact, for whoever was found to see them: their fates, never their texts."""
    return _latest(Mail.contact_id == contact_id, LATEST, "the viewer sees the contact")


def _latest(which: ColumnElement[bool], limit: int, how: str) -> list[Line]:
    rows = select(Mail).where(which).order_by(Mail.id.desc()).limit(limit)
    return [line_of(mail) for mail in db.session.scalars(granted(rows, how))]
