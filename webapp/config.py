"""Settings of one installation: the only reader of the environment.

Every setting has a default good enough for a first start; a wrong value stops the start with a clear sentence.
What an organisation decides in the product (its name, numbering, portal rules) is not here: see `models/setting.py`.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"fr": "Français", "en": "English"}
#: What an instance's folder holds besides a database of SQLite that cannot be made again.
KEPT_FILES = ("secret-key",)
DEFAULT_LANGUAGE = "fr"
DEFAULT_TIMEZONE = "Europe/Paris"


class SettingError(ValueError):
    """A setting has a value that cannot work; the message is for whoever starts the program."""


def terminal_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of whoever types commands: French, unless their terminal is in another we speak."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    code = locale[:2].lower()
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, read once at start.

    Names in capitals in the environment: INSTANCE_PATH, DATABASE_URL, SECRET_KEY, BASE_URL, SMTP_URL, REDIS_URL,
    TRUSTED_PROXIES, SQLITE_SYNCHRONOUS, SESSION_HOURS, LOG_LEVEL.
    """

    #: Folder of what this installation keeps: database, secret, assembled static files.
    instance_path: Path = ROOT / "instance"
    #: SQLAlchemy address; the default is SQLite in the instance folder.
    database_url: str = ""
    #: Signs cookies; made once in the instance folder when not given.
    secret_key: str = field(default="", repr=False)
    #: Address users type, for links in mail and one-time links.
    base_url: str = "http://127.0.0.1:8000"
    #: `smtp://user:password@host:587` (STARTTLS) or `smtps://...`; without it mail waits in the outbox. Certificates
    #: are checked, by the authorities of the machine or of OpenSSL's SSL_CERT_FILE.
    smtp_url: str = field(default="", repr=False)
    #: Optional, for several machines.
    redis_url: str = field(default="", repr=False)
    #: How many reverse proxies stand in front and set X-Forwarded-*.
    trusted_proxies: int = 0
    #: FULL survives a power cut; NORMAL is faster and may lose the last commits (SQLite only).
    sqlite_synchronous: str = "FULL"
    #: A session not used for so many hours is over.
    session_hours: int = 12
    log_level: str = "INFO"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    @property
    def https(self) -> bool:
        """Whether users come by TLS: then cookies are never sent without it."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check the environment; raises SettingError naming the variable that is wrong."""
        instance = Path(environ.get("INSTANCE_PATH") or cls.instance_path).absolute()
        instance.mkdir(parents=True, exist_ok=True)
        return cls(
            instance_path=instance,
            database_url=_database_url(environ.get("DATABASE_URL", ""), instance),
            secret_key=environ.get("SECRET_KEY") or _kept_secret(instance / "secret-key"),
            base_url=_url(environ, "BASE_URL", cls.base_url, {"http", "https"}).rstrip("/"),
            smtp_url=_url(environ, "SMTP_URL", "", {"smtp", "smtps"}),
            redis_url=_url(environ, "REDIS_URL", "", {"redis", "rediss", "unix"}),
            trusted_proxies=_whole(environ, "TRUSTED_PROXIES", cls.trusted_proxies, minimum=0),
            sqlite_synchronous=_choice(environ, "SQLITE_SYNCHRONOUS", cls.sqlite_synchronous, {"FULL", "NORMAL"}),
            session_hours=_whole(environ, "SESSION_HOURS", cls.session_hours, minimum=1),
            log_level=_choice(environ, "LOG_LEVEL", cls.log_level, {"DEBUG", "INFO", "WARNING", "ERROR"}),
        )


def _database_url(given: str, instance: Path) -> str:
    if not given:
        return f"sqlite:///{instance / 'comptoir.db'}"
    if given.startswith(("postgres://", "postgresql://")):
        given = "postgresql+psycopg://" + given.split("://", 1)[1]
    if not given.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(
            f"DATABASE_URL must start with sqlite:/// or postgresql+psycopg://, not with {given.split(':', 1)[0]}:."
        )
    return given


def _kept_secret(path: Path) -> str:
    """Return the installation's secret, made at first start and readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret


def _url(environ: Mapping[str, str], name: str, default: str, schemes: set[str]) -> str:
    value = environ.get(name) or default
    if value and urlsplit(value).scheme not in schemes:
        raise SettingError(f"{name} must start with {' or '.join(sorted(s + '://' for s in schemes))}.")
    if value and urlsplit(value).scheme != "unix" and not _has_host(value):
        raise SettingError(f"{name} must name a host, and a port from 1 to 65535 if any.")
    return value


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname) and urlsplit(url).port != 0
    except ValueError:
        return False


def _whole(environ: Mapping[str, str], name: str, default: int, *, minimum: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdecimal() or int(value) < minimum:
        raise SettingError(f"{name} must be a whole number, {minimum} or more; it is {value!r}.")
    return int(value)


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = (environ.get(name) or default).upper()
    if value not in allowed:
        raise SettingError(f"{name} must be one of {', '.join(sorted(allowed))}; it is {value!r}.")
    return value
