"""What states and ends of an access are called (P1, P3, D2)."""

from collections.abc import Mapping
from datetime import datetime

from webapp.clock import now
from webapp.i18n import LazyString, _, _l, _n, day, moment
from webapp.models import PortalAccess
from webapp.services import organisation
from webapp.services.portal.access import EndReason, PortalState, end_of, state_of

#: The words of the user guide.
STATES: Mapping[PortalState, LazyString] = {
    PortalState.PENDING: _l("Approbation en attente"),
    PortalState.REJECTED: _l("Approbation rejetée"),
    PortalState.ACTIVE: _l("Actif"),
    PortalState.EXPIRED: _l("Expiré"),
}


def state(access: PortalAccess | None) -> str:
    """Name the state of an access; a dash for one that is not enabled (D1)."""
    found = state_of(access)
    return "—" if found is None else str(STATES[found])


def end(access: PortalAccess) -> str:
    """Say in one line when and why an access ends or has ended; nothing while it does not run (D2)."""
    if state_of(access) not in (PortalState.ACTIVE, PortalState.EXPIRED):
        return ""
    if (ends := end_of(access)) is None:
        return _("N’expire pas.")
    when, why = _when(ends.reason, access, ends.at), _why(ends.reason)
    if ends.at <= now():
        return _("A expiré le %(when)s parce que %(why)s.", when=when, why=why)
    return _("Expire le %(when)s parce que %(why)s.", when=when, why=why)


def _when(reason: EndReason, access: PortalAccess, at: datetime) -> str:
    return day(access.expires_on, "long") if reason is EndReason.DATE else moment(at)


def _why(reason: EndReason) -> str:
    if reason is EndReason.DATE:
        return _("c’est l’échéance fixée")
    days = organisation.load().portal_inactivity_days
    return str(
        _n(
            "%(num)d jour sans connexion y met fin",
            "%(num)d jours sans connexion y mettent fin",
            days,
        )
    )
