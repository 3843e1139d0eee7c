"""Opportunities: business that may be done, its board and its pipeline (S2)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.access import STAFF, Ability, access, get_visible, require
from webapp.blueprints.linked import add_views, record_saved
from webapp.clock import today
from webapp.extensions import db
from webapp.forms.base import Pressed
from webapp.forms.opportunity import ClosingForm, MoveForm, OpportunityForm
from webapp.i18n import _, choose_timezone, currencies
from webapp.models import CommercialStatus, Company, Opportunity, Outcome, ReferenceList
from webapp.saving import saving
from webapp.services import pipeline, references
from webapp.services.activities import is_late
from webapp.services.linked.listing import weighted
from webapp.services.opportunities import OPPORTUNITIES, OUTCOMES, probability_of, state_name
from webapp.services.pipeline import Place
from webapp.text import clean_line
from webapp.web import page, safe_next, saved, viewer

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")


def _facts(opportunity: Opportunity) -> dict[str, Any]:
    probability = probability_of(opportunity)
    return {
        "is_late": opportunity.outcome is None and is_late(opportunity.revised_close_on),
        "outcomes": OUTCOMES,
        "close_reason": references.label_of(ReferenceList.CLOSE_REASON, opportunity.close_reason_id),
        "probability": probability,
        "state": state_name(opportunity.state_id),
        "weighted": weighted(opportunity.amount, probability),
    }


add_views(bp, OPPORTUNITIES, OpportunityForm, _facts)


# --- the board and the pipeline --------------------------------------------------------------------------------------


@bp.get("/board")
@access(STAFF)
def board() -> Response:
    """The open opportunities, a column for each state."""
    asked = _asked()
    return page(
        "opportunities/board.html",
        "opportunities/_board.html",
        columns=pipeline.board(viewer(), asked),
        states=pipeline.offered(),
        cap=pipeline.CAP,
        today=today(choose_timezone()),
        **_filters(asked),
    )


@bp.get("/board/<int:state_id>")
@access(STAFF)
def column(state_id: int) -> Response:
    """The next cards of a column, `after` a place in it."""
    asked, after = _asked(), Place.parse(request.args.get("after", ""))
    found = pipeline.more(viewer(), asked, state_id, after) if after else None
    if found is None:
        abort(404)
    return page(
        "opportunities/column.html",
        "opportunities/_cards.html",
        column=found,
        states=pipeline.offered(),
        asked=asked,
        today=today(choose_timezone()),
    )


@bp.get("/pipeline")
@access(STAFF)
def totals() -> Response:
    """What the open opportunities are worth, by state: a chart, and the table of the same numbers."""
    asked = _asked()
    return page(
        "opportunities/pipeline.html",
        "opportunities/_pipeline.html",
        pipeline=pipeline.totals(viewer(), asked),
        cap=pipeline.CAP,
        currency_names=dict(currencies()),
        **_filters(asked),
    )


def _asked() -> dict[str, str]:
    """Return by what the address narrows the board."""
    names = pipeline.BOARD_FILTERS
    return {name: value for name in names if (value := clean_line(request.args.get(name, ""))[:100])}


def _filters(asked: Mapping[str, str]) -> dict[str, Any]:
    known = OPPORTUNITIES.filters()
    filters = {
        name: (known[name].label, known[name].choices(viewer())) for name in pipeline.BOARD_FILTERS if name in known
    }
    return {"asked": asked, "filters": filters}


@bp.post("/<int:record_id>/move")
@access(STAFF)
def move(record_id: int) -> Response:
    """« Passer à », from a card of the board; what somebody else moved meanwhile stays where they put it."""
    opportunity = get_visible(Opportunity, record_id, viewer())
    back = safe_next(request.form.get("next")) or url_for(".board")
    form = MoveForm.load()
    if not form.posted_and_valid():
        return saved(back, _("Choisissez un état de la liste."), kind="error")
    if form.seen.data != str(opportunity.state_id):
        where = state_name(opportunity.state_id)
        message = _("« %(name)s » a été déplacée entre-temps : %(state)s.", name=opportunity.name, state=where)
        return saved(back, message, kind="error")
    outcome = Pressed()
    with saving(outcome):
        OPPORTUNITIES.update(opportunity, {"state": form.state.data}, by=viewer())
    if outcome.refused:
        return saved(back, outcome.refused, kind="error")
    message = _("« %(name)s » passe à : %(state)s.", name=opportunity.name, state=state_name(opportunity.state_id))
    return saved(back, message)


# --- closing ---------------------------------------------------------------------------------------------------------


@bp.route("/<int:record_id>/win", methods=["GET", "POST"])
@access(STAFF)
def win(record_id: int) -> Response:
    """« Gagnée » (H3)."""
    return _close(record_id, Outcome.WON)


@bp.route("/<int:record_id>/lose", methods=["GET", "POST"])
@access(STAFF)
def lose(record_id: int) -> Response:
    """« Perdue » (H3)."""
    return _close(record_id, Outcome.LOST)


def _close(record_id: int, ending: Outcome) -> Response:
    """Ask why, and whether the company becomes a client by it."""
    opportunity = get_visible(Opportunity, record_id, viewer())
    company = get_visible(Company, opportunity.company_id, viewer())
    if opportunity.outcome is not None and request.method == "GET":
        return redirect(url_for(".edit", record_id=record_id), 303)
    form = ClosingForm.aimed(ending, company.commercial_status is CommercialStatus.CLIENT)
    if form.posted_and_valid():
        values = form.values()
        if values.get("make_client"):
            require(Ability.EDIT_COMPANY, viewer())
        with saving(form):
            OPPORTUNITIES.close(opportunity, ending, viewer(), **values)
        if form.saved:
            is_won = ending is Outcome.WON
            message = _("Opportunité gagnée : %(name)s") if is_won else _("Opportunité perdue : %(name)s")
            message %= {"name": opportunity.name}
            return record_saved(opportunity, message, with_company=bool(values.get("make_client")))
    return page(
        "opportunities/close.html",
        "opportunities/_close_dialog.html",
        status=422 if request.method == "POST" else 200,
        record=opportunity,
        ending=ending,
        action=request.path,
        form=form,
    )


@bp.post("/<int:record_id>/reopen")
@access(STAFF)
def reopen(record_id: int) -> Response:
    """« Rouvrir »."""
    opportunity = get_visible(Opportunity, record_id, viewer())
    OPPORTUNITIES.reopen(opportunity, by=viewer())
    db.session.commit()
    return record_saved(opportunity, _("Opportunité rouverte : %(name)s", name=opportunity.name))
