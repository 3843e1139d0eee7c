"""Fields whose value is a code among many: a language, a time zone, a country."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from webapp.clock import now, timezones, zone
from webapp.config import LANGUAGES
from webapp.forms.fields import Field
from webapp.i18n import _, currencies
from webapp.services import organisation, references

#: The zones people live in; the others are names of the past.
AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


class Code(Field):
    """One of the codes that `choices` offers, as (code, label)."""

    kind = "select"

    @property
    def _in_force(self) -> str | None:
        return self.object_data if isinstance(self.object_data, str) else None

    def choices(self) -> list[tuple[str, str]]:
        """Return what may be chosen, in order."""
        raise NotImplementedError

    @property
    def options(self) -> Iterable[tuple[str, str, bool]]:
        offered = self.choices()
        empty = [] if self.required and self.data else [("", "—", not self.data)]
        return empty + [(code, label, code == self.data) for code, label in offered]

    def clean(self, typed: str) -> str:
        if typed and typed not in dict(self.choices()):
            raise ValueError(_("Choisissez une valeur de la liste."))
        return typed


class LanguageCode(Code):
    """A language of the product, named in itself."""

    def choices(self) -> list[tuple[str, str]]:
        return list(LANGUAGES.items())


class TimezoneName(Code):
    """A time zone; the one in force, the organisation's and UTC come first."""

    def choices(self) -> list[tuple[str, str]]:
        moment = now()
        first = dict.fromkeys(filter(None, (self._in_force, organisation.load().timezone, "UTC")))
        known = timezones()
        others = sorted(name for name in known if name.startswith(AREAS) and name not in first)
        return [(name, zone_label(name, moment)) for name in (*first, *others) if name in known]


class CountryCode(Code):
    """A country, by its ISO code; one that was retired stays where it is the value."""

    def choices(self) -> list[tuple[str, str]]:
        return references.countries(keep=self._in_force)


class CurrencyCode(Code):
    """A currency, by its ISO code; one that is used nowhere any more stays where it is the value."""

    def choices(self) -> list[tuple[str, str]]:
        known = currencies()
        kept = self._in_force
        return known if not kept or kept in dict(known) else [*known, (kept, kept)]

    def shown(self, value: Any) -> str:
        return dict(self.choices()).get(value, str(value or ""))


def zone_label(name: str, moment: datetime) -> str:
    """Name a zone as people read it, with its distance from UTC at that moment: "Europe/Paris (UTC+01:00)"."""
    offset = moment.astimezone(zone(name)).strftime("%z").replace("-", "\N{MINUS SIGN}")
    return f"{name.replace('_', ' ')} (UTC{offset[:3]}:{offset[3:5]})"
