"""E-mail addresses: one normal form to keep, one key to compare."""

import re
from urllib.parse import quote

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

#: An address as nearly all are: nothing in it that the full reading would change, or look at twice.
_PLAIN = re.compile(
    r"(?=.{1,64}@)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
    r"@(?=.{1,180}\Z)(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.)+(?P<top>[a-z]{2,20})",
)


def normal_email(typed: str) -> str | None:
    """Give the normal form of the address `typed`, or None when it isn't one (K3, D4).

    International names and domains are accepted, as are the domains reserved for examples and tests;
    no name server is asked. A plain address is known at a glance, which files of thousands need.
    """
    typed = typed.strip()
    plain = _PLAIN.fullmatch(typed)
    if plain and plain["top"] not in SPECIAL_USE_DOMAIN_NAMES:
        return typed
    try:
        return validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def for_servers(email: str) -> str | None:
    """Give the address as mail servers pass it on, its domain in ASCII; None when it isn't one.

    Only letters before the @ may then be left that ask servers for SMTPUTF8.
    """
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{checked.local_part}@{checked.ascii_domain}"


def domain_in_ascii(domain: str) -> str:
    """Give the name of a host as the network writes it: `péniche.example` is `xn--pniche-bva.example`."""
    return domain.encode("idna").decode("ascii")


def email_key(email: str) -> str:
    """Give what two addresses have in common when they are the same one, whatever their capitals (D4)."""
    return email.casefold()


def mailto(email: str) -> str:
    """Give the address that opens the user's mail program, written to `email` (K8)."""
    return f"mailto:{quote(email, safe='@')}"
