"""The organisation's settings, the rights, and the first page of the administration (R1, D18)."""

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from webapp.access import SYSTEM, Ability, can
from webapp.blueprints.admin.access_matrix import ABILITIES
from webapp.blueprints.admin.settings import installation
from webapp.config import Settings
from webapp.extensions import db
from webapp.models import ReferenceItem, ReferenceList
from webapp.services import organisation, references


@pytest.fixture
def anne(client: Any, world: Any) -> Any:
    return client.as_("anne")


@pytest.mark.usefixtures("db_session")
def test_settings_are_changed_and_act(anne: Any) -> None:
    page = anne.get("/admin/settings")
    assert "Exemple de numéro : SOC-000042" in page
    values = {"name": "L’Atelier", "country": "BE", "number_prefix": "C/", "portal_inactivity_days": 0}
    assert "Les paramètres sont enregistrés." in page.submit(values, form="/settings").follow()
    settings = organisation.load()
    assert (settings.name, settings.country, settings.portal_inactivity_days) == ("L’Atelier", "BE", 0)
    number = factories.company().company_number
    assert number is not None
    assert number.startswith("C/00000")
    assert "Rien n’a changé." in anne.get("/admin/settings").submit(form="/settings").follow()


@pytest.mark.usefixtures("db_session")
def test_a_country_that_was_retired_stays_the_organisations(anne: Any) -> None:
    for country in db.session.scalars(select(ReferenceItem).where(ReferenceItem.list == ReferenceList.COUNTRY)):
        references.retire(country)
    db.session.commit()
    assert "Rien n’a changé." in anne.get("/admin/settings").submit(form="/settings").follow()
    assert organisation.load().country == "FR"


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("country", "ZZ"),
        ("language", "xx"),
        ("timezone", "Mars/Phobos"),
        ("portal_inactivity_days", "-1"),
        ("portal_inactivity_days", "trente"),
        ("portal_inactivity_days", "9" * 11),
        ("mail_sender", "pas une adresse"),
        ("number_prefix", "x" * 21),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(anne: Any, name: str, value: str) -> None:
    printed = {e["name"]: e.get("value") for e in anne.get("/admin/settings").form("/admin/settings").all("input")}
    before = organisation.load()
    sent = {**printed, "country": "FR", "language": "fr", "timezone": "Europe/Paris", name: value}
    assert anne.post("/admin/settings", sent, status=422).error(name)
    assert organisation.load() == before


@pytest.mark.usefixtures("db_session")
def test_the_example_of_a_number_follows_what_is_typed(anne: Any) -> None:
    assert (
        anne.hx_get("/admin/settings/number-example", number_prefix="<b>É-").text == "Exemple de numéro : <b>É-000042"
    )


def test_what_the_installation_says_holds_no_secret(session_app: Any) -> None:
    settings = Settings(
        database_url="postgresql+psycopg://me:pass1@db:5432/comptoir?password=pass2",
        secret_key="pass3",
        smtp_url="smtp://robot:pass4@mail.example:587",
        redis_url="redis://:pass5@cache:6379/0",
    )
    with session_app.test_request_context():
        said = str(installation(settings))
    assert "pass" not in said
    assert "mail.example:587" in said
    assert "db:5432" in said


@pytest.mark.usefixtures("db_session")
def test_the_matrix_is_printed_from_the_table(anne: Any) -> None:
    assert set(ABILITIES) == set(Ability), "every ability has its words"
    page = anne.get("/admin/access")
    rows = {
        row.one("th").text: [bool(cell.all("svg")) for cell in row.all("td")] for row in page.one("tbody").all("tr")
    }
    assert rows[" ".join(str(ABILITIES[Ability.ADMINISTER]).split())] == [False, False, True]
    assert rows[str(ABILITIES[Ability.RENEW_PORTAL])] == [False, True, False]
    assert all(any(allowed) for allowed in rows.values())
    assert can(Ability.ADMINISTER, SYSTEM)


@pytest.mark.usefixtures("db_session")
def test_the_first_page_says_what_waits(anne: Any) -> None:
    assert "n’a pas encore choisi" not in anne.get("/admin/")
    factories.resource("Nouvelle Venue", password_hash=None)
    page = anne.get("/admin/")
    assert "1 ressource n’a pas encore choisi son mot de passe" in page
    assert "4 actives" in page
