"""The person a page is for: a plain record read with one small query, not an entity of the session."""

from dataclasses import dataclass

from webapp.models import ADMINS_ID, EVERYBODY_ID


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A signed-in resource, with what every request asks about them. Satisfies Flask-Login."""

    resource_id: int | None
    name: str
    email: str
    is_admin: bool
    language: str
    timezone: str
    #: Everybody, oneself, one's billing entities; for an admin, the admins.
    principal_ids: tuple[int, ...]
    session_id: int | None = None
    #: What the cookie holds; the table keeps its hash.
    session_token: str = ""

    contact_id = None
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return f"resource:{self.session_token}"


#: Who acts when a command does: sees all, signs nothing.
SYSTEM = Viewer(
    resource_id=None,
    name="",
    email="",
    is_admin=True,
    language="fr",
    timezone="UTC",
    principal_ids=(EVERYBODY_ID, ADMINS_ID),
)
