"""A reply is never trusted: anything that an intact worker would not send is a crash."""

from __future__ import annotations

import json

import pytest

from mapp.sandbox.executor import Inspection, Killed, Returned, Threw
from mapp.sandbox.executors import protocol
from support.scripts import job

JOB = job("function main() {}", output_kb=1)


def reply(body: bytes, tag: bytes = b"J", grown_kb: int = 0) -> bytes:
    return tag + len(body).to_bytes(8, "big") + grown_kb.to_bytes(8, "big") + body


def called(body: bytes, *, announced: int | None = None) -> bytes:
    size = len(body) if announced is None else announced
    return b"H" + size.to_bytes(8, "big") + bytes(8) + body


def record(output: str = "1", **fields: object) -> bytes:
    line = json.dumps({"kind": "returned", "name": "", "message": "", "stack": "", **fields})
    return json.dumps(f"{line}\n{output}").encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"returned"',
        b"{}",
        b"\xff",
        b"[" * 10_000,
        record(kind="root"),
        record(kind=["returned"]),
        b"7",
        b'"[]"',
        b'"{}\\n1"',
        record("\ud800"),
        record(kind="threw", message={}),
    ],
)
def test_a_malformed_reply_is_a_crash(body: bytes) -> None:
    result = protocol.decode(reply(body), JOB, 1.0)

    assert isinstance(result, Killed)
    assert result.reason == "crash"


def test_an_unknown_tag_is_a_crash() -> None:
    assert isinstance(protocol.decode(reply(b"", tag=b"?"), JOB, 1.0), Killed)


def test_a_reply_above_the_output_limit_is_rejected() -> None:
    result = protocol.decode(reply(record("x" * 1025)), JOB, 1.0)

    assert isinstance(result, Killed)
    assert result.reason == "output"


def test_a_valid_reply_is_decoded() -> None:
    assert protocol.decode(reply(record()), JOB, 1.0) == Returned(json="1", wall_ms=1.0)


def test_a_reply_is_complete_when_its_announced_length_has_arrived() -> None:
    whole = reply(record())

    assert protocol.is_complete(whole)
    assert not any(protocol.is_complete(whole[:length]) for length in range(len(whole)))


@pytest.mark.parametrize(("grown_kb", "kind"), [(60 * 1024, Killed), (1024, Threw)])
def test_a_thrown_null_means_memory_only_if_the_worker_has_grown(grown_kb: int, kind: type) -> None:
    caught = reply(record(kind="threw", name="object", message="null"), grown_kb=grown_kb)
    uncaught = reply(b"null", tag=b"U", grown_kb=grown_kb)

    assert isinstance(protocol.decode(caught, JOB, 1.0), kind)
    assert isinstance(protocol.decode(uncaught, JOB, 1.0), kind)


@pytest.mark.parametrize(("grown_kb", "kind"), [(60 * 1024, Killed), (1024, Threw)])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("InternalError", "out of memory"),
        ("InternalError", "out of memory in regexp execution"),
        ("InternalError", ""),
        ("InternalError", "Invalid error message"),
        ("Error", ""),
        ("Error", "Invalid Result Value"),
    ],
)
def test_messages_about_memory_count_only_if_the_worker_has_grown(
    name: str, message: str, grown_kb: int, kind: type
) -> None:
    caught = reply(record(kind="threw", name=name, message=message), grown_kb=grown_kb)

    assert isinstance(protocol.decode(caught, JOB, 1.0), kind)


@pytest.mark.parametrize("text", ["InternalError: out of memory", "Invalid Result Value", "(Failed to say)"])
def test_a_rejection_with_the_engines_message_is_a_rejection(text: str) -> None:
    assert isinstance(protocol.decode(reply(text.encode(), tag=b"U", grown_kb=1024), JOB, 1.0), Threw)


def test_a_script_cannot_claim_that_it_was_killed() -> None:
    for kind in ("wall", "cpu", "crash"):
        found = protocol.decode(reply(record(kind=kind)), JOB, 1.0)

        assert isinstance(found, Killed)
        assert found.reason == "crash"


@pytest.mark.parametrize(
    ("text", "name", "message", "stack"),
    [
        ("TypeError: a: b\n    at main (<input>:1:2)\n", "TypeError", "a: b", "at main (main.js:1:2)"),
        ("plain", "Error", "plain", ""),
        ("two words: x", "Error", "two words: x", ""),
        ("Error: \n", "Error", "\n", ""),
    ],
)
def test_an_unhandled_rejection_is_parsed(text: str, name: str, message: str, stack: str) -> None:
    result = protocol.decode(reply(text.encode(), tag=b"U"), JOB, 1.0)

    assert result == Threw(name=name, message=message, stack=stack, wall_ms=1.0)


def test_a_thrown_error_is_truncated_by_the_parent_too() -> None:
    result = protocol.decode(reply(record(kind="threw", name="n" * 9000, message="m" * 9000)), JOB, 1.0)

    assert isinstance(result, Threw)
    assert (len(result.name), len(result.message)) == (4000, 4000)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("[" * 5000, Killed), ("", Killed), ("9" * 5000, Killed), ("7", Inspection), ('["a",1]', Inspection)],
)
def test_an_invalid_list_of_functions_is_a_crash(text: str, kind: type) -> None:
    assert isinstance(protocol.functions_of(Returned(json=text, wall_ms=1.0)), kind)


def test_a_call_may_arrive_byte_by_byte_followed_by_a_reply() -> None:
    inbox, taken = protocol.Inbox(JOB), []
    end = reply(b"{}")
    for byte in called(b"one") + called(b"") + end:
        assert not inbox.is_done
        inbox.add(bytes([byte]))
        if (call := inbox.take_call()) is not None:
            taken.append(call)

    assert taken == [b"one", b""]
    assert inbox.is_done
    assert inbox.reply == end


def test_an_oversized_call_ends_the_run() -> None:
    inbox = protocol.Inbox(JOB)
    inbox.add(called(b"", announced=2**63))
    inbox.add(b"x" * protocol.reply_limit(JOB))

    assert inbox.take_call() is None
    assert inbox.is_done
    result = protocol.decode(inbox.reply, JOB, 1.0)
    assert isinstance(result, Killed)
    assert result.reason == "output"
