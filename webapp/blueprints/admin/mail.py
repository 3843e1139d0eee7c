"""The outbox: every mail with its fate, and what an admin can do about it (P4, R1)."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from markupsafe import escape
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access, visible
from webapp.blueprints.admin.base import admin_page, bp, changed
from webapp.extensions import db
from webapp.forms.base import Pressed
from webapp.i18n import _
from webapp.models import LINK, AuditKind, Contact, Mail, MailKind, MailState, Resource
from webapp.saving import saving
from webapp.services.mail import composing, outbox, reading
from webapp.services.resources import names
from webapp.text import clean_line, read_id
from webapp.web import page, viewer, wants_fragment


@bp.get("/mail/")
@access(ADMIN)
def mail_list() -> Response:
    """The mails, newest first; `state` and `to` (words of an address or a name) narrow them."""
    asked = {name: clean_line(request.args.get(name, ""))[:100] for name in ("state", "to")}
    state = MailState(asked["state"]) if asked["state"] in MailState._value2member_map_ else None
    lines, before = reading.browse(state, asked["to"], read_id(request.args.get("before", "")))
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return admin_page(
        "mail/_index.html",
        _("E-mails"),
        lines=lines,
        asked=asked,
        states=reading.STATES,
        has_server=reading.has_server(),
        older=url_for(".mail_list", **given, before=before) if before else None,
    )


@bp.get("/mail/<int:mail_id>")
@access(ADMIN)
def mail(mail_id: int) -> Response:
    """One mail: its fate, both its texts, and what can be done."""
    return _show(_mail(mail_id))


@bp.post("/mail/<int:mail_id>/retry")
@access(ADMIN)
def mail_retry(mail_id: int) -> Response:
    """Have it tried again now."""
    return _do(outbox.retry, mail_id, _("Cet e-mail repart dans un instant."))


@bp.post("/mail/<int:mail_id>/cancel")
@access(ADMIN)
def mail_cancel(mail_id: int) -> Response:
    """Have it not sent."""
    return _do(outbox.cancel, mail_id, _("Cet e-mail ne partira pas."))


@bp.post("/mail/<int:mail_id>/link")
@access(ADMIN)
def mail_link(mail_id: int) -> Response:
    """Show the link of a mail that no server can take, in this answer alone: an admin hands it over."""
    found = _mail(mail_id)
    link = None if reading.has_server() else outbox.link_of(found)
    if link is None:
        raise NotFound
    outbox.tell(AuditKind.MAIL_LINK_SHOWN, found)
    db.session.commit()
    return _show(found, link=link)


@bp.route("/mail/test", methods=["GET", "POST"])
@access(ADMIN)
def mail_test() -> Response:
    """« Envoyer un e-mail d’essai » to oneself; and the fate of the last one, asked again while it waits."""
    if request.method == "POST":
        me = db.session.get_one(Resource, viewer().resource_id)
        outbox.tell(AuditKind.MAIL_TESTED, outbox.queue(MailKind.TEST, outbox.to_resource(me), by=viewer()))
        db.session.commit()
    if wants_fragment():
        return page("admin/mail/_test.html", **test_context())
    return redirect(url_for(".settings", _anchor="test-mail"), 303)


def test_context() -> dict[str, Any]:
    """Return what the part of the settings about the test mail shows."""
    return {
        "test": reading.last_test(viewer()),
        "has_server": reading.has_server(),
        "sender": composing.sender_address(),
        "me": viewer(),
    }


def _mail(mail_id: int, *, to_change: bool = False) -> Mail:
    found = reading.get(mail_id, to_change=to_change) if mail_id < 2**63 else None
    if found is None:
        raise NotFound
    return found


def _do(action: Callable[[Mail], None], mail_id: int, message: str) -> Response:
    """Do something to a mail, say so, and show it."""
    found = _mail(mail_id, to_change=True)
    outcome = Pressed()
    with saving(outcome):
        action(found)
    if outcome.refused:
        return changed(".mail", outcome.refused, kind="error", mail_id=mail_id)
    return changed(".mail", message, mail_id=mail_id)


def _show(found: Mail, *, link: str | None = None) -> Response:
    line = reading.line_of(found)
    instead = _("[lien à usage unique]")
    return admin_page(
        "mail/_show.html",
        found.subject,
        trail=[(url_for(".mail_list"), _("E-mails"))],
        line=line,
        mail=found,
        text=found.text.replace(LINK, instead),
        html=found.html.replace(f'href="{LINK}"', "").replace(LINK, escape(instead)),
        contact=_contact(found.contact_id),
        people=names([found.resource_id, found.created_by_id]),
        has_server=reading.has_server(),
        link=link,
    )


def _contact(contact_id: int | None) -> Any:
    """Return the contact a mail is about, where the viewer sees them."""
    if contact_id is None:
        return None
    one = visible(Contact, viewer(), Contact.id, Contact.name).where(Contact.id == contact_id)
    return db.session.execute(one).first()
