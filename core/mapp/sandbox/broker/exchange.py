"""Sends one request over an open connection and reads the answer. The only user of httpcore.

httpcore only frames and parses (through h11). It does not connect, follow redirects or decompress.
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
"""The most bytes before an answer's body: status line, headers, interim answers."""

_PIECE: Final = 16 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer whose body has not been read yet. `chunks` yields it as sent, before decompression."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    chunks: Iterator[bytes]

    def header(self, name: bytes) -> str:
        """Returns the values of a header, joined by commas, or an empty string."""
        return ", ".join(value.decode(errors="replace") for key, value in self.headers if key.lower() == name)


@contextmanager
def exchange(
    wire: Wire, target: Target, method: str, headers: Sequence[Header], body: bytes, most: int
) -> Generator[Reply]:
    """Sends a request and yields the answer; closes the connection at the end.

    `most` limits the answer's body, in bytes.

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
        raise Refusal("protocol", f"the answer is not valid HTTP: {str(error)[:200]}") from None
    except httpcore.NetworkError as error:
        raise Refusal("protocol", f"the connection broke: {str(error)[:200]}") from None


class Wire(httpcore.NetworkStream):
    """A connection that enforces the deadline in every read and write, and limits the bytes received."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._allowance = MAX_HEAD_SIZE

    def allow_body(self, most: int) -> None:
        """Also allows a body of `most` bytes, and as much again for its chunk headers."""
        self._allowance += 2 * most

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Returns the next bytes, or none at the end. Ignores `timeout`."""
        with self._within_time():
            data = self._connection.recv(min(max_bytes, _PIECE))
        self._allowance -= len(data)
        if self._allowance < 0:
            raise Refusal("too_large", "the answer or its headers are too large")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends everything. Ignores `timeout`."""
        try:
            while buffer:
                with self._within_time():
                    sent = self._connection.send(buffer)
                buffer = buffer[sent:]
        except httpcore.ReadError as error:
            raise httpcore.WriteError(str(error)) from None  # the server may have answered anyway

    def close(self) -> None:
        """Closes the connection in any state."""
        self._connection.close()

    def get_extra_info(self, info: str) -> Any:
        """Returns None: httpcore does not need the details of the connection."""
        return None

    @contextmanager
    def _within_time(self) -> Generator[None]:
        self._connection.settimeout(self._deadline.left())
        try:
            yield
        except TimeoutError:
            raise self._deadline.passed() from None
        except ssl.SSLEOFError:
            raise httpcore.ReadError("closed in the middle of the answer") from None
        except ssl.SSLError as error:
            raise Refusal("tls", f"the TLS connection failed: {error.reason or 'unknown reason'}") from None
        except OSError as error:
            raise httpcore.ReadError(error.strerror or type(error).__name__) from None
