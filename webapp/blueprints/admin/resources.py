"""Resources: added, changed, deactivated; their first link and their sessions (R1, R2)."""

from flask import current_app, flash, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import bp, changed
from webapp.extensions import db
from webapp.forms.resource import ResourceForm
from webapp.i18n import _
from webapp.models import LinkPurpose, Resource, Role
from webapp.services import links, organisation, sessions
from webapp.services import resources as service
from webapp.services.refusal import Refused
from webapp.web import page, public_url, saved, viewer


@bp.get("/resources/")
@access(ADMIN)
def resources() -> Response:
    """The resources by name, a page at a time: the active ones, or the others."""
    wanted, inactive = request.args.get("q", "")[:200], "inactive" in request.args
    found, following = service.browse(active=not inactive, name=wanted, after_id=request.args.get("after", type=int))
    return page(
        "admin/resources/index.html",
        "admin/resources/_index.html",
        resources=found,
        following=following,
        continued="after" in request.args,
        wanted=wanted,
        inactive=inactive,
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
        try:
            resource = service.create_resource(form.values(), by=viewer())
        except Refused as refusal:
            form.refuse(refusal.errors)
        else:
            db.session.commit()
            message = _("%(name)s est ajoutée aux ressources. Il reste à lui remettre un lien.", name=resource.name)
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
    form = ResourceForm.load(service.values_of(resource))
    if form.posted_and_valid():
        try:
            service.update_resource(resource, form.values(), by=viewer())
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.errors)
        else:
            db.session.commit()
            url = url_for(".resource", resource_id=resource.id)
            return saved(url, _("%(name)s : modifications enregistrées.", name=resource.name))
    return _edit_page(form, resource)


@bp.post("/resources/<int:resource_id>/link")
@access(ADMIN)
def resource_link(resource_id: int) -> Response:
    """Make a link by which the resource chooses a password, and show it: this once, nobody can read it again."""
    resource = _resource(resource_id)
    if not resource.is_active:
        flash(_("Cette ressource n’est pas active."), "error")
        return _show(resource, status=422)
    token = links.create(LinkPurpose.CHOOSE_PASSWORD, resource, links.CHOOSE_PASSWORD_LIFETIME)
    db.session.commit()
    return _show(
        resource, link=public_url("links.follow", token=token), days=links.CHOOSE_PASSWORD_LIFETIME.days
    )


@bp.post("/resources/<int:resource_id>/sign-out")
@access(ADMIN)
def resource_sign_out(resource_id: int) -> Response:
    """End every session of a resource; an admin who does it to themselves keeps the one in use."""
    resource = _resource(resource_id)
    me = viewer()
    sessions.end_all(resource.id, except_id=me.session_id if resource.id == me.resource_id else None)
    db.session.commit()
    message = _("Les sessions de %(name)s sont terminées.", name=resource.name)
    return changed(".resource", message, resource_id=resource.id)


def _show(resource: Resource, *, status: int = 200, **context: object) -> Response:
    lifetime = current_app.config["PERMANENT_SESSION_LIFETIME"]
    return page(
        "admin/resources/show.html",
        "admin/resources/_show.html",
        resource=resource,
        is_me=resource.id == viewer().resource_id,
        open_sessions=len(sessions.open_ones(resource.id, lifetime)),
        status=status,
        **context,
    )


def _edit_page(form: ResourceForm, resource: Resource | None = None) -> Response:
    return page(
        "admin/resources/edit.html",
        "admin/resources/_edit.html",
        form=form,
        resource=resource,
        status=422 if form.errors else 200,
    )


def _resource(resource_id: int) -> Resource:
    resource = db.session.get(Resource, resource_id) if resource_id < 2**63 else None
    if resource is None:
        raise NotFound
    return resource
