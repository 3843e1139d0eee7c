"""Proving who one is: by password, then by second factor when there is one (R2)."""

from sqlalchemy import select

from webapp import passwords
from webapp.emails import email_key
from webapp.extensions import db
from webapp.models import Resource


def by_email(typed: str) -> Resource | None:
    """Return the account of this address, if there is one that may sign in with a password."""
    return db.session.scalar(
        select(Resource).where(
            Resource.email_key == email_key(typed), Resource.is_active, Resource.password_hash.is_not(None)
        )
    )


def check_password(stored_hash: str | None, password: str) -> tuple[bool, bool]:
    """Return whether the password is right, and whether its hash should be made again.

    Without a hash, the same work is done for nothing: how long the answer takes tells no one which accounts exist.
    """
    if stored_hash is None:
        passwords.verify_nothing(password)
        return False, False
    return passwords.verify_password(stored_hash, password)


def renew_hash(account: Resource, password: str) -> None:
    """Keep the password by the parameters in force today."""
    account.password_hash = passwords.hash_password(password)
