"""Templates say nothing untranslated, import nothing for nothing, and keep to the content policy (N4, N5)."""

import re
from pathlib import Path

import pytest
from flask import Flask

FOLDER = Path(__file__).resolve().parent.parent / "webapp" / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))
PAGES = [name for name in TEMPLATES if name.endswith(".html")]

#: The name of the product, and letters that are no words.
NOT_WORDS = re.compile(r"Comptoir|&\w+;|&#\d+;|\b(?:XLSX|CSV|VAT|FR|EN|fr|en)\b")
SPOKEN_ATTRIBUTES = re.compile(r'\b(?:title|placeholder|alt|aria-(?:label|description|roledescription))="([^"]*)"')
ATTRIBUTES = re.compile(
    r'[\w:-]+="[^"]*"|\b(?:autofocus|checked|disabled|hidden|multiple|readonly|required|selected)\b'
)

FORBIDDEN = {
    r"\sstyle=": "an inline style: the content policy drops it",
    r"<style\b": "an inline style sheet: the content policy drops it",
    r"<script(?![^>]*\bsrc=)": "an inline script: the content policy drops it",
    r"\s(?:hx-)?on[a-z:-]+=": "a handler in an attribute: the content policy drops it",
    r"\bhx-boost\b": "hx-boost: every swap says what it swaps",
    r'\bhx-(?:put|patch|delete)="': "a method that forms do not know",
    r'"\s*(?:js|javascript):': "a script in an attribute",
    r"\bhx-trigger=\"[^\"]*\[": "a filter of a trigger: it needs eval, and fires always or never",
    r"\|\s*safe\b": "text let through as HTML",
    r"\bautoescape\b": "text let through as HTML",
    r"https?://(?!www\.w3\.org)[a-z]": "an address of another site",
}


def source(name: str) -> str:
    return re.sub(r"\{#.*?#\}", "", (FOLDER / name).read_text("utf-8"), flags=re.S)


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_compiles_and_all_it_names_exists(session_app: Flask, name: str) -> None:
    session_app.jinja_env.get_template(name)
    for other in re.findall(r"\{%-?\s*(?:from|import|include|extends)\s+\"([^\"]+)\"", source(name)):
        assert (FOLDER / other).exists(), f"{name} names {other}, which is not there"


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_imports_only_what_it_uses(name: str) -> None:
    text = source(name)
    imported = [
        part.split(" as ")[-1].strip()
        for names in re.findall(r"\{%-?\s*from\s+\"[^\"]+\"\s+import\s+(.*?)-?%\}", text, flags=re.S)
        for part in names.replace(" with context", "").split(",")
    ]
    imported += re.findall(r"\{%-?\s*import\s+\"[^\"]+\"\s+as\s+(\w+)", text)
    rest = re.sub(r"\{%-?\s*(?:from|import)\b.*?%\}", "", text, flags=re.S)
    unused = [word for word in imported if not re.search(rf"\b{re.escape(word)}\b", rest)]
    assert not unused, f"{name} imports {unused} and uses it nowhere"


@pytest.mark.parametrize("name", PAGES)
def test_it_keeps_to_the_rules(name: str) -> None:
    found = [reason for pattern, reason in FORBIDDEN.items() if re.search(pattern, source(name))]
    assert not found, f"{name}: {found}"


@pytest.mark.parametrize("name", PAGES)
def test_every_word_can_be_translated(name: str) -> None:
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source(name), flags=re.S)
    between_tags = re.sub(r"<[^>]*>", "\n", ATTRIBUTES.sub("", text), flags=re.S)
    spoken = [*SPOKEN_ATTRIBUTES.findall(text), *between_tags.split("\n")]
    words = [line.strip() for line in spoken if re.search(r"[^\W\d_]{2,}", NOT_WORDS.sub("", line))]
    assert not words, f"{name} says {words} without _()"
