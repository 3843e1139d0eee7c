"""What is searched: one folded text per record, and the words of all names (N2)."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.base import Id, key_text

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


class SearchWord(Model):
    """A word that stands in the name of some record, or once did: where a mistyped word finds its neighbours."""

    __tablename__ = "search_word"
    __table_args__ = {"sqlite_with_rowid": False}

    word: Mapped[str] = mapped_column(key_text(60), primary_key=True)
