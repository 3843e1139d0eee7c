"""« Qui voit cette société, et pourquoi », and the same of a contact: for whoever sees it (A1 to A3)."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, access, get_visible
from webapp.models import Company, Contact
from webapp.services import sight
from webapp.text import clean_line, read_id
from webapp.web import page, viewer

bp = Blueprint("access", __name__)

#: What the list may be narrowed to, as its address says.
VIEWS = {"yes": True, "no": False}


@bp.get("/companies/<int:company_id>/access")
@access(STAFF)
def company(company_id: int) -> Response:
    """Each resource, whether they see the company and by what; `sees` and `q` narrow them, `after` goes on."""
    record = get_visible(Company, company_id, viewer())
    return _show(record, url_for("companies.show", company_id=company_id))


@bp.get("/contacts/<int:contact_id>/access")
@access(STAFF)
def contact(contact_id: int) -> Response:
    """The same of a contact: by what they see its company, and the contact itself."""
    record = get_visible(Contact, contact_id, viewer())
    return _show(record, url_for("contacts.show", contact_id=contact_id))


def _show(record: Company | Contact, profile: str) -> Response:
    asked, typed = request.args.get("sees", ""), clean_line(request.args.get("q", ""))[:200]
    after = read_id(request.args.get("after", ""))
    return page(
        "access/show.html",
        "access/_rows.html" if after else "access/_show.html",
        record=record,
        profile=profile,
        found=sight.browse(record, VIEWS.get(asked), typed, after),
        own=sight.who_sees(record, [viewer().resource_id or 0]),
        here=request.path,
        asked=asked if asked in VIEWS else "",
        typed=typed,
        continued=after is not None,
    )
