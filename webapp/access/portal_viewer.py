"""The contact a page of the portal is for: a plain record read with one small query, like a Viewer of the staff."""

from dataclasses import dataclass
from typing import Protocol

from webapp.access.viewer import Viewer
from webapp.models import PortalRight


class Actor(Protocol):
    """Who does something that the history tells: a resource, a contact in the portal, or nobody but a command."""

    @property
    def resource_id(self) -> int | None: ...
    @property
    def contact_id(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class PortalViewer:
    """A signed-in contact, whose access is active now, with what every request asks. Satisfies Flask-Login."""

    contact_id: int
    company_id: int
    name: str
    email: str
    rights: frozenset[PortalRight]
    #: How many of the profiles listed for them they may read at most; None for no limit (D10).
    max_profiles: int | None
    #: None follows the browser.
    language: str | None
    timezone: str
    session_id: int | None = None
    #: What the cookie holds; the table keeps its hash.
    session_token: str = ""
    #: The resource who looks at the portal as this contact sees it, and may change nothing.
    looker: Viewer | None = None

    resource_id = None
    is_authenticated = True
    is_active = True
    is_anonymous = False
    is_admin = False

    def has(self, right: PortalRight) -> bool:
        """Whether the contact was granted a right."""
        return right in self.rights

    def get_id(self) -> str:
        return f"contact:{self.session_token}"
