"""« Sécurité »: one's password, second factor and sessions in the portal (P6)."""

from flask import current_app, redirect, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp import devices, identity
from webapp.access import PORTAL, access
from webapp.blueprints.portal.base import bp, own_account, proves_to_be
from webapp.extensions import db
from webapp.forms.account import ChangePasswordForm, ConfirmCodeForm, ConfirmPasswordForm
from webapp.forms.base import Form
from webapp.i18n import _, moment
from webapp.models import AuditKind
from webapp.saving import saving
from webapp.services import audit, second_factor, sessions
from webapp.services.portal import accounts
from webapp.services.portal.accounts import Account
from webapp.web import page, portal_viewer, saved

#: Where the secret of a second factor waits, in the browser that shows it, until a code confirms it.
NEW_SECRET = "portal_new_secret"  # noqa: S105


@bp.get("/account")
@access(PORTAL)
def account() -> Response:
    """What protects one's account, and the sessions one has open."""
    mine = own_account()
    return page(
        "portal/account.html",
        account=mine,
        sessions=sessions.portal.open_ones(mine.contact.id, current_app.config["PERMANENT_SESSION_LIFETIME"]),
        current_session_id=portal_viewer().session_id,
        device=devices.describe,
        moment=moment,
    )


@bp.route("/account/password", methods=["GET", "POST"])
@access(PORTAL)
def password() -> Response:
    """Change one's password; every other session ends."""
    mine = own_account(to_change=True)
    form = ChangePasswordForm.load()
    if form.posted_and_valid() and proves_to_be(mine, form.current_password.data, form):
        with saving(form):
            accounts.set_password(mine, form.password.data, keep_session=portal_viewer().session_id)
        if form.saved:
            return _done(_("Votre mot de passe est changé. Vos autres sessions sont fermées."))
    return page("portal/password.html", form=form, account=mine, status=422 if form.errors else 200)


@bp.post("/account/sessions/<int:session_id>/end")
@access(PORTAL)
def end_session(session_id: int) -> Response:
    """End one of one's sessions; ending this one is signing out."""
    viewer = portal_viewer()
    if session_id == viewer.session_id:
        identity.sign_out(viewer)
        db.session.commit()
        return redirect(url_for("portal_auth.login"), 303)
    if not sessions.portal.end(session_id, viewer.contact_id):
        raise NotFound
    audit.record(AuditKind.SESSIONS_ENDED, viewer.name)
    db.session.commit()
    return _done(_("La session est fermée."))


@bp.post("/account/sessions/end-others")
@access(PORTAL)
def end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    viewer = portal_viewer()
    sessions.portal.end_all(viewer.contact_id, except_id=viewer.session_id)
    audit.record(AuditKind.SESSIONS_ENDED, viewer.name)
    db.session.commit()
    return _done(_("Toutes vos autres sessions sont fermées."))


@bp.route("/account/second-factor", methods=["GET", "POST"])
@access(PORTAL)
def second_factor_page() -> Response:
    """Turn the second factor on, by a code that proves that the application has the secret; or show that it is."""
    mine = own_account(to_change=True)
    if mine.access.totp_secret is not None:
        return _second_factor_on(mine, ConfirmPasswordForm())
    secret = session.setdefault(NEW_SECRET, second_factor.new_secret())
    form = ConfirmCodeForm.load()
    if form.posted_and_valid():
        codes = second_factor.enable(mine.access, secret, form.code.data, name=mine.contact.name)
        if codes is not None:
            session.pop(NEW_SECRET)
            db.session.commit()
            return _recovery_codes(codes)
        form.refuse({"code": _("Ce code n’est pas le bon. Attendez le suivant, et vérifiez l’heure du téléphone.")})
    address = second_factor.address(secret, mine.contact.email1)
    return page(
        "portal/second_factor_new.html",
        form=form,
        secret=secret,
        picture=second_factor.picture(address),
        address=address,
        status=422 if form.errors else 200,
    )


@bp.post("/account/second-factor/recovery-codes")
@access(PORTAL)
def renew_recovery_codes() -> Response:
    """Make new recovery codes, for whoever knows the password."""
    mine, form = _with_second_factor()
    if form.errors:
        return _second_factor_on(mine, form)
    codes = second_factor.renew_recovery_codes(mine.access)
    db.session.commit()
    return _recovery_codes(codes)


@bp.post("/account/second-factor/disable")
@access(PORTAL)
def disable_second_factor() -> Response:
    """Turn the second factor off, for whoever knows the password."""
    mine, form = _with_second_factor()
    if form.errors:
        return _second_factor_on(mine, form)
    second_factor.disable(mine.access, name=mine.contact.name)
    db.session.commit()
    return _done(_("La double authentification est désactivée."))


def _with_second_factor() -> tuple[Account, ConfirmPasswordForm]:
    """Return the account of whoever has a second factor, and the form, without errors when the password is right."""
    mine = own_account(to_change=True)
    if mine.access.totp_secret is None:
        raise NotFound
    form = ConfirmPasswordForm.load()
    if form.posted_and_valid():
        proves_to_be(mine, form.current_password.data, form)
    return mine, form


def _second_factor_on(mine: Account, form: Form) -> Response:
    left = second_factor.recovery_codes_left(mine.access)
    return page("portal/second_factor.html", form=form, left=left, status=422 if form.errors else 200)


def _recovery_codes(codes: list[str]) -> Response:
    """Show recovery codes, this once."""
    return page("portal/recovery_codes.html", codes=codes)


def _done(message: str) -> Response:
    return saved(url_for("portal.account"), message)
