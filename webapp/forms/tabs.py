"""A dialog of several tabs: one form for the user, one class per tab for us (C1)."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self

from flask import request
from wtforms import Field

from webapp.access import Viewer
from webapp.forms.base import Form, Outcome, Typed, typed


class Tab(Form):
    """One tab; `key` names it in addresses, `icon` in the sprite."""

    key: ClassVar[str]
    label: ClassVar[Any]
    icon: ClassVar[str]

    @property
    def error_count(self) -> int:
        return sum(1 for field in self.inputs() if field.errors)


class TabLink(NamedTuple):
    key: str
    label: str
    icon: str
    errors: int


class TabbedForm(Outcome):
    """All tabs together. Names of fields are unique over the whole, so values are one flat dict."""

    tab_classes: ClassVar[tuple[type[Tab], ...]]

    def __init__(self, tabs: list[Tab], stored: Mapping[str, Any]):
        self.tabs = tabs
        #: What the record holds, whatever was posted.
        self.stored = stored

    @classmethod
    def load(cls, values: Mapping[str, Any] | None = None, viewer: Viewer | None = None) -> Self:
        """Build every tab: from what was typed if anything was, else from `values`."""
        return cls.build(values, viewer, typed())

    @classmethod
    def build(cls, values: Mapping[str, Any] | None, viewer: Viewer | None, posted: Typed | None) -> Self:
        """Build every tab as if `posted` had been typed into it, or, without, as it shows `values`."""
        values = dict(values or {})
        return cls([tab.build(values, viewer, posted) for tab in cls.tab_classes], values)

    def __getitem__(self, name: str) -> Field:
        for tab in self.tabs:
            if name in tab:
                return tab[name]
        raise KeyError(name)

    def inputs(self) -> Iterator[Field]:
        """The fields of all tabs, in the order users see them."""
        return (field for tab in self.tabs for field in tab.inputs())

    def __contains__(self, name: str) -> bool:
        return any(name in tab for tab in self.tabs)

    def values(self) -> dict[str, Any]:
        return {name: value for tab in self.tabs for name, value in tab.values().items()}

    def posted_and_valid(self) -> bool:
        """Whether it was posted and every field of every tab accepts what it was given."""
        if request.method != "POST":
            return False
        # Every tab is checked, also after the first that has an error.
        valid = [tab.validate() for tab in self.tabs]
        return all(valid)

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show what was refused beside the fields concerned; a field that has an error keeps its own."""
        for name, message in errors.items():
            if not self[name].errors:
                self[name].errors = [message]

    def aim(self) -> None:
        """Put the cursor in the field that is refused, if it is the only one; several are read in the summary (C1)."""
        wrong = [field for field in self.inputs() if field.errors]
        if len(wrong) == 1:
            wrong[0].autofocus = True

    @property
    def errors(self) -> dict[str, list[str]]:
        return {field.name: list(field.errors) for field in self.inputs() if field.errors}

    def bar(self) -> list["TabLink"]:
        """Return what the bar of tabs shows: each one's name and how many of its fields are refused."""
        return [TabLink(tab.key, str(tab.label), tab.icon, tab.error_count) for tab in self.tabs]
