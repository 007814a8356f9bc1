"""Host calls from a worker that an attacker controls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.calls import MAX_BYTES, CallRefused, HostAnswer, HostCall
from mapp.sandbox.executor import Grant, Job, Killed, Program
from mapp.sandbox.executors import protocol


class Asked:
    """A broker that records the calls."""

    def __init__(self) -> None:
        self.calls: list[HostCall] = []

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        self.calls.append(call)
        return HostAnswer(json="1")


def _job(*calls: str) -> Job:
    return Job(program=Program(source="", capabilities=Grant(calls=calls)))


def _frame(body: bytes, *, announced: int | None = None) -> bytes:
    size = len(body) if announced is None else announced
    return b"H" + size.to_bytes(8, "big") + bytes(8) + body


def _reply(desk: HostCallLog, body: bytes) -> dict[str, Any]:
    data = desk.reply(body)
    assert int.from_bytes(data[:8], "big") == len(data) - 8
    document: dict[str, Any] = json.loads(data[8:])
    return document


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'["http"]',
        b'["http", 1]',
        b'[1, "[]"]',
        b'["http", "[]", "more"]',
        b'{"http": "[]"}',
        b'["http", "\\ud800"]',
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_not_a_call_are_refused_before_the_broker(body: bytes) -> None:
    broker = Asked()

    assert _reply(HostCallLog(_job("http"), broker), body)["code"] == "malformed"
    assert broker.calls == []


@pytest.mark.parametrize("name", ["store.get", "http.raw", "__class__", "", "answer", "HTTP"])
def test_an_undeclared_call_is_refused(name: str) -> None:
    broker = Asked()

    assert (
        _reply(HostCallLog(_job("http", "llm"), broker), json.dumps([name, "[]"]).encode())["code"]
        == "denied"
    )
    assert broker.calls == []


def test_a_call_may_arrive_byte_by_byte_followed_by_a_reply() -> None:
    job = _job("http")
    inbox, taken = protocol.Inbox(job), []
    reply = b"J" + (2).to_bytes(8, "big") + bytes(8) + b"{}"
    for byte in _frame(b"one") + _frame(b"") + reply:
        assert not inbox.is_done
        inbox.add(bytes([byte]))
        if (call := inbox.take_call()) is not None:
            taken.append(call)

    assert taken == [b"one", b""]
    assert inbox.is_done
    assert inbox.reply == reply


def test_an_oversized_call_ends_the_run() -> None:
    job = _job("http")
    inbox = protocol.Inbox(job)
    inbox.add(_frame(b"", announced=2**63))
    inbox.add(b"x" * protocol.reply_limit(job))

    assert inbox.take_call() is None
    assert inbox.is_done
    result = protocol.decode(inbox.reply, job, 1.0)
    assert isinstance(result, Killed)
    assert result.reason == "output"


def test_calls_and_answers_of_a_run_share_one_size_limit() -> None:
    """They stay in memory until the run ends: a thousand of the largest would take gigabytes."""
    broker = Asked()
    desk = HostCallLog(_job("store"), broker)
    body = json.dumps(["store.get", json.dumps(["x" * (4 << 20 >> 1)])]).encode()
    codes = [_reply(desk, body)["code"] for _ in range(20)]

    most = MAX_BYTES // len(body)
    assert codes[: most - 1] == [""] * (most - 1)
    assert set(codes[most:]) == {"budget"}
    assert len(broker.calls) <= most
