"""Forms of which what is typed is kept before it is saved (R4): the draft one is offered, or has taken up."""

from functools import cached_property

from flask import g, request

from webapp.access import Viewer
from webapp.forms.base import Outcome
from webapp.models import Draft
from webapp.services import drafts


class Drafted(Outcome):
    """A form that keeps drafts; webapp/drafting.py says which views have one."""

    has_draft = True

    @property
    def viewer(self) -> Viewer | None:
        """Who fills in the form."""
        raise NotImplementedError

    @property
    def address(self) -> str:
        """Where the form is sent to, which is what its draft is kept under."""
        return request.path

    @property
    def taken_up(self) -> Draft | None:
        """The draft the form was filled from, if it was."""
        draft: Draft | None = g.get("draft")
        return draft

    @cached_property
    def offered(self) -> Draft | None:
        """The draft one may take up in this form."""
        if request.method != "GET" or self.taken_up or self.viewer is None:
            return None
        return drafts.find(self.viewer.resource_id or 0, self.address)
