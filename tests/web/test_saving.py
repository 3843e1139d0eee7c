"""Saves that cross: whoever comes second is told what the first did, and loses nothing of what they typed (R4)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import Context
from threading import Barrier, BrokenBarrierError, local
from typing import Any

import pytest
from flask import Flask, session
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import factories
from tests.client import Page
from tests.world import World
from webapp.access import unscoped
from webapp.extensions import db
from webapp.models import BillingEntity, Company, Invoice, ReferenceItem, ReferenceList, Resource
from webapp.saving import TRIES, run_again_when_crossed
from webapp.services import organisation
from webapp.services.invoices import validating


@contextmanager
def crossing() -> Iterator[None]:
    """Hold each thread at the first thing it writes until the other is there too: both have checked by then.

    Where the engine lets one write at a time (SQLite, or a lock taken before) nobody comes, and the first goes on.
    """
    meeting, passed = Barrier(2), local()

    def meet(*_event: Any) -> None:
        if not getattr(passed, "it", False):
            passed.it = True
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=1)

    event.listen(Session, "before_flush", meet)
    try:
        yield
    finally:
        event.remove(Session, "before_flush", meet)


def together(*saves: Callable[[], Page]) -> list[Page]:
    """Make these saves at the same instant; return the answers, those that saved first."""
    with crossing(), ThreadPoolExecutor(len(saves)) as pool:
        running = [pool.submit(Context().run, save) for save in saves]
        return sorted((each.result() for each in running), key=lambda page: page.status)


ANY = (303, 409, 422)


def test_one_company_saved_twice_is_saved_once_and_the_other_hears_of_it(client: Any, world: World) -> None:
    address = f"/companies/{world.durand.id}/edit"
    pages = [client.as_(name).get(address) for name in ("anne", "bruno")]
    saved, conflict = together(
        lambda: pages[0].submit({"alias": "Par Anne"}, status=ANY),
        lambda: pages[1].submit({"alias": "Par Bruno"}, status=ANY),
    )
    assert (saved.status, conflict.status) == (303, 409)
    mine, theirs = ("Par Bruno", "Par Anne") if saved.browser is pages[0].browser else ("Par Anne", "Par Bruno")
    assert conflict.field("alias")["value"] == mine
    assert f"quelle valeur garder ? Ce que vous avez saisi : {mine}" in conflict
    assert f" : {theirs} Valeur précédente : " in conflict
    assert conflict.submit().follow().heading == "Durand & Fils"


def test_one_number_given_twice_is_refused_beside_its_field(client: Any, world: World, db_session: Any) -> None:
    """D18."""
    organisation.save({"auto_numbering": False})
    db_session.commit()
    kind = factories.reference(ReferenceList.ACCOUNT_TYPE, "client")
    values = {"account_type": kind, "commercial_status": "client", "company_number": "A-7"}
    pages = [client.as_(name).get("/companies/new") for name in ("anne", "bruno")]
    saved, refused = together(
        lambda: pages[0].submit({"name": "Première", **values}, status=ANY),
        lambda: pages[1].submit({"name": "Seconde", **values, "company_number": "a-7"}, status=ANY),
    )
    assert (saved.status, refused.status) == (303, 422)
    winner, loser = ("Première", "Seconde") if saved.browser is pages[0].browser else ("Seconde", "Première")
    assert f"Ce numéro est déjà celui de « {winner} »" in refused.error("company_number")
    assert refused.field("name")["value"] == loser
    assert count(Company.number_key == "a-7") == 1


@pytest.mark.parametrize(
    ("address", "values", "field", "words", "stored"),
    [
        (
            "/references/sources/new",
            {"label_fr": "Radio"},
            "label_fr",
            "existe déjà",
            ReferenceItem.label_fr == "Radio",
        ),
        (
            "/admin/lists/title/new",
            {"label_fr": "Capitaine"},
            "label_fr",
            "existe",
            ReferenceItem.label_fr == "Capitaine",
        ),
        ("/admin/billing-entities/new", {"name": "Sud"}, "name", "existe déjà", BillingEntity.name == "Sud"),
        (
            "/admin/resources/new",
            {"name": "Zoé Petit", "email": "zoe@x.example"},
            "email",
            "déjà prise par Zoé Petit",
            Resource.email == "zoe@x.example",
        ),
    ],
)
def test_one_value_added_twice_is_added_once(
    client: Any, db_session: Any, address: str, values: dict[str, str], field: str, words: str, stored: Any
) -> None:
    """R1, D15."""
    pages = [client.as_("anne").get(address) for _ in range(2)]
    form = None if "admin" not in address else address
    saved, refused = together(*(lambda page=page: page.submit(values, form=form, status=ANY) for page in pages))
    assert (saved.status, refused.status) == (303, 422)
    assert words in refused.error(field)
    assert count(stored) == 1


def test_one_province_added_twice_is_added_once(client: Any, world: World, db_session: Any) -> None:
    """C5."""
    france = factories.reference(ReferenceList.COUNTRY, "FR")
    pages = [client.as_(name).get(f"/references/provinces/new?country={france}") for name in ("bruno", "chloe")]
    values = {"abbreviation": "ZZ", "label": "Zone"}
    saved, refused = together(*(lambda page=page: page.submit(values, status=ANY) for page in pages))
    assert (saved.status, refused.status) == (303, 422)
    assert "ZZ" in refused.html
    assert count(ReferenceItem.code == "ZZ", ReferenceItem.parent_id == france) == 1


def test_a_value_taken_while_it_is_deleted_is_not_lost(client: Any, world: World, db_session: Any) -> None:
    """R1: never a company with a value that is gone."""
    source = factories.reference(ReferenceList.SOURCE, "trade_show")
    edit = client.as_("bruno").get(f"/companies/{world.durand.id}/edit")
    delete = client.as_("anne").get(f"/admin/lists/source/{source}/delete")
    answers = together(
        lambda: edit.submit({"source": source}, status=ANY),
        lambda: delete.submit(form="/delete", status=ANY),
    )
    assert [answer.status for answer in answers] == [303, 422]
    statement = unscoped(select(Company.source_id).where(Company.id == world.durand.id), "a test")
    is_there = db_session.get(ReferenceItem, source) is not None
    assert is_there == (db_session.scalar(statement) == source)


def test_what_fails_by_itself_is_not_run_for_ever(app: Flask) -> None:
    tries = []

    def fail() -> None:
        tries.append(True)
        raise IntegrityError("INSERT", {}, Exception("a defect"))

    with app.test_request_context(), pytest.raises(IntegrityError):
        run_again_when_crossed(fail)
    assert len(tries) == TRIES


def test_what_another_save_has_nothing_to_do_with_is_run_once(app: Flask) -> None:
    tries = []

    def fail() -> None:
        tries.append(True)
        raise ZeroDivisionError

    with app.test_request_context(), pytest.raises(ZeroDivisionError):
        run_again_when_crossed(fail)
    assert len(tries) == 1


def test_what_a_first_run_put_into_the_cookie_is_forgotten(app: Flask) -> None:
    def run() -> list[str]:
        session.setdefault("seen", [])
        session["seen"] = [*session["seen"], "run"]
        if "tried" not in runs:
            runs.append("tried")
            raise IntegrityError("INSERT", {}, Exception("crossed"))
        return list(session["seen"])

    runs: list[str] = []
    with app.test_request_context():
        assert run_again_when_crossed(run) == ["run"]


def count(*conditions: Any) -> int:
    statement = unscoped(select(func.count()).where(*conditions), "a test")
    return int(db.session.scalar(statement) or 0)


def test_two_invoices_validated_at_once_have_two_numbers_that_follow(
    client: Any, world: World, db_session: Any
) -> None:
    """S5: whoever comes second waits, or runs again; no number is given twice, and none is left out."""
    drafts = [factories.invoice(world.durand, name=f"Facture {number}") for number in (1, 2)]
    pages = [client.as_("bruno").get(f"/invoices/{invoice.id}/validate") for invoice in drafts]
    answers = together(
        lambda: pages[0].submit(button="Valider", status=ANY), lambda: pages[1].submit(button="Valider", status=ANY)
    )
    assert [answer.status for answer in answers] == [303, 303]
    numbers = db.session.scalars(unscoped(select(Invoice.number), "a test")).all()
    assert sorted(str(number)[-5:] for number in numbers) == ["00001", "00002"]


def test_one_invoice_validated_twice_has_one_number(client: Any, world: World, db_session: Any) -> None:
    """S5: the second press is told that it is done; the next invoice has the next number."""
    invoice = factories.invoice(world.durand)
    pages = [client.as_(name).get(f"/invoices/{invoice.id}/validate") for name in ("anne", "bruno")]
    done, late = together(
        lambda: pages[0].submit(button="Valider", status=ANY), lambda: pages[1].submit(button="Valider", status=ANY)
    )
    assert (done.status, late.status) == (303, 422)
    assert "déjà validée" in late
    assert factories.validate(factories.invoice(world.durand)).number[-5:] == "00002"


def test_a_validation_that_fails_leaves_no_gap(client: Any, world: World, db_session: Any) -> None:
    """S5: the number goes back with all the rest."""
    invoice = factories.invoice(world.durand)
    validating.validate(invoice, world.viewer("bruno"))
    db_session.rollback()
    assert factories.validate(factories.invoice(world.durand)).number[-5:] == "00001"
