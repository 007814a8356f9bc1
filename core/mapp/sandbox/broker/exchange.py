"""One request and its answer over a connection that stands already; the only user of httpcore.

httpcore frames and parses (through h11) and never gets to connect, follow, unpack or remember anything.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from mapp.model.http import Header
from mapp.sandbox.broker.connect import Deadline
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import Target

MAX_HEAD_SIZE: Final = 64 * 1024
"""The most bytes that may come before an answer's body: status line, headers, interim answers."""

_PIECE: Final = 16 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer whose body is still to come, as it travels."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    chunks: Iterator[bytes]

    def header(self, name: bytes) -> str:
        """Returns the values of a header, joined by commas, or an empty text."""
        return ", ".join(value.decode(errors="replace") for key, value in self.headers if key.lower() == name)


@contextmanager
def exchange(
    wire: Wire, target: Target, method: str, headers: Sequence[Header], body: bytes, most: int
) -> Generator[Reply]:
    """Sends a request and gives its answer; closes the connection in the end.

    `most` bounds the bytes of the answer's body.

    Raises:
        Refusal: `protocol`, `timeout`, `tls` or `too_large`, also from the reply's chunks.
    """
    origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
    url = httpcore.URL(
        scheme=origin.scheme, host=origin.host, port=origin.port, target=target.path.encode("ascii")
    )
    request = httpcore.Request(
        method, url, headers=[(name.encode(), value.encode()) for name, value in headers], content=body
    )
    with closing(httpcore.HTTP11Connection(origin, wire)) as connection, _as_refusals():
        response = connection.handle_request(request)
        wire.allow_body(most)
        chunks = response.iter_stream()
        yield Reply(status=response.status, headers=tuple(response.headers), chunks=iter(chunks))


@contextmanager
def _as_refusals() -> Generator[None]:
    try:
        yield
    except httpcore.ProtocolError as error:
        raise Refusal("protocol", f"this is not HTTP: {str(error)[:200]}") from None
    except httpcore.NetworkError as error:
        raise Refusal("protocol", f"the connection broke: {str(error)[:200]}") from None


class Wire(httpcore.NetworkStream):
    """A connection that heeds the deadline in every single read and write, and counts what comes in."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._allowance = MAX_HEAD_SIZE

    def allow_body(self, most: int) -> None:
        """Lets a body of `most` bytes come in too, in chunks with as much again around them."""
        self._allowance += 2 * most

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Returns what is there, or nothing at the end; `timeout` is not needed."""
        with self._within_time():
            data = self._connection.recv(min(max_bytes, _PIECE))
        self._allowance -= len(data)
        if self._allowance < 0:
            raise Refusal("too_large", "the answer or its headers are too large")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends everything; `timeout` is not needed."""
        try:
            while buffer:
                with self._within_time():
                    sent = self._connection.send(buffer)
                buffer = buffer[sent:]
        except httpcore.ReadError as error:
            raise httpcore.WriteError(str(error)) from None  # there may be an answer all the same

    def close(self) -> None:
        """Drops the connection, whatever its state."""
        self._connection.close()

    def get_extra_info(self, info: str) -> Any:
        """Returns None: httpcore need not know."""
        return None

    @contextmanager
    def _within_time(self) -> Generator[None]:
        self._connection.settimeout(self._deadline.left())
        try:
            yield
        except TimeoutError:
            raise self._deadline.passed() from None
        except ssl.SSLEOFError:
            raise httpcore.ReadError("broken off in the midst") from None
        except ssl.SSLError as error:
            raise Refusal("tls", f"the TLS connection failed: {error.reason or 'unknown reason'}") from None
        except OSError as error:
            raise httpcore.ReadError(error.strerror or type(error).__name__) from None
