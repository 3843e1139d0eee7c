"""Markdown as people write it, turned into HTML that can do nothing but be read (S6).

HTML in it is shown as it was typed, and no picture is fetched. Links lead to the web or to a mailbox, and nowhere else.
"""

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

#: What links may lead to.
_SCHEMES = ("http", "https", "mailto", "tel")

_LOWEST = 6


def to_html(text: str, below: int = 2) -> Markup:
    """Return a text as HTML; whatever it holds, nothing of it runs, and nothing is fetched.

    Its headings stand `below` those of the page it is shown on, of which the last has this level.
    """
    return Markup(_parser().render(text, {"below": below}))  # noqa: S704


def to_text(text: str) -> str:
    """Return what one reads of a text, without the marks: to be searched, and to begin a line of a list with."""
    words: list[str] = []
    for token in _parser().parse(text):
        if token.type in ("fence", "code_block"):
            words.append(token.content)
        for child in token.children or ():
            words.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
        if token.type.endswith("_close") or token.type == "inline":
            words.append("\n")
    return re.sub(r"\s+", " ", "".join(words)).strip()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.disable("image")
    parser.validateLink = _leads_out  # type: ignore[method-assign]
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    parser.add_render_rule("link_open", _link)
    return parser


def _leads_out(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _heading(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    token = tokens[place]
    level = min(int(token.tag[1]) + env["below"], _LOWEST)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


def _link(
    self: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    tokens[place].attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, place, options, env)
