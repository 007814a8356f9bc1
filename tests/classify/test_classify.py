"""The rules that decide the class of a failure, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mapp.classify.classify import RULES, classify
from mapp.classify.facts import Call, Facts, Repeat
from mapp.model.incident import FAILURE_CLASSES

THREW = Facts(app="weather", outcome="threw", wall_ms=2000.0)
ANSWERED = Call(name="http", endpoint="GET api.example/now", host="api.example", status=200, sent=True)
AGAIN = Repeat(outcome="threw", same=True, good=False)
OTHERWISE = Repeat(outcome="ok", same=False, good=True)
BUG = replace(THREW, replays=(AGAIN, AGAIN))


def named(facts: Facts) -> str | None:
    """Returns the class that the rules decide."""
    found = classify(facts)
    assert found is None or (found.failure in FAILURE_CLASSES and found.why)
    return None if found is None else found.failure


def calling(facts: Facts = THREW, **changes: object) -> Facts:
    """Returns facts with one call that differs from a good one."""
    return replace(facts, calls=(replace(ANSWERED, **changes),))  # type: ignore[arg-type]


Changes = dict[str, Any]


@pytest.mark.parametrize(
    ("call", "failure"),
    [
        ({"status": 401}, "credential"),
        ({"status": 403}, "credential"),
        ({"status": 402}, "quota"),
        ({"status": 429}, "rate_limited"),
        ({"status": 429, "is_quota": True}, "quota"),
        ({"status": 403, "is_quota": True}, "quota"),
        ({"status": 500}, "upstream_down"),
        ({"status": 503}, "upstream_down"),
        ({"status": 408}, "upstream_down"),
        ({"status": 301}, "upstream_changed"),
        ({"status": 404}, "upstream_changed"),
        ({"status": 410}, "upstream_changed"),
        ({"status": 0, "code": "dns", "sent": False}, "upstream_down"),
        ({"status": 0, "code": "connect", "sent": False}, "upstream_down"),
        ({"status": 0, "code": "tls", "sent": False}, "upstream_down"),
        ({"status": 0, "code": "timeout"}, "upstream_down"),
        ({"status": 0, "code": "timeout", "writes": True}, "ambiguous"),
        ({"status": 0, "code": "protocol", "writes": True}, "ambiguous"),
        ({"status": 0, "code": "timeout", "writes": True, "sent": False}, "upstream_down"),
        ({"status": 503, "writes": True}, "upstream_down"),
        ({"status": 0, "code": "redirect"}, "upstream_changed"),
        ({"status": 0, "code": "address", "sent": False}, "security"),
        ({"status": 0, "code": "forbidden", "declared": False}, "security"),
        ({"name": "store.get", "status": 0, "code": "denied"}, "permission"),
        ({"status": 403, "is_throttled": True}, "rate_limited"),
        ({"status": 504, "writes": True}, "ambiguous"),
        ({"status": 500, "writes": True}, "ambiguous"),
        ({"status": 408, "writes": True}, "ambiguous"),
        ({"status": 451}, "upstream_down"),
        ({"status": 420}, "rate_limited"),
        ({"status": 407}, "credential"),
        ({"status": 456, "is_quota": True}, "quota"),
        ({"status": 498, "is_denied": True}, "credential"),
        ({"status": 498}, "upstream_changed"),
        ({"differences": ("rows is missing",), "is_denied": True}, "credential"),
        ({"differences": ("rows is missing",), "is_throttled": True}, "rate_limited"),
        ({"status": 0, "code": "redirect", "is_denied": True}, "credential"),
        ({"differences": ("the answer is html, and was json",), "unusable": True}, "upstream_down"),
        ({"status": 0, "code": "forbidden", "declared": False, "is_internal": True}, "security"),
        ({"differences": ("main.temp is missing",)}, "upstream_changed"),
        ({"name": "llm", "status": 0, "code": "rate_limited"}, "rate_limited"),
        ({"name": "llm", "status": 0, "code": "credential"}, "credential"),
        ({"name": "llm", "status": 0, "code": "budget"}, "quota"),
        ({"name": "store.set", "status": 0, "code": "busy"}, "host_fault"),
        ({"name": "store.set", "status": 0, "code": "full"}, "resource"),
    ],
)
def test_what_the_host_saw_decides_and_not_what_the_app_threw(call: Changes, failure: str) -> None:
    assert named(calling(**call)) == failure
    assert named(calling(BUG, **call)) == failure


@pytest.mark.parametrize(
    "call",
    [
        {"status": 404, "known_status": True},
        {"status": 404, "asked_before": False},
        {"status": 410, "asked_before": False},
        {"status": 500, "recovered": True},
        {"differences": ("x is missing",), "recovered": True},
    ],
)
def test_an_answer_that_the_app_knows_or_asked_for_wrongly_excuses_nothing(call: Changes) -> None:
    assert named(calling(BUG, **call)) == "code_bug"


def test_a_status_that_the_app_knows_is_a_change_where_this_request_once_had_an_answer() -> None:
    assert named(calling(BUG, status=404, known_status=True, answered_before=True)) == "upstream_changed"


def test_a_declared_error_is_a_good_answer() -> None:
    refused = replace(THREW, outcome="error:no_such_city")
    assert named(refused) is None
    assert named(calling(refused, status=404, known_status=True)) is None


@pytest.mark.parametrize(
    ("status", "failure"), [(500, "upstream_down"), (429, "rate_limited"), (401, "credential")]
)
def test_a_declared_error_that_the_service_caused_belongs_to_the_service(status: int, failure: str) -> None:
    assert named(calling(replace(THREW, outcome="error:no_answer"), status=status)) == failure


def test_what_differs_between_one_thing_and_another_is_no_change_of_the_service() -> None:
    refused = replace(THREW, outcome="error:no_price")
    null, gone = ("price is null, and was number",), ("price is missing",)
    assert named(calling(refused, differences=null)) is None
    assert named(calling(refused, differences=null, answered_before=True)) == "upstream_changed"
    assert named(calling(refused, differences=gone)) == "upstream_changed"
    assert named(calling(BUG, differences=null)) == "upstream_changed"


def test_a_value_is_good_whatever_the_service_did() -> None:
    good = replace(THREW, outcome="ok")
    assert named(calling(good, status=500)) is None
    assert named(calling(good, differences=("x is missing",))) is None
    assert named(calling(replace(good, affected=True), differences=("x is missing",))) == "upstream_changed"


@pytest.mark.parametrize("outcome", ["ok", "error:no_such_city"])
def test_an_attempt_to_reach_more_counts_even_if_the_app_hides_the_refusal(outcome: str) -> None:
    hidden = replace(THREW, outcome=outcome)
    assert named(calling(hidden, status=0, code="forbidden", declared=False)) == "security"
    assert named(calling(hidden, status=0, code="address", sent=False)) == "security"
    assert named(calling(replace(hidden, outcome="ok"), status=0, code="forbidden")) is None


def test_a_bug_is_one_that_repeats_itself_on_both_engines() -> None:
    assert named(THREW) == "unknown"
    assert named(BUG) == "code_bug"
    assert named(replace(BUG, outcome="invalid_output")) == "code_bug"
    assert named(replace(BUG, other=AGAIN)) == "code_bug"
    assert named(replace(BUG, other=replace(OTHERWISE, same=False))) == "engine_fault"
    assert named(replace(THREW, replays=(AGAIN, OTHERWISE))) == "nondeterminism"


def test_a_bug_that_the_version_before_does_not_have_is_a_regression() -> None:
    assert named(replace(BUG, parent=OTHERWISE)) == "regression"
    assert named(replace(BUG, parent=AGAIN)) == "code_bug"


@pytest.mark.parametrize("limit", ["wall", "cpu", "memory", "output"])
def test_a_run_that_needs_more_room_is_no_bug(limit: str) -> None:
    killed = replace(THREW, outcome=limit)
    assert named(replace(killed, roomy=OTHERWISE, replays=(replace(AGAIN, outcome=limit),))) == "resource"
    assert named(replace(killed, roomy=replace(AGAIN, outcome=limit))) == "code_bug"
    assert named(replace(killed, roomy=OTHERWISE, replays=(OTHERWISE,))) == "host_fault"
    other = "output" if limit != "output" else "memory"
    assert named(replace(killed, roomy=replace(AGAIN, outcome=other))) == "resource"


def test_a_run_that_hardly_got_to_compute_was_kept_waiting_by_the_machine() -> None:
    killed = replace(THREW, outcome="wall")
    assert named(replace(killed, cpu_ms=40.0)) == "host_fault"
    assert named(replace(killed, cpu_ms=1990.0, roomy=AGAIN)) == "code_bug"


def test_the_machine_the_engine_and_the_sandbox() -> None:
    assert named(replace(THREW, outcome="host_fault")) == "host_fault"
    assert named(replace(THREW, outcome="crash", signal="SIGSEGV")) == "engine_fault"
    assert named(replace(THREW, outcome="crash", signal="SIGSYS")) == "security"


def test_a_caller_is_told_first() -> None:
    assert named(replace(BUG, valid_input=False)) == "caller_input"


def test_a_run_that_could_not_start_needs_a_person() -> None:
    assert named(Facts(app="weather", outcome="permission", refused="permission")) == "permission"
    assert named(Facts(app="weather", outcome="credential", refused="credential")) == "credential"


def test_an_answer_that_breaks_a_predicate_is_a_bug_unless_the_predicate_is() -> None:
    wrong = replace(THREW, outcome="ok", broken=("prop_sorted", "prop_same_length"))
    assert named(wrong) == "code_bug"
    assert named(replace(wrong, contradicted=("prop_sorted",))) == "code_bug"
    assert named(replace(wrong, contradicted=("prop_same_length", "prop_sorted"))) == "test_bug"
    assert named(calling(wrong, differences=("rows is null, and was list",))) == "upstream_changed"
    assert named(replace(wrong, parent=OTHERWISE)) == "regression"


def test_a_persons_word_counts_where_no_fact_says_otherwise() -> None:
    wrong = replace(THREW, outcome="ok", said_wrong=True)
    assert named(wrong) == "expectation"
    assert named(replace(wrong, outcome="error:no_such_city")) == "expectation"
    assert named(calling(wrong, differences=("rows is null, and was list",))) == "upstream_changed"
    assert named(replace(wrong, expected=True, parent=OTHERWISE)) == "expectation"


def test_that_the_version_before_was_right_is_told_and_leaves_the_choice_to_the_person() -> None:
    wrong = replace(THREW, outcome="ok", said_wrong=True, expected=True)
    found = classify(replace(wrong, parent=replace(OTHERWISE, right=True)))
    assert found is not None and found.failure == "expectation"
    assert dict(found.facts)["right_before"] is True and "the version before" in found.why


def test_what_decided_is_told() -> None:
    found = classify(calling(status=503))
    assert found is not None
    facts = dict(found.facts)
    assert facts["calls"] == ["GET api.example/now: status 503"] and facts["rules"] == RULES
    assert facts["why"] == found.why == "the service does not work (GET api.example/now: status 503)"
