"""Mon compte: one's own profile, password, second factor and sessions (R2)."""

from flask import Blueprint, current_app, redirect, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import devices, identity
from webapp.access import STAFF, access
from webapp.blueprints.auth import knows_password
from webapp.extensions import db
from webapp.forms.account import ChangePasswordForm, ConfirmCodeForm, ConfirmPasswordForm, ProfileForm
from webapp.forms.base import Form
from webapp.i18n import _, moment
from webapp.models import AuditKind, Resource
from webapp.saving import saving
from webapp.services import accounts, audit, calendar, resources, second_factor, sessions
from webapp.urls import public_url
from webapp.web import page, saved, viewer

bp = Blueprint("account", __name__, url_prefix="/account")

#: Where the secret of a second factor waits, in the browser that shows it, until a code confirms it.
NEW_SECRET = "new_secret"  # noqa: S105


@bp.route("", methods=["GET", "POST"])
@access(STAFF)
def show() -> Response:
    """One's profile, and the sessions one has open."""
    me = _me()
    form = ProfileForm.load({name: getattr(me, name) for name in resources.PROFILE})
    if form.posted_and_valid():
        with saving(form):
            resources.update_resource(me, form.values(), by=viewer())
        if form.saved:
            return saved(url_for("account.show"), _("Votre profil est enregistré."))
    return page(
        "account/show.html",
        "account/_show.html",
        form=form,
        me=me,
        sessions=sessions.staff.open_ones(me.id, current_app.config["PERMANENT_SESSION_LIFETIME"]),
        current_session_id=viewer().session_id,
        device=devices.describe,
        moment=moment,
        calendar_since=calendar.since(me.id),
        status=422 if form.errors else 200,
    )


@bp.route("/password", methods=["GET", "POST"])
@access(STAFF)
def password() -> Response:
    """Change one's password; every other session ends."""
    me = _me()
    form = ChangePasswordForm.load()
    if form.posted_and_valid() and _is_me(me, form):
        with saving(form):
            accounts.set_password(me, form.password.data, keep_session=viewer().session_id)
        if form.saved:
            return saved(url_for("account.show"), _("Votre mot de passe est changé. Vos autres sessions sont fermées."))
    status = 422 if form.errors else 200
    return page("account/password.html", "account/_password.html", form=form, me=me, status=status)


@bp.post("/calendar")
@access(STAFF)
def renew_calendar() -> Response:
    """Make a new secret address of one's calendar, and show it, this once."""
    address = public_url("calendar.feed", token=calendar.renew(viewer()))
    db.session.commit()
    return page("account/calendar.html", "account/_calendar.html", address=address)


@bp.post("/calendar/end")
@access(STAFF)
def end_calendar() -> Response:
    """End the secret address of one's calendar."""
    calendar.end(_id(), viewer().name)
    db.session.commit()
    return saved(url_for("account.show"), _("L’adresse de votre calendrier ne donne plus rien à lire."))


@bp.post("/sessions/<int:session_id>/end")
@access(STAFF)
def end_session(session_id: int) -> Response:
    """End one of one's sessions; ending this one is signing out."""
    person = viewer()
    if session_id == person.session_id:
        identity.sign_out(person)
        db.session.commit()
        return redirect(url_for("auth.login"), 303)
    if not sessions.staff.end(session_id, _id()):
        raise NotFound
    audit.record(AuditKind.SESSIONS_ENDED, viewer().name)
    db.session.commit()
    return saved(url_for("account.show"), _("La session est fermée."))


@bp.post("/sessions/end-others")
@access(STAFF)
def end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    sessions.staff.end_all(_id(), except_id=viewer().session_id)
    audit.record(AuditKind.SESSIONS_ENDED, viewer().name)
    db.session.commit()
    return saved(url_for("account.show"), _("Toutes vos autres sessions sont fermées."))


@bp.route("/second-factor", methods=["GET", "POST"])
@access(STAFF)
def second_factor_page() -> Response:
    """Turn the second factor on, by a code that proves that the application has the secret; or show that it is."""
    me = _me()
    if me.totp_secret is not None:
        return _second_factor_on(me, ConfirmPasswordForm())
    secret = session.setdefault(NEW_SECRET, second_factor.new_secret())
    form = ConfirmCodeForm.load()
    if form.posted_and_valid():
        codes = second_factor.enable(me, secret, form.code.data, name=me.name)
        if codes is not None:
            session.pop(NEW_SECRET)
            db.session.commit()
            return _recovery_codes(codes)
        form.refuse({"code": _("Ce code n’est pas le bon. Attendez le suivant, et vérifiez l’heure du téléphone.")})
    address = second_factor.address(secret, me.email)
    return page(
        "account/second_factor_new.html",
        "account/_second_factor_new.html",
        form=form,
        secret=secret,
        picture=second_factor.picture(address),
        address=address,
        status=422 if form.errors else 200,
    )


@bp.post("/second-factor/recovery-codes")
@access(STAFF)
def renew_recovery_codes() -> Response:
    """Make new recovery codes, for whoever knows the password."""
    me, form = _with_second_factor()
    if form.errors:
        return _second_factor_on(me, form)
    codes = second_factor.renew_recovery_codes(me)
    db.session.commit()
    return _recovery_codes(codes)


@bp.post("/second-factor/disable")
@access(STAFF)
def disable_second_factor() -> Response:
    """Turn the second factor off, for whoever knows the password."""
    me, form = _with_second_factor()
    if form.errors:
        return _second_factor_on(me, form)
    second_factor.disable(me, name=me.name)
    db.session.commit()
    return saved(url_for("account.show"), _("La double authentification est désactivée."))


def _id() -> int:
    resource_id = viewer().resource_id
    assert resource_id is not None, "only a resource signs in"
    return resource_id


def _me() -> Resource:
    resource = accounts.by_id(_id(), to_change=request.method == "POST")
    if resource is None:
        raise NotFound
    return resource


def _is_me(me: Resource, form: Form) -> bool:
    return knows_password(str(me.id), me.password_hash, form["current_password"].data, form)


def _with_second_factor() -> tuple[Resource, ConfirmPasswordForm]:
    """Return whoever has a second factor, and the form, without errors when the password is right."""
    me = _me()
    if me.totp_secret is None:
        raise NotFound
    form = ConfirmPasswordForm.load()
    if form.posted_and_valid():
        _is_me(me, form)
    return me, form


def _second_factor_on(me: Resource, form: Form) -> Response:
    return page(
        "account/second_factor.html",
        "account/_second_factor.html",
        form=form,
        left=second_factor.recovery_codes_left(me),
        status=422 if form.errors else 200,
    )


def _recovery_codes(codes: list[str]) -> Response:
    """Show recovery codes, this once."""
    return page("account/recovery_codes.html", "account/_recovery_codes.html", codes=codes)
