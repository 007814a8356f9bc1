"""A small web on loopback: servers with a chosen behaviour, and names with chosen addresses."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mapp.model.http import HttpAnswer, HttpFault, HttpGrant, HttpRequest
from mapp.sandbox.broker.connect import dial
from mapp.sandbox.broker.fetcher import Fetcher

Behaviour = Callable[[socket.socket], None]

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "151.101.1.69"


class Server:
    """A listener on loopback that handles each connection with a given behaviour and records the requests."""

    def __init__(
        self,
        *behaviours: Behaviour,
        address: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._behaviours = behaviours or (says(answer()),)
        self._tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.closing = threading.Event()
        self._listener = socket.create_server((address, port))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                behaviour = self._behaviours[min(self.connections, len(self._behaviours) - 1)]
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection, behaviour), daemon=True).start()

    def _serve(self, connection: socket.socket, behaviour: Behaviour) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self.requests.append(read_request(connection))
                behaviour(connection)


def read_request(connection: socket.socket) -> bytes:
    """Returns a request with as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data and (more := connection.recv(4096)):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length and (more := connection.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b"hello", *headers: str, status: str = "200 OK") -> bytes:
    """Returns a well-formed answer, the only one on its connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    """Returns a redirect to `location`."""
    return answer(b"", f"Location: {location}", status=f"{status} Elsewhere")


def says(*parts: bytes) -> Behaviour:
    """Sends the parts and closes."""

    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


def drips(start: bytes, drop: bytes, *, times: int = 2000, every: float = 0.02) -> Behaviour:
    """Sends `start` and then `drop` again and again: with the defaults for 40 seconds."""
    pause = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(times):
            pause.wait(every)
            connection.sendall(drop)

    return behave


def silent(connection: socket.socket) -> None:
    """Never answers; ends when the other side closes the connection."""
    while connection.recv(4096):
        pass


def endless(start: bytes, piece: bytes) -> Behaviour:
    """Sends for as long as the other side reads."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return behave


class World:
    """Names and addresses that exist only in the test. Connections are recorded and lead to one server.

    A name may have several lists of addresses, one for each look-up; the last one is then repeated.
    """

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]], server: Server | None = None) -> None:
        self._names = names
        self._server = server
        self.looked_up: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def resolver(self, host: str, port: int, /) -> Sequence[str]:
        """Returns the addresses for this look-up of the name."""
        self.looked_up.append(host)
        if host not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = self._names[host]
        return answers[min(self.looked_up.count(host), len(answers)) - 1]

    def dialler(self, address: str, port: int, seconds: float, /) -> socket.socket:
        """Returns a connection to the server, whatever the address."""
        self.dialled.append((address, port))
        if self._server is None:
            raise ConnectionRefusedError(111, "Connection refused")
        return dial("127.0.0.1", self._server.port, seconds)

    def fetcher(self, **options: Any) -> Fetcher:
        """Returns a fetcher that uses these names and addresses."""
        return Fetcher(resolver=self.resolver, dialler=self.dialler, **options)


@contextlib.contextmanager
def web(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[tuple[World, Server]]:
    """Yields a world in which `api.example` and `other.example` lead to the same server."""
    with Server(*behaviours, tls=tls) as server:
        yield World({"api.example": [[PUBLIC]], "other.example": [[OTHER_PUBLIC]]}, server), server


def plain(host: str = "api.example", *methods: str) -> HttpGrant:
    """Returns the grant of a host over plain http."""
    return HttpGrant(host=host, plain=True, methods=methods or ("GET", "POST", "PUT", "HEAD"))


def ask(fetcher: Fetcher, *grants: HttpGrant, url: str = "http://api.example/", **request: Any) -> Any:
    """Returns the result of one request. By default the app may reach `api.example` over plain http."""
    secrets = request.pop("secrets", {})
    return fetcher.fetch(HttpRequest(url=url, **request), grants or (plain(),), secrets)


def kind(result: HttpAnswer | HttpFault) -> str:
    """Returns the kind of a fault, or the status of an answer as text."""
    return result.kind if isinstance(result, HttpFault) else str(result.status)
