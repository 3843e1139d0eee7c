"""A picture is what it holds, and nothing else passes for one (P5)."""

import struct
import zlib

import pytest

from webapp import pictures
from webapp.pictures import Refusal, Unfit


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 8, height: int = 4, *, more: bytes = b"") -> bytes:
    """Return a real PNG of one colour."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = b"".join(b"\0" + b"\x1f\x6f\x54" * width for _row in range(height))
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def webp(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


VP8L = webp(b"VP8L" + struct.pack("<I", 8) + b"\x2f" + struct.pack("<I", 7 | 3 << 14) + b"\0\0\0")
VP8 = webp(b"VP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 8, 4))
VP8X = webp(b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + b"\x07\0\0" + b"\x03\0\0")
MOVING = webp(b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + b"\x07\0\0" + b"\x03\0\0")


@pytest.mark.parametrize(
    ("content", "kind"), [(png(), "image/png"), (VP8L, "image/webp"), (VP8, "image/webp"), (VP8X, "image/webp")]
)
def test_a_png_or_a_webp_is_one(content: bytes, kind: str) -> None:
    assert pictures.read(content) == (kind, content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a\1\0\1\0",
        b"\xff\xd8\xff\xe0",
        png()[:-8],
        png() + b"<script>alert(1)</script>",
        png()[:40] + b"\0" + png()[41:],
        png(0, 4),
        png(more=chunk(b"acTL", b"\0" * 8)),
        VP8L[:-1],
        VP8L + b"<script>",
        MOVING,
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_nothing_else_is(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        pictures.read(content)
    assert refused.value.why is Unfit.NOT_A_PICTURE


def test_nor_is_one_too_large_or_too_heavy() -> None:
    with pytest.raises(Refusal) as refused:
        pictures.read(png(pictures.MAX_SIDE + 1, 1))
    assert refused.value.why is Unfit.TOO_LARGE
    with pytest.raises(Refusal) as refused:
        pictures.read(b"\0" * (pictures.MAX_BYTES + 1))
    assert refused.value.why is Unfit.TOO_HEAVY
