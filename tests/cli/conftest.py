"""Files for the commands that bring them in, and the language in which these answer."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def french_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows to a CSV file, under all the names they use."""

    def write(*rows: Mapping[str, str], name: str = "file.csv", delimiter: str = ",", encoding: str = "utf-8") -> Path:
        names = list(dict.fromkeys(key for row in rows for key in row))
        with (tmp_path / name).open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, names, delimiter=delimiter, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path / name

    return write
