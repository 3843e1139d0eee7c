"""Billing entities: added, renamed, moved, retired (R1)."""

from flask import request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp, changed, hold, use_words
from webapp.extensions import db
from webapp.forms.billing_entity import BillingEntityForm
from webapp.i18n import _
from webapp.models import BillingEntity
from webapp.saving import saving
from webapp.services import billing_entities as entities
from webapp.web import saved


@bp.get("/billing-entities/")
@access(ADMIN)
def billing_entities() -> Response:
    uses = {entity_id: use_words(tables) for entity_id, tables in entities.usage().items()}
    everything = entities.everything()
    return admin_page(
        "billing_entities/_index.html",
        _("Entités de facturation"),
        offered=[entity for entity in everything if entity.retired_at is None],
        retired=[entity for entity in everything if entity.retired_at is not None],
        uses=uses,
    )


@bp.route("/billing-entities/new", methods=["GET", "POST"])
@access(ADMIN)
def billing_entity_new() -> Response:
    form = BillingEntityForm.load()
    if form.posted_and_valid():
        with saving(form):
            entity = entities.add(**form.values())
        if form.saved:
            return _saved(_("« %(label)s » a été ajoutée.", label=entity.name))
    return _edit_page(form)


@bp.route("/billing-entities/<int:entity_id>/edit", methods=["GET", "POST"])
@access(ADMIN)
def billing_entity_edit(entity_id: int) -> Response:
    hold("billing_entities")
    entity = _entity(entity_id)
    form = BillingEntityForm.load(entities.read(entity))
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            entities.rename(entity, **form.values())
        if form.saved:
            return _saved(_("« %(label)s » a été enregistrée.", label=entity.name))
    return _edit_page(form, entity=entity)


@bp.post("/billing-entities/<int:entity_id>/move")
@access(ADMIN)
def billing_entity_move(entity_id: int) -> Response:
    """One place up or down."""
    entity = _entity(entity_id)
    entities.move(entity, -1 if request.form.get("to") == "up" else +1)
    db.session.commit()
    return changed(".billing_entities", _("« %(label)s » a été déplacée.", label=entity.name))


@bp.post("/billing-entities/<int:entity_id>/retire")
@access(ADMIN)
def billing_entity_retire(entity_id: int) -> Response:
    entity = _entity(entity_id)
    entities.retire(entity)
    db.session.commit()
    message = _("« %(label)s » n’est plus proposée ; les accès donnés par elle demeurent.", label=entity.name)
    return changed(".billing_entities", message)


@bp.post("/billing-entities/<int:entity_id>/restore")
@access(ADMIN)
def billing_entity_restore(entity_id: int) -> Response:
    entity = _entity(entity_id)
    entities.restore(entity)
    db.session.commit()
    return _saved(_("« %(label)s » est de nouveau proposée.", label=entity.name))


@bp.route("/billing-entities/<int:entity_id>/delete", methods=["GET", "POST"])
@access(ADMIN)
def billing_entity_delete(entity_id: int) -> Response:
    """Ask, then delete an entity nothing refers to."""
    entity = _entity(entity_id)
    name = entity.name
    refused = _("« %(label)s » est utilisée : vous pouvez la retirer.", label=name) if entities.is_used(entity) else ""
    if request.method == "POST" and not refused:
        entities.remove(entity)
        db.session.commit()
        return _saved(_("« %(label)s » a été supprimée.", label=name))
    return admin_page(
        "billing_entities/_delete.html",
        _("Supprimer « %(label)s » ?", label=name),
        entity=entity,
        refused=refused,
        status=422 if request.method == "POST" else 200,
    )


def _edit_page(form: BillingEntityForm, *, entity: BillingEntity | None = None) -> Response:
    return admin_page(
        "billing_entities/_edit.html",
        _("Modification de « %(label)s »", label=entity.name) if entity else _("Nouvelle entité de facturation"),
        form=form,
        entity=entity,
        existing=form.refusal and form.refusal.existing,
        status=form.status,
    )


def _saved(message: str) -> Response:
    return saved(url_for(".billing_entities"), message)


def _entity(entity_id: int) -> BillingEntity:
    entity = entities.find(entity_id)
    if entity is None:
        raise NotFound
    return entity
