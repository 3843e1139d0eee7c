"""What is sealed can be read with the key of the installation, and with no other (R2)."""

from typing import Any

import pytest
from flask import Flask

from webapp import vault


@pytest.fixture
def app() -> Any:
    app = Flask("vault")
    app.config["SECRET_KEY"] = "one"
    with app.app_context():
        yield app


def test_what_is_sealed_is_read_again(app: Flask) -> None:
    sealed = vault.seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert vault.unseal(sealed) == "JBSWY3DPEHPK3PXP"
    assert vault.seal("JBSWY3DPEHPK3PXP") != sealed, "who has the same secret cannot be seen"


def test_another_key_reads_nothing(app: Flask) -> None:
    sealed = vault.seal("JBSWY3DPEHPK3PXP")
    app.config["SECRET_KEY"] = "two"
    assert vault.unseal(sealed) is None


@pytest.mark.parametrize("spoiled", ["", "x", "é", "JBSWY3DPEHPK3PXP", "gAAAAA" * 20])
def test_what_was_never_sealed_reads_as_nothing(app: Flask, spoiled: str) -> None:
    assert vault.unseal(spoiled) is None
