"""Secrets kept in the database that must be read again: sealed with a key that is not in it (R2).

The key is derived from SECRET_KEY. Whoever has a copy of the database alone cannot read what is sealed; whoever
changes SECRET_KEY can no longer read it either.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def seal(secret: str) -> str:
    """Return what may be stored instead of `secret`."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """Return the secret, or nothing when it was sealed with another key, or altered."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    return _box_of(current_app.config["SECRET_KEY"])


@lru_cache(maxsize=4)
def _box_of(secret_key: str) -> Fernet:
    # Its own key: what signs cookies seals nothing.
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"comptoir vault").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
