"""search"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

#: On SQLite, two full-text indexes of each table of texts: of the beginnings of words, and of fragments of three
#: letters. They hold no text of their own; triggers keep them in step with the table.
SQLITE = [
    """
    CREATE VIRTUAL TABLE {kind}_words USING fts5(
        text, content='{kind}_search', content_rowid='{kind}_id',
        tokenize='ascii', detail=none, columnsize=0, prefix='1 2 3 4 5 6 7 8'
    )
    """,
    """
    CREATE VIRTUAL TABLE {kind}_fragments USING fts5(
        text, content='{kind}_search', content_rowid='{kind}_id', tokenize='trigram', detail=none, columnsize=0
    )
    """,
    """
    CREATE TRIGGER {kind}_search_added AFTER INSERT ON {kind}_search BEGIN
        INSERT INTO {kind}_words (rowid, text) VALUES (new.{kind}_id, new.text);
        INSERT INTO {kind}_fragments (rowid, text) VALUES (new.{kind}_id, new.text);
    END
    """,
    """
    CREATE TRIGGER {kind}_search_removed AFTER DELETE ON {kind}_search BEGIN
        INSERT INTO {kind}_words ({kind}_words, rowid, text) VALUES ('delete', old.{kind}_id, old.text);
        INSERT INTO {kind}_fragments ({kind}_fragments, rowid, text) VALUES ('delete', old.{kind}_id, old.text);
    END
    """,
    """
    CREATE TRIGGER {kind}_search_changed AFTER UPDATE OF text ON {kind}_search BEGIN
        INSERT INTO {kind}_words ({kind}_words, rowid, text) VALUES ('delete', old.{kind}_id, old.text);
        INSERT INTO {kind}_fragments ({kind}_fragments, rowid, text) VALUES ('delete', old.{kind}_id, old.text);
        INSERT INTO {kind}_words (rowid, text) VALUES (new.{kind}_id, new.text);
        INSERT INTO {kind}_fragments (rowid, text) VALUES (new.{kind}_id, new.text);
    END
    """,
]

#: On PostgreSQL, the same two things in one inverted index of what a function takes from each text: `^` before the
#: beginnings of words, and fragments of three letters. It needs no extension. It is dear and runs in one process, so
#: that the planner reads the index and never runs it row by row.
POSTGRESQL = r"""
CREATE FUNCTION search_tokens(text text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT COST 10000 AS $$
    SELECT array_agg(DISTINCT token) FROM (
        SELECT '^' || left(word, length) AS token
        FROM regexp_split_to_table(text, '\s+') AS word, generate_series(1, least(length(word), 8)) AS length
        UNION ALL
        SELECT substr(text, place, 3) FROM generate_series(1, length(text) - 2) AS place
    ) AS tokens
$$
"""


def upgrade() -> None:
    for kind in ("company", "contact"):
        op.create_table(
            f"{kind}_search",
            sa.Column(f"{kind}_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
            sa.Column(
                "text",
                sa.String(length=2000).with_variant(sa.String(length=2000, collation="C"), "postgresql"),
                nullable=False,
            ),
            sa.ForeignKeyConstraint(
                [f"{kind}_id"], [f"{kind}.id"], name=op.f(f"fk_{kind}_search_{kind}_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint(f"{kind}_id", name=op.f(f"pk_{kind}_search")),
        )
    op.create_table(
        "search_word",
        sa.Column(
            "word",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL)
        for kind in ("company", "contact"):
            op.execute(f"CREATE INDEX ix_{kind}_search_tokens ON {kind}_search USING gin (search_tokens(text))")
    else:
        for kind in ("company", "contact"):
            for statement in SQLITE:
                op.execute(statement.format(kind=kind))
