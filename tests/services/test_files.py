"""Files in the database: kept, served as downloads, forgotten once nothing holds them (S7, S8)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.world import World
from webapp.access import unscoped
from webapp.clock import now
from webapp.downloads import send
from webapp.extensions import db
from webapp.models import Document, DocumentVersion, StoredFile
from webapp.services import files
from webapp.services.folders import FOLDERS
from webapp.uploads import read

pytestmark = pytest.mark.usefixtures("db_session")


def kept() -> list[str]:
    return list(db.session.scalars(unscoped(select(StoredFile.name).order_by(StoredFile.id), "a test")))


def test_a_file_comes_back_as_it_was_and_only_as_a_download() -> None:
    """Never shown by a browser: a name in any script, the type it was let in as."""
    content = b"%PDF-1.7\x00\xff"
    file = files.store(read("Été 100% 報告.pdf", content))
    assert (file.size, file.media_type) == (len(content), "application/pdf")
    db.session.commit()
    db.session.expire_all()
    answer = send(file)
    assert answer.get_data() == content
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"_t_ 100_ __.pdf\"; filename*=UTF-8''%C3%89t%C3%A9%20100%25%20%E5%A0%B1%E5%91%8A.pdf"
    )


def test_lists_of_files_do_not_read_what_they_hold(queries: Any) -> None:
    files.store(read("a.txt", b"a"))
    db.session.commit()
    with queries() as seen:
        db.session.scalars(unscoped(select(StoredFile), "a test")).all()
    assert "content" not in seen[0]


def test_what_nothing_holds_is_forgotten(world: World) -> None:
    """What a document names is kept; what nothing names goes, once its transaction is surely over."""
    folder = factories.linked(FOLDERS, world.durand)
    for name in ("tenu.txt", "oublié.txt", "neuf.txt"):
        files.store(read(name, b"a"))
    db.session.flush()
    ids = dict(db.session.execute(unscoped(select(StoredFile.name, StoredFile.id), "a test")).all())
    document = Document(folder_id=folder.id, name="tenu.txt", name_key="tenu.txt")
    db.session.add(document)
    db.session.flush()
    db.session.add(DocumentVersion(document_id=document.id, file_id=ids["tenu.txt"]))
    old = update(StoredFile).where(StoredFile.name != "neuf.txt")
    db.session.execute(old.values(created_at=now() - timedelta(days=1)))
    db.session.commit()
    assert files.forget_unheld() == 1
    db.session.commit()
    assert kept() == ["tenu.txt", "neuf.txt"]
    assert files.forget_unheld() == 0
