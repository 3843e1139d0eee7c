"""The first use of an installation: its organisation and its first admin, behind a one-time link (R2)."""

from flask import Blueprint, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import PUBLIC, SYSTEM, access
from webapp.blueprints.links import over
from webapp.extensions import db
from webapp.forms.auth import FirstUseForm
from webapp.i18n import language
from webapp.models import LinkPurpose, OneTimeLink, Organisation, Role
from webapp.services import accounts, demo, links, organisation, resources
from webapp.services.refusal import Refused
from webapp.web import page

bp = Blueprint("first_use", __name__)


@bp.route("/first-use/<token>", methods=["GET", "POST"])
@access(PUBLIC)
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
        try:
            return _set_up(link, form)
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.errors)
    return page("first_use/begin.html", form=form, status=422 if form.errors else 200)


def _set_up(link: OneTimeLink, form: FirstUseForm) -> Response:
    """Do all of it or nothing; raises Refused."""
    if not links.use(link):
        return over()
    values = form.values()
    organisation.save({name: values[name] for name in ("country", "language", "timezone")})
    organisation.save({"name": values["organisation"]})
    person = {name: values[name] for name in ("name", "email", "language", "timezone")}
    admin = resources.create_resource(person | {"role": Role.ADMIN}, by=SYSTEM)
    accounts.set_password(admin, values["password"])
    viewer = identity.sign_in(admin.id)
    if values["demo"]:
        demo.fill(viewer)
    db.session.commit()
    return redirect(url_for("home.index"), 303)
