"""How a service says no."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """What was asked breaks a rule; `errors` says which, in the user's language, by the name of the value."""

    #: The record that has already what was asked for, when that is the reason.
    existing: Any = None

    def __init__(self, errors: Mapping[str, str]):
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = dict(errors)

    @property
    def said(self) -> str:
        """All that is said, for where there is no field to say it beside."""
        return " ".join(map(str, self.errors.values()))
