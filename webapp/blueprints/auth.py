"""Signing in, in one step or two, and out (R2)."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import STAFF_DOOR, access
from webapp.emails import email_key
from webapp.extensions import db
from webapp.forms.auth import CodeForm, ForgottenForm, SignInForm
from webapp.forms.base import Outcome
from webapp.i18n import _, _n
from webapp.models import AuditKind, Resource
from webapp.services import accounts, audit, resources, second_factor, throttle
from webapp.web import page, safe_next, too_many_attempts, viewer

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
@access(STAFF_DOOR)
def login() -> Response:
    """Ask for the e-mail address and the password."""
    wanted = safe_next(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted or url_for("home.index"), 303)
    form = SignInForm.load()
    if not form.posted_and_valid():
        return _login_page(form, wanted, status=422 if form.errors else 200)
    try:
        attempt = identity.count_attempt(email_key(form.email.data))
    except throttle.TooManyAttempts as refusal:
        _note_wait(accounts.by_email(form.email.data))
        return too_many_attempts(_login_page(form, wanted, error=wait_sentence(refusal)), refusal.seconds)
    account = accounts.by_email(form.email.data)
    stored_hash = account.password_hash if account else None
    # Nobody waits for the database while the password is checked.
    db.session.commit()
    right, outdated = accounts.check_password(stored_hash, form.password.data)
    if account is None or not right:
        _note_refusal(account)
        return _login_page(form, wanted, status=422, error=_("L’adresse e-mail ou le mot de passe est incorrect."))
    throttle.succeed(attempt)
    if outdated:
        accounts.renew_hash(account, form.password.data)
    destination = identity.enter(account, wanted)
    db.session.commit()
    return redirect(destination, 303)


@bp.route("/login/code", methods=["GET", "POST"])
@access(STAFF_DOOR)
def code() -> Response:
    """Ask for the second factor of a sign-in whose password was right."""
    held = identity.held(identity.RESOURCE)
    account = accounts.by_id(held.owner_id) if held else None
    if held is None or account is None:
        return redirect(url_for("auth.login"), 303)
    form = CodeForm.load()
    if not form.posted_and_valid():
        return _code_page(form, account, status=422 if form.errors else 200)
    try:
        attempt = identity.count_attempt(f"code:{account.id}")
    except throttle.TooManyAttempts as refusal:
        _note_wait(account)
        return too_many_attempts(_code_page(form, account, error=wait_sentence(refusal)), refusal.seconds)
    accepted = second_factor.accept(account, form.code.data)
    if accepted is None:
        _note_refusal(account)
        form.refuse({"code": _("Ce code n’est pas valable, ou il a déjà servi. Attendez le suivant.")})
        return _code_page(form, account, status=422)
    throttle.succeed(attempt)
    identity.sign_in(account.id)
    if accepted is second_factor.Accepted.RECOVERY_CODE:
        _tell_what_is_left(account)
    db.session.commit()
    return redirect(held.wanted or url_for("home.index"), 303)


@bp.route("/login/forgotten", methods=["GET", "POST"])
@access(STAFF_DOOR)
def forgotten() -> Response:
    """« Mot de passe oublié »: whoever has the address gets a link, and nobody learns whether anybody has (D5)."""
    form = ForgottenForm.load()
    if not form.posted_and_valid():
        return page("auth/forgotten.html", form=form, status=422 if form.errors else 200)
    try:
        identity.count_attempt(f"forgotten:{email_key(form.email.data)}")
    except throttle.TooManyAttempts as refusal:
        answer = page("auth/forgotten.html", form=form, error=wait_sentence(refusal))
        return too_many_attempts(answer, refusal.seconds)
    accounts.mail_forgotten(form.email.data)
    db.session.commit()
    return page("auth/forgotten_sent.html", email=form.email.data)


@bp.post("/logout")
@access(STAFF_DOOR)
def logout() -> Response:
    """Forget this browser. A door, so that a session already over leads to the same page."""
    if current_user.is_authenticated:
        identity.sign_out(viewer())
        db.session.commit()
    return redirect(url_for("auth.login"), 303)


def _note_refusal(account: Resource | None) -> None:
    note_refusal(AuditKind.SIGN_IN_REFUSED, account.name if account else "")


def _note_wait(account: Resource | None) -> None:
    note_wait(AuditKind.SIGN_IN_REFUSED, account.name if account else "")


def note_refusal(kind: AuditKind, name: str, **more: bool) -> None:
    """Keep a refusal for the audit: whose account, but never what was typed, which may be a password."""
    # Before the first resource there is no account to watch, and a backup may still be brought back.
    if name or resources.any_exists():
        audit.record(kind, name, **more)
        db.session.commit()


def note_wait(kind: AuditKind, name: str, side: str = "") -> None:
    """Keep for the audit that somebody had to wait, once for an address and a while: an attacker asks without end."""
    if throttle.is_first_refusal(identity.client_address(), side):
        note_refusal(kind, name, too_many=True)


def knows_password(account: str, stored_hash: str | None, typed: str, form: Outcome, side: str = "") -> bool:
    """Whether the current password is right; when it isn’t, says so beside its field. Tries count as at sign-in.

    `account` is what the tries are counted for.
    """
    try:
        attempt = identity.count_attempt(f"password:{account}", side)
    except throttle.TooManyAttempts as refusal:
        form.refuse({"current_password": wait_sentence(refusal)})
        return False
    right, _outdated = accounts.check_password(stored_hash, typed)
    if right:
        throttle.succeed(attempt)
    else:
        form.refuse({"current_password": _("Ce n’est pas votre mot de passe actuel.")})
    return right


def wait_sentence(refusal: throttle.TooManyAttempts) -> str:
    """Say how long to wait before the next attempt."""
    return str(
        _n(
            "Trop d’essais. Réessayez dans une minute.",
            "Trop d’essais. Réessayez dans %(num)d minutes.",
            refusal.minutes,
        )
    )


def _login_page(form: SignInForm, wanted: str | None, *, status: int = 200, error: str = "") -> Response:
    waiting_for_first_use = not resources.any_exists()
    return page("auth/login.html", form=form, next=wanted, error=error, first_use=waiting_for_first_use, status=status)


def _code_page(form: CodeForm, account: Resource, *, status: int = 200, error: str = "") -> Response:
    if not error and not second_factor.is_readable(account):
        error = _(
            "Les codes de votre application ne peuvent plus être vérifiés : la clé de cette installation a changé. "
            "Saisissez un code de secours, ou demandez un nouveau lien à qui administre cette installation."
        )
    return page("auth/code.html", form=form, error=error, status=status)


def _tell_what_is_left(account: Resource) -> None:
    left = second_factor.recovery_codes_left(account)
    flash(
        _n(
            "Il vous reste %(num)d code de secours. Créez-en d’autres dans « Mon compte ».",
            "Il vous reste %(num)d codes de secours. Vous pouvez en créer d’autres dans « Mon compte ».",
            left,
        ),
        "warn",
    )
