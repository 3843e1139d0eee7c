"""The address at which a calendar program reads what somebody has to do (S1)."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Id, Moment


class CalendarFeed(Model):
    """The one address of a resource: it holds a token, the table its hash."""

    __tablename__ = "calendar_feed"

    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
