"""The first use of an installation: its organisation and its first admin, behind a one-time link (R2)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import STAFF_DOOR, SYSTEM, access
from webapp.blueprints.links import over
from webapp.forms.auth import FirstUseForm
from webapp.i18n import language
from webapp.models import LinkPurpose, Organisation, Role
from webapp.saving import saving
from webapp.services import accounts, demo, links, organisation, resources
from webapp.web import page

bp = Blueprint("first_use", __name__)


@bp.route("/first-use/<token>", methods=["GET", "POST"])
@access(STAFF_DOOR)
def begin(token: str) -> Response:
    """Ask who the organisation is and who its first admin; there is nothing here once somebody can sign in."""
    if resources.any_exists():
        raise NotFound
    link = links.find(token)
    if link is None or link.purpose is not LinkPurpose.FIRST_USE:
        return over()
    defaults = Organisation()
    form = FirstUseForm.load(
        {"country": defaults.country, "language": language(), "timezone": defaults.timezone, "demo": False}
    )
    if form.posted_and_valid():
        with saving(form):
            if not links.use(link):
                return over()
            _set_up(form.values())
        if form.saved:
            return redirect(url_for("home.index"), 303)
    return page("first_use/begin.html", form=form, status=422 if form.errors else 200)


def _set_up(values: Mapping[str, Any]) -> None:
    """Make the organisation and its first admin, and sign them in; raises Refused."""
    organisation.save({name: values[name] for name in ("country", "language", "timezone")})
    organisation.save({"name": values["organisation"]})
    person = {name: values[name] for name in ("name", "email", "language", "timezone")}
    admin = resources.create_resource(person | {"role": Role.ADMIN}, by=SYSTEM)
    accounts.set_password(admin, values["password"])
    viewer = identity.sign_in(admin.id)
    if values["demo"]:
        demo.fill(viewer)
