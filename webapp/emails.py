"""E-mail addresses: one normal form to keep, one key to compare."""

from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email


def normal_email(typed: str) -> str | None:
    """Give the normal form of the address `typed`, or None when it isn't one (K3, D4).

    International names and domains are accepted, as are the domains reserved for examples and tests;
    no name server is asked.
    """
    try:
        return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def email_key(email: str) -> str:
    """Give what two addresses have in common when they are the same one, whatever their capitals (D4)."""
    return email.casefold()


def mailto(email: str) -> str:
    """Give the address that opens the user's mail program, written to `email` (K8)."""
    return f"mailto:{quote(email, safe='@')}"
