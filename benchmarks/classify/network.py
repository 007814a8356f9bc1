"""The internet of the benchmark: every name leads to one server on loopback, which can break.

The server speaks TLS with a certificate of its own authority, and the broker checks it as it checks any
other. A `Fault` sees each request with the answer of the healthy service, and returns what goes over the
wire instead. The service has done its work by then: an order that times out was placed.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from benchmarks.classify.services import SERVICES, Asked, answer
from mapp.model.hosts import is_loopback
from mapp.model.http import HttpLimits
from mapp.plain_files import SHORTAGES
from mapp.sandbox.broker.connect import dial
from mapp.sandbox.broker.fetcher import Fetcher

REASONS: Final = {200: "OK", 201: "Created"}
PATIENCE: Final = 10.0
PACE: Final = 0.3
"""Seconds between two bytes of an answer that drips."""
UNREACHABLE: Final[Mapping[str, OSError]] = {
    "refused": ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)),
    "timeout": TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)),
    "no route": OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH)),
    "reset at once": ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)),
}
"""How a connection fails before anything was sent, apart from names that lead nowhere and TLS."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What goes over the wire. `ending` says how the connection ends.

    `close`: the whole answer, then the end. `silence`: nothing until the other side gives up. `reset`: the
    connection is reset after `body`. `cut`: the headers promise more than comes.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: str = "close"

    @property
    def json(self) -> Any:
        """Returns the body as JSON."""
        return json.loads(self.body)

    def with_json(self, value: Any, **changes: Any) -> Reply:
        """Returns the reply with another JSON body."""
        return replace(self, body=json.dumps(value, ensure_ascii=False).encode(), **changes)


Fault = Callable[[Asked, Reply], Reply]


class Network:
    """Names, addresses and the server behind them.

    `fault` changes answers; `unreachable` says how a connection fails before anything was sent: `dns`,
    `dns is busy`, `no TLS`, `another's certificate`, one of `UNREACHABLE` or "".
    """

    def __init__(self) -> None:
        import trustme  # of the extra `test`

        authority = trustme.CA()
        self._server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*SERVICES, "www.elsewhere.example").configure_cert(self._server_tls)
        self._client_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(self._client_tls)
        self.fault: Fault | None = None
        self.unreachable = ""
        self.seconds = PATIENCE
        self.asked: list[Asked] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fetcher(self) -> Fetcher:
        """Returns a fetcher for one run; it reaches this server alone."""
        return Fetcher(
            limits=HttpLimits(seconds=self.seconds),
            resolver=self._resolver,
            dialler=self._dialler,
            tls=ssl.create_default_context()
            if self.unreachable == "another's certificate"
            else self._client_tls,
            address_policy=is_loopback,
        )

    def heal(self) -> None:
        """Makes all services healthy."""
        self.fault, self.unreachable, self.seconds = None, "", PATIENCE
        self.asked.clear()

    def close(self) -> None:
        """Stops listening."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _resolver(self, host: str, port: int, /) -> Sequence[str]:
        if self.unreachable == "dns" or host not in (*SERVICES, "www.elsewhere.example"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if self.unreachable == "dns is busy":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return ("127.0.0.1",)

    def _dialler(self, address: str, port: int, seconds: float, /) -> socket.socket:
        if self.unreachable in UNREACHABLE:
            raise UNREACHABLE[self.unreachable]
        return dial("127.0.0.1", self._port, seconds)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if error.errno not in SHORTAGES:
                    return  # closed
                time.sleep(PACE)  # a case that leaves no descriptors leaves none to the services
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, bare: socket.socket) -> None:
        bare.settimeout(PATIENCE)
        if self.unreachable == "no TLS":
            with contextlib.suppress(OSError), bare:
                bare.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return
        with (
            contextlib.suppress(OSError),
            bare,
            self._server_tls.wrap_socket(bare, server_side=True) as connection,
        ):
            asked = _read(connection)
            self.asked.append(asked)
            status, value = answer(asked)
            headers = {"Content-Type": "application/json; charset=utf-8"}
            reply = Reply(status=status, headers=headers).with_json(value)
            if self.fault is not None:
                reply = self.fault(asked, reply)
            _send(connection, reply)


def _read(connection: ssl.SSLSocket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data and (more := connection.recv(65_536)):
        data += more
    if b"\r\n\r\n" not in data:
        raise ConnectionError("the other side hung up before it had asked")
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in lines)
    }
    while len(body) < int(headers.get("content-length", 0)) and (more := connection.recv(65_536)):
        body += more
    host = headers.get("host", "").partition(":")[0]
    return Asked(host=host, method=method, target=target, headers=headers, body=body)


def _send(connection: ssl.SSLSocket, reply: Reply) -> None:
    match reply.ending:
        case "silence":
            while connection.recv(4096):
                pass
            return
        case "hangup":
            return
        case "bare":
            connection.sendall(reply.body)
            return
    promised = len(reply.body) * (2 if reply.ending == "cut" else 1) + (reply.ending == "cut")
    chunked = reply.ending == "chunks"
    lines = [
        f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
        "Transfer-Encoding: chunked" if chunked else f"Content-Length: {promised}",
        "Connection: close",
    ]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    match reply.ending:
        case "chunks":
            connection.sendall(head + b"%x\r\n%s\r\nff\r\n" % (len(reply.body), reply.body))
        case "drip":
            connection.sendall(head)
            for at in range(len(reply.body)):
                connection.sendall(reply.body[at : at + 1])
                time.sleep(PACE)
        case "reset":
            if reply.body:
                connection.sendall(head + reply.body)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(connection.detach())
        case _:
            connection.sendall(head + reply.body)


@contextlib.contextmanager
def opened() -> Iterator[Network]:
    """Yields a network and closes it at the end."""
    network = Network()
    try:
        yield network
    finally:
        network.close()
