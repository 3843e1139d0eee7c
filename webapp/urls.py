"""The addresses that leave the application: in mail, in files, in what commands print."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from webapp.emails import domain_in_ascii


def public_url(endpoint: str, **values: Any) -> str:
    """Return the whole address of a view, as users type it; no request is needed."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return str(current_app.config["SETTINGS"].base_url) + path


def public_host() -> str:
    """Return the name of the host users type, as mail servers write it; one that has but a number is `localhost`."""
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname or ""
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    return domain_in_ascii(host) if is_name else "localhost"
