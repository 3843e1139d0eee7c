"""Files that people give us, in the database: kept, counted, forgotten once nothing holds them (S7, S8)."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from webapp.access import reads_unscoped, unscoped
from webapp.clock import now
from webapp.extensions import Model, db
from webapp.models import StoredFile
from webapp.uploads import Upload

#: How long a file may be held by nothing: whoever stores one names it in the same transaction.
GRACE = timedelta(hours=1)
#: How many are forgotten in one transaction by the clock.
BATCH = 100


def store(upload: Upload) -> StoredFile:
    """Keep a file and return it; whoever calls names it in the same transaction."""
    kept = StoredFile(name=upload.name, media_type=upload.media_type, size=len(upload.content), content=upload.content)
    db.session.add(kept)
    db.session.flush()
    return kept


def held(file_id: int) -> StoredFile:
    """Return a file that something holds which whoever asks was found to see."""
    return db.session.get_one(StoredFile, file_id, execution_options=reads_unscoped("what holds it is seen"))


def forget_unheld() -> int:
    """Forget some of the files that nothing holds any more; return how many. Whoever calls it commits, and calls
    again."""
    holders = [
        column
        for table in Model.metadata.tables.values()
        for column in table.columns
        if any(key.column.table is StoredFile.__table__ for key in column.foreign_keys)
    ]
    held = [exists().where(column == StoredFile.id) for column in holders]
    unheld = select(StoredFile.id).where(StoredFile.created_at < now() - GRACE, *(~one for one in held)).limit(BATCH)
    ids = db.session.scalars(unscoped(unheld, "nobody sees what nothing holds")).all()
    if ids:
        gone = delete(StoredFile).where(StoredFile.id.in_(ids))
        db.session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)
