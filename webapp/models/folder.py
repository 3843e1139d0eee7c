"""Team folders: documents that resources and contacts of a company share (S8, P7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.clock import now
from webapp.extensions import Model
from webapp.models.base import Id, IntKey, Moment, key_text
from webapp.models.linked import Linked, Noun, linked_indexes


class TeamFolder(Linked, Model):
    """A folder of a company, for its members."""

    __tablename__ = "team_folder"
    __table_args__ = linked_indexes("team_folder")
    noun = Noun.FOLDER

    comments: Mapped[str] = mapped_column(Text, default="")


class FolderResource(Model):
    """A resource who is a member of a folder."""

    __tablename__ = "folder_resource"
    __table_args__ = ({"sqlite_with_rowid": False},)

    folder_id: Mapped[int] = mapped_column(Id, ForeignKey("team_folder.id", ondelete="CASCADE"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(Id, ForeignKey("resource.id"), primary_key=True, index=True)


class FolderContact(Model):
    """A contact who is a member of a folder."""

    __tablename__ = "folder_contact"
    __table_args__ = ({"sqlite_with_rowid": False},)

    folder_id: Mapped[int] = mapped_column(Id, ForeignKey("team_folder.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Document(Model):
    """A document of a folder, in its versions: the last one counts, none is lost."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_folder", "folder_id", "name_key", "id"),)

    id: Mapped[IntKey]
    folder_id: Mapped[int] = mapped_column(Id, ForeignKey("team_folder.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    #: The name without case: a file of the same name is a new version.
    name_key: Mapped[str] = mapped_column(key_text(400))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class DocumentVersion(Model):
    __tablename__ = "document_version"
    __table_args__ = (Index("ix_document_version_document", "document_id", "id"),)

    id: Mapped[IntKey]
    document_id: Mapped[int] = mapped_column(Id, ForeignKey("document.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(Id, ForeignKey("stored_file.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    #: Who added it: a resource, or a contact, named without a foreign key as they may be erased.
    resource_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    contact_id: Mapped[int | None] = mapped_column(Id)
