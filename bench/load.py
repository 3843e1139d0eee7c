"""A small client that keeps its connections and costs next to nothing beside the server it measures."""

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple
from urllib.parse import urlencode

Address = tuple[str, int]


class Answer(NamedTuple):
    """An answer of the server, and how many seconds it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.body.decode()


class Failed(RuntimeError):
    """The server answered something else than what is to be measured."""


@dataclass
class Client:
    """One browser, as far as the server can tell: its connection, its cookies, its language."""

    address: Address
    cookies: dict[str, str] = field(default_factory=dict)
    _socket: socket.socket | None = None

    def request(
        self,
        path: str,
        *,
        htmx: bool = False,
        values: Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Write a request: a GET, or with `values` the POST of a form."""
        lines = {
            "Host": f"{self.address[0]}:{self.address[1]}",
            "Accept-Language": "fr",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **({"HX-Request": "true"} if htmx else {}),
            **(headers or {}),
        }
        body = b""
        if values is not None:
            body = urlencode(values).encode()
            lines |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        head = f"{'GET' if values is None else 'POST'} {path} HTTP/1.1\r\n"
        return (head + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode() + body

    def send(self, request: bytes, expect: int = 200) -> Answer:
        """Send a request and return its answer, which must have this status.

        A server may close a connection that was kept: a request that it did not begin to answer is sent again.
        """
        kept = self._socket is not None
        began = time.perf_counter()
        raw = self._exchange(request)
        if not raw and kept:
            self.close()
            began = time.perf_counter()
            raw = self._exchange(request)
        if not raw:
            raise Failed(f"no answer to {request[:120]!r}")
        seconds = time.perf_counter() - began
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        answer = Answer(int(first.split()[1]), headers, body, seconds)
        if answer.status != expect:
            raise Failed(f"{request[:120]!r} was answered {answer.status}, not {expect}: {answer.text[:500]}")
        self._keep_cookie(headers.get("set-cookie", ""))
        return answer

    def _exchange(self, request: bytes) -> bytes:
        """Send a request and return all of its answer, or nothing when the connection is over."""
        if self._socket is None:
            self._socket = socket.create_connection(self.address, timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw = b""
        with suppress(ConnectionError):
            self._socket.sendall(request)
            while (end := end_of(raw)) is None or len(raw) < end:
                received = self._socket.recv(1 << 20)
                if not received:
                    return b""
                raw += received
        return raw

    def get(self, path: str, *, htmx: bool = False, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send(self.request(path, htmx=htmx, headers=headers))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _keep_cookie(self, line: str) -> None:
        name, separator, value = line.partition(";")[0].partition("=")
        if separator:
            self.cookies[name] = value


def end_of(raw: bytes) -> int | None:
    """Return how long the answer that begins so is, once its headers are there."""
    head = raw.find(b"\r\n\r\n")
    if head < 0:
        return None
    _, found, after = raw[:head].lower().partition(b"content-length:")
    if not found:
        raise Failed(f"an answer without a length: {raw[:head]!r}")
    return head + 4 + int(after.partition(b"\r")[0])


def throughput(address: Address, requests: Sequence[bytes], *, clients: int = 8, seconds: float = 1.0) -> float:
    """Return how many requests a second are answered to so many clients at once, each asking as soon as answered."""
    supply = cycle(requests)
    with selectors.DefaultSelector() as selector:
        connections = [socket.create_connection(address, timeout=60) for _ in range(clients)]
        try:
            received = dict.fromkeys(connections, b"")
            for connection in connections:
                selector.register(connection, selectors.EVENT_READ, connection)
                connection.sendall(next(supply))
            answered, began = 0, time.perf_counter()
            while (elapsed := time.perf_counter() - began) < seconds:
                for key, _events in selector.select():
                    connection = key.data
                    raw = received[connection] + connection.recv(1 << 20)
                    end = end_of(raw)
                    if end is None or len(raw) < end:
                        received[connection] = raw
                        continue
                    if not raw.startswith(b"HTTP/1.1 200"):
                        raise Failed(raw[:500].decode("latin-1"))
                    received[connection] = b""
                    answered += 1
                    connection.sendall(next(supply))
        finally:
            for connection in connections:
                connection.close()
    return answered / elapsed
