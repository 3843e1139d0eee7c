"""Rows straight to the driver, as the models' types would store them: the fastest way in on either engine."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row = Mapping[str, Any]


def insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Add rows to a table; a column that a row leaves out has its default, if that is a plain value."""
    driver = connection.connection.driver_connection
    assert driver is not None
    stored = _storing(connection, table)
    names = [column.name for column in table.columns]
    records = (tuple(store(row.get(name, default)) for name, default, store in stored) for row in rows)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in names)
        driver.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", records)  # noqa: S608
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for record in records:
            copy.write_row(record)


def _storing(connection: Connection, table: Table) -> list[tuple[str, Any, Callable[[Any], Any]]]:
    """Return of each column its name, its default, and what makes a value as the driver wants it."""
    dialect = connection.dialect
    return [
        (
            column.name,
            column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None,
            column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is,
        )
        for column in table.columns
    ]


def _as_it_is(value: Any) -> Any:
    return value
