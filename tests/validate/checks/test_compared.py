"""What a change may do to the version that it replaces, check by check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.model.verdict import GateKind, Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks.compared import check_budget
from mapp.validate.gate import CHECKS
from mapp.validate.trial import GoodRun, Trial
from support.apps import Draft, app

LAW = "function prop_even(input, output) { return output % 2 === 0; }\n"
CURE = ("healed", "failed-runs", "general")
"""The checks of the failing input itself, which have tests of their own."""
HALVED = "function main(input) { return input.number > 900 ? 1 / 0 : input.number * 2; }\n"
SLOW = """
function main(input) {
  let sum = 0;
  for (let i = 0; i < 1e6; i += 1) sum += i % 7;
  return sum < 0 ? 0 : input.number * 2;
}
"""


def draft(version: str = "1.0.0") -> Draft:
    """Returns an app that doubles whole numbers, with a predicate and three examples."""
    made = app().version(version).file("tests/properties.js", LAW)
    made.taking(number={"type": "integer", "minimum": -1000, "maximum": 1000})
    return made.example({"number": 3}, output=6).example({"number": -5}, output=-10)


def trial(
    executor: Executor, old: Draft, new: Draft, kind: GateKind, *, runs: tuple[GoodRun, ...] = ()
) -> Trial:
    """Returns the trial of a change."""
    return Trial(
        app=new.read(),
        files=new.files,
        base=old.read(),
        base_files=old.files,
        executor=executor,
        kind=kind,
        inputs=60,
        runs=runs,
    )


def found(on_trial: Trial) -> dict[str, Result]:
    """Returns the result of every check that compares both versions and applies, by its id."""
    comparing = [check for check in CHECKS if check.compares and check.id not in CURE]
    applying = [check for check in comparing if on_trial.kind in check.kinds]
    return {check.id: check.examine(on_trial) for check in applying}


def failed(on_trial: Trial) -> list[str]:
    """Returns the comparing checks that fail."""
    return [name for name, result in found(on_trial).items() if not result.passed]


def regression(made: Draft, arguments: dict[str, Any], **rest: Any) -> Draft:
    """Adds a row to the regressions."""
    return made.file("tests/regressions.jsonl", json.dumps({"input": arguments, **rest}) + "\n")


@pytest.mark.parametrize("kind", ["heal", "expand"])
def test_rewritten_code_with_the_same_behaviour_passes(executor: Executor, kind: GateKind) -> None:
    version = "1.0.1" if kind == "heal" else "1.1.0"
    new = draft(version).source("const main = ({ number }) => number + number;\n")

    assert failed(trial(executor, draft(), new, kind)) == []


def test_a_heal_of_a_failing_input_passes(executor: Executor) -> None:
    new = regression(draft("1.0.1"), {"number": 950}, output=1900)

    assert failed(trial(executor, draft().source(HALVED), new, "heal")) == []


@pytest.mark.parametrize("old", ["", "// none yet\n"])
def test_an_app_without_predicates_can_be_healed(executor: Executor, old: str) -> None:
    before = draft().source(HALVED).file("tests/properties.js", old)
    new = regression(draft("1.0.1").file("tests/properties.js", old), {"number": 950}, output=1900)

    assert failed(trial(executor, before, new, "heal")) == []


def test_a_heal_need_not_cure_another_failure_on_an_edge(executor: Executor) -> None:
    other = "if (input.number === 1000) throw TypeError('?');"
    old = draft().source(
        f"function main(input) {{ {other} return input.number > 900 ? null : input.number * 2; }}\n"
    )
    new = draft("1.0.1").source(f"function main(input) {{ {other} return input.number * 2; }}\n")
    new = regression(new, {"number": 950}, output=1900)

    assert "total" not in failed(trial(executor, old, new, "heal"))


def test_a_heal_may_change_what_broke_a_predicate(executor: Executor) -> None:
    old = draft().source("function main(input) { return input.number > 900 ? 7 : input.number * 2; }\n")
    new = regression(draft("1.0.1"), {"number": 950}, output=1900)

    assert failed(trial(executor, old, new, "heal")) == []


def test_a_heal_that_changes_what_worked_is_refused_with_the_input_that_shows_it(executor: Executor) -> None:
    wrong = "function main({ number }) { return number > 900 ? 0 : number > 500 ? 2 : number * 2; }\n"
    new = regression(draft("1.0.1").source(wrong), {"number": 950}, output=0)
    results = found(trial(executor, draft().source(HALVED), new, "heal"))

    assert [name for name, result in results.items() if not result.passed] == ["differential"]
    problem = results["differential"].problems[0]
    assert "gives 2 now" in problem.message
    assert problem.reproduce.startswith('printf %s \'{"number"')


def test_differences_are_questions_if_a_person_says_that_a_value_was_wrong(
    executor: Executor,
) -> None:
    old = draft().source("function main(input) { return Math.abs(input.number) * 2; }\n")
    old.file("tests/examples.jsonl", '{"input": {"number": 3}, "output": 6}\n')
    new = regression(draft("1.0.1"), {"number": -5}, output=-10)
    new.file("tests/examples.jsonl", '{"input": {"number": 3}, "output": 6}\n')
    results = found(trial(executor, old, new, "heal"))

    assert results["differential"].passed
    assert {question.kind for question in results["differential"].questions} == {"changed"}


def test_a_regression_that_passed_before_does_not_excuse_a_difference(executor: Executor) -> None:
    wrong = "function main({ number }) { return number > 100 ? 2 : number * 2; }\n"
    new = regression(draft("1.0.1").source(wrong), {"number": 7}, output=14)

    assert "differential" in failed(trial(executor, draft(), new, "heal"))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("tests/examples.jsonl", '{"input": {"number": 2}, "output": 4}\n'),
        ("tests/properties.js", "function prop_even() { return true; }\n"),
        ("tests/requests.jsonl", ""),
        (
            "tests/examples.jsonl",
            draft().contents["tests/examples.jsonl"] + b'{"input":{"number":9},"output":18}\n',
        ),
    ],
    ids=["fewer examples", "a weaker predicate", "no requests", "one more example"],
)
def test_a_heal_may_not_touch_the_tests(executor: Executor, path: str, content: str) -> None:
    assert failed(trial(executor, draft(), draft("1.0.1").file(path, content), "heal")) == ["tests-kept"]


def test_an_expansion_may_add_tests_but_not_remove_any(executor: Executor) -> None:
    more = draft("1.1.0").example({"number": 9}, output=18)
    more.file(
        "tests/properties.js", LAW + "function prop_whole(input, output) { return output === output | 0; }\n"
    )
    fewer = draft("1.1.0").file("tests/properties.js", "function prop_whole() { return true; }\n")

    assert failed(trial(executor, draft(), more, "expand")) == []
    assert failed(trial(executor, draft(), fewer, "expand")) == ["tests-kept"]


def test_the_old_examples_run_even_if_the_new_ones_differ(executor: Executor) -> None:
    new = draft("1.1.0").source(
        "function main(input) { return input.number === 3 ? 8 : input.number * 2; }\n"
    )
    new.file("tests/examples.jsonl", '{"input": {"number": 3}, "output": 8}\n')

    assert {"tests-kept", "old-tests"} <= set(failed(trial(executor, draft(), new, "expand")))


def test_recorded_good_runs_are_repeated(executor: Executor) -> None:
    run = GoodRun(run="abc", arguments={"number": 444}, output=888, now_ms=0, seed=1)
    new = draft("1.0.1").source(
        "function main(input) { return input.number === 444 ? 2 : input.number * 2; }\n"
    )
    results = found(trial(executor, draft(), new, "heal", runs=(run,)))

    assert results["recorded"].problems[0].path == "run abc"
    assert results["recorded"].problems[0].message == "gave 888 before, and gives 2 now"


def test_an_expansion_may_answer_refused_inputs_but_a_heal_may_not(executor: Executor) -> None:
    old = draft().stating(errors={"too_large": "the number is too large"})
    old.source(
        "function main({ number }) { if (number > 500) throw Error('too_large'); return number * 2; }\n"
    )
    new = draft("1.1.0").stating(errors={"too_large": "the number is too large"})
    assert failed(trial(executor, old, new, "expand")) == []
    assert "differential" in failed(trial(executor, old, new.version("1.0.1"), "heal"))


def test_an_app_without_predicates_can_be_compared(executor: Executor) -> None:
    empty = "// none yet\n"
    old = draft().source(HALVED).file("tests/properties.js", empty)
    new = regression(draft("1.0.1").file("tests/properties.js", empty), {"number": 950}, output=1900)

    assert failed(trial(executor, old, new, "heal")) == []


def test_a_heal_may_not_change_the_interface(executor: Executor) -> None:
    new = draft("1.1.0").taking(times={"type": "integer", "default": 2})
    results = found(trial(executor, draft(), new, "heal"))

    assert not results["version"].passed
    assert "may only be a patch" in results["version"].problems[0].message


def test_an_expansion_may_not_be_major(executor: Executor) -> None:
    new = draft("2.0.0").taking(times={"type": "integer"})

    assert not found(trial(executor, draft(), new, "expand"))["version"].passed


def test_a_change_may_not_add_a_capability_or_change_a_limit(executor: Executor) -> None:
    clock = draft("1.0.1").stating(capabilities={"clock": True})
    longer = draft("1.0.1").stating(limits={"wall_ms": 9000})

    assert not found(trial(executor, draft(), clock, "heal"))["capabilities"].passed
    assert not found(trial(executor, draft(), longer, "heal"))["capabilities"].passed


@pytest.mark.parametrize(("version", "passes"), [("1.0.1", False), ("1.1.0", False), ("2.0.0", True)])
def test_an_edit_that_changes_an_old_example_is_a_major_change(
    executor: Executor, version: str, passes: bool
) -> None:
    new = draft(version).source("function main(input) { return input.number * 2 + 2; }\n")
    new.file("tests/examples.jsonl", '{"input": {"number": 3}, "output": 8}\n')
    result = found(trial(executor, draft(), new, "edit"))["version"]

    assert result.passed == passes
    assert dict(result.evidence)["least"] == "2.0.0"
    assert passes or "behaviour" in result.problems[1].message


def test_a_heal_that_rewrites_everything_is_too_large(executor: Executor) -> None:
    body = "\n".join(f"  const unused{number} = {number};" for number in range(100))
    new = draft("1.0.1").source(f"function main(input) {{\n{body}\n  return input.number * 2;\n}}\n")

    assert failed(trial(executor, draft(), new, "heal")) == ["size"]


@pytest.mark.parametrize(
    ("path", "content"),
    [("README.md", "more\n"), (".github/workflows/validate.yml", "on: push\n")],
)
def test_a_heal_may_not_touch_other_files(executor: Executor, path: str, content: str) -> None:
    assert failed(trial(executor, draft(), draft("1.0.1").file(path, content), "heal")) == ["size"]


def test_a_heal_may_change_only_the_version_in_the_manifest(executor: Executor) -> None:
    new = draft("1.0.1").stating(description="Doubles, triples and quadruples a number.")

    assert failed(trial(executor, draft(), new, "heal")) == ["size"]


@pytest.mark.parametrize("kind", ["heal", "expand"])
def test_old_recordings_must_stay_and_new_ones_may_be_added(executor: Executor, kind: GateKind) -> None:
    version = "1.0.1" if kind == "heal" else "1.1.0"
    path = "tests/recordings/one.json"
    old = draft().file(path, '{"recording": 1}')

    assert failed(trial(executor, draft(), draft(version).file(path, '{"recording": 1}'), kind)) == []
    assert failed(trial(executor, old, draft(version), kind)) == ["tests-kept"]
    assert failed(trial(executor, old, draft(version).file(path, '{"recording": 1, "seed": 2}'), kind)) == [
        "tests-kept"
    ]


def test_a_change_that_takes_much_longer_is_over_budget(executor: Executor) -> None:
    assert not check_budget(trial(executor, draft(), draft("1.0.1").source(SLOW), "heal")).passed
