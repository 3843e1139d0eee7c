"""The first page of the administration: what there is, and what waits for an admin."""

from flask import current_app
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp
from webapp.i18n import _, _n, number
from webapp.models import MailState
from webapp.services import billing_entities, organisation, references, resources, workflows
from webapp.services.mail import reading
from webapp.services.portal import overview
from webapp.services.portal.overview import Shown


@bp.get("/")
@access(ADMIN)
def index() -> Response:
    people = resources.counts()
    values = sum(references.counts().values())
    entities = sum(1 for entity in billing_entities.everything() if entity.retired_at is None)
    flows = sum(1 for workflow in workflows.everything() if workflow.retired_at is None)
    mail = _("envoi des e-mails prêt") if current_app.config["SETTINGS"].smtp_url else _("envoi des e-mails non réglé")
    summaries = {
        "admin.lists": _n("%(count)s valeur proposée", "%(count)s valeurs proposées", values, count=number(values)),
        "admin.resources": _people(people),
        "admin.billing_entities": _n("%(num)d entité", "%(num)d entités", entities),
        "admin.workflow_list": _n("%(num)d flux", "%(num)d flux", flows),
        "admin.portal": _accesses(overview.counts()),
        "admin.settings": f"{organisation.load().name} · {mail}",
        "admin.mail_list": _mail(),
        "admin.access_matrix": _("Qui voit et fait quoi"),
        "admin.audit_log": _("Qui a fait quoi, quand et d’où"),
    }
    return admin_page("_index.html", _("Administration"), people=people, summaries=summaries)


def _people(people: resources.Counts) -> str:
    active = _n("%(num)d active", "%(num)d actives", people.active)
    inactive = _n("%(num)d inactive", "%(num)d inactives", people.inactive)
    return f"{active} · {inactive}" if people.inactive else str(active)


def _accesses(counted: dict[Shown, int]) -> str:
    active = _n("%(num)d actif", "%(num)d actifs", counted[Shown.ACTIVE])
    waiting = _n("%(num)d en attente", "%(num)d en attente", counted[Shown.PENDING])
    return f"{active} · {waiting}" if counted[Shown.PENDING] else str(active)


def _mail() -> str:
    found = reading.counts()
    waiting = _n("%(num)d en attente", "%(num)d en attente", found[MailState.WAITING])
    refused = _n("%(num)d refusé", "%(num)d refusés", found[MailState.REFUSED])
    return f"{waiting} · {refused}" if found[MailState.REFUSED] else str(waiting)
