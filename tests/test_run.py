"""`./run` from the outside: it serves, says where, and stops when told; mistakes get a sentence."""

import filecmp
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK, INSTALLED = ROOT / "requirements-dev.txt", ROOT / ".venv" / "requirements-dev.txt"

pytestmark = pytest.mark.skipif(
    not INSTALLED.exists() or not filecmp.cmp(LOCK, INSTALLED, shallow=False),
    reason="the environment is not one that ./run made, and it would install it again",
)


@contextmanager
def run(*arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `./run` as a terminal does, all its processes in one group; none outlives the test."""
    process = subprocess.Popen(
        ["./run", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Tests started in the background were told to ignore Ctrl-C, and would hand that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def output_of(*arguments: str, **environment: str) -> tuple[int, str]:
    with run(*arguments, **environment) as process:
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_a_new_instance_and_stops_when_told(tmp_path: Path, stop: signal.Signals) -> None:
    address = f"127.0.0.1:{free_port()}"
    with run(BIND=address, WORKERS="1", INSTANCE_PATH=str(tmp_path), DATABASE_URL="", BASE_URL="") as process:
        assert process.stdout is not None
        said = next((line for line in process.stdout if "served at" in line), "it ended without a word")
        assert f"http://{address}" in said
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=10) as answer:
            assert answer.status == 200
        os.killpg(process.pid, stop)  # to the whole group, as Ctrl-C goes
        process.communicate(timeout=15)
        assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://{address}/readyz", timeout=2)


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"127.0.0.1:{door.getsockname()[1]}"
        status, output = output_of(BIND=address, INSTANCE_PATH=str(tmp_path))
    assert status == 1
    assert f"Cannot listen on {address}" in output
    assert "BIND=" in output


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"BIND": "8000"}, "BIND must be host:port"),
        ({"BIND": "127.0.0.1:http"}, "BIND must end with the number of a port"),
        ({"BIND": "127.0.0.1:70000"}, "at most 65535"),
        ({"WORKERS": "many"}, "WORKERS must be a whole number"),
    ],
)
def test_a_wrong_setting_stops_the_start(environment: dict[str, str], sentence: str) -> None:
    status, output = output_of(**environment)
    assert status == 1
    assert sentence in output


def test_it_says_what_it_can_do() -> None:
    assert "./run test" in output_of("help")[1]
    status, output = output_of("nonsense")
    assert status == 2
    assert "./run test" in output
