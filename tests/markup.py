"""Reading HTML strictly, and what every page and every fragment must respect."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
PHRASING_ONLY = frozenset("p h1 h2 h3 h4 h5 h6 label span button a strong em small legend summary dt".split())
BLOCKS = frozenset(
    "div p ul ol dl table form section article header footer main nav fieldset dialog h1 h2 h3 h4".split()
)
INTERACTIVE = frozenset("a button select textarea input label".split())
#: Elements in which blocks may stand, although they stand in a line themselves.
TRANSPARENT = frozenset({"a"})
UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})


@dataclass(eq=False)
class Element:
    """An element, its attributes, and what it holds, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)
    line: int = 0
    #: Every element of the document in its order, shared by all of them, and which of them are below this one.
    document: list["Element"] = field(default_factory=list)
    first: int = 0
    end: int | None = None

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def has(self, name: str) -> bool:
        return name in self.attributes

    @property
    def elements(self) -> list["Element"]:
        """Every element below, in the order of the page."""
        return self.document[self.first : self.end]

    @property
    def ancestors(self) -> Iterator["Element"]:
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    @property
    def raw_text(self) -> str:
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    @property
    def text(self) -> str:
        """What it says, with plain single spaces: a test need not type non-breaking ones."""
        return " ".join(self.raw_text.split())

    def all(self, tag: str = "", **attributes: str | bool) -> list["Element"]:
        """Return the elements below of this tag and with these attributes (`class_` is one of the classes)."""
        return [e for e in self.elements if (not tag or e.tag == tag) and e.matches(attributes)]

    def one(self, tag: str = "", **attributes: str | bool) -> "Element":
        """Return the only such element; fails when there is none or several."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements <{tag}> with {attributes}, not one"
        return found[0]

    def matches(self, attributes: dict[str, str | bool]) -> bool:
        for name, wanted in attributes.items():
            name = name.rstrip("_").replace("_", "-")
            if isinstance(wanted, bool):
                if self.has(name) is not wanted:
                    return False
            elif name == "class":
                if wanted not in self.get(name).split():
                    return False
            elif self.attributes.get(name) != wanted:
                return False
        return True

    def __repr__(self) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.tag}{attributes}> (line {self.line})"


class Reader(HTMLParser):
    """Builds the tree; notes what is not balanced instead of mending it as browsers do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#document")
        self.here = self.root
        self.problems: list[str] = []
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        line = self.getpos()[0]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice (line {line})")
        document = self.root.document
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here, line=line, document=document)
        document.append(element)
        element.first = len(document)
        self.here.children.append(element)
        if tag in VOID:
            element.end = element.first
        else:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            # Browsers heed the slash inside SVG only.
            if not any(e.tag == "svg" for e in (self.here, *self.here.ancestors)):
                self.problems.append(f"<{tag}/> is not closed (line {self.getpos()[0]})")
            self._leave()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.problems.append(f"</{tag}> on a void element (line {self.getpos()[0]})")
        elif self.here.tag != tag:
            self.problems.append(f"</{tag}> closes {self.here!r} (line {self.getpos()[0]})")
        else:
            self._leave()

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)

    def _leave(self) -> None:
        assert self.here.parent is not None
        self.here.end = len(self.root.document)
        self.here = self.here.parent


def read(html: str) -> tuple[Element, Reader]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    if reader.here is not reader.root:
        reader.problems.append(f"{reader.here!r} is never closed")
    return reader.root, reader


def problems_of_page(root: Element, reader: Reader) -> list[str]:
    """Return what is wrong with a whole page that was read."""
    problems = [*reader.problems, *_common_problems(root)]
    if reader.doctype.lower() != "doctype html":
        problems.append("the page does not begin with <!doctype html>")
    pages = root.all("html")
    if len(pages) != 1 or pages[0].get("lang") not in ("fr", "en"):
        problems.append("the page has no <html lang>")
    titles = [e.text for e in root.all("title") if not any(a.tag == "svg" for a in e.ancestors)]
    if len(titles) != 1 or not titles[0].strip(" ·"):
        problems.append(f"the page must have one title that says something, not {titles}")
    if titles and titles[0].startswith("·"):
        problems.append(f"the title says nothing of this page: {titles[0]!r}")
    headings = [e.text for e in root.all("h1")]
    if len(headings) != 1 or not headings[0]:
        problems.append(f"the page must have one h1, not {headings}")
    if len(root.all("main")) != 1:
        problems.append("the page must have one <main>")
    return problems


def problems_of_fragment(root: Element, reader: Reader) -> list[str]:
    """Return what is wrong with a part of a page that was read."""
    problems = [*reader.problems, *_common_problems(root)]
    if root.all("html") or root.all("body") or reader.doctype:
        problems.append("a fragment holds a whole page")
    return problems


def _common_problems(root: Element) -> Iterator[str]:
    yield from _ids(root)
    yield from _labels(root)
    yield from _names(root)
    yield from _nesting(root)
    yield from _forms(root)
    yield from _raw_values(root)
    yield from _content_policy(root)


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(e["id"] for e in root.elements if e.has("id"))
    for identifier, count in ids.items():
        if count > 1:
            yield f"the id {identifier!r} is there {count} times"
        if not identifier or re.search(r"\s", identifier):
            yield f"{identifier!r} is no id"
    for element in root.elements:
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-errormessage"):
            for target in element.get(name).split():
                if target not in ids:
                    yield f"{element!r} points to {target!r}, which is not there"


def _labels(root: Element) -> Iterator[str]:
    labelled = {e["for"] for e in root.all("label") if e.has("for") and e.text}
    for element in root.elements:
        if element.tag not in ("input", "select", "textarea") or element.get("type") in UNLABELLED:
            continue
        within = any(a.tag == "label" and a.text for a in element.ancestors)
        named = element.get("aria-label").strip() or element.get("aria-labelledby")
        if not (within or named or element.get("id") in labelled):
            yield f"{element!r} has no label"


def _names(root: Element) -> Iterator[str]:
    """Links and buttons say what they do."""
    for element in root.elements:
        is_link = element.tag == "a" and element.has("href")
        if not is_link and element.tag != "button":
            continue
        pictures = any(e.get("alt") or (e.tag == "title" and e.text) for e in element.elements)
        named = element.get("aria-label").strip() or element.get("aria-labelledby")
        if not (element.text or pictures or named):
            yield f"{element!r} has no name"
    for image in root.all("img"):
        if not image.has("alt"):
            yield f"{image!r} has no alt"


def _nesting(root: Element) -> Iterator[str]:
    for element in root.elements:
        parent = element.parent
        assert parent is not None
        if element.tag in BLOCKS and parent.tag in PHRASING_ONLY - TRANSPARENT:
            yield f"{element!r} stands in {parent!r}"
        if element.tag == "form" and any(a.tag == "form" for a in element.ancestors):
            yield f"{element!r} stands in another form"
        if element.tag in INTERACTIVE and any(a.tag in ("a", "button") for a in element.ancestors):
            yield f"{element!r} stands in a link or a button"
        if element.tag == "li" and parent.tag not in ("ul", "ol", "menu", "#document"):
            yield f"{element!r} stands in {parent!r}"
        if parent.tag in ("ul", "ol") and element.tag not in ("li", "template"):
            yield f"{element!r} stands in {parent!r}"
        if element.tag == "tr" and parent.tag not in ("thead", "tbody", "tfoot", "#document"):
            yield f"{element!r} stands in {parent!r}"


def _forms(root: Element) -> Iterator[str]:
    for form in root.all("form"):
        method = form.get("method", "get").lower()
        if method not in ("get", "post", "dialog"):
            yield f"{form!r}: forms know GET and POST only"
        tokens = [e for e in form.all("input") if e.get("name") == "csrf_token"]
        if method == "post" and (len(tokens) != 1 or not tokens[0].get("value")):
            yield f"{form!r} posts without a CSRF token"
        if method == "get" and tokens:
            yield f"{form!r} would put its CSRF token in the address"


#: What only a defect prints.
RAW = re.compile(r"\{\{|\}\}|\{%|%\(\w+\)[sd]|<(?:built-in|function|bound|webapp)\b|\bUndefined\b")


def _raw_values(root: Element) -> Iterator[str]:
    for element in (root, *root.elements):
        for child in element.children:
            if isinstance(child, str) and (child.strip() in ("None", "[]", "()") or RAW.search(child)):
                yield f"{element!r} says {child.strip()!r}"
        for name, value in element.attributes.items():
            if value == "None" or RAW.search(value):
                yield f"{element!r} has a raw value in {name}"


def _content_policy(root: Element) -> Iterator[str]:
    """The policy of the site allows no inline script or style, and htmx no evaluation."""
    for element in root.elements:
        if element.tag == "style" or element.has("style"):
            yield f"{element!r} has inline style"
        if element.tag == "script" and not element.has("src"):
            yield f"{element!r} is an inline script"
        for name, value in element.attributes.items():
            if name.startswith(("on", "hx-on")):
                yield f"{element!r} has {name}"
            if name.startswith("hx-") and value.lstrip().startswith(("js:", "javascript:")):
                yield f"{element!r} evaluates a script"
            if name.startswith("hx-trigger") and "[" in value:
                yield f"{element!r} filters its trigger"
        address = element.get("src") or (element.get("href") if element.tag == "link" else "")
        if address and not address.startswith(("/", "data:")):
            yield f"{element!r} loads from elsewhere"
