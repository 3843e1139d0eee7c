"""The optional second factor: a code of the moment, or a recovery code (R2)."""

import hashlib
import hmac
import secrets
import time
from enum import Enum, auto

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy import delete, func, select, update

from webapp import vault
from webapp.clock import now
from webapp.extensions import db
from webapp.models import AuditKind, RecoveryCode, Resource
from webapp.services import audit, organisation

#: A code lasts half a minute; the one before and the one after are accepted, since clocks differ.
STEP_SECONDS = 30
TOLERATED_STEPS = (0, -1, 1)

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 3, 4


class Accepted(Enum):
    """What proved the second factor."""

    CODE = auto()
    RECOVERY_CODE = auto()


def new_secret() -> str:
    """Return a secret to be shared with an authenticator application."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """Return the `otpauth:` address that an authenticator reads in the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=organisation.load().name)


def picture(address: str) -> Markup:
    """Return the QR code as an SVG element, without colours of its own: drawn here, so nothing to escape."""
    return Markup(  # noqa: S704
        segno.make(address, error="m").svg_inline(scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None)
    )


def matching_step(secret: str, typed: str, after: int = 0) -> int | None:
    """Return the moment for which this code is right, if it is one of now and later than step `after`."""
    code = "".join(typed.split())
    if len(code) != 6 or not code.isascii() or not code.isdecimal():
        return None
    totp = pyotp.TOTP(secret)
    current = int(time.time()) // STEP_SECONDS
    for shift in TOLERATED_STEPS:
        step = current + shift
        if hmac.compare_digest(totp.generate_otp(step), code):
            return step if step > after else None
    return None


def enable(resource: Resource, secret: str, typed: str) -> list[str] | None:
    """Ask for the code at each sign-in from now on; return the recovery codes, or nothing if the code is wrong."""
    step = matching_step(secret, typed)
    if step is None:
        return None
    resource.totp_secret = vault.seal(secret)
    resource.totp_last_step = step
    audit.record(AuditKind.SECOND_FACTOR_ON, resource.name)
    return renew_recovery_codes(resource)


def disable(resource: Resource) -> None:
    """Ask for the password alone from now on."""
    resource.totp_secret = None
    resource.totp_last_step = 0
    audit.record(AuditKind.SECOND_FACTOR_OFF, resource.name)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.resource_id == resource.id))


def accept(resource: Resource, typed: str) -> Accepted | None:
    """Return what this is, if it is a code of the moment or a recovery code; either serves once, even at once."""
    if _accept_code(resource, typed):
        return Accepted.CODE
    return Accepted.RECOVERY_CODE if _accept_recovery_code(resource, typed) else None


def renew_recovery_codes(resource: Resource) -> list[str]:
    """Make new recovery codes and return them, told this once; the older ones no longer open anything."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.resource_id == resource.id))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(resource_id=resource.id, code_hash=_hash(resource.id, code)) for code in codes)
    db.session.flush()
    return codes


def recovery_codes_left(resource_id: int) -> int:
    """Return how many recovery codes were not used yet."""
    unused = select(func.count()).where(RecoveryCode.resource_id == resource_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def is_readable(resource: Resource) -> bool:
    """Whether codes can be checked; after a change of SECRET_KEY only recovery codes can."""
    return _secret(resource) is not None


def _secret(resource: Resource) -> str | None:
    return vault.unseal(resource.totp_secret) if resource.totp_secret else None


def _accept_code(resource: Resource, typed: str) -> bool:
    secret = _secret(resource)
    if secret is None:
        return False
    step = matching_step(secret, typed, after=resource.totp_last_step)
    if step is None:
        return False
    kept = db.session.execute(
        update(Resource)
        .where(Resource.id == resource.id, Resource.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Resource.id)
        .execution_options(synchronize_session=False)
    )
    return kept.first() is not None


def _accept_recovery_code(resource: Resource, typed: str) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.resource_id == resource.id,
            RecoveryCode.code_hash == _hash(resource.id, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def _new_recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(resource_id: int, code: str) -> str:
    """Hash a recovery code, however it was typed; these codes are random, so nothing slow is needed."""
    plain = "".join(c for c in code.casefold() if c.isalnum())
    return hashlib.sha256(f"{resource_id}:{plain}".encode("utf-8", "replace")).hexdigest()
