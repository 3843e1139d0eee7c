"""Opportunities: business that may be done, from the first word to won or lost (S2, H3)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, literal, select

from webapp.access import Actor, Viewer, get_visible
from webapp.clock import now, today
from webapp.i18n import LazyString, _, _l
from webapp.models import (
    CommercialStatus,
    Company,
    HistoryKind,
    Opportunity,
    Outcome,
    ReferenceItem,
    ReferenceList,
)
from webapp.services import companies, organisation, references
from webapp.services.history import recording
from webapp.services.linked.keeping import Filter, Keeper, Summary, mine
from webapp.services.refusal import Refused
from webapp.services.values import Change

OUTCOMES: Mapping[Outcome, LazyString] = {
    Outcome.WON: _l("Gagnée"),
    Outcome.LOST: _l("Perdue"),
}

#: How likely an opportunity is once it is closed, in percent.
CLOSED_PROBABILITY: Mapping[Outcome, Decimal] = {Outcome.WON: Decimal(100), Outcome.LOST: Decimal(0)}

#: By what changed, the kinds that may name the entry of a save: the first that fits does (H3, D17).
WEIGHTIEST: Sequence[tuple[HistoryKind, frozenset[str]]] = (
    (HistoryKind.STATE_CHANGED, frozenset({"state"})),
    (HistoryKind.DATES_CHANGED, frozenset({"initial_close_on", "revised_close_on"})),
    (HistoryKind.AMOUNT_CHANGED, frozenset({"amount", "currency"})),
)

IS_OPEN: ColumnElement[bool] = Opportunity.outcome.is_(None)


class OpportunityKeeper(Keeper[Opportunity]):
    """Opportunities; whoever makes one owns it, unless they give it to somebody else."""

    model = Opportunity
    derived = ("outcome", "close_reason_id", "closed_at")
    required = ("company", "name", "state", "currency", "owner")

    def starting_values(self, sources: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        first_state = next((state_id for state_id, _label in references.options(ReferenceList.OPPORTUNITY_STATE)), None)
        begin = {"state": first_state, "currency": organisation.load().currency, "owner": viewer.resource_id}
        return {**begin, **super().starting_values(sources, viewer)}

    def normal(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """The revised date is the initial one until somebody revises it, and again when it is taken away (S2)."""
        initial, revised = values["initial_close_on"], values["revised_close_on"]
        was_never_revised = before.get("revised_close_on") == before.get("initial_close_on")
        if revised is None or (was_never_revised and revised == before.get("revised_close_on")):
            revised = initial
        return {**values, "revised_close_on": revised}

    def found_by(self, values: Mapping[str, Any], record: Opportunity) -> str:
        return f"{values['name']} {values['comments']}"

    def refuse_to_change(self, record: Opportunity) -> str:
        if record.outcome is None:
            return ""
        return _("Cette opportunité est close : rouvrez-la d’abord pour la modifier. Vous pouvez la commenter.")

    def tell_changes(self, record: Opportunity, changes: Sequence[Change], by: Actor) -> None:
        """One save is one entry: the weightiest of its changes names it, and all of them are in it (H3, D17)."""
        changed = {change.name for change in changes}
        kind = next((kind for kind, names in WEIGHTIEST if changed & names), HistoryKind.MODIFIED)
        recording.told(kind, record, by, recording.lines(self.shape, changes))

    # --- lists -------------------------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        return Summary(
            state=case((IS_OPEN, cast(Opportunity.state_id, String)), else_=cast(Opportunity.outcome, String)),
            day=Opportunity.revised_close_on,
            amount=Opportunity.amount,
            currency=Opportunity.currency,
            owner=Opportunity.owner_id,
            probability=probability(),
            label_fr=_label_of_open(ReferenceItem.label_fr),
            label_en=_label_of_open(ReferenceItem.label_en),
        )

    def state_label(self, state: str) -> str:
        return state_name(int(state)) if state.isdecimal() else str(OUTCOMES[Outcome(state)])

    def filters(self) -> Mapping[str, Filter]:
        return {
            "outcome": Filter(
                _l("Issue"),
                lambda viewer: [("open", _("Ouvertes")), ("won", _("Gagnées")), ("lost", _("Perdues"))],
                lambda value, viewer: IS_OPEN if value == "open" else Opportunity.outcome == Outcome(value),
            ),
            "state": Filter(
                _l("État"),
                lambda viewer: [
                    (str(state_id), label) for state_id, label in references.options(ReferenceList.OPPORTUNITY_STATE)
                ],
                lambda value, viewer: Opportunity.state_id == int(value),
            ),
            "owner": mine(Opportunity.owner_id),
            "closing": Filter(
                _l("Clôture prévue"),
                lambda viewer: [("month", _("Ce mois-ci")), ("late", _("En retard"))],
                lambda value, viewer: _closing(value, today(viewer.timezone)),
            ),
        }

    # --- actions -----------------------------------------------------------------------------------------------------

    def close(
        self,
        opportunity: Opportunity,
        outcome: Outcome,
        by: Viewer,
        *,
        close_reason: int | None,
        comment: str = "",
        make_client: bool = False,
    ) -> None:
        """Say that an opportunity is won or lost, and why; raises Refused when it is closed already.

        With `make_client`, the company that became one by this becomes a client: its own history tells it.
        """
        if opportunity.outcome is not None:
            raise Refused({"close_reason": _("Cette opportunité est déjà close.")})
        if close_reason is None:
            raise Refused({"close_reason": _("Ce champ est obligatoire.")})
        closing = {"outcome": outcome, "close_reason_id": close_reason, "closed_at": now()}
        self.act(opportunity, HistoryKind.CLOSED, by, comment=comment, **closing)
        if make_client and outcome is Outcome.WON:
            _make_client(opportunity, by)

    def reopen(self, opportunity: Opportunity, by: Actor) -> None:
        """Say that an opportunity is not closed after all; one that is open stays so."""
        if opportunity.outcome is not None:
            self.act(opportunity, HistoryKind.REOPENED, by, outcome=None, close_reason_id=None, closed_at=None)


OPPORTUNITIES = OpportunityKeeper()


def state_name(state_id: int) -> str:
    """Return what a state is called, one that was retired too."""
    return references.label_of(ReferenceList.OPPORTUNITY_STATE, state_id)


def probability() -> ColumnElement[Decimal]:
    """Return the probability of an opportunity, in percent: its state's, or what its closing says."""
    percent = ReferenceItem.percent.type
    of_state = select(ReferenceItem.percent).where(ReferenceItem.id == Opportunity.state_id).scalar_subquery()
    closed = [(Opportunity.outcome == one, literal(percent_, percent)) for one, percent_ in CLOSED_PROBABILITY.items()]
    return case(*closed, else_=of_state)


def _label_of_open(label: Any) -> ColumnElement[str]:
    """Return the label of the state of an opportunity that is open; of one that is closed, the outcome says more."""
    of_state = select(label).where(ReferenceItem.id == Opportunity.state_id).scalar_subquery()
    return case((IS_OPEN, of_state))


def probability_of(opportunity: Opportunity) -> Decimal:
    """Return the same of one record."""
    if opportunity.outcome is not None:
        return CLOSED_PROBABILITY[opportunity.outcome]
    return references.percent_of(opportunity.state_id)


def _closing(when: str, day: date) -> ColumnElement[bool]:
    """Return the condition that an open opportunity closes in the month of `day`, or should have closed before it."""
    if when == "late":
        return IS_OPEN & (Opportunity.revised_close_on < day)
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return IS_OPEN & (Opportunity.revised_close_on >= first) & (Opportunity.revised_close_on < following)


def _make_client(opportunity: Opportunity, by: Viewer) -> None:
    company = get_visible(Company, opportunity.company_id, by)
    try:
        companies.update(company, {"commercial_status": CommercialStatus.CLIENT}, by)
    except Refused as refusal:
        raise Refused({"make_client": refusal.said}) from refusal
