"""Files that people give us: in the database, which is all that servers share and all that a backup holds (F8)."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import IntKey, Moment


class StoredFile(Model):
    """A file as it came; its name and type were made safe."""

    __tablename__ = "stored_file"

    id: Mapped[IntKey]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    #: In bytes.
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    #: Read only where it is served: lists of files never need it.
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
