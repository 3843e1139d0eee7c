"""What all forms share; the only file that knows WTForms' Meta.

A form reads what was posted, or the values of a record, and gives back domain values by the names of the
requirements. It never writes to the database. The CSRF token is not the form's: the application asks it of every
POST, and the macro that opens a form prints it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Self

import wtforms
from flask import g, request
from werkzeug.datastructures import MultiDict

from webapp.access import Viewer
from webapp.i18n import language
from webapp.services.refusal import Refused

#: What somebody typed into a form: by name, one text or several.
Typed = MultiDict[str, str]


def typed() -> Typed | None:
    """Return what was typed into the form of this request: posted now, or kept as a draft and taken up again."""
    if request.method == "POST":
        return request.form
    taken_up: Typed | None = g.get("taken_up")
    return taken_up


class Outcome:
    """What became of a form: nothing yet, saved, or refused by a service."""

    saved: bool = False
    refusal: Refused | None = None
    #: What whoever saves should know of it besides: what others changed in the meantime.
    notice: str = ""
    #: Whether what is typed is kept before it is saved.
    has_draft: bool = False

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what was refused beside the fields concerned."""
        raise NotImplementedError


class Pressed(Outcome):
    """What became of a press of a button: what it was refused for is said in a message."""

    @property
    def refused(self) -> str:
        """Why, or nothing."""
        return self.refusal.said if self.refusal else ""

    def refuse(self, errors: Mapping[str, str]) -> None:
        """No field is there to show it beside."""


@cache
def _messages(language: str) -> Any:
    """WTForms' own messages, which it looks for on the disk."""
    return wtforms.i18n.get_translations((language,))


class Form(Outcome, wtforms.Form):
    """A form, or one tab of one."""

    class Meta:
        #: Whom the form is for, what the record holds, what was posted: some fields depend on them.
        viewer: Viewer | None = None
        stored: Mapping[str, Any] = {}
        posted: Typed | None = None

        def get_translations(self, form: Any) -> Any:
            return _messages(language())

    @classmethod
    def load(cls, values: Mapping[str, Any] | None = None, viewer: Viewer | None = None) -> Self:
        """Build the form for `viewer`: from what was typed if anything was, else from `values`.

        Either way `values` is what the record holds now: a value it already has stays allowed.
        """
        return cls.build(values, viewer, typed())

    @classmethod
    def build(cls, values: Mapping[str, Any] | None, viewer: Viewer | None, posted: Typed | None) -> Self:
        """Build the form as if `posted` had been typed into it, or, without, as it shows `values`."""
        values = dict(values or {})
        return cls(formdata=posted, data=values, meta={"viewer": viewer, "stored": values, "posted": posted})

    def inputs(self) -> Iterator[wtforms.Field]:
        """The fields, in the order users see them."""
        return iter(self)

    def values(self) -> dict[str, Any]:
        """Return the domain values; read-only fields are left out, whatever was posted."""
        return {field.short_name: field.data for field in self.inputs() if not field.readonly}

    def posted_and_valid(self) -> bool:
        """Whether it was posted and every field accepts what it was given."""
        return bool(request.method == "POST" and self.validate())

    def refuse(self, errors: Mapping[str, str]) -> None:
        for name, message in errors.items():
            self[name].errors = [*self[name].errors, message]
