"""What is searched: one folded text per record, and the words of all names (N2)."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Choice, Id, IntKey, key_text
from webapp.models.linked import Noun

#: A text is cut here; what follows isn't found.
MAX_SEARCH_TEXT = 2000


class SearchText:
    """All one may find a record by, folded, a line for each field, a space before each word.

    The first line is the name. Each engine keeps its own indexes of it (see the migration): of the beginnings of
    its words, and of its fragments of three letters.
    """

    text: Mapped[str] = mapped_column(key_text(MAX_SEARCH_TEXT))


class CompanySearch(SearchText, Model):
    __tablename__ = "company_search"

    company_id: Mapped[int] = mapped_column(
        Id, ForeignKey("company.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )


class ContactSearch(SearchText, Model):
    __tablename__ = "contact_search"

    contact_id: Mapped[int] = mapped_column(
        Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, sort_order=-1
    )


class LinkedSearch(SearchText, Model):
    """Of what hangs on companies, of all kinds together; the last made has the highest id.

    It says what is shown of a record that was found, and of which company it is. Whose eyes it is for, only the rule
    of its own kind knows.
    """

    __tablename__ = "linked_search"
    __table_args__ = (UniqueConstraint("noun", "record_id"),)

    id: Mapped[IntKey] = mapped_column("linked_id", sort_order=-1)
    noun: Mapped[Noun] = mapped_column(Choice(Noun))
    record_id: Mapped[int] = mapped_column(Id)
    company_id: Mapped[int] = mapped_column(Id, ForeignKey("company.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))


class SearchWord(Model):
    """A word that stands in the name of some record, or once did: where a mistyped word finds its neighbours."""

    __tablename__ = "search_word"
    __table_args__ = {"sqlite_with_rowid": False}

    word: Mapped[str] = mapped_column(key_text(60), primary_key=True)
