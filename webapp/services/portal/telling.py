"""What becomes of an access is told twice: in the history of the contact, and in the audit, as it is about rights."""

from collections.abc import Sequence
from typing import Any

from webapp.access import Viewer
from webapp.models import AuditKind, Contact, HistoryKind
from webapp.services import audit
from webapp.services.history import recording


def tell(
    kind: HistoryKind, contact: Contact, by: Viewer, lines: Sequence[dict[str, Any]] = (), reason: str = ""
) -> None:
    """Tell what became of a contact's access, with the rights it changed and the reason given (H2, H4)."""
    recording.told(kind, contact, by, lines, reason)
    tell_audit(kind, contact)


def tell_audit(kind: HistoryKind, contact: Contact) -> None:
    """Tell the audit alone, where another entry of the history has the rights among its lines (D17)."""
    audit.record(AuditKind.PORTAL_ACCESS_CHANGED, contact.name, what=kind.value, contact=contact.id)
