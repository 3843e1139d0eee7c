"""A browser without scripts, that checks every answer it gets and sends only what it found in a page.

    bruno = client.as_("bruno")
    page = bruno.get("/companies/new")
    answer = page.submit({"name": "Durand"})          # the form as the page printed it, 303 expected
    profile = answer.follow()

`hx_get` and `hx_post` do as htmx does: they expect a fragment.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.markup import Element, Reader, problems_of_fragment, problems_of_page, read
from webapp.clock import now
from webapp.extensions import db
from webapp.models import PortalSession, StaffSession
from webapp.tokens import hash_token
from webapp.web import SECURITY_HEADERS

HTMX = {"HX-Request": "true"}
Values = Mapping[str, Any]


class Page:
    """An answer, and what a person finds in it."""

    def __init__(self, browser: "Browser", response: TestResponse, url: str):
        self.browser = browser
        self.response = response
        self.url = url

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html"

    @cached_property
    def read(self) -> tuple[Element, Reader]:
        return read(self.html)

    @property
    def root(self) -> Element:
        return self.read[0]

    @cached_property
    def text(self) -> str:
        """All that is said, with plain single spaces."""
        return self.root.text if self.is_html else self.html

    def __contains__(self, words: str) -> bool:
        return " ".join(words.split()) in self.text

    @property
    def title(self) -> str:
        return self.root.one("title").text

    @property
    def heading(self) -> str:
        return self.root.one("h1").text

    @property
    def location(self) -> str:
        """Where a redirect leads, without the host."""
        parts = urlsplit(self.headers["Location"])
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def events(self) -> dict[str, Any]:
        """What the answer tells the rest of the page (HX-Trigger)."""
        return json.loads(self.headers.get("HX-Trigger", "{}"))  # type: ignore[no-any-return]

    def all(self, tag: str = "", **attributes: str | bool) -> list[Element]:
        return self.root.all(tag, **attributes)

    def one(self, tag: str = "", **attributes: str | bool) -> Element:
        return self.root.one(tag, **attributes)

    def link(self, text: str) -> Element:
        """Return the first link of this text."""
        links = {e.text: e for e in reversed(self.all("a", href=True))}
        assert text in links, f"no link {text!r}; there are {sorted(links)}"
        return links[text]

    def click(self, text: str, status: int = 200) -> "Page":
        """Follow the link of this text."""
        return self.browser.get(self.link(text)["href"], status=status)

    def follow(self, status: int = 200) -> "Page":
        """Go where the redirect leads."""
        return self.browser.get(self.location, status=status)

    def form(self, action: str | None = None, **attributes: str | bool) -> Element:
        """Return a form, by the end of its action or by attributes; alone in `main`, it needs no naming."""
        forms = [e for e in self.all("form", **attributes) if action is None or e.get("action").endswith(action)]
        if len(forms) > 1:
            forms = [e for e in forms if any(a.tag == "main" for a in e.ancestors)]
        if len(forms) > 1 and action is None:
            # What throws an offered draft away stands beside the form it is a draft of.
            forms = [e for e in forms if not e.get("id").endswith("-discard")]
        assert len(forms) == 1, f"{len(forms)} forms fit: {forms}"
        return forms[0]

    def field(self, name: str) -> Element:
        """Return the control of this name (of several, the first)."""
        controls = [e for e in self.root.elements if e.tag in ("input", "select", "textarea") and e.get("name") == name]
        assert controls, f"no field {name!r}"
        return controls[0]

    def error(self, name: str) -> str:
        """Return what is said of a refused field: the texts that describe it."""
        control = self.field(name)
        assert control.get("aria-invalid") == "true", f"{name} is not marked as refused"
        ids = (control.get("aria-errormessage") + " " + control.get("aria-describedby")).split()
        return " ".join(self.one(id=identifier).text for identifier in ids)

    def submit(
        self,
        values: Values | None = None,
        *,
        form: str | None = None,
        button: str | None = None,
        status: int | None = None,
        htmx: bool = False,
    ) -> "Page":
        """Send a form as the page printed it, with some `values` changed, by the `button` of this text.

        `form` is the end of the action of the form, when the page has several. A value of a name the form has not
        is refused: nobody could have typed it. A list of values stands for several controls of one name.
        """
        element = self.form(form)
        data = printed_values(element, button)
        for name, value in (values or {}).items():
            assert name in names_of(element), f"the form has no field {name!r}; it has {sorted(names_of(element))}"
            data.setlist(name, [str(v) for v in value] if isinstance(value, list | tuple) else [_typed(value)])
            if value is None or value is False:
                data.poplist(name)
        pressed = _button(element, button)
        action = (pressed.get("formaction") if pressed else "") or element.get("action") or self.url
        if ((pressed and pressed.get("formmethod")) or element.get("method", "get")).lower() == "get":
            address = urlsplit(action).path + "?" + urlencode(list(data.items(multi=True)))
            return self.browser.get(address, status=status or 200, htmx=htmx)
        return self.browser.open("POST", action, data=data, status=status or (200 if htmx else 303), htmx=htmx)


class Browser:
    """One browser, with its cookies: nobody's until `as_` gives one that is signed in."""

    def __init__(self, app: Flask, people: Callable[[str], Any], language: str = "fr"):
        self.app = app
        self._people = people
        self._language = language
        self._csrf_token = ""
        self._flask: FlaskClient = app.test_client()

    def as_(self, name: str, language: str | None = None) -> "Browser":
        """Return a browser in which this person of the world is signed in."""
        browser = Browser(self.app, self._people, language or self._language)
        token = sign_in(self.app, self._people(name).id)
        browser.run(browser.remember, token)
        return browser

    def as_contact(self, contact_id: int, language: str | None = None) -> "Browser":
        """Return a browser in which a contact is signed in to the portal."""
        browser = Browser(self.app, self._people, language or self._language)
        token = sign_in(self.app, contact_id, PortalSession)
        browser.run(browser.remember, token, "contact")
        return browser

    def remember(self, token: str, kind: str = "resource") -> None:
        """Keep the cookie of a session, as the sign-in page would have set it."""
        with self._flask.session_transaction() as cookie:
            cookie["_user_id"] = f"{kind}:{token}"
            cookie["_fresh"] = True
            cookie.permanent = True

    def cookie(self, name: str) -> str:
        """Return the value of a cookie this browser holds."""
        cookie = self._flask.get_cookie(name)
        assert cookie is not None, f"no cookie {name}"
        return cookie.value

    def get(self, url: str, *, status: int = 200, htmx: bool = False, **query: Any) -> Page:
        """Open an address; its answer must have this status."""
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query, doseq=True)
        return self.open("GET", url, status=status, htmx=htmx)

    def post(
        self, url: str, data: Values | None = None, *, status: int = 303, htmx: bool = False, **options: Any
    ) -> Page:
        """Send values to an address, with the CSRF token found in the last page.

        Prefer `Page.submit`, which can send only what a form holds; this is for what a form does not allow.
        """
        fields = MultiDict(data or {})
        fields.setdefault("csrf_token", self.csrf_token)
        return self.open("POST", url, data=fields, status=status, htmx=htmx, **options)

    def hx_get(self, url: str, *, status: int = 200, **query: Any) -> Page:
        return self.get(url, status=status, htmx=True, **query)

    def hx_post(self, url: str, data: Values | None = None, *, status: int = 200, **options: Any) -> Page:
        return self.post(url, data, status=status, htmx=True, **options)

    @property
    def csrf_token(self) -> str:
        assert self._csrf_token, "no page with a form was opened yet, so there is no CSRF token to send"
        return self._csrf_token

    def open(
        self,
        method: str,
        url: str,
        *,
        status: int | Iterable[int],
        htmx: bool = False,
        headers: Any = None,
        **options: Any,
    ) -> Page:
        """Send a request and check its answer."""
        given = {"Accept-Language": self._language, **(HTMX if htmx else {}), **(headers or {})}
        response = self.run(lambda: self._flask.open(url, method=method, headers=given, **options))
        page = Page(self, response, url)
        expected = {status} if isinstance(status, int) else set(status)
        assert page.status in expected, f"{method} {url} gave {page.status}, not {status}:\n{page.text[:2000]}"
        self._check(page, fragment=htmx)
        return page

    def run(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """Do something outside the test's own application context, as a server does.

        What the test reads afterwards is read anew; and it holds no lock meanwhile.
        """
        if has_app_context():
            assert not db.session.new, "commit what the test prepared before a request is made"
            assert not db.session.dirty, "commit what the test prepared before a request is made"
            db.session.rollback()
        return Context().run(action, *arguments)

    def _check(self, page: Page, *, fragment: bool) -> None:
        for name, value in SECURITY_HEADERS.items():
            assert page.headers.get(name) == value, f"{page.url}: the header {name} is {page.headers.get(name)!r}"
        # A redirect has a page of Werkzeug’s that nobody sees.
        if not page.is_html or not page.html or 300 <= page.status < 400:
            return
        assert "HX-Request" in page.headers["Vary"]
        assert "no-store" in page.headers["Cache-Control"]
        problems = (problems_of_fragment if fragment else problems_of_page)(*page.read)
        assert not problems, f"{page.url}:\n" + "\n".join(f"- {problem}" for problem in problems)
        for field in page.all("input", name="csrf_token"):
            self._csrf_token = field["value"]


def sign_in(app: Flask, owner_id: int, kind: type[StaffSession | PortalSession] = StaffSession) -> str:
    """Open a session for a resource, or a contact, and return the token its cookie holds."""
    token = secrets.token_urlsafe()
    owner = {"resource_id" if kind is StaffSession else "contact_id": owner_id}

    def write() -> None:
        with app.app_context():
            moment = now()
            db.session.add(
                kind(
                    token_hash=hash_token(token),
                    **owner,
                    created_at=moment - timedelta(seconds=1),
                    last_seen_at=moment,
                    address="127.0.0.1",
                    user_agent="tests",
                )
            )
            db.session.commit()

    if has_app_context():
        db.session.rollback()
    Context().run(write)
    return token


def names_of(form: Element) -> set[str]:
    """Return the names of the controls one may fill."""
    return {e["name"] for e in form.elements if e.has("name") and not e.has("disabled")}


def printed_values(form: Element, button: str | None) -> MultiDict[str, str]:
    """Return what a browser would send of this form, untouched."""
    data: MultiDict[str, str] = MultiDict()
    for element in form.elements:
        if not element.has("name") or element.has("disabled"):
            continue
        for value in _values(element):
            data.add(element["name"], value)
    pressed = _button(form, button)
    if pressed is not None and pressed.has("name"):
        data.add(pressed["name"], pressed.get("value"))
    return data


def _values(control: Element) -> list[str]:
    if control.tag == "textarea":
        return [control.raw_text.removeprefix("\n")]
    if control.tag == "select":
        options = control.all("option")
        chosen = [o for o in options if o.has("selected")]
        if not chosen and not control.has("multiple"):
            chosen = options[:1]
        return [o.get("value") if o.has("value") else o.text for o in chosen]
    if control.tag != "input" or control.get("type") in ("submit", "button", "reset", "image", "file"):
        return []
    if control.get("type") in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.has("checked") else []
    return [control.get("value")]


def _button(form: Element, text: str | None) -> Element | None:
    """Return the button of this text, or the first that submits, as the Enter key does."""
    buttons = [e for e in form.all("button") if e.get("type", "submit") == "submit"]
    if text is None:
        return buttons[0] if buttons else None
    found = [e for e in buttons if e.text == text or " ".join(e.get("aria-label").split()) == text]
    assert len(found) == 1, f"{len(found)} buttons {text!r}; there are {[e.text for e in buttons]}"
    return found[0]


def _typed(value: Any) -> str:
    return "on" if value is True else str(value)
