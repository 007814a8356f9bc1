"""The tests of an app that calls its host must cover the answers, and changed answers must end well."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks.answers import answer_score, check_answers
from mapp.validate.trial import Trial
from support.apps import Draft, app
from support.rates import CAREFUL, answer, covered, rates, recording, with_good_answer

PARSED = "  body = JSON.parse(answer.body);\n"


def checked(draft: Draft, executor: Executor) -> Result:
    return check_answers(Trial(app=draft.read(), files=draft.files, executor=executor))


def messages(draft: Draft, executor: Executor) -> str:
    return "\n".join(map(str, checked(draft, executor).problems))


def test_an_app_whose_tests_cover_its_answers_passes(executor: Executor) -> None:
    found = checked(covered(), executor)

    assert found.passed, found.problems
    assert found.counted > 20


def test_an_app_without_a_recorded_good_answer_fails_and_says_how_to_record_one(executor: Executor) -> None:
    draft = rates().example({"amount": 1, "base": "EUR"}, error="unavailable")
    problems = checked(draft, executor).problems

    assert "no example shows an output for a successful answer" in problems[0].message
    assert "mapp record rates --input - --grant http:rates.example" in problems[0].reproduce


def test_an_app_that_takes_a_good_answer_for_an_unknown_currency_fails(executor: Executor) -> None:
    wrong = CAREFUL.replace("answer.status === 404", "answer.status === 200")
    draft = rates(wrong).file("tests/recordings/usd.json", recording(answer("USD")))
    draft.example({"amount": 10, "base": "USD"}, error="unknown", recording="usd")

    assert "no example shows an output for a successful answer" in messages(draft, executor)


def test_each_declared_error_needs_an_example(executor: Executor) -> None:
    draft = with_good_answer(rates()).example({"amount": 1, "base": "EUR"}, error="unavailable")
    (problem,) = checked(draft, executor).problems

    assert problem.message == "no example expects the declared error unknown (there is no such currency)"
    assert json.loads(problem.evidence) == {"input": {"amount": 10, "base": "USD"}, "error": "unknown"}


def test_an_app_that_ignores_the_status_fails_until_an_example_says_that_it_is_right(
    executor: Executor,
) -> None:
    checks = [line for line in CAREFUL.splitlines(keepends=True) if "answer.status" in line]
    source = CAREFUL.replace(checks[0], "").replace(checks[1], "")
    draft = with_good_answer(rates(source)).example({"amount": 1, "base": "EUR"}, error="unavailable")
    draft.stating(errors={"unavailable": "the service does not answer"})

    assert "takes an answer with status 500 for a good one" in messages(draft, executor)
    draft.file("tests/recordings/late.json", recording(answer("GBP", status=500)))
    draft.example({"amount": 4, "base": "GBP"}, output=2, recording="late")
    assert checked(draft, executor).passed


@pytest.mark.parametrize(
    ("careful", "careless", "change"),
    [
        ('  if (typeof rate !== "number") throw new Error("unavailable");\n', "", "removed:rates.CHF"),
        (CAREFUL[CAREFUL.index("  try {\n    body") : CAREFUL.index("  const rate")], PARSED, "truncated"),
        ("body && body.rates && body.rates.CHF", "body.rates.CHF", "envelope"),
    ],
)
def test_a_changed_answer_that_ends_in_an_undeclared_failure_is_reported(
    executor: Executor, careful: str, careless: str, change: str
) -> None:
    problems = checked(covered(CAREFUL.replace(careful, careless)), executor).problems

    found = [problem for problem in problems if f"--change {change} " in problem.reproduce]
    assert found, problems
    assert "it must be a declared error or a right output" in found[0].message


def test_a_changed_answer_that_breaks_a_predicate_is_reported(executor: Executor) -> None:
    source = CAREFUL.replace(
        'if (typeof rate !== "number") throw new Error("unavailable");', "if (!(rate > 0)) return -1;"
    )

    assert "which breaks prop_no_negative_amount" in messages(covered(source), executor)


def test_fields_that_the_app_does_not_read_may_change(executor: Executor) -> None:
    trial = Trial(app=covered().read(), executor=executor)
    unread = [run for run in trial.answer_runs if run.change.name.endswith(":rates.USD")]

    assert unread
    assert check_answers(trial).passed
    assert not answer_score(trial).missed


def test_an_output_that_changes_silently_counts_as_missed(executor: Executor) -> None:
    loose = CAREFUL.replace('if (typeof rate !== "number") throw new Error("unavailable");', "")
    loose = loose.replace("return input.amount * rate;", "return input.amount * (Number(rate) || 1);")
    trial = Trial(app=covered(loose).read(), executor=executor)

    assert check_answers(trial).passed
    assert {"removed:rates.CHF", "type:rates.CHF"} <= {run.change.name for run in answer_score(trial).missed}


def test_the_changes_that_no_recording_shows_are_listed_with_a_command(executor: Executor) -> None:
    listed = dict(checked(covered(), executor).evidence)["unexercised"]
    assert isinstance(listed, list)
    rows = {row["change"]: row for row in listed if isinstance(row, dict)}

    assert "status-404" not in rows
    assert rows["truncated"]["says"] == "if the body is cut off in the answer to host.http"
    assert "--change truncated" in str(rows["truncated"]["add"])


def healed(old: str, new: str, executor: Executor) -> Result:
    before, after = with_good_answer(rates(old)), with_good_answer(rates(new))
    return check_answers(Trial(app=after.read(), base=before.read(), kind="heal", executor=executor))


def test_a_heal_is_only_asked_for_what_the_old_version_handled(executor: Executor) -> None:
    careless = CAREFUL.replace("body && body.rates && body.rates.CHF", "body.rates.CHF")

    assert healed(careless, careless + "\n", executor).passed


def test_a_heal_may_not_give_a_value_where_the_old_version_refused(executor: Executor) -> None:
    found = healed(CAREFUL, CAREFUL.replace("!== 200", "=== 600"), executor)

    assert "the old version refused with unavailable" in "\n".join(map(str, found.problems))


def test_a_heal_that_breaks_what_the_old_version_handled_fails(executor: Executor) -> None:
    careless = CAREFUL.replace("body && body.rates && body.rates.CHF", "body.rates.CHF")
    found = healed(CAREFUL, careless, executor)

    assert "the body is wrapped in an object" in str(found.problems[0])


def test_a_store_that_is_read_needs_a_recording_with_a_value(executor: Executor) -> None:
    source = "function main(input, host) { return input.number + (host.store.get('last') || 0); }\n"
    draft = app("keeper").source(source).stating(capabilities={"store": {"max_kb": 1}})
    draft.file("tests/examples.jsonl", "").example({"number": 2}, output=2)

    assert "no example shows what it does with a stored value" in messages(draft, executor)
    call = {"call": "store.get", "arguments": ["last"], "answer": 5}
    draft.file("tests/recordings/five.json", recording(call))
    assert checked(draft.example({"number": 2}, output=7, recording="five"), executor).passed


def test_a_key_that_the_same_run_has_set_cannot_be_missing(executor: Executor) -> None:
    body = "host.store.set('n', input.number); return host.store.get('n') + 0.5;"
    source = f"function main(input, host) {{ {body} }}\n"
    draft = app("keeper").source(source).stating(capabilities={"store": {"max_kb": 1}})
    calls: list[dict[str, Any]] = [
        {"call": "store.set", "arguments": ["n", 2], "answer": None},
        {"call": "store.get", "arguments": ["n"], "answer": 2},
    ]
    draft.file("tests/recordings/set.json", recording(*calls)).file("tests/examples.jsonl", "")
    draft.example({"number": 2}, output=2.5, recording="set")

    assert checked(draft, executor).passed


def test_a_clock_needs_examples_at_two_times(executor: Executor) -> None:
    source = "function main(input, host) { return host.now() % 2 + input.number; }\n"
    draft = app("clock").source(source).stating(capabilities={"clock": True})

    assert "set `now` in at least two" in messages(draft, executor)
    assert checked(draft.example({"number": 2}, output=3, now=1), executor).passed


def test_random_numbers_need_a_predicate_or_two_seeds(executor: Executor) -> None:
    draft = app("dice").source("function main(input, host) { host.random(); return input.number; }\n")
    draft.stating(capabilities={"random": True})

    assert "no predicate judges an output" in messages(draft, executor)
    draft.file("tests/properties.js", "function prop_same(input, output) { return output === input.number; }")
    assert checked(draft, executor).passed


def test_a_pure_app_has_no_answers(executor: Executor) -> None:
    assert checked(app(), executor).status == "skipped"
