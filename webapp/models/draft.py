"""What somebody was typing: kept until it is saved or thrown away."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Id, IntKey, Moment


class Draft(Model):
    """The content of a form that one resource has not saved yet."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("resource_id", "path"),)

    id: Mapped[IntKey]
    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id", ondelete="CASCADE"))
    #: The address the form is sent to.
    path: Mapped[str] = mapped_column(String(200))
    #: The form as a browser sends it, without what proves who sends it.
    content: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(Moment, default=now)
