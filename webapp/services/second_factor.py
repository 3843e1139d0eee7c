"""The optional second factor: a code of the moment, or a recovery code (R2).

An account is a resource's, or a contact's in the portal.
"""

import hashlib
import hmac
import secrets
import time
from enum import Enum, auto
from typing import Any

import pyotp
import segno
from markupsafe import Markup
from sqlalchemy import ColumnElement, delete, func, select, update

from webapp import vault
from webapp.clock import now
from webapp.extensions import db
from webapp.models import AuditKind, PortalAccess, RecoveryCode, Resource
from webapp.services import audit, organisation

#: A code lasts half a minute; the one before and the one after are accepted, since clocks differ.
STEP_SECONDS = 30
TOLERATED_STEPS = (0, -1, 1)

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 3, 4


Account = Resource | PortalAccess


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


def enable(account: Account, secret: str, typed: str, *, name: str) -> list[str] | None:
    """Ask for the code at each sign-in from now on; return the recovery codes, or nothing if the code is wrong.

    `name` is who it is, for the audit.
    """
    step = matching_step(secret, typed)
    if step is None:
        return None
    account.totp_secret = vault.seal(secret)
    account.totp_last_step = step
    in_portal = isinstance(account, PortalAccess)
    audit.record(AuditKind.PORTAL_SECOND_FACTOR_ON if in_portal else AuditKind.SECOND_FACTOR_ON, name)
    return renew_recovery_codes(account)


def disable(account: Account, *, name: str) -> None:
    """Ask for the password alone from now on."""
    account.totp_secret = None
    account.totp_last_step = 0
    in_portal = isinstance(account, PortalAccess)
    audit.record(AuditKind.PORTAL_SECOND_FACTOR_OFF if in_portal else AuditKind.SECOND_FACTOR_OFF, name)
    db.session.execute(delete(RecoveryCode).where(_codes_of(account)))


def accept(account: Account, typed: str) -> Accepted | None:
    """Return what this is, if it is a code of the moment or a recovery code; either serves once, even at once."""
    if _accept_code(account, typed):
        return Accepted.CODE
    return Accepted.RECOVERY_CODE if _accept_recovery_code(account, typed) else None


def renew_recovery_codes(account: Account) -> list[str]:
    """Make new recovery codes and return them, told this once; the older ones no longer open anything."""
    db.session.execute(delete(RecoveryCode).where(_codes_of(account)))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(**_owner(account), code_hash=_hash(account, code)) for code in codes)
    db.session.flush()
    return codes


def recovery_codes_left(account: Account) -> int:
    """Return how many recovery codes were not used yet."""
    unused = select(func.count()).where(_codes_of(account), RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def is_readable(account: Account) -> bool:
    """Whether codes can be checked; after a change of SECRET_KEY only recovery codes can."""
    return _secret(account) is not None


def _owner(account: Account) -> dict[str, int]:
    """Return the column of a recovery code that says whose it is."""
    return {"contact_id": account.contact_id} if isinstance(account, PortalAccess) else {"resource_id": account.id}


def _codes_of(account: Account) -> ColumnElement[bool]:
    ((column, owner_id),) = _owner(account).items()
    return getattr(RecoveryCode, column) == owner_id  # type: ignore[no-any-return]


def _secret(account: Account) -> str | None:
    return vault.unseal(account.totp_secret) if account.totp_secret else None


def _accept_code(account: Account, typed: str) -> bool:
    secret = _secret(account)
    if secret is None:
        return False
    step = matching_step(secret, typed, after=account.totp_last_step)
    if step is None:
        return False
    model: Any = type(account)
    key = model.__table__.primary_key.columns.values()[0]
    kept = db.session.execute(
        update(model)
        .where(key == next(iter(_owner(account).values())), model.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(key)
        .execution_options(synchronize_session=False)
    )
    return kept.first() is not None


def _accept_recovery_code(account: Account, typed: str) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            _codes_of(account),
            RecoveryCode.code_hash == _hash(account, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


def _new_recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(account: Account, code: str) -> str:
    """Hash a recovery code, however it was typed; these codes are random, so nothing slow is needed."""
    owner = f"contact {account.contact_id}" if isinstance(account, PortalAccess) else account.id
    plain = "".join(c for c in code.casefold() if c.isalnum())
    return hashlib.sha256(f"{owner}:{plain}".encode("utf-8", "replace")).hexdigest()
