"""Runs migrations inside the application, on its engine or on the connection it names, in one transaction."""

from contextlib import nullcontext
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import TypeDecorator

from webapp.extensions import db


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types in a migration as the plain types beneath, so that it outlives the code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def is_compared(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether what stands in a database is compared with the models: the indexes of search are not."""
    if kind == "table":
        return name in db.metadata.tables
    return not (kind == "index" and name is not None and name.endswith("_search_tokens"))


given = context.config.attributes.get("connection")

with nullcontext(given) if given else db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        render_item=render_item,
        include_name=is_compared,
        **{k: v for k, v in current_app.extensions["migrate"].configure_args.items() if k != "render_as_batch"},
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
