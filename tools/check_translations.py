"""Checks every text of the interface: the French of the sources, and its translation in each catalogue (N4).

`python -m tools.check_translations` prints what is wrong and exits with status 1 if anything is.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from webapp.config import DEFAULT_LANGUAGE, LANGUAGES

SOURCES = Path(__file__).resolve().parent.parent / "webapp"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {"templates/**.*": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = {"_": None, "_l": None, "_lp": ((1, "c"), 2), "_n": (1, 2), "gettext": None, "ngettext": (1, 2)}

#: Faults of French typography, and what to write instead.
FRENCH = (
    (r"(?<=\w)'(?=\w)", "an apostrophe is ’"),
    (r" [:;?!»]|« ", "the space before : ; ? ! » and after « does not break (U+00A0)"),
    (
        r"[^\s\u00a0\u202f:;?!.…)(*/«»][;?!](?=\s|$)|\w:(?=\s|$)",
        "a space that does not break (U+00A0) goes before : ; ? !",
    ),
    (r"«(?![\u00a0\u202f ])|(?<![\u00a0\u202f ])»", "a space that does not break (U+00A0) goes inside « »"),
    (r'"', "quotation marks are « »"),
    (r"\.\.\.", "an ellipsis is …"),
)

#: What loses its vowel before a name that begins with one, as Antoine's does; reasons (`why`) never do.
ELIDED = re.compile(r"\b(?:de|que|ne) %\((?!why\b)\w+\)s", re.IGNORECASE)

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}|</?\w+[^>]*>")


@dataclass(frozen=True)
class Text:
    """A text of the sources, and where it is first used."""

    msgid: str
    plural: str | None
    place: str
    #: What tells it from the same word with another meaning.
    context: str | None = None

    @property
    def forms(self) -> list[str]:
        return [self.msgid, *([self.plural] if self.plural else [])]


def main() -> int:
    """Print the faults; return the exit status."""
    texts = used_texts(SOURCES)
    faults = [fault for text in texts.values() for fault in faults_of_french(text)]
    for language in LANGUAGES.keys() - {DEFAULT_LANGUAGE}:
        faults += [f"{language}: {fault}" for fault in faults_of_catalogue(texts, catalogue_of(language))]
    print("\n".join(faults) or f"{len(texts)} texts, all in good French and translated.")
    return 1 if faults else 0


def catalogue_of(language: str) -> Catalog:
    """Read the catalogue of a language; an absent one is empty."""
    path = SOURCES / "translations" / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def used_texts(folder: Path) -> dict[str, Text]:
    """Return the texts that the code and the templates of `folder` show, by msgid and context."""
    texts: dict[str, Text] = {}
    for name, line, message, _comments, context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
        text = _text(message, f"{name}:{line}", context)
        texts.setdefault(_key(text.msgid, text.context), text)
    texts.pop("", None)
    return texts


def _text(message: str | tuple[str, ...], place: str, context: str | None) -> Text:
    if isinstance(message, str):
        return Text(message, None, place, context)
    return Text(message[0], message[1], place, context)


def _key(msgid: str, context: str | None) -> str:
    """Return what tells a text from all others, as catalogues in their binary form do."""
    return f"{context}\4{msgid}" if context else msgid


def faults_of_french(text: Text) -> Iterator[str]:
    """Yield what a French reader would find badly set."""
    for form in text.forms:
        for pattern, advice in FRENCH:
            if re.search(pattern, PLACEHOLDER.sub("x", form)):
                yield f"{text.place}: {form!r}: {advice}"
        if ELIDED.search(form):
            yield f"{text.place}: {form!r}: « de Antoine »: word it so that no vowel is lost before a name"


def faults_of_catalogue(texts: dict[str, Text], catalogue: Catalog) -> Iterator[str]:
    """Yield what is missing, doubtful, broken or no longer used in a catalogue."""
    for text in texts.values():
        message = catalogue.get(text.msgid, text.context)
        if message is None or not all(_forms(message)):
            yield f"{text.place}: not translated: {text.msgid!r}"
        elif message.fuzzy:
            yield f"{text.place}: fuzzy: {text.msgid!r}"
        else:
            yield from _faults_of_placeholders(text, message)
    for message in catalogue:
        msgid = message.id[0] if isinstance(message.id, list | tuple) else message.id
        if msgid and _key(msgid, message.context) not in texts:
            yield f"no longer used: {msgid!r}"


def _faults_of_placeholders(text: Text, message: Message) -> Iterator[str]:
    # A singular may leave its number out: "one contact".
    wanted = Counter(PLACEHOLDER.findall(text.forms[-1]))
    allowed = [wanted, Counter(PLACEHOLDER.findall(text.msgid))]
    for form in _forms(message):
        if Counter(PLACEHOLDER.findall(form)) not in allowed:
            yield f"{text.place}: {text.msgid!r}: other placeholders in {form!r}"


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string]


if __name__ == "__main__":
    sys.exit(main())
