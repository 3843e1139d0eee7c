"""The doors of the portal: signing in, in one step or two, and out; forgotten passwords; links (P4 to P6, D5)."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp import identity
from webapp.access import PORTAL_DOOR, access
from webapp.blueprints.auth import note_refusal, note_wait, wait_sentence
from webapp.blueprints.portal.base import SIDE
from webapp.emails import email_key
from webapp.extensions import db
from webapp.forms.auth import ChoosePasswordForm, CodeForm, ForgottenForm, SignInForm
from webapp.i18n import _, _n, day
from webapp.models import AuditKind, LinkPurpose, OneTimeLink
from webapp.saving import saving
from webapp.services import accounts, links, organisation, second_factor, throttle
from webapp.services.portal import accounts as portal_accounts
from webapp.services.portal import notices
from webapp.services.portal.access import PortalState
from webapp.services.portal.accounts import Account
from webapp.web import page, portal_viewer, safe_next, too_many_attempts

bp = Blueprint("portal_auth", __name__, url_prefix="/portal")


@bp.route("/login", methods=["GET", "POST"])
@access(PORTAL_DOOR)
def login() -> Response:
    """Ask for the e-mail address and the password."""
    wanted = _wanted(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted or url_for("portal.home"), 303)
    form = SignInForm.load()
    if not form.posted_and_valid():
        return _login_page(form, wanted, status=422 if form.errors else 200)
    try:
        attempt = identity.count_attempt(email_key(form.email.data), SIDE)
    except throttle.TooManyAttempts as refusal:
        _note_wait(portal_accounts.by_login(form.email.data))
        return too_many_attempts(_login_page(form, wanted, error=wait_sentence(refusal)), refusal.seconds)
    account = portal_accounts.by_login(form.email.data)
    stored_hash = account.access.password_hash if account else None
    # Nobody waits for the database while the password is checked.
    db.session.commit()
    right, outdated = accounts.check_password(stored_hash, form.password.data)
    if account is None or not right:
        _note_refusal(account)
        return _login_page(form, wanted, status=422, error=_("L’adresse e-mail ou le mot de passe est incorrect."))
    throttle.succeed(attempt)
    if account.state is not PortalState.ACTIVE:
        _note_refusal(account)
        return _login_page(form, wanted, status=422, ended=_closed_sentence(account))
    if outdated:
        portal_accounts.renew_hash(account, form.password.data)
    destination = identity.enter_portal(account, wanted)
    db.session.commit()
    return redirect(destination, 303)


@bp.route("/login/code", methods=["GET", "POST"])
@access(PORTAL_DOOR)
def code() -> Response:
    """Ask for the second factor of a sign-in whose password was right."""
    held = identity.held(identity.CONTACT)
    account = portal_accounts.by_id(held.owner_id) if held else None
    if held is None or account is None:
        return redirect(url_for("portal_auth.login"), 303)
    form = CodeForm.load()
    if not form.posted_and_valid():
        return _code_page(form, account, status=422 if form.errors else 200)
    try:
        attempt = identity.count_attempt(f"code:{account.contact.id}", SIDE)
    except throttle.TooManyAttempts as refusal:
        _note_wait(account)
        return too_many_attempts(_code_page(form, account, error=wait_sentence(refusal)), refusal.seconds)
    accepted = second_factor.accept(account.access, form.code.data)
    if accepted is None:
        _note_refusal(account)
        form.refuse({"code": _("Ce code n’est pas valable, ou il a déjà servi. Attendez le suivant.")})
        return _code_page(form, account, status=422)
    throttle.succeed(attempt)
    identity.sign_in_contact(account)
    if accepted is second_factor.Accepted.RECOVERY_CODE:
        _tell_what_is_left(account)
    db.session.commit()
    return redirect(held.wanted or url_for("portal.home"), 303)


@bp.post("/logout")
@access(PORTAL_DOOR)
def logout() -> Response:
    """Forget this browser. A door, so that a session already over leads to the same page."""
    if current_user.is_authenticated:
        identity.sign_out(portal_viewer())
        db.session.commit()
    return redirect(url_for("portal_auth.login"), 303)


@bp.route("/forgotten", methods=["GET", "POST"])
@access(PORTAL_DOOR)
def forgotten() -> Response:
    """Send a link that lets one choose a password; whose address is known isn't told, nor by how long it takes (D5)."""
    form = ForgottenForm.load()
    if not form.posted_and_valid():
        return page("portal/forgotten.html", form=form, status=422 if form.errors else 200)
    try:
        identity.count_attempt(f"forgotten:{email_key(form.email.data)}", SIDE)
    except throttle.TooManyAttempts as refusal:
        answer = page("portal/forgotten.html", form=form, error=wait_sentence(refusal))
        return too_many_attempts(answer, refusal.seconds)
    notices.send_forgotten(form.email.data)
    db.session.commit()
    return page("portal/forgotten_sent.html", email=form.email.data)


@bp.route("/password/<token>", methods=["GET", "POST"])
@access(PORTAL_DOOR)
def choose_password(token: str) -> Response:
    """Show what the link is for, and choose a password when asked (D5)."""
    link, account = _behind(token, LinkPurpose.PORTAL_PASSWORD)
    if link is None or account is None:
        return _over()
    form = ChoosePasswordForm.load()
    if form.posted_and_valid():
        with saving(form):
            # First the use, which of two at once only one gets; a refused password takes it back with the rest.
            if not links.use(link):
                return _over()
            portal_accounts.set_password(account, form.password.data)
            destination = identity.enter_portal(account, None)
        if form.saved:
            return redirect(destination, 303)
    return page("portal/choose_password.html", form=form, account=account, status=422 if form.errors else 200)


@bp.route("/links/<token>", methods=["GET", "POST"])
@access(PORTAL_DOOR)
def enter_by_link(token: str) -> Response:
    """Come in without a password: into the demonstration."""
    link, account = _behind(token, LinkPurpose.PORTAL_DEMO_SIGN_IN)
    if link is None or account is None:
        return _over()
    if request.method == "GET":
        return page("portal/link_sign_in.html", account=account)
    if not links.use(link):
        return _over()
    destination = identity.enter_portal(account, None)
    db.session.commit()
    return redirect(destination, 303)


def _behind(token: str, purpose: LinkPurpose) -> tuple[OneTimeLink | None, Account | None]:
    """Return the link of a token, if it is for this, and whose it is, if their access is active."""
    link = links.find(token)
    if link is None or link.purpose is not purpose:
        return None, None
    return link, portal_accounts.by_id(link.contact_id)


def _over() -> Response:
    """Say that a link no longer opens anything, or never did: which of the two isn't told."""
    return page("portal/link_over.html", status=410)


def _wanted(target: str | None) -> str | None:
    """Return the address to go to after signing in, if it is one of the portal."""
    target = safe_next(target)
    return target if target and target.startswith("/portal/") else None


def _closed_sentence(account: Account) -> str:
    """Say to whoever proved who they are why they do not come in, and whom to ask."""
    sponsor = portal_accounts.sponsor_name(account) or organisation.load().name
    if account.state is PortalState.EXPIRED:
        last = portal_accounts.last_day(account.access)
        return _(
            "Votre accès au portail a pris fin le %(day)s. Pour le prolonger, adressez-vous à %(name)s.",
            day=day(last.day, "long") if last else "",
            name=sponsor,
        )
    if account.state is PortalState.PENDING:
        return _(
            "Votre accès au portail attend encore une approbation. Pour en savoir plus, adressez-vous à %(name)s.",
            name=sponsor,
        )
    return _("Votre accès au portail n’est pas ouvert. Pour en savoir plus, adressez-vous à %(name)s.", name=sponsor)


def _note_refusal(account: Account | None) -> None:
    note_refusal(AuditKind.PORTAL_SIGN_IN_REFUSED, account.contact.name if account else "")


def _note_wait(account: Account | None) -> None:
    note_wait(AuditKind.PORTAL_SIGN_IN_REFUSED, account.contact.name if account else "", SIDE)


def _login_page(
    form: SignInForm, wanted: str | None, *, status: int = 200, error: str = "", ended: str = ""
) -> Response:
    return page("portal/login.html", form=form, next=wanted, error=error, ended=ended, status=status)


def _code_page(form: CodeForm, account: Account, *, status: int = 200, error: str = "") -> Response:
    if not error and not second_factor.is_readable(account.access):
        error = _(
            "Les codes de votre application ne peuvent plus être vérifiés. Saisissez un code de secours, ou demandez "
            "un nouveau lien à %(name)s.",
            name=portal_accounts.sponsor_name(account),
        )
    return page("portal/code.html", form=form, error=error, status=status)


def _tell_what_is_left(account: Account) -> None:
    left = second_factor.recovery_codes_left(account.access)
    flash(
        _n(
            "Il vous reste %(num)d code de secours. Créez-en d’autres dans « Sécurité ».",
            "Il vous reste %(num)d codes de secours. Vous pouvez en créer d’autres dans « Sécurité ».",
            left,
        ),
        "warn",
    )
