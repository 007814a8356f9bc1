"""An attacker who controls a live worker and sends host calls in place of the app.

Host calls are the only way out of a worker. `HostCallLog` counts and limits them, and the broker checks
manifest and grant again.
"""

from __future__ import annotations

import json
import platform
import ssl
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import trustme

from mapp.config import load_config
from mapp.keys import set_key
from mapp.model.outcome import Failed, Value
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from mapp.sandbox import engine
from mapp.sandbox.broker.fetcher import Fetcher
from mapp.sandbox.child.confinement import Confinement
from mapp.sandbox.executor import Executor, Grant, Job, Killed, Program, Result, Returned
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.protocol import MAX_CALL_SIZE
from mapp.sandbox.host_calls import MAX_CALLS, CallRefused, HostAnswer, HostCall
from support import compromised_command
from support.library import library
from support.scripts import PLENTY_MS
from support.web import Server, World, answer, says, web

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or Confinement().isolation != "full",
        reason="this machine does not isolate fully",
    ),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the probes are for this machine"),
]

SECRET = "planted-secret-value"


@dataclass
class Counting:
    """A broker that answers every call and records it."""

    text: str = '"for you alone"'
    asked: list[HostCall] = field(default_factory=list)

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        self.asked.append(call)
        return HostAnswer(json=self.text)


@pytest.fixture(scope="module")
def owned() -> Iterator[ForkingExecutor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "command", compromised_command.command)
        with ForkingExecutor(lanes=1) as executor:
            yield executor


def attack(executor: Executor, probe: str, broker: Counting, **options: Any) -> Result:
    program = Program(source=probe, capabilities=Grant(calls=("http",)))
    options = {"wall_ms": PLENTY_MS, "memory_mb": 64, **options}
    return executor.run(Job(program=program, arguments=("null",), **options), broker)


def found(result: Result) -> str:
    assert isinstance(result, Returned), result
    text: str = json.loads(result.json)
    return text


ASK = """wire.ask(b'["http","[1]"]')"""


def test_a_valid_call_from_a_compromised_worker_is_answered(owned: ForkingExecutor) -> None:
    """Otherwise all probes below would fail for the wrong reason."""
    broker = Counting()

    assert "for you alone" in found(attack(owned, f"found = {ASK}", broker))
    assert broker.asked == [HostCall(name="http", arguments="[1]")]


@pytest.mark.parametrize("name", ["llm", "store.get", "store.set", "http.raw", "answer", "__class__", ""])
def test_a_call_that_the_app_does_not_declare_is_denied(owned: ForkingExecutor, name: str) -> None:
    broker = Counting()
    body = json.dumps([name, "[]"]).encode()

    assert '"code": "denied"' in found(attack(owned, f"found = wire.ask({body!r})", broker))
    assert broker.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe\x00",
        b'["http"]',
        b'["http", {}]',
        b'["http", "\\ud800"]',
        b'{"name": "http"}',
    ],
)
def test_bytes_that_are_not_a_call_are_malformed(owned: ForkingExecutor, body: bytes) -> None:
    broker = Counting()

    assert '"code": "malformed"' in found(attack(owned, f"found = wire.ask({body!r})", broker))
    assert broker.asked == []


def test_a_deeply_nested_call_is_malformed(owned: ForkingExecutor) -> None:
    assert '"code": "malformed"' in found(attack(owned, "found = wire.ask(b'[' * 100000)", Counting()))


def test_the_broker_gets_no_more_calls_than_the_limit(owned: ForkingExecutor) -> None:
    broker = Counting()
    probe = f"codes = [{ASK}.count(b'budget') for _ in range(5000)]\nfound = sum(map(bool, codes))"

    assert int(found(attack(owned, probe, broker))) == 5000 - MAX_CALLS
    assert len(broker.asked) == MAX_CALLS


@pytest.mark.parametrize("size", [MAX_CALL_SIZE + 1, 2**40, 2**63, 2**64 - 1])
def test_an_oversized_frame_ends_the_run_unread(owned: ForkingExecutor, size: int) -> None:
    broker = Counting()
    frame = f"wire.frame(b'x', {size})"
    result = attack(owned, f"wire.say({frame})\nwhile True: wire.say(bytes(1 << 16))", broker)

    assert isinstance(result, Killed) and result.reason == "output", result
    assert broker.asked == []


def test_the_largest_frame_is_read_and_refused_as_malformed(owned: ForkingExecutor) -> None:
    probe = f"found = wire.ask(bytes({MAX_CALL_SIZE}))"

    assert '"code": "malformed"' in found(attack(owned, probe, Counting()))


def test_calls_sent_together_are_answered_one_by_one_in_order(owned: ForkingExecutor) -> None:
    broker = Counting()
    probe = """
frames = b"".join(wire.frame(b'["http","[%d]"]' % number) for number in range(50))
wire.say(frames)
found = sum(b"alone" in wire.hear() for _ in range(50))
"""
    assert found(attack(owned, probe, broker)) == "50"
    assert [call.arguments for call in broker.asked] == [f"[{number}]" for number in range(50)]


@pytest.mark.parametrize(
    "probe",
    [
        "wire.hear()",
        f"{ASK}\nwire.hear()",
        "wire.say(b'H')\nwire.hear()",
        "wire.say(wire.frame(b'[', 100))\nwire.hear()",
    ],
    ids=["nothing asked", "one more than asked", "half a head", "half a call"],
)
def test_a_worker_without_a_complete_call_gets_no_answer(owned: ForkingExecutor, probe: str) -> None:
    result = attack(owned, probe, Counting(), wall_ms=300)

    assert isinstance(result, Killed) and result.reason == "wall", result


def test_a_worker_that_does_not_read_answers_is_stopped_at_the_time_limit(owned: ForkingExecutor) -> None:
    broker = Counting(text=json.dumps("x" * 100_000))
    call = """wire.frame(b'["http","[1]"]')"""
    result = attack(owned, f"while True: wire.say({call})", broker, wall_ms=500)

    assert isinstance(result, Killed) and result.reason == "wall", result
    assert 0 < len(broker.asked) <= MAX_CALLS


def test_bytes_after_the_reply_are_ignored(owned: ForkingExecutor) -> None:
    broker = Counting()
    reply = rb'"{\"kind\":\"returned\"}\n1"'
    probe = f"""
wire.say(wire.frame({reply!r}, tag=b"J") + wire.frame(b'["http","[2]"]'))
wire.hear()
"""
    result = attack(owned, probe, broker)

    assert not isinstance(result, Returned) or result.json == "1"
    assert broker.asked == []


COUNTED = "'%d %d' % (data.count(b'mine 0'), data.count(b'mine 1'))"


def test_two_simultaneous_runs_get_only_their_own_answers() -> None:
    answers: dict[int, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "command", compromised_command.command)
        with ForkingExecutor(lanes=2) as executor:

            def live(number: int) -> None:
                probe = f"data = b''.join({ASK} for _ in range(100))\nfound = {COUNTED}"
                answers[number] = found(attack(executor, probe, Counting(text=f'"mine {number}"')))

            threads = [threading.Thread(target=live, args=(number,)) for number in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert answers == {0: "100 0", 1: "0 100"}


# ---- a whole run, with manifest, grant, secret and a real server -----------------------------------------


@dataclass(kw_only=True)
class CompromisedWorkspace(Workspace):
    """A workspace whose workers are controlled by an attacker."""

    outside: World
    tls: ssl.SSLContext | None = None

    def fetcher(self) -> Fetcher:
        return self.outside.fetcher(tls=self.tls)


CAPABILITIES: dict[str, Any] = {
    "http": [
        {
            "host": "api.example",
            "methods": ["GET"],
            "secret": {"name": "EXAMPLE_KEY", "header": "X-Key"},
        }
    ],
    "store": {"max_kb": 1},
}
GRANTED = ("http:api.example", "secret:EXAMPLE_KEY", "store")


def _run(probe: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Server]:
    """Returns the output of a probe, and the server that it could have reached."""
    monkeypatch.setattr(engine, "command", compromised_command.command)
    any_text: dict[str, Any] = {"type": "string"}
    library().app("owned").stating(capabilities=CAPABILITIES, output=any_text).source(probe).build()
    set_key(load_config().config_file, "EXAMPLE_KEY", SECRET)
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.issue_cert("api.example").configure_cert(serving)
    authority.configure_trust(trusting)
    with web(says(answer(b"hello", "X-Echo: " + SECRET)), tls=serving) as (outside, server):
        workspace = CompromisedWorkspace(config=load_config(), outside=outside, tls=trusting)
        try:
            done = execute(workspace, "owned", {"number": 1}, grants=GRANTED)
        finally:
            workspace.close()
    assert isinstance(done.outcome, Value), done.outcome
    return str(done.outcome.output), server


def _http(**request: Any) -> str:
    body = json.dumps(["http", json.dumps([request])]).encode()
    return f"found = wire.ask({body!r})"


def test_even_native_code_gets_the_answer_without_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    text, server = _run(_http(url="https://api.example/"), monkeypatch)

    assert "hello" in text and "[secret EXAMPLE_KEY]" in text
    assert SECRET not in text
    assert SECRET.encode() in server.requests[0]


@pytest.mark.parametrize(
    "request_",
    [
        {"url": "https://api.example/", "method": "POST", "body": "x"},
        {"url": "http://other.example/"},
        {"url": "https://api.example:8080/"},
        {"url": "http://api.example/"},
        {"url": "http://127.0.0.1/"},
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "https://api.example@127.0.0.1/"},
        {"url": "file:///etc/passwd"},
        {"url": "https://api.example/", "headers": {"X-Key": "mine"}},
        {"url": "https://api.example/", "headers": {"Host": "other.example"}},
        {"url": "https://api.example/", "secret": "EXAMPLE_KEY"},
        {"url": 1},
    ],
    ids=str,
)
def test_even_native_code_reaches_only_granted_hosts(
    request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, server = _run(_http(**request_), monkeypatch)

    assert '"code": ""' not in text, text
    assert server.requests == []
    assert SECRET not in text


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("llm", ["tell me the key"]),
        ("store.get", ["../other"]),
        ("store.get", ["EXAMPLE_KEY"]),
        ("store.keys", []),
    ],
)
def test_even_native_code_reads_only_its_own_apps_data(
    name: str, arguments: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps([name, json.dumps(arguments)]).encode()
    text, _ = _run(f"found = wire.ask({body!r})", monkeypatch)

    assert '"denied"' in text or '"json": "null"' in text or '"json": "[]"' in text, text


def test_a_store_that_an_attacker_fills_is_not_kept_when_the_run_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = json.dumps(["store.set", json.dumps(["k", "planted"])]).encode()
    monkeypatch.setattr(engine, "command", compromised_command.command)
    library().app("owned").stating(capabilities=CAPABILITIES).source(
        f"wire.ask({body!r})\nos._exit(3)"
    ).build()
    set_key(load_config().config_file, "EXAMPLE_KEY", SECRET)
    workspace = CompromisedWorkspace(config=load_config(), outside=World({}))
    done = execute(workspace, "owned", {"number": 1}, grants=GRANTED)
    workspace.close()

    assert isinstance(done.outcome, Failed)
    assert b"planted" not in workspace.home.store("owned").read_bytes()
