"""Calendars as other programs read them: RFC 5545, as far as days and hours to remember need it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: Octets in a line at most, its end not counted (RFC 5545, 3.1).
LINE = 75

#: How long what begins at an hour is shown to last: nobody says.
LASTING = timedelta(minutes=30)

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a calendar shows: all day, or from a moment on."""

    uid: str
    #: A day, or a moment with its zone.
    begins: date | datetime
    summary: str
    description: str
    url: str
    category: str
    changed_at: datetime
    #: How often it was changed: programs then know which of two is the newer.
    version: int


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar of this name, ready to be sent."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Comptoir//Comptoir//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> Sequence[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{_moment(event.changed_at)}",
        f"LAST-MODIFIED:{_moment(event.changed_at)}",
        f"SEQUENCE:{event.version - 1}",
        *_when(event.begins),
        f"SUMMARY:{escaped(event.summary)}",
        *([f"DESCRIPTION:{escaped(event.description)}"] if event.description else []),
        f"CATEGORIES:{escaped(event.category)}",
        f"URL:{event.url}",
        "END:VEVENT",
    ]


def _when(begins: date | datetime) -> Sequence[str]:
    """Return when it is: a day leaves whoever looks free, an hour does not."""
    if isinstance(begins, datetime):
        return [f"DTSTART:{_moment(begins)}", f"DTEND:{_moment(begins + LASTING)}", "TRANSP:OPAQUE"]
    return [
        f"DTSTART;VALUE=DATE:{begins:%Y%m%d}",
        f"DTEND;VALUE=DATE:{begins + timedelta(days=1):%Y%m%d}",
        "TRANSP:TRANSPARENT",
    ]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text as a value: what would end it is escaped, what no line may hold is left out."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return "".join(sign for sign in text if sign == "\t" or (sign >= " " and sign != "\x7f"))


def folded(line: str) -> bytes:
    """Return a line as it is sent: in pieces of at most 75 octets, no letter cut in two, each ended by CR and LF."""
    return b"\r\n ".join(_pieces(line)) + b"\r\n"


def _pieces(line: str) -> Iterator[bytes]:
    piece, room = b"", LINE
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            yield piece
            # What goes on begins with the space that says so.
            piece, room = b"", LINE - 1
        piece += octets
    yield piece
