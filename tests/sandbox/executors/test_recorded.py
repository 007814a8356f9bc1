"""Host calls answered from recordings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.model.recording import CALLS, Exchange
from mapp.sandbox.executor import Grant, Job, Program, run_batch
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.recorded import RecordedBroker, RecordedExecutor, Stand, same_calls
from mapp.sandbox.host_calls import FUNCTIONS, CallRefused, HostAnswer, HostCall
from support.scripts import value

ASKED = '[{"method":"GET","url":"https://a.example/1"}]'


def _http(answer: int, arguments: str = ASKED) -> Exchange:
    return Exchange(name="http", arguments=arguments, answer=str(answer))


def _ask(broker: RecordedBroker, name: str = "http", arguments: str = ASKED) -> Any:
    found = broker.answer(HostCall(name=name, arguments=arguments), seconds=1)
    return json.loads(found.json) if isinstance(found, HostAnswer) else found.code


def test_every_recorded_call_answers_once_and_in_order() -> None:
    broker = RecordedBroker([_http(1), _http(2)])

    assert [_ask(broker) for _ in range(3)] == [1, 2, "unrecorded"]
    assert [row.code for row in broker.made] == ["", "", "unrecorded"]


def test_with_again_the_last_answer_is_repeated() -> None:
    broker = RecordedBroker([_http(1), _http(2)], again=True)

    assert [_ask(broker) for _ in range(4)] == [1, 2, 2, 2]


@pytest.mark.parametrize(
    "spelled",
    [
        '[{"url":"https://a.example/1","method":"GET"}]',
        '[ {"method": "GET", "url": "https:\\/\\/a.example\\/1"} ]',
    ],
)
def test_equal_calls_match_in_any_json_spelling(spelled: str) -> None:
    assert _ask(RecordedBroker([_http(1)]), arguments=spelled) == 1


@pytest.mark.parametrize(("one", "other"), [("1e-7", "1e-07"), ("1e21", "1e+21"), ("100", "1e2")])
def test_numbers_are_compared_as_numbers(one: str, other: str) -> None:
    assert _ask(RecordedBroker([_http(1, f"[{one}]")]), arguments=f"[{other}]") == 1


def test_an_unrecorded_call_is_refused() -> None:
    broker = RecordedBroker([_http(1)])

    assert _ask(broker, name="llm") == "unrecorded"
    assert _ask(broker, arguments=ASKED.replace("1", "2")) == "unrecorded"


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, "[NaN", "[1e999]"])
def test_invalid_arguments_are_malformed(text: str) -> None:
    assert _ask(RecordedBroker([_http(1)]), arguments=text) == "malformed"


def test_a_recorded_refusal_is_refused_again() -> None:
    broker = RecordedBroker([Exchange(name="http", arguments=ASKED, code="timeout", message="too slow")])

    assert broker.answer(HostCall(name="http", arguments=ASKED), seconds=1) == CallRefused(
        code="timeout", message="too slow"
    )


STORE = """function main(input, host) {
  const before = [host.store.get("a"), host.store.keys(), host.store.delete("a")];
  host.store.set("b", {x: 1}); host.store.set("a", 2);
  const after = [host.store.get("b"), host.store.keys(), host.store.delete("a"), host.store.keys()];
  let code = "";
  try { host.http({url: "u"}) } catch (error) { code = error.code }
  return [before, after, code];
}"""


def test_a_check_starts_with_an_empty_store_and_refuses_other_calls() -> None:
    job = Job(program=Program(source=STORE, capabilities=Grant(calls=("store", "http"))), arguments=("null",))
    with ForkingExecutor(lanes=1) as inner:
        executor = RecordedExecutor(inner, [])
        found = [value(row) for row in (executor.run(job), *run_batch(executor, [job, job]))]

    wanted = [[None, [], False], [{"x": 1}, ["a", "b"], True, ["b"]], "unavailable"]
    assert found == [wanted] * 3


def test_a_recording_takes_precedence_over_the_stand_in_store() -> None:
    broker = RecordedBroker(
        [Exchange(name="store.get", arguments='["n"]', answer="7")], again=True, otherwise=Stand()
    )

    assert _ask(broker, "store.get", '["n"]') == 7
    assert _ask(broker, "store.get", '["m"]') is None


def test_calls_are_compared_by_arguments_and_refusal() -> None:
    refused = Exchange(name="http", arguments=ASKED, code="dns")

    assert same_calls([_http(1)], [_http(2)])
    assert not same_calls([_http(1)], [refused])
    assert not same_calls([_http(1)], [_http(1), _http(1)])


def test_every_call_has_a_capability_and_can_be_recorded() -> None:
    assert sorted(name for names in FUNCTIONS.values() for name in names) == sorted(CALLS)
