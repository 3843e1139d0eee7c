"""The server as `./run` starts it, on a free port, with the baselines beside the product."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from bench.baselines import COOKIE
from bench.databases import SECRET, application
from bench.load import Client
from tests.client import Browser, sign_in
from webapp.config import ROOT
from webapp.extensions import db
from webapp.models import Resource

#: As `./run` on the machine of the targets.
WORKERS = 2


@dataclass
class Served:
    """A running server, and a client signed in to it as the world's viewer."""

    viewer_id: int
    client: Client
    #: The same person, as the probe knows them.
    bare: Client


@contextmanager
def serving(url: str) -> Iterator[Served]:
    """Serve a database until the block ends."""
    with application(url) as app, app.app_context():
        viewer_id = db.session.scalars(select(Resource.id).order_by(Resource.id).limit(1)).one()
        cookie = _session_cookie(app, viewer_id)
        db.session.rollback()
    address = ("127.0.0.1", _free_port())
    granian = [
        str(Path(sys.executable).with_name("granian")),
        *("--interface", "wsgi", "--factory", "--host", address[0], "--port", str(address[1])),
        *("--workers", str(WORKERS), "--blocking-threads", "1", "--no-ws", "--log-level", "error"),
        "bench.baselines:create_server",
    ]
    environment = {**os.environ, "DATABASE_URL": url}
    process = subprocess.Popen(granian, cwd=ROOT, env=environment)
    try:
        client = Client(address, {app.config["SESSION_COOKIE_NAME"]: cookie})
        _await(client, process)
        yield Served(viewer_id, client, Client(address, {COOKIE: _probe_cookie(viewer_id)}))
        client.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _session_cookie(app: Flask, resource_id: int) -> str:
    browser = Browser(app, lambda name: None)
    browser.remember(sign_in(app, resource_id))
    return browser.cookie(app.config["SESSION_COOKIE_NAME"])


def _probe_cookie(resource_id: int) -> str:
    signer = Flask("bench.baselines")
    signer.config["SECRET_KEY"] = SECRET
    serializer: Any = signer.session_interface.get_signing_serializer(signer)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": str(resource_id), "_fresh": True, "_id": secrets.token_hex(64)}))


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _await(client: Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            client.get("/readyz")
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            client.close()
            time.sleep(0.1)
