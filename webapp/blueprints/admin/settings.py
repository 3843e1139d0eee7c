"""The organisation's settings, and what the installation was started with (R1)."""

from dataclasses import asdict
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from webapp.access import ADMIN, access
from webapp.blueprints.admin.base import admin_page, bp, hold
from webapp.blueprints.admin.mail import test_context
from webapp.config import Settings
from webapp.forms.setting import SECTIONS, SettingsForm
from webapp.i18n import _
from webapp.saving import saving
from webapp.services import organisation
from webapp.services.portal import brand
from webapp.text import clean_line
from webapp.web import page, saved

#: The number shown as an example.
EXAMPLE = 42


@bp.route("/settings", methods=["GET", "POST"])
@access(ADMIN)
def settings() -> Response:
    hold("settings")
    form = SettingsForm.load(asdict(organisation.load()))
    form.prepare()
    if form.posted_and_valid():
        with saving(form):
            changes = organisation.save(brand.with_logo_kept(form.values()))
        return saved(url_for(".settings"), _("Les paramètres sont enregistrés.") if changes else _("Rien n’a changé."))
    return admin_page(
        "_settings.html",
        _("Paramètres"),
        form=form,
        sections=[(title, [form[name] for name in names]) for title, names in SECTIONS],
        example=organisation.number_text(form.number_prefix.data or "", EXAMPLE),
        shades=brand.shades(accent) if (accent := organisation.load().accent) else (),
        installation=installation(current_app.config["SETTINGS"]),
        **test_context(),
        status=form.status,
    )


@bp.get("/settings/number-example")
@access(ADMIN)
def number_example() -> Response:
    """What a company number looks like with the prefix being typed (D18)."""
    prefix = clean_line(request.args.get("number_prefix", ""))[:20]
    return page("admin/_number_example.html", example=organisation.number_text(prefix, EXAMPLE))


def installation(started_with: Settings) -> list[tuple[str, str, str]]:
    """What the environment says, by the name of its variable, without any secret."""
    nothing = _("non défini")
    return [
        ("BASE_URL", started_with.base_url, _("L’adresse des liens dans les e-mails.")),
        (
            "DATABASE_URL",
            "SQLite" if started_with.is_sqlite else _without_secret(started_with.database_url),
            _("La base de données."),
        ),
        (
            "SMTP_URL",
            _without_secret(started_with.smtp_url) or nothing,
            _("Le serveur d’envoi des e-mails. Sans lui, ils attendent dans la boîte d’envoi."),
        ),
        ("REDIS_URL", _without_secret(started_with.redis_url) or nothing, _("Facultatif, pour plusieurs machines.")),
        (
            "SESSION_HOURS",
            str(started_with.session_hours),
            _("Les heures sans activité au bout desquelles une session se termine."),
        ),
        ("TRUSTED_PROXIES", str(started_with.trusted_proxies), _("Les serveurs mandataires placés devant.")),
    ]


def _without_secret(url: str) -> str:
    """An address without its user and password, nor its options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if url else ""
