"""What hangs on companies, for the matrix of the portal: of each kind one that some contact may read, and the others.

These all bear the mark: drafts, what was not opened, what others were given, what is another company's (P7 to P11)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.routing import Rule

from tests import factories
from webapp.clock import now
from webapp.extensions import db
from webapp.models import (
    Company,
    Document,
    DocumentVersion,
    FolderContact,
    Invoice,
    InvoiceState,
    KnowledgeState,
    Noun,
    Performer,
    PortalRight,
    RequestAttachment,
    RequestMessage,
    RequestTask,
    StoredFile,
)

#: What nobody in the portal may ever read.
MARK = "Zorglub"

#: What may be read, and by the holders of which rights.
SHOWN_TO: Mapping[str, set[str]] = {
    "Projet1": {PortalRight.PROJECT_REVIEW},
    "Facture1": {PortalRight.INVOICE_REVIEW},
    "Demande1": {PortalRight.ONLINE_SUPPORT},
    # A task says of which request it is.
    "Demande2": {PortalRight.ONLINE_SUPPORT, PortalRight.WORKFLOW_PARTICIPATION},
    "Savoir1": {PortalRight.ONLINE_SUPPORT},
    "Dossier1": {PortalRight.TEAM_FOLDERS},
    "Fichier1": {PortalRight.TEAM_FOLDERS},
    "Jointe1": {PortalRight.ONLINE_SUPPORT},
    "Étape1": {PortalRight.WORKFLOW_PARTICIPATION},
}

#: Those that must be read once their pages are there: a word of the address of these, and the kind of record.
PAGES: Mapping[str, tuple[str, str]] = {
    "Projet1": ("project", Noun.PROJECT),
    "Facture1": ("invoice", Noun.INVOICE),
    "Demande1": ("request", Noun.REQUEST),
    "Savoir1": ("knowledge", Noun.KNOWLEDGE),
    "Dossier1": ("folder", Noun.FOLDER),
    "Étape1": ("task", "task"),
}

#: How many records of a kind there are at most: every id is tried.
MOST = 6

#: What addresses call the ids of records.
RECORDS = ("record_id", "project_id", "invoice_id", "request_id", "item_id", "folder_id", "task_id")

#: And of what these own: what a record owns bears its id.
IDS = (*RECORDS, "message_id", "attachment_id", "document_id", "version_id", "file_id")


def tried(name: str, values: Any) -> Iterable[Any]:
    """Return the values to try for a part of an address."""
    return range(1, MOST + 1) if name in IDS else values


def names_a_record(rule: Rule) -> bool:
    """Whether an address names a record, or what one owns."""
    return not rule.arguments.isdisjoint(RECORDS)


def may_read(rule: Rule, url: str, readable: Mapping[str, set[int]]) -> bool:
    """Whether some contact may read the record that an address names."""
    if not names_a_record(rule):
        return True
    kind = next((kind for word, kind in PAGES.values() if f"/{word}" in rule.rule), None)
    assert kind, f"{rule.rule}: say in PAGES what its records are"
    return set(map(int, re.findall(r"/([0-9]+)", url))) <= readable[kind]


def build(own: Company, guests: Mapping[str, int], staff: Any) -> dict[str, set[int]]:
    """Make all there is; return the ids of what may be read, by kind."""
    other = factories.company(f"{MARK} Autre", allow_engagements=True)
    readable: dict[str, set[int]] = {}

    def make(noun: Noun, company: Any, name: str, **values: Any) -> Any:
        record = factories.of_noun(noun, company, staff, name=name, **values)
        assert record.id <= MOST
        if not name.startswith(MARK):
            readable.setdefault(noun, set()).add(record.id)
        return record

    make(Noun.PROJECT, other, f"{MARK} projet", in_portal=True)
    make(Noun.PROJECT, own, "Projet1", in_portal=True)
    make(Noun.PROJECT, own, f"{MARK} projet fermé", in_portal=False)

    for company, name, state in (
        (other, f"{MARK} facture", InvoiceState.SENT),
        (own, "Facture1", InvoiceState.SENT),
        (own, f"{MARK} brouillon", InvoiceState.DRAFT),
    ):
        _issue(make(Noun.INVOICE, company, name), name, state)

    make(Noun.KNOWLEDGE, own, f"{MARK} brouillon")
    for company, name, state in (
        # From whichever company it came.
        (other, "Savoir1", KnowledgeState.PUBLISHED),
        (own, f"{MARK} retiré", KnowledgeState.RETIRED),
    ):
        make(Noun.KNOWLEDGE, company, name).state = state

    for company, name, member in (
        (other, f"{MARK} dossier", PortalRight.TEAM_FOLDERS),
        (own, "Dossier1", PortalRight.TEAM_FOLDERS),
        (own, f"{MARK} dossier d’un collègue", PortalRight.INVOICE_REVIEW),
    ):
        _fill_folder(make(Noun.FOLDER, company, name).id, name.replace("Dossier1", "Fichier1"), guests[member])

    for company, name in ((other, f"{MARK} demande"), (own, "Demande1"), (own, "Demande2")):
        asked = make(Noun.REQUEST, company, name)
        _fill_request(asked.id, MARK if company is other else "Jointe1")
    participant, somebody = guests[PortalRight.WORKFLOW_PARTICIPATION], guests["none"]
    tasks = (
        (1, f"{MARK} étape", participant),
        (3, "Étape1", participant),
        (3, f"{MARK} étape d’un collègue", somebody),
    )
    for number, (request_id, label, contact_id) in enumerate(tasks, start=1):
        names = {"label_fr": label, "label_en": label, "performer": Performer.CONTACT, "created_at": now()}
        db.session.add(RequestTask(id=number, request_id=request_id, contact_id=contact_id, **names))
    db.session.commit()
    return readable | {"task": {2}}


def _issue(invoice: Invoice, name: str, state: InvoiceState) -> None:
    """Put an invoice where it stands, as if it had been validated."""
    invoice.state = state
    if state is not InvoiceState.DRAFT:
        invoice.number, invoice.printed = f"{name} F", {"company": {"name": name}}
        invoice.validated_at, invoice.issued_on = now(), now().date()
    db.session.flush()


def _fill_folder(folder_id: int, name: str, contact_id: int) -> None:
    key = {"id": folder_id}
    db.session.add_all([Document(**key, folder_id=folder_id, name=name, name_key=name), _file(folder_id, name)])
    db.session.flush()
    db.session.add(DocumentVersion(**key, document_id=folder_id, file_id=folder_id))
    db.session.add(FolderContact(folder_id=folder_id, contact_id=contact_id))
    db.session.flush()


def _fill_request(request_id: int, name: str) -> None:
    """Answer a request, with a file; and say something among the staff, with a file too."""
    of = {"request_id": request_id}
    for message_id, said, is_internal in ((request_id, name, False), (request_id + 3, f"{MARK} entre nous", True)):
        key = {"id": message_id}
        db.session.add_all(
            [RequestMessage(**key, **of, text=said, is_internal=is_internal), _file(100 + message_id, said)]
        )
        db.session.flush()
        db.session.add(RequestAttachment(**key, **of, message_id=message_id, file_id=100 + message_id))
        db.session.flush()


def _file(file_id: int, name: str) -> StoredFile:
    content = name.encode()
    return StoredFile(id=file_id, name=f"{name}.txt", media_type="text/plain", size=len(content), content=content)
