"""How every executor must handle the host calls of a script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from mapp.sandbox.executor import Executor, Grant, Job, Killed, Program, Threw
from mapp.sandbox.host_calls import MAX_CALLS, CallRefused, HostAnswer, HostCall
from support.engines import MAKERS
from support.scripts import PLENTY_MS, thrown, value

EVERYTHING = ("http", "store", "llm")


@pytest.fixture(scope="module", params=sorted(MAKERS))
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with MAKERS[request.param]() as made:
        yield made


@dataclass
class Scripted:
    """A broker that gives the answers of the test and records the calls."""

    answers: dict[str, HostAnswer | CallRefused] = field(default_factory=dict)
    asked: list[HostCall] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        assert seconds > 0
        self.asked.append(call)
        self.before()
        return self.answers.get(call.name, HostAnswer(json="null"))


def _job(body: str, *, calls: tuple[str, ...] = EVERYTHING, **options: Any) -> Job:
    source = f"function main(input, host) {{ {body} }}"
    return Job(
        program=Program(source=source, capabilities=Grant(calls=calls)),
        arguments=("null",),
        **{"wall_ms": PLENTY_MS, **options},
    )


def test_a_call_reaches_the_broker_and_the_answer_reaches_the_script(executor: Executor) -> None:
    broker = Scripted({"http": HostAnswer(json='{"status":200,"body":"é😀"}')})
    result = executor.run(_job("return host.http({url: 'https://a.example', n: [1]});"), broker)

    assert value(result) == {"status": 200, "body": "é😀"}
    assert [(call.name, json.loads(call.arguments)) for call in broker.asked] == [
        ("http", [{"url": "https://a.example", "n": [1]}])
    ]


def test_answers_can_be_awaited_too(executor: Executor) -> None:
    broker = Scripted({"store.get": HostAnswer(json="7")})
    job = Job(
        program=Program(
            source="async function main(input, host) { return (await host.store.get('k')) + 1; }",
            capabilities=Grant(calls=("store",)),
        ),
        arguments=("null",),
    )

    assert value(executor.run(job, broker)) == 8


def test_every_host_function_makes_its_own_call(executor: Executor) -> None:
    broker = Scripted()
    body = """
        host.store.get("a"); host.store.set("a", {b: null}); host.store.delete("a"); host.store.keys();
        host.llm("why?"); host.llm("why?", {type: "string"}); host.http({url: "u"});
    """
    executor.run(_job(body), broker)

    assert [(call.name, json.loads(call.arguments)) for call in broker.asked] == [
        ("store.get", ["a"]),
        ("store.set", ["a", {"b": None}]),
        ("store.delete", ["a"]),
        ("store.keys", []),
        ("llm", ["why?"]),
        ("llm", ["why?", {"type": "string"}]),
        ("http", [{"url": "u"}]),
    ]


@pytest.mark.parametrize("calls", [(), ("http",), ("store",), ("llm",), EVERYTHING])
def test_only_declared_host_functions_exist(executor: Executor, calls: tuple[str, ...]) -> None:
    assert value(executor.run(_job("return Object.keys(host);", calls=calls), Scripted())) == list(calls)


def test_a_refusal_is_an_error_that_the_script_can_catch(executor: Executor) -> None:
    broker = Scripted({"http": CallRefused(code="timeout", message="too slow")})
    body = "try { host.http({}); } catch (e) { return [e instanceof Error, e.name, e.code, e.message]; }"

    assert value(executor.run(_job(body), broker)) == [True, "HostError", "timeout", "too slow"]


def test_an_uncaught_refusal_ends_the_run(executor: Executor) -> None:
    broker = Scripted({"http": CallRefused(code="timeout", message="too slow")})
    error = thrown(executor.run(_job("host.http({});"), broker))

    assert (error.name, error.message) == ("HostError", "too slow")


def test_without_a_broker_every_call_is_refused(executor: Executor) -> None:
    body = "try { host.http({}); } catch (e) { return e.code; }"

    assert value(executor.run(_job(body))) == "unavailable"


@pytest.mark.parametrize(
    "wrong", ["undefined", "() => 1", "1n", "NaN", "(() => { const a = []; a[0] = a; return a; })()"]
)
def test_arguments_outside_json_are_not_sent(executor: Executor, wrong: str) -> None:
    broker = Scripted()
    error = thrown(executor.run(_job(f"host.store.set('k', {wrong});"), broker))

    assert error.name == "TypeError"
    assert broker.asked == []


def test_a_call_that_is_too_large_is_not_sent(executor: Executor) -> None:
    broker = Scripted()
    error = thrown(executor.run(_job("host.llm('x'.repeat(600000));"), broker))

    assert error.message == "arguments are too large"
    assert broker.asked == []


def test_time_spent_in_host_calls_does_not_count(executor: Executor) -> None:
    broker = Scripted({"http": HostAnswer(json="1")}, before=lambda: time.sleep(3))

    assert value(executor.run(_job("return host.http({});", wall_ms=2000), broker)) == 1


def test_time_after_an_answer_counts_again(executor: Executor) -> None:
    result = executor.run(_job("host.http({}); for (;;) {}", wall_ms=300), Scripted())

    assert isinstance(result, Killed)
    assert result.reason == "wall"


def test_too_many_calls_are_refused(executor: Executor) -> None:
    broker = Scripted({"store.keys": HostAnswer(json="[]")})
    body = "let n = 0; try { for (;;) { host.store.keys(); n += 1; } } catch (e) { return [n, e.code]; }"

    assert value(executor.run(_job(body), broker)) == [MAX_CALLS, "budget"]
    assert len(broker.asked) == MAX_CALLS


def test_an_exception_from_the_broker_ends_the_run_and_leaves_the_executor_usable(executor: Executor) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.run(_job("host.http({});"), Scripted(before=stop))

    assert value(executor.run(_job("return 1;"))) == 1


def test_runs_in_several_threads_get_only_their_own_answers(executor: Executor) -> None:
    found: dict[int, Any] = {}

    def one(number: int) -> None:
        broker = Scripted({"store.get": HostAnswer(json=str(number))})
        found[number] = value(
            executor.run(_job("return [host.store.get('a'), host.store.get('b')];"), broker)
        )

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {number: [number, number] for number in range(4)}


HOSTILE = {
    "a polluted prototype": "for (const n of ['code', 'get', 'json']) Object.prototype[n] = () => 1;",
    "other JSON": "JSON.parse = () => 'forged'; JSON.stringify = () => 'forged';",
    "another Error": "globalThis.Error = function () { return {forged: true}; };",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_redefined_intrinsics_do_not_change_an_answer(executor: Executor, name: str) -> None:
    broker = Scripted({"store.get": HostAnswer(json='{"a":[1,2]}')})
    result = executor.run(_job(f"{HOSTILE[name]} return host.store.get('k').a.length;"), broker)

    assert value(result) == 2


OWN = "Object.defineProperty(Array.prototype, "
BETWEEN = {
    "a setter on an index": f"{OWN}'0', {{set: seen, configurable: true}});",
    "a setter on the second index": f"{OWN}'1', {{set: seen, configurable: true}});",
    "a setter that loops": f"{OWN}'0', {{set() {{ for (;;); }}, configurable: true}});",
    "an index of every object": (
        "Object.defineProperty(Object.prototype, '0', {set: seen, configurable: true});"
    ),
    "an index that is only to read": f"{OWN}'0', {{value: 1, configurable: true}});",
    "toJSON of arrays": "Array.prototype.toJSON = seen;",
    "toJSON of objects": "Object.prototype.toJSON = seen;",
    "descriptors that are bent": (
        "Object.defineProperty(Array.prototype, '0', {set: seen, configurable: true});"
        "Object.prototype.get = seen; Object.prototype.value = 5;"
    ),
}  # fmt: skip


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_changed_prototypes_never_see_a_host_call(executor: Executor, between: str) -> None:
    broker = Scripted({"store.get": HostAnswer(json='"found"')})
    body = f"let calls = 0; const seen = function () {{ calls += 1; return 'bent'; }}; {between}"
    after = "const there = Object.getOwnPropertyNames(Array.prototype).length;"
    again = "const still = Object.getOwnPropertyNames(Array.prototype).length;"
    asked = f"{body} {after} const answer = host.store.get('k'); {again} delete Object.prototype.toJSON;"
    result = executor.run(_job(f"{asked} return answer + calls + (there === still);"), broker)

    assert value(result) == "found0true"
    assert [(call.name, call.arguments) for call in broker.asked] == [("store.get", '["k"]')]


FIXED = {
    "an index": "Object.defineProperty(Array.prototype, '0', {set(v) {}, get() { return 1; }});",
    "toJSON": "Object.defineProperty(Array.prototype, 'toJSON', {value: () => 1});",
    "another prototype": "Object.setPrototypeOf(Array.prototype, {set 0(v) {}});",
}


@pytest.mark.parametrize("fixed", FIXED.values(), ids=FIXED)
def test_a_fixed_property_on_a_prototype_ends_host_calls(executor: Executor, fixed: str) -> None:
    broker = Scripted()
    result = executor.run(_job(f"{fixed} return host.store.get('k');"), broker)

    assert isinstance(result, Threw)
    assert (result.name, broker.asked) == ("TypeError", [])


def test_a_subject_cannot_make_host_calls(executor: Executor) -> None:
    subject = Program(
        source="function main(input, host) { return host.store.get('k'); }",
        capabilities=Grant(calls=("store",)),
    )
    predicate = Program(source="function meta_a(input, run) { return run(input); }")
    broker = Scripted()
    job = Job(program=predicate, entry="meta_a", arguments=("null",), subject=subject, host=False)

    assert value(executor.run(job, broker)) == {"error": "host calls are not available here"}
    assert broker.asked == []


def test_an_ordinary_error_is_not_a_host_error(executor: Executor) -> None:
    assert isinstance(executor.run(_job("throw new Error('x');"), Scripted()), Threw)
