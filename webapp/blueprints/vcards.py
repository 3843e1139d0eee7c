"""Contacts for address books: one as its file, and « Mes contacts » whole (R5, T6)."""

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.database import writing
from webapp.extensions import db
from webapp.forms.contact import PHONE_LABELS
from webapp.forms.coordinates import ADDRESS_TITLES
from webapp.models import AuditKind, Contact
from webapp.services import audit, vcards
from webapp.urls import public_url
from webapp.web import viewer

bp = Blueprint("vcards", __name__)

#: The file of « Mes contacts ».
MINE = "mes-contacts.vcf"


@bp.get("/contacts/<int:contact_id>.vcf")
@access(STAFF)
def one(contact_id: int) -> Response:
    """The vCard of a contact."""
    contact = get_visible(Contact, contact_id, viewer())
    return _download(vcards.of(contact, viewer(), _words()), vcards.file_name(contact))


@bp.get("/my-contacts.vcf")
@access(STAFF)
def mine() -> Response:
    """The vCards of « Mes contacts »; the audit keeps that they left (R5)."""
    text = vcards.of_mine(viewer(), _words())
    # What was read so far only read: a transaction that began so can't be sure to write.
    db.session.commit()
    with writing():
        audit.record(AuditKind.EXPORTED, MINE, what="my_contacts", rows=text.count("BEGIN:VCARD\r\n"))
        db.session.commit()
    return _download(text, MINE)


def _words() -> vcards.Words:
    return vcards.Words(page_of=_page_of, phones=PHONE_LABELS, addresses=ADDRESS_TITLES)


def _page_of(contact_id: int) -> str:
    return public_url("contacts.show", contact_id=contact_id)


def _download(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/vcard")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
