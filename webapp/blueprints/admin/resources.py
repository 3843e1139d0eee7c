"""Resources: added, changed, deactivated; their first link and their sessions (R1, R2)."""

from flask import current_app, flash, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp, changed
from webapp.extensions import db
from webapp.forms.resource import ResourceForm
from webapp.i18n import _
from webapp.models import Resource, Role
from webapp.phones import read_phone
from webapp.saving import saving
from webapp.services import accounts, links, organisation, sessions
from webapp.services import resources as service
from webapp.services.mail import outbox, reading
from webapp.services.portal import life
from webapp.web import saved, viewer


@bp.get("/resources/")
@access(ADMIN)
def resources() -> Response:
    """The resources by name, a page at a time: the active ones, those who wait for a password, or the inactive."""
    wanted = request.args.get("q", "")[:200]
    view = next((name for name in ("waiting", "inactive") if name in request.args), "")
    found, following = service.browse(
        active=view != "inactive",
        waiting=view == "waiting",
        name=wanted,
        after_id=request.args.get("after", type=int),
    )
    return admin_page(
        "resources/_index.html",
        _("Ressources"),
        resources=found,
        following=following,
        continued="after" in request.args,
        wanted=wanted,
        view=view,
        me=viewer().resource_id,
    )


@bp.route("/resources/new", methods=["GET", "POST"])
@access(ADMIN)
def resource_new() -> Response:
    """Add a resource; their page then offers the link by which they choose their password."""
    settings = organisation.load()
    form = ResourceForm.load(
        {"role": Role.RESOURCE, "language": settings.language, "timezone": settings.timezone, "is_active": True}
    )
    if form.posted_and_valid():
        with saving(form):
            resource = service.create_resource(form.values(), by=viewer())
        if form.saved:
            message = _("%(name)s est ajoutée aux ressources. Il reste à l’inviter.", name=resource.name)
            return saved(url_for(".resource", resource_id=resource.id), message)
    return _edit_page(form)


@bp.get("/resources/<int:resource_id>")
@access(ADMIN)
def resource(resource_id: int) -> Response:
    """A resource, with what can be done for them."""
    return _show(_resource(resource_id))


@bp.route("/resources/<int:resource_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def resource_edit(resource_id: int) -> Response:
    resource = _resource(resource_id)
    form = ResourceForm.load(service.values_of(resource), viewer())
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            service.update_resource(resource, form.values(), by=viewer())
        if form.saved:
            url = url_for(".resource", resource_id=resource.id)
            return saved(url, _("%(name)s : modifications enregistrées.", name=resource.name))
    return _edit_page(form, resource)


@bp.post("/resources/<int:resource_id>/link")
@access(ADMIN)
def resource_link(resource_id: int) -> Response:
    """Mail a link by which the resource chooses a password; without a server, show it: this once, for an admin to
    hand over."""
    resource = _resource(resource_id)
    if not resource.is_active:
        flash(_("Cette ressource n’est pas active."), "error")
        return _show(resource, status=422)
    mail = accounts.mail_link(resource, by=viewer())
    db.session.commit()
    if reading.has_server():
        return changed(".resource", _("Le lien part vers %(email)s.", email=resource.email), resource_id=resource_id)
    return _show(resource, link=outbox.link_of(mail), days=links.CHOOSE_PASSWORD_LIFETIME.days)


@bp.route("/resources/<int:resource_id>/sign-out", methods=["GET", "POST"])
@access(ADMIN)
def resource_sign_out(resource_id: int) -> Response:
    """Ask, then end every session of a resource; an admin who does it to themselves keeps the one in use."""
    resource, me = _resource(resource_id), viewer()
    is_me = resource.id == me.resource_id
    if request.method == "POST":
        sessions.staff.end_all(resource.id, except_id=me.session_id if is_me else None)
        db.session.commit()
        message = _("Les sessions ouvertes par %(name)s sont terminées.", name=resource.name)
        return saved(url_for(".resource", resource_id=resource.id), message)
    title = _("Terminer les sessions ouvertes par %(name)s ?", name=resource.name)
    return admin_page("resources/_sign_out.html", title, resource=resource, is_me=is_me)


def _show(resource: Resource, *, status: int = 200, **context: object) -> Response:
    lifetime = current_app.config["PERMANENT_SESSION_LIFETIME"]
    country = organisation.load().country
    return admin_page(
        "resources/_show.html",
        resource.name,
        trail=[(url_for(".resources"), _("Ressources"))],
        phones={
            "office": read_phone(resource.phone_office, country).shown,
            "mobile": read_phone(resource.phone_mobile, country).shown,
        },
        resource=resource,
        is_me=resource.id == viewer().resource_id,
        mails=reading.of_resource(resource.id),
        has_server=reading.has_server(),
        open_sessions=len(sessions.staff.open_ones(resource.id, lifetime)),
        status=status,
        **context,
    )


def _edit_page(form: ResourceForm, resource: Resource | None = None) -> Response:
    return admin_page(
        "resources/_edit.html",
        _("Modification de la ressource") if resource else _("Nouvelle ressource"),
        form=form,
        resource=resource,
        sponsored=life.sponsored_by(resource.id) if resource else 0,
        status=form.status,
    )


def _resource(resource_id: int) -> Resource:
    resource = db.session.get(Resource, resource_id) if resource_id < 2**63 else None
    if resource is None:
        raise NotFound
    return resource
