"""« Journal d’audit »: who did what, when, from where (R1, R2)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp
from webapp.blueprints.admin.references import TITLES as LISTS
from webapp.forms.resource import ResourceForm, role_labels
from webapp.forms.setting import SettingsForm
from webapp.i18n import _, _l, _n, choose_timezone
from webapp.models import AuditKind, HistoryKind, MailKind, ReferenceList
from webapp.services import audit
from webapp.services.history import reading as history
from webapp.services.mail.reading import TITLES as MAILS
from webapp.text import clean_line, read_id

#: What was done to a value of a list, to a billing entity, or to a workflow.
DONE = {
    "added": _l("ajout"),
    "renamed": _l("nouveau nom"),
    "moved": _l("nouvelle place"),
    "sorted": _l("tri par nom"),
    "retired": _l("retrait"),
    "restored": _l("rétablissement"),
    "removed": _l("suppression"),
    "sessions_ended": _l("fin des sessions"),
    "default": _l("suivi par les nouvelles demandes"),
    "states": _l("états"),
    "moves": _l("passages"),
    "steps": _l("étapes"),
}


@bp.get("/audit")
@access(ADMIN)
def audit_log() -> Response:
    """The entries, newest first; `kind`, `who`, `about`, `since` and `until` (days) narrow them."""
    asked = {name: clean_line(request.args.get(name, ""))[:100] for name in ("kind", "who", "about", "since", "until")}
    kind = AuditKind(asked["kind"]) if asked["kind"] in AuditKind._value2member_map_ else None
    since, until = _midnight(asked["since"]), _midnight(asked["until"], timedelta(days=1))
    wanted = audit.Wanted(kind, asked["who"], asked["about"], since, until)
    entries, before = audit.browse(wanted, read_id(request.args.get("before", "")))
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return admin_page(
        "_audit.html",
        _("Journal d’audit"),
        entries=entries,
        asked=asked,
        titles=audit.TITLES,
        details=details,
        older=url_for(".audit_log", **given, before=before) if before else None,
    )


def _midnight(day: str, later: timedelta = timedelta()) -> datetime | None:
    """Return when a day begins where the reader is; nothing for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(day) + later, time(), ZoneInfo(choose_timezone()))
    except (ValueError, OverflowError):
        return None


def details(entry: audit.Entry) -> str:
    """Return what an entry tells besides its kind and what it is about, in the reader's language."""
    tell = _DETAILS.get(entry.kind)
    return tell(entry.data) if tell else ""


def _list(data: Mapping[str, Any]) -> str:
    return f"{LISTS[ReferenceList(data['list'])]} · {DONE[data['what']]}"


def _resource(data: Mapping[str, Any]) -> str:
    said = []
    labels = _labels(ResourceForm)
    for name in data["fields"]:
        label = str(labels.get(name, name))
        if name == "role":
            label += _(" : ") + " → ".join(role_labels().get(role, role) for role in data["role"])
        if name == "is_active":
            label += _(" : ") + " → ".join(_("Oui") if value else _("Non") for value in data["is_active"])
        if name == "billing_entities":
            label += _(" : ") + " → ".join(", ".join(names) or "—" for names in data["billing_entities"])
        said.append(label)
    return ", ".join(said)


def _settings(data: Mapping[str, Any]) -> str:
    labels = _labels(SettingsForm)
    # The name of a picture's file says nothing to anybody.
    said = (
        str(labels[name]) if name == "logo" else f"{labels.get(name, name)}{_(' : ')}{old} → {new}"
        for name, (old, new) in data["settings"].items()
    )
    return ", ".join(said)


def _mail(data: Mapping[str, Any]) -> str:
    return str(MAILS[MailKind(data["what"])])


def _imported(data: Mapping[str, Any]) -> str:
    made = _n("%(num)d création", "%(num)d créations", data["created"])
    changed = _n("%(num)d modification", "%(num)d modifications", data["updated"])
    return f"{made}, {changed}"


def _sign_in_refused(data: Mapping[str, Any]) -> str:
    return str(_("trop d’essais")) if data.get("too_many") else ""


def _portal_access(data: Mapping[str, Any]) -> str:
    what = data["what"]
    return str(history.TITLES[HistoryKind(what)]) if what in HistoryKind._value2member_map_ else str(DONE[what])


_DETAILS: Mapping[AuditKind, Callable[[Mapping[str, Any]], str]] = {
    AuditKind.SIGNED_IN: lambda data: str(data.get("device", "")),
    AuditKind.SIGN_IN_REFUSED: _sign_in_refused,
    AuditKind.PORTAL_SIGN_IN_REFUSED: _sign_in_refused,
    AuditKind.PORTAL_SIGNED_IN: lambda data: str(data.get("device", "")),
    AuditKind.LIST_CHANGED: _list,
    AuditKind.BILLING_ENTITY_CHANGED: lambda data: str(DONE[data["what"]]),
    AuditKind.WORKFLOW_CHANGED: lambda data: str(DONE[data["what"]]),
    AuditKind.RESOURCE_CHANGED: _resource,
    AuditKind.SETTINGS_CHANGED: _settings,
    AuditKind.IMPORTED: _imported,
    AuditKind.PORTAL_ACCESS_CHANGED: _portal_access,
    AuditKind.MAIL_RETRIED: _mail,
    AuditKind.MAIL_CANCELLED: _mail,
    AuditKind.MAIL_LINK_SHOWN: _mail,
    AuditKind.EXPORTED: lambda data: str(_n("%(num)d ligne", "%(num)d lignes", data["rows"])),
}


@cache
def _labels(form: type[Any]) -> dict[str, Any]:
    return {field.name: field.label.text for field in form()}
