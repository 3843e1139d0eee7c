"""Formatted text: what people write reads well, and what attackers write does nothing (S6)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.markdown import to_html, to_text


def test_what_people_write_reads_well() -> None:
    html = to_html(
        "# Titre\n\nDu **gras**, du `code` et un [lien](https://exemple.fr).\nSuite\n\n"
        "- un\n- deux\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    for part in ("<h3>Titre</h3>", "<strong>gras</strong>", "<code>code</code>", "<li>un</li>", "<td>2</td>", "<br />"):
        assert part in html
    assert '<a href="https://exemple.fr" rel="noopener noreferrer nofollow">lien</a>' in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "![x](https://exemple.fr/pixel.png)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        '[x](https://exemple.fr "onmouseover=\\"alert(1)")',
        '[x](https://exemple.fr" onmouseover="alert(1))',
        "[x](/admin/settings)",
        "[x](//ailleurs.example)",
        "```html\n<script>alert(1)</script>\n```",
        "<a href='https://x' style='position:fixed'>x</a>",
        "<iframe src=https://x></iframe>",
    ],
)
def test_what_attackers_write_does_nothing(attack: str) -> None:
    assert_harmless(to_html(attack))


@given(st.text(alphabet=st.sampled_from("<>\"'&;:()[]!`*_#|-\n javascript/onload=xX\\"), max_size=80))
def test_no_text_makes_anything_but_formatting(text: str) -> None:
    assert_harmless(to_html(text))


ALLOWED = set("h3 h4 h5 h6 p strong em s code pre a ul ol li blockquote table thead tbody tr th td hr br".split())


def assert_harmless(html: str) -> None:
    for tag in re.findall(r"<[^>]*>", html):
        match = re.fullmatch(r"</?([a-z0-9]+)((?: [a-z]+=\"[^\"]*\")*) ?/?>", tag)
        assert match, tag
        assert match[1] in ALLOWED, tag
        for name, value in re.findall(r'([a-z]+)="([^"]*)"', match[2]):
            assert name in ("href", "rel", "title", "class", "start"), tag
            if name == "href":
                assert re.match(r"(https?|mailto|tel):", value, re.IGNORECASE), tag


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("# Titre\n\nDu **gras**\net `code`", "Titre Du gras et code"),
        ("- un\n- [lien](https://x.fr)", "un lien"),
        ("```\na = 1\n```", "a = 1"),
        ("", ""),
    ],
)
def test_what_one_reads_of_it_is_searched(text: str, read: str) -> None:
    assert to_text(text) == read
