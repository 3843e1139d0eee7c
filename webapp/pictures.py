"""Small pictures that people send: what they are, read from what they hold and not from what they are called.

PNG and WebP only. An SVG is a document, which may hold scripts and fetch what it likes: it is none of these.
"""

import struct
import zlib
from enum import StrEnum
from typing import NamedTuple

MAX_BYTES = 256 * 1024
MAX_SIDE = 2000

_PNG = b"\x89PNG\r\n\x1a\n"
_ANIMATED = 0x02


class Unfit(StrEnum):
    """Why a picture is refused."""

    TOO_HEAVY = "too_heavy"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"


class Refusal(ValueError):
    """The picture is refused; `why` says for which reason."""

    def __init__(self, why: Unfit):
        super().__init__(why)
        self.why = why


class Picture(NamedTuple):
    """A picture, and how browsers call what it is."""

    media_type: str
    content: bytes


def read(content: bytes) -> Picture:
    """Return the picture that a file holds; raises Refusal."""
    if len(content) > MAX_BYTES:
        raise Refusal(Unfit.TOO_HEAVY)
    try:
        media_type, width, height = _png(content) or _webp(content) or ("", 0, 0)
    except (struct.error, IndexError):
        raise Refusal(Unfit.NOT_A_PICTURE) from None
    if not media_type or not (width and height):
        raise Refusal(Unfit.NOT_A_PICTURE)
    if max(width, height) > MAX_SIDE:
        raise Refusal(Unfit.TOO_LARGE)
    return Picture(media_type, content)


def _png(content: bytes) -> tuple[str, int, int] | None:
    """Return type and size of a PNG whose parts are whole, and after which nothing comes."""
    if not content.startswith(_PNG + b"\x00\x00\x00\x0dIHDR"):
        return None
    place, name = len(_PNG), b""
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        name, end = content[place + 4 : place + 8], place + 8 + length
        (checksum,) = struct.unpack_from(">I", content, end)
        if name == b"acTL" or zlib.crc32(content[place + 4 : end]) != checksum:
            return None
        place = end + 4
        if name == b"IEND":
            break
    if name != b"IEND" or place != len(content):
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return "image/png", width, height


def _webp(content: bytes) -> tuple[str, int, int] | None:
    """Return type and size of a WebP that stands still, and is as long as it says."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    if struct.unpack_from("<I", content, 4)[0] != len(content) - 8:
        return None
    kind, body = content[12:16], content[20:]
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
    elif kind == b"VP8L" and body[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", body, 1)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8X" and not body[0] & _ANIMATED:
        width, height = (int.from_bytes(body[start : start + 3], "little") + 1 for start in (4, 7))
    else:
        return None
    return "image/webp", width, height
