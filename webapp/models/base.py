"""What every model may use: column types that behave alike on both engines, and small capabilities."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, String, TypeDecorator, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from webapp.clock import now
from webapp.dates import PartialDate

#: SQLite numbers its rows itself only when the key is a plain INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def key_text(length: int) -> String:
    """A folded text compared byte by byte on both engines, so that prefixes can be ranges of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


IntKey = Annotated[int, mapped_column(Id, primary_key=True)]


class Moment(TypeDecorator[datetime]):
    """A moment: stored in UTC, always given back with its zone; a moment without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Choice(TypeDecorator[StrEnum]):
    """A member of a StrEnum, stored as its value: readable in the database and portable."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]):
        super().__init__(40)
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        if isinstance(value, self.kind):
            return str(value.value)
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Decimals(TypeDecorator[Decimal]):
    """An exact number with so many decimals, stored as a whole number of its smallest part: sums are exact on both
    engines, of which SQLite knows no decimals.

    A number with more decimals is refused: whoever computes it rounds it.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int):
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != int(scaled):
            raise ValueError(f"{value} has more than {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class PartialDay(TypeDecorator[PartialDate]):
    """A day with or without its year, stored as `1998-01-12` or `--01-12`."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> PartialDate | None:
        return None if value is None else PartialDate.parse(value)


class Timestamped:
    """When a row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)


class Authored:
    """Who made a row and who changed it last; nobody when a command did."""

    created_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))
    updated_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))


class Trashable:
    """A row that can be put in the trash, where nobody sees it and nothing of it is lost (R3)."""

    deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("resource.id"))


def in_trash(table: str) -> Index:
    """Return the index by which a table's rows in the trash are found among all."""
    return where_given("deleted_at", f"ix_{table}_deleted_at", "deleted_at")


def where_given(column: str, name: str, *columns: str) -> Index:
    """Return an index of only the rows that have a value in `column`, which few have."""
    given = text(f"{column} IS NOT NULL")
    return Index(name, *columns, sqlite_where=given, postgresql_where=given)


class Versioned:
    """Optimistic lock: a save based on an older version fails instead of overwriting (R4)."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}
