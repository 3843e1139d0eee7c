"""How a service says no."""

from collections.abc import Mapping


class Refused(Exception):
    """What was asked breaks a rule; `errors` says which, in the user's language, by the name of the value."""

    def __init__(self, errors: Mapping[str, str]):
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = dict(errors)
