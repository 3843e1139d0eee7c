"""Random tokens: the browser or the reader of a link holds one, the database keeps its hash only."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token nobody can guess."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
