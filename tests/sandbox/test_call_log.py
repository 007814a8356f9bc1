"""Host calls from a worker that an attacker controls."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mapp.sandbox.call_log import HostCallLog, MalformedCall, read_call
from mapp.sandbox.executor import Grant, Job, Program
from mapp.sandbox.host_calls import MAX_BYTES, MAX_CALLS, MAX_WAIT, CallRefused, HostAnswer, HostCall


class Asked:
    """A broker that records the calls."""

    def __init__(self) -> None:
        self.calls: list[HostCall] = []

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        self.calls.append(call)
        return HostAnswer(json="1")


def _job(*calls: str) -> Job:
    return Job(program=Program(source="", capabilities=Grant(calls=calls)))


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


def test_a_declared_call_reaches_the_broker_with_the_time_that_is_left() -> None:
    class Timed(Asked):
        def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
            assert seconds <= MAX_WAIT
            time.sleep(0.02)
            return super().answer(call, seconds=seconds)

    broker = Timed()
    desk = HostCallLog(_job("store"), broker)

    assert _reply(desk, b'["store.get", "[1]"]') == {"json": "1", "code": "", "message": ""}
    assert broker.calls == [HostCall(name="store.get", arguments="[1]")]
    assert (desk.calls, desk.seconds >= 0.02) == (1, True)


def test_the_number_of_calls_is_limited_and_malformed_ones_count() -> None:
    broker = Asked()
    desk = HostCallLog(_job("llm"), broker)
    for _ in range(MAX_CALLS - 1):
        assert _reply(desk, b"[]")["code"] == "malformed"

    assert _reply(desk, b'["llm", "[]"]')["code"] == ""
    assert _reply(desk, b'["llm", "[]"]')["code"] == "budget"
    assert len(broker.calls) == 1


def test_no_call_is_made_once_the_calls_have_taken_all_the_time() -> None:
    broker = Asked()
    desk = HostCallLog(_job("llm"), broker)
    desk.seconds = MAX_WAIT

    assert _reply(desk, b'["llm", "[]"]')["code"] == "budget"
    assert broker.calls == []


def test_without_a_broker_even_a_declared_call_is_unavailable() -> None:
    assert _reply(HostCallLog(_job("llm"), None), b'["llm", "[]"]')["code"] == "unavailable"


def test_a_call_is_a_name_with_arguments_as_text() -> None:
    assert read_call(b' ["http", "\\u00fc"] ') == HostCall(name="http", arguments="\u00fc")
    with pytest.raises(MalformedCall):
        read_call(b'["http", ["a"]]')
