"""The checks of the failing input: cured at all, cured where it is the same failure, and not alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.model.outcome import Value
from mapp.model.verdict import Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks.healed import check_failed_runs, check_general, check_healed
from mapp.validate.trial import FailedRun, Trial
from support.apps import Draft, app
from support.rates import CAREFUL, answer, covered, recording

GRADE = """\
function main(input, host) {
  const score = input.score;
  if (score > 89) return "A";
  if (score > 75) return "B";
  return "C";
}
"""
ROMAN = """\
function main(input, host) {
  const values = { I: 1, V: 5, X: 10, L: 50, C: 100 };
  let sum = 0;
  for (let at = 0; at < input.text.length; at += 1) {
    const here = values[input.text[at]];
    const next = values[input.text[at + 1]] || 0;
    sum += here < next ? -here : here;
  }
  return sum;
}
"""


def grade(source: str) -> Draft:
    made = app("grade").source(source).stating(output={"type": "string"})
    made.manifest["input"] = {"score": {"type": "integer", "minimum": 0, "maximum": 100}}
    return (
        made.file("tests/examples.jsonl", "")
        .file("tests/requests.jsonl", "")
        .example({"score": 50}, output="C")
    )


def roman(source: str) -> Draft:
    made = app("roman").source(source).stating(output={"type": "integer"})
    made.manifest["input"] = {"text": {"type": "string", "pattern": "^[IVXLC]{1,6}$"}}
    made.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    return made.example({"text": "XII"}, output=12).example({"text": "LX"}, output=60)


def trial(
    executor: Executor, old: Draft, new: Draft, row: dict[str, Any], *, runs: tuple[FailedRun, ...] = ()
) -> Trial:
    """Returns the trial of a heal that adds one regression."""
    new.version("1.0.1").file("tests/regressions.jsonl", json.dumps(row) + "\n")
    return Trial(
        app=new.read(),
        files=new.files,
        base=old.read(),
        base_files=old.files,
        executor=executor,
        kind="heal",
        inputs=40,
        failed_runs=runs,
    )


def test_a_heal_without_a_regression_cures_nothing(executor: Executor) -> None:
    on_trial = trial(executor, grade(GRADE), grade(GRADE + "\n"), {"input": {"score": 50}, "output": "C"})
    on_trial.app = grade(GRADE).version("1.0.1").read()
    found = check_healed(on_trial)
    assert found.status == "skipped" and "adds no regression" in str(dict(found.evidence)["why"])


def test_a_regression_that_the_old_version_had_and_failed_is_cured(executor: Executor) -> None:
    row = json.dumps({"input": {"score": 89}, "output": "A"}) + "\n"
    old = grade(GRADE).file("tests/regressions.jsonl", row)
    new = grade(GRADE.replace("> 89", ">= 89"))
    on_trial = trial(executor, old, new, json.loads(row))
    found = check_healed(on_trial)

    assert (found.status, found.counted) == ("passed", 1)


def test_a_regression_that_the_old_version_passes_shows_nothing(executor: Executor) -> None:
    row = {"input": {"score": 50}, "output": "C"}
    found = check_healed(trial(executor, grade(GRADE), grade(GRADE + "\n"), row))
    assert "the old version passes" in found.problems[0].message


def test_a_regression_that_the_new_version_fails_is_not_cured(executor: Executor) -> None:
    row = {"input": {"score": 89}, "output": "A"}
    found = check_healed(trial(executor, grade(GRADE), grade(GRADE + "\n"), row))
    assert [problem.message.partition(":")[0] for problem in found.problems] == ["still fails"]


@pytest.mark.parametrize(
    ("old", "new", "score", "grade_there"),
    [
        (GRADE, GRADE.replace("> 89", ">= 89"), 89, "A"),
        (GRADE.replace("> 89", "> 90"), GRADE, 90, "A"),
        (GRADE.replace("> 75", "> 57"), GRADE, 60, "C"),
    ],
)
def test_true_fixes_of_a_rule_are_general(
    executor: Executor, old: str, new: str, score: int, grade_there: str
) -> None:
    on_trial = trial(executor, grade(old), grade(new), {"input": {"score": score}, "output": grade_there})
    assert check_healed(on_trial).passed
    assert check_general(on_trial).passed


SPECIAL = {
    "compares the value": 'if (input.score === 60) return "C";',
    "compares the text": 'if (String(input.score) === "60") return "C";',
    "calculates the value": 'if (input.score * 3 === 180) return "C";',
    "looks it up": 'const known = { 60: "C" }[input.score];\n  if (known) return known;',
    "compares the input": 'if (JSON.stringify(input) === \'{"score":60}\') return "C";',
}


@pytest.mark.parametrize("how", SPECIAL)
def test_a_special_case_is_not_general(executor: Executor, how: str) -> None:
    old = GRADE.replace("> 75", "> 57")
    new = old.replace("const score", f"{SPECIAL[how]}\n  const score")
    on_trial = trial(executor, grade(old), grade(new), {"input": {"score": 60}, "output": "C"})

    assert check_healed(on_trial).passed, "it does cure that one input"
    found = check_general(on_trial)
    assert not found.passed
    assert "only where score is 60" in found.problems[0].message


def test_a_fix_that_reaches_other_texts_is_general(executor: Executor) -> None:
    old = ROMAN.replace("here < next ? -here : here", "here")
    on_trial = trial(executor, roman(old), roman(ROMAN), {"input": {"text": "XIV"}, "output": 14})
    assert check_general(on_trial).passed


def test_a_special_case_of_a_text_is_not_general(executor: Executor) -> None:
    old = ROMAN.replace("here < next ? -here : here", "here")
    new = old.replace("  const values", '  if (input.text === "XIV") return 14;\n  const values')
    assert not check_general(
        trial(executor, roman(old), roman(new), {"input": {"text": "XIV"}, "output": 14})
    ).passed


THROWS = GRADE.replace('return "C";', 'if (score < 20) return score.none.at;\n  return "C";')


def test_inputs_that_fail_in_the_same_way_must_be_cured_too(executor: Executor) -> None:
    row = {"input": {"score": 7}, "valid": "any"}
    new = THROWS.replace("score < 20", "score < 20 && score !== 7")
    found = check_general(trial(executor, grade(THROWS), grade(new), row))

    assert not found.passed
    assert all("fails in the same way still" in problem.message for problem in found.problems)
    assert check_general(trial(executor, grade(THROWS), grade(GRADE), row)).passed


def test_an_outcome_that_nobody_has_stated_is_a_question(executor: Executor) -> None:
    row = {"input": {"score": 7}, "valid": "any"}
    found = check_healed(trial(executor, grade(THROWS), grade(GRADE), row))
    [question] = found.questions

    assert found.passed and isinstance(question.app, Value) and question.app.output == "C"
    stated = {"input": {"score": 7}, "output": "C"}
    assert check_healed(trial(executor, grade(THROWS), grade(GRADE), stated)).questions == ()


def test_predicates_say_which_inputs_must_be_cured_too(executor: Executor) -> None:
    law = 'function prop_low_is_c(input, output) { return input.score > 75 || output === "C"; }\n'
    old = GRADE.replace("> 75", "> 57")
    row = {"input": {"score": 60}, "valid": "any"}
    some = old.replace("> 57", "> 57 && score !== 60")

    def on_trial(new: str) -> Trial:
        return trial(
            executor,
            grade(old).file("tests/properties.js", law),
            grade(new).file("tests/properties.js", law),
            row,
        )

    assert check_healed(on_trial(some)).passed
    assert not check_general(on_trial(some)).passed
    assert check_healed(on_trial(GRADE)).passed and check_general(on_trial(GRADE)).passed
    assert not check_healed(on_trial(old + "\n")).passed, "a valid output that breaks a predicate"


def test_one_answer_for_all_inputs_is_not_general(executor: Executor) -> None:
    constant = 'function main(input, host) { return "C"; }\n'
    old = GRADE.replace("> 75", "> 57")
    found = check_general(
        trial(executor, grade(old), grade(constant), {"input": {"score": 60}, "output": "C"})
    )
    assert "every drawn input" in found.problems[0].message


def test_other_runs_that_failed_must_end_well(executor: Executor) -> None:
    def failed(score: int) -> FailedRun:
        return FailedRun(run=f"run-{score}", arguments={"score": score}, now_ms=0, seed=1)

    row = {"input": {"score": 7}, "valid": "any"}
    new = THROWS.replace("score < 20", "score < 5")
    runs = (failed(3), failed(12))
    found: Result = check_failed_runs(trial(executor, grade(THROWS), grade(new), row, runs=runs))

    assert [problem.path for problem in found.problems] == ["run run-3"]
    assert check_failed_runs(trial(executor, grade(THROWS), grade(GRADE), row, runs=runs)).passed
    assert check_failed_runs(trial(executor, grade(THROWS), grade(new), row)).status == "skipped"


QUOTES = CAREFUL.replace(
    "const rate = body && body.rates && body.rates.CHF;",
    "const rates = body && (body.rates || body.quotes);\n  const rate = rates && rates.CHF;",
)
"""Reads the new shape of the service's answers as well as the old one."""
MOVED = json.dumps({"base": "USD", "quotes": {"CHF": 0.5, "USD": 2}})


def rates_trial(executor: Executor, old: str, new: str, row: dict[str, Any], body: str | None) -> Trial:
    """Returns the trial of a heal whose failing case has a recorded answer."""
    before, after = covered(old), covered(new)
    after.file("tests/recordings/moved.json", recording(answer("USD", body=body)))
    return trial(executor, before, after, {"recording": "moved", **row})


def cures(executor: Executor, new: str) -> list[str]:
    row = {"input": {"amount": 10, "base": "USD"}, "valid": "output"}
    found = check_general(rates_trial(executor, CAREFUL, new, row, MOVED))
    return [problem.message for problem in found.problems]


def test_a_cure_that_reads_the_new_answer_is_general(executor: Executor) -> None:
    assert cures(executor, QUOTES) == []


@pytest.mark.parametrize(
    ("instead", "says"),
    [
        ("if (body && body.quotes) return input.amount * 0.5;", "the outcome stays 5"),
        ("if (body && body.quotes && body.quotes.CHF === 0.5) return 5;", "the error unavailable"),
    ],
    ids=["a value that nobody answered", "for this answer alone"],
)
def test_a_value_that_does_not_come_from_the_answer_is_not_general(
    executor: Executor, instead: str, says: str
) -> None:
    made_up = CAREFUL.replace("  const rate =", f"  {instead}\n  const rate =")
    assert any(says in message and "other numbers" in message for message in cures(executor, made_up))


def test_other_inputs_with_the_same_recorded_answer_must_be_cured_too(executor: Executor) -> None:
    """The amount is not part of the call, so the recorded answer is that of other amounts too."""
    old, some = (
        CAREFUL.replace("return input", f"if (input.amount > {most}) return undefined;\n  return input")
        for most in (20, 60)
    )
    row = {"input": {"amount": 50, "base": "USD"}, "valid": "any"}

    assert check_general(rates_trial(executor, old, CAREFUL, row, None)).passed
    [*problems] = check_general(rates_trial(executor, old, some, row, None)).problems
    assert problems and all("in the same way still" in problem.message for problem in problems)


def test_a_special_case_beside_a_recorded_answer_is_not_general(executor: Executor) -> None:
    old = CAREFUL.replace("input.amount * rate", "input.amount * rate * 3")
    special = old.replace("  return input", "  if (input.amount === 37) return 18.5;\n  return input")
    row = {"input": {"amount": 37, "base": "USD"}, "output": 18.5}

    assert check_general(rates_trial(executor, old, CAREFUL, row, None)).passed
    messages = [row.message for row in check_general(rates_trial(executor, old, special, row, None)).problems]
    assert any("only where amount is 37" in message for message in messages)
    assert any("with other numbers in the same answer" in message for message in messages)
