"""What one-time links open; opening one never uses it up, only its form does (D5)."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import STAFF_DOOR, access
from webapp.extensions import db
from webapp.forms.auth import ChoosePasswordForm
from webapp.models import LinkPurpose, OneTimeLink, Resource
from webapp.saving import saving
from webapp.services import accounts, links
from webapp.web import page

bp = Blueprint("links", __name__)


@bp.route("/links/<token>", methods=["GET", "POST"])
@access(STAFF_DOOR)
def follow(token: str) -> Response:
    """Show what the link is for, and do it when asked."""
    link = links.find(token)
    resource = accounts.by_id(link.resource_id) if link and link.resource_id else None
    if link is None or resource is None:
        return over()
    if link.purpose is LinkPurpose.CHOOSE_PASSWORD:
        return _choose_password(link, resource)
    if request.method == "POST":
        return _enter(link, resource)
    return page("auth/link_sign_in.html", resource=resource)


def over() -> Response:
    """Say that a link no longer opens anything, or never did: which of the two isn't told."""
    return page("auth/link_over.html", status=410)


def _choose_password(link: OneTimeLink, resource: Resource) -> Response:
    form = ChoosePasswordForm.load()
    if form.posted_and_valid():
        with saving(form):
            # First the use, which of two at once only one gets; a refused password takes it back with the rest.
            if not links.use(link):
                return over()
            accounts.set_password(resource, form.password.data)
            destination = identity.enter(resource, None)
        if form.saved:
            return redirect(destination, 303)
    status = 422 if form.errors else 200
    return page("auth/link_password.html", form=form, resource=resource, status=status)


def _enter(link: OneTimeLink, resource: Resource) -> Response:
    if not links.use(link):
        return over()
    destination = identity.enter(resource, None)
    db.session.commit()
    return redirect(destination, 303)
