"""Tests that notice faults pass the check; tests that cannot fail do not."""

from __future__ import annotations

import json
from itertools import chain, repeat
from typing import Any

import pytest

from mapp.model.app import read_app
from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor
from mapp.starter import bundle
from mapp.validate.mutation import check_mutation
from mapp.validate.mutation.score import MIN_MUTANTS, score_of
from mapp.validate.trial import Trial
from support.apps import Draft, app
from support.rates import CAREFUL, covered

CLAMP = """\
function main(input) {
  if (input.number < 10) return input.number;
  return 10;
}
"""
ALWAYS_TRUE = """\
function prop_fine(input, output) { return true; }
function meta_fine(input, run) { return true; }
"""


def clamp() -> Draft:
    """Returns an app that gives a number, at most 10, without a single test."""
    output = {"type": "number", "maximum": 10}
    return app("clamp").stating(output=output).source(CLAMP).file("tests/examples.jsonl", "")


def result(executor: Executor, draft: Draft) -> Result:
    return check_mutation(Trial(app=draft.read(), executor=executor))


def evidence(found: Result) -> dict[str, Any]:
    return dict(found.evidence)


def test_examples_on_both_sides_of_a_bound_notice_every_fault(executor: Executor) -> None:
    draft = clamp().example({"number": 3}, output=3).example({"number": 9.5}, output=9.5)
    found = result(executor, draft.example({"number": 10.5}, output=10))

    assert found.status == "passed"
    assert evidence(found)["score"] == 1
    assert found.problems == ()


def test_an_undetectable_fault_does_not_count(executor: Executor) -> None:
    draft = clamp().example({"number": 3}, output=3).example({"number": 10.5}, output=10)
    results = score_of(Trial(app=draft.read(), executor=executor)).results

    # For 10 both branches return 10.
    assert [result.status for result in results if result.mutant.operator == "boundary"] == ["undecided"]


def test_a_survivor_says_what_is_not_tested_and_shows_an_example(executor: Executor) -> None:
    # An input that is returned unchanged tests neither the condition nor the code after it.
    found = result(executor, app().source(CLAMP).file("tests/examples.jsonl", ""))

    assert found.status == "failed"
    assert str(found.problems[0]).startswith(
        "tests: the tests notice 0% of the faults seeded into the source"
    )
    survivor = next(
        problem for problem in found.problems if "bound" in problem.message or "number" in problem.message
    )
    assert survivor.path.startswith("main.js:")
    assert survivor.message.startswith("nothing tests ")
    change, example, instead = survivor.evidence.rsplit("\n", 2)
    assert change.startswith("- ")
    assert "\n+ " in change
    assert set(json.loads(example)) == {"input", "output"}
    assert instead.startswith("the changed app gives ")


def test_a_pasted_survivor_example_notices_the_fault(executor: Executor) -> None:
    draft = clamp().example({"number": 10.5}, output=10)
    survivors = evidence(result(executor, draft))["survivors"]
    assert survivors
    rows = [row["example"] for row in survivors]
    assert all(json.loads(row)["output"] != row for row in rows)

    pasted = draft.file(
        "tests/examples.jsonl", draft.contents["tests/examples.jsonl"] + "\n".join(rows).encode()
    )

    assert evidence(result(executor, pasted))["survivors"] == []


@pytest.mark.parametrize("name", ["vat", "age-on", "slugify"])
def test_tests_that_only_say_true_fail(executor: Executor, name: str) -> None:
    files = {**bundle.files(name), "tests/examples.jsonl": b"", "tests/properties.js": ALWAYS_TRUE.encode()}
    found = check_mutation(Trial(app=read_app(files), executor=executor))

    assert found.status == "failed"
    assert evidence(found)["score"] == 0
    assert "no predicate can fail" in found.problems[-1].message


def test_predicates_that_only_say_true_fail_in_spite_of_good_examples(executor: Executor) -> None:
    files = {**bundle.files("vat"), "tests/properties.js": ALWAYS_TRUE.encode()}
    found = check_mutation(Trial(app=read_app(files), executor=executor))

    assert evidence(found)["score"] > 0.6
    assert [problem.path for problem in found.problems] == ["tests/properties.js"]


@pytest.mark.parametrize(
    "predicate",
    [
        "function prop_number(input, output) { return typeof output === 'number'; }",
        "function prop_at_most_ten(input, output) { return output <= 10 && output !== null; }",
        "function meta_twice(input, run) { return run(input).output <= 10 && run(input).output !== null; }",
        "function prop_below_eleven(input, output) { return output < 11; }",
    ],
)
def test_a_predicate_that_can_fail_counts(executor: Executor, predicate: str) -> None:
    draft = clamp().file("tests/properties.js", predicate).example({"number": 3}, output=3)
    found = result(executor, draft)

    assert not [problem for problem in found.problems if "can fail" in problem.message]


def test_predicates_alone_notice_faults(executor: Executor) -> None:
    law = "function prop_clamped(input, output) { return output === Math.min(input.number, 10); }"
    found = result(executor, clamp().file("tests/properties.js", law))

    # They do not notice a change between 10 and 11: no such input is drawn.
    assert found.status == "passed"
    assert evidence(found)["score"] > 0.8


def test_metamorphic_predicates_notice_faults(executor: Executor) -> None:
    law = "function meta_doubling(input, run) { return run({ number: 1 }).output === 2; }"
    draft = app().file("tests/examples.jsonl", "").file("tests/properties.js", law)

    assert evidence(result(executor, draft))["score"] == 1


def test_the_tests_get_no_credit_for_violations_of_the_manifest(executor: Executor) -> None:
    draft = app().file("tests/examples.jsonl", "").file("tests/properties.js", ALWAYS_TRUE)
    found = evidence(result(executor, draft))

    assert found["broken"] > 0  # `return null` is not a number
    assert found["killed"] == 0
    assert found["score"] == 0


def test_a_predicate_that_fails_for_the_app_itself_notices_nothing(executor: Executor) -> None:
    law = "function prop_never(input, output) { return false; }"
    found = evidence(result(executor, clamp().file("tests/properties.js", law)))

    assert found["killed"] == 0


def test_a_mutant_that_never_ends_is_noticed(executor: Executor) -> None:
    source = "function main(input) {\n  let n = 0;\n  while (n < 4) n++;\n  return n + input.number;\n}\n"
    draft = app().source(source).file("tests/examples.jsonl", "").example({"number": 2}, output=6)
    results = score_of(Trial(app=draft.read(), executor=executor)).results

    update = next(result for result in results if result.mutant.operator == "update")
    assert update.status == "killed"


def test_a_declared_error_is_an_outcome_like_any_other(executor: Executor) -> None:
    source = "function main(input) { if (input.number < 0) throw Error('negative'); return input.number; }"
    draft = app().source(source).stating(errors={"negative": "below zero"}).file("tests/examples.jsonl", "")
    survivors = evidence(result(executor, draft.example({"number": 5}, output=5)))["survivors"]

    assert any('"error":"negative"' in row["example"] for row in survivors)


def test_an_app_with_nothing_to_change_is_skipped(executor: Executor) -> None:
    draft = app().source("function main(input) {\n  return input;\n}\n").stating(output={"type": "object"})
    found = result(executor, draft.file("tests/examples.jsonl", ""))

    assert found.status in ("skipped", "failed")


@pytest.mark.parametrize("how", ["throws", "never returns", "returns NaN"])
def test_an_app_that_fails_unchanged_is_skipped(executor: Executor, how: str) -> None:
    assert result(executor, app().stating(limits={"wall_ms": 200}).broken(how)).status == "skipped"


def test_the_same_trial_gives_the_same_figures(executor: Executor) -> None:
    trial = Trial(app=read_app(bundle.files("week-number")), executor=executor)

    assert check_mutation(trial).evidence == check_mutation(trial).evidence


def test_after_the_time_limit_no_further_mutant_starts(executor: Executor) -> None:
    ticks = chain([0.0], repeat(99.0))
    trial = Trial(app=read_app(bundle.files("vat")), executor=executor)
    score = score_of(trial, seconds=10, clock=lambda: next(ticks))

    assert score.is_cut
    assert len(score.results) == MIN_MUTANTS
    assert score.value is not None


def test_the_number_of_mutants_is_limited(executor: Executor) -> None:
    score = score_of(Trial(app=read_app(bundle.files("vat")), executor=executor), most=7)

    assert len(score.results) == 7
    assert not score.is_cut


LOOSE = CAREFUL.replace('if (typeof rate !== "number") throw new Error("unavailable");', "").replace(
    "amount * rate", "amount * (Number(rate) || 1)"
)
KEEPS = """\
function main(input, host) {
  const last = host.store.get("last");
  return input.number + (last === null ? 0 : last);
}
"""


def keeper() -> Draft:
    """Returns an app that adds what its store holds, with a recording in which that is 5."""
    call = {"call": "store.get", "arguments": ["last"], "answer": 5}
    recording = json.dumps({"recording": 1, "calls": [call]})
    draft = app("keeper").source(KEEPS).stating(capabilities={"store": {"max_kb": 1}})
    return draft.file("tests/examples.jsonl", "").file("tests/recordings/five.json", recording)


def test_an_example_is_answered_from_the_recording_that_it_names(executor: Executor) -> None:
    draft = keeper().example({"number": 2}, output=7, recording="five")
    results = score_of(Trial(app=draft.read(), executor=executor)).results

    added = next(result for result in results if result.mutant.operator == "arithmetic")
    assert (added.status, added.by) == ("killed", "tests/examples.jsonl:1")


def test_regressions_count_like_examples(executor: Executor) -> None:
    row = json.dumps({"input": {"number": 2}, "output": 4}) + "\n"
    draft = app().file("tests/examples.jsonl", "").file("tests/regressions.jsonl", row)
    results = score_of(Trial(app=draft.read(), executor=executor)).results

    assert {result.by for result in results if result.status == "killed"} == {"tests/regressions.jsonl:1"}


def test_changed_answers_of_the_host_count_like_mutants(executor: Executor) -> None:
    careful, loose = (Trial(app=covered(source).read(), executor=executor) for source in (CAREFUL, LOOSE))
    first, second = score_of(careful), score_of(loose)

    assert (first.answers.noticed > 10, first.answers.missed) == (True, ())
    assert {"removed:rates.CHF", "null:rates.CHF"} <= {row.change.name for row in second.answers.missed}
    alone = second.count("killed") / (second.count("killed") + second.count("survived"))
    assert (second.value or 0) < alone


def test_predicates_of_an_app_that_calls_its_host_are_tried_on_the_recorded_examples(
    executor: Executor,
) -> None:
    draft = covered().file("tests/properties.js", "function prop_small(input, output) { return output < 6; }")

    assert score_of(Trial(app=draft.read(), executor=executor)).can_fail


def test_a_predicate_that_never_fails_is_no_problem_where_recordings_carry_the_score(
    executor: Executor,
) -> None:
    draft = covered().file("tests/properties.js", "function prop_always(input, output) { return true; }")
    trial = Trial(app=draft.read(), executor=executor)

    assert not score_of(trial).can_fail
    assert check_mutation(trial).passed
