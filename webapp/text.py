import unicodedata

KEY_VERSION = 0


def clean_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text.replace("\0", "")).split())


def clean_text(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\0", "")).strip()


def search_key(text: str) -> str:
    return text.casefold()


def sort_key(text: str) -> bytes:
    return text.casefold().encode("utf-8", "replace")[:512]


def sort_prefix(text: str) -> tuple[bytes, bytes]:
    low = sort_key(text)
    return low, low + b"\xff"


def first_letter(text: str) -> str:
    return text[:1].upper()
