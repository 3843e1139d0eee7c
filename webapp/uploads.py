"""Files that people send: what each is, by its name and by what it holds, and a name that is safe everywhere.

A list says what is let in; anything else, and whatever is not what its name says, is refused. What a browser would
run (HTML, SVG, XML) is on no list.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO
from typing import NamedTuple

MAX_BYTES = 10 * 1024 * 1024
#: At a time.
MAX_FILES = 5
#: Of a name, in bytes: file systems take 255, and what saves it may add a number.
MAX_NAME_BYTES = 200


class Unfit(StrEnum):
    """Why a file is refused."""

    EMPTY = "empty"
    TOO_HEAVY = "too_heavy"
    UNKNOWN = "unknown"
    NOT_WHAT_IT_SAYS = "not_what_it_says"


class Refusal(ValueError):
    """The file called `name` is refused; `why` says for which reason."""

    def __init__(self, why: Unfit, name: str):
        super().__init__(why)
        self.why, self.name = why, name


class Upload(NamedTuple):
    """A file that may be kept: its name and type were made safe."""

    name: str
    media_type: str
    content: bytes


class Kind(NamedTuple):
    """A kind of file that is let in: how browsers call it, and how one tells that a file is one."""

    media_type: str
    is_one: Callable[[bytes], bool]


def read(name: str, content: bytes) -> Upload:
    """Return a file that somebody sent under this name; raises Refusal."""
    name = safe_name(name)
    if not content:
        raise Refusal(Unfit.EMPTY, name)
    if len(content) > MAX_BYTES:
        raise Refusal(Unfit.TOO_HEAVY, name)
    kind = KINDS.get(extension_of(name))
    if kind is None:
        raise Refusal(Unfit.UNKNOWN, name)
    if not kind.is_one(content):
        raise Refusal(Unfit.NOT_WHAT_IT_SAYS, name)
    return Upload(name, kind.media_type, content)


def extension_of(name: str) -> str:
    """Return the extension of a name, in lower case; nothing when it has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if stem and dot else ""


def safe_name(name: str) -> str:
    """Return a name without folders, without what can't be seen or turns the line around, and fit for all systems."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", seen)).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    tail = f"{dot}{extension}"
    while stem and len(f"{stem}{tail}".encode()) > MAX_NAME_BYTES:
        stem = stem[:-1]
    if stem.partition(".")[0].strip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem.rstrip(' .') or 'document'}{tail}"[:MAX_NAME_BYTES]


_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: What Windows takes for a device, whatever its extension.
_DEVICES = frozenset("con prn aux nul".split()) | {f"{port}{one}" for port in ("com", "lpt") for one in range(1, 10)}


# --- what files hold ------------------------------------------------------------------------------------------------


def _begins(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_pdf(content: bytes) -> bool:
    """Some programs write a few bytes before the first line."""
    return b"%PDF-" in content[:1024]


def _is_film(content: bytes) -> bool:
    return content[4:8] == b"ftyp"


def _is_text(content: bytes) -> bool:
    """What people read: no bytes that no text has, unless its encoding says so."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not _UNWRITTEN.search(content)


_UNWRITTEN = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _zip_holds(folder: str) -> Callable[[bytes], bool]:
    """A zip with something in this folder, and no program."""

    def is_one(content: bytes) -> bool:
        try:
            names = zipfile.ZipFile(BytesIO(content)).namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            return False
        has_program = bool(folder) and any(name.casefold().endswith("vbaproject.bin") for name in names)
        return not has_program and any(name.startswith(folder) for name in names)

    return is_one


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """A zip that says first, and not compressed, what it is."""
    media_type = f"mimetypeapplication/vnd.oasis.opendocument.{kind}".encode()
    return lambda content: content.startswith(b"PK\x03\x04") and content[30:].startswith(media_type)


_is_old_office = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OASIS = "application/vnd.oasis.opendocument."

#: What is let in, by extension.
KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", _is_pdf),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": Kind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "gif": Kind("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": Kind("image/webp", _is_webp),
    "heic": Kind("image/heic", _is_film),
    "txt": Kind("text/plain", _is_text),
    "log": Kind("text/plain", _is_text),
    "md": Kind("text/plain", _is_text),
    "csv": Kind("text/csv", _is_text),
    "eml": Kind("message/rfc822", _is_text),
    "rtf": Kind("application/rtf", _begins(b"{\\rtf")),
    "docx": Kind(f"{_OPEN_XML}wordprocessingml.document", _zip_holds("word/")),
    "xlsx": Kind(f"{_OPEN_XML}spreadsheetml.sheet", _zip_holds("xl/")),
    "pptx": Kind(f"{_OPEN_XML}presentationml.presentation", _zip_holds("ppt/")),
    "odt": Kind(f"{_OASIS}text", _open_document("text")),
    "ods": Kind(f"{_OASIS}spreadsheet", _open_document("spreadsheet")),
    "odp": Kind(f"{_OASIS}presentation", _open_document("presentation")),
    "doc": Kind("application/msword", _is_old_office),
    "xls": Kind("application/vnd.ms-excel", _is_old_office),
    "ppt": Kind("application/vnd.ms-powerpoint", _is_old_office),
    "msg": Kind("application/vnd.ms-outlook", _is_old_office),
    "zip": Kind("application/zip", _zip_holds("")),
    "7z": Kind("application/x-7z-compressed", _begins(b"7z\xbc\xaf\x27\x1c")),
    "mp4": Kind("video/mp4", _is_film),
}
