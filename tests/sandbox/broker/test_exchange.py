"""One request over an open connection: what is sent, what is read, and how a broken answer ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import httpcore
import pytest

from mapp.sandbox.broker.connect import Deadline
from mapp.sandbox.broker.exchange import MAX_HEAD_SIZE, Reply, Wire, exchange
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import read_target

TARGET = read_target("http://api.example/a?b=%20c")
HEADERS = [("host", "api.example"), ("x-a", "1")]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def _wire(connection: socket.socket, seconds: float = 5) -> Wire:
    return Wire(connection, Deadline(time.monotonic, seconds))


def _body(connection: socket.socket, most: int = 100) -> bytes:
    with exchange(_wire(connection), TARGET, "GET", HEADERS, b"", most) as reply:
        return b"".join(reply.chunks)


def test_a_request_is_sent_as_given_and_its_answer_read(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.sendall(b"HTTP/1.1 201 Created\r\nX-B: 1\r\nx-b: 2\r\ncontent-length: 2\r\n\r\nok")
    with exchange(_wire(ours), TARGET, "POST", [*HEADERS, ("content-length", "2")], b"hi", 100) as reply:
        assert (reply.status, reply.header(b"x-b"), reply.header(b"x-c")) == (201, "1, 2", "")
        assert b"".join(reply.chunks) == b"ok"

    sent = theirs.recv(4096)
    assert sent.startswith(b"POST /a?b=%20c HTTP/1.1\r\n")
    assert sent.endswith(b"\r\n\r\nhi")
    assert ours.fileno() == -1


@pytest.mark.parametrize(
    "answer",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort",
        b"",
    ],
)
def test_an_answer_that_is_malformed_or_cut_off_is_a_protocol_fault(
    pair: tuple[socket.socket, socket.socket], answer: bytes
) -> None:
    ours, theirs = pair
    theirs.sendall(answer)
    theirs.shutdown(socket.SHUT_WR)

    with pytest.raises(Refusal) as error:
        _body(ours)
    assert error.value.fault.kind == "protocol"


def test_headers_and_bodies_share_one_allowance(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    wire = _wire(ours)
    wire.allow_body(1000)
    left = MAX_HEAD_SIZE + 2000
    while left:
        size = min(left, 8192)
        theirs.sendall(b"x" * size)
        left -= len(wire.read(size))
    theirs.sendall(b"x")

    with pytest.raises(Refusal) as error:
        wire.read(1)
    assert error.value.fault.kind == "too_large"


def test_the_deadline_holds_whatever_timeout_httpcore_asks_for(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, _ = pair
    with pytest.raises(Refusal) as reading:
        _wire(ours, 0.05).read(1, timeout=60)
    with pytest.raises(Refusal) as writing:
        _wire(ours, 0.05).write(b"x" * (16 << 20), timeout=60)

    assert (reading.value.fault.kind, writing.value.fault.kind) == ("timeout", "timeout")


def test_a_request_that_cannot_be_sent_is_an_error_of_writing(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    theirs.close()

    with pytest.raises(httpcore.WriteError):
        _wire(ours).write(b"x")
    assert _wire(ours).read(1) == b""


def test_a_header_that_is_not_text_is_still_readable() -> None:
    reply = Reply(status=200, headers=((b"Location", b"/\xff"),), chunks=iter(()))

    assert reply.header(b"location") == "/\ufffd"
