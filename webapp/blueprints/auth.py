"""Signing in and out (R2)."""

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import PUBLIC, access
from webapp.emails import email_key
from webapp.extensions import db
from webapp.forms.auth import SignInForm
from webapp.i18n import _, _n
from webapp.services import accounts, throttle
from webapp.web import page, safe_next, viewer

bp = Blueprint("auth", __name__)


@bp.route("/login", methods=["GET", "POST"])
@access(PUBLIC)
def login() -> Response:
    """Ask for the e-mail address and the password."""
    wanted = safe_next(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted or url_for("home.index"), 303)
    form = SignInForm.load()
    if not form.posted_and_valid():
        return _login_page(form, wanted, status=422 if form.errors else 200)
    try:
        attempt = throttle.begin(email_key(form.email.data), identity.client_address())
    except throttle.TooManyAttempts as refusal:
        return _login_page(form, wanted, status=429, refusal=refusal)
    account = accounts.by_email(form.email.data)
    stored_hash = account.password_hash if account else None
    # The attempt counts from here on, and nobody waits for the database while the password is checked.
    db.session.commit()
    right, outdated = accounts.check_password(stored_hash, form.password.data)
    if account is None or not right:
        form.refused = _("L’adresse e-mail ou le mot de passe est incorrect.")
        return _login_page(form, wanted, status=422)
    throttle.succeed(attempt)
    if outdated:
        accounts.renew_hash(account, form.password.data)
    identity.sign_in(account.id)
    db.session.commit()
    return redirect(wanted or url_for("home.index"), 303)


@bp.post("/logout")
@access(PUBLIC)
def logout() -> Response:
    """Forget this browser. Public, so that a session already over leads to the same page."""
    if current_user.is_authenticated:
        identity.sign_out(viewer())
        db.session.commit()
    return redirect(url_for("auth.login"), 303)


def _login_page(
    form: SignInForm, wanted: str | None, *, status: int = 200, refusal: throttle.TooManyAttempts | None = None
) -> Response:
    error = wait_sentence(refusal) if refusal else form.refused
    response = page("auth/login.html", form=form, next=wanted, error=error, status=status)
    if refusal:
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def wait_sentence(refusal: throttle.TooManyAttempts) -> str:
    """Say how long to wait before the next attempt."""
    return str(
        _n(
            "Trop d’essais. Réessayez dans une minute.",
            "Trop d’essais. Réessayez dans %(num)d minutes.",
            refusal.minutes,
        )
    )
