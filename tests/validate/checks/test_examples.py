"""Examples and regressions must give the stated outcome; held-back ones are only counted."""

from __future__ import annotations

import json

from mapp.sandbox.executor import Executor
from mapp.validate.checks.examples import check_examples, check_held_back, numbered
from mapp.validate.trial import Trial
from support.apps import Draft, app


def many() -> Draft:
    draft = app()
    for number in range(3, 60):
        draft.example({"number": number}, output=2 * number)
    return draft


def test_examples_and_regressions_are_numbered_by_file(executor: Executor) -> None:
    row = json.dumps({"input": {"number": 7}, "output": 14}) + "\n"
    made = app().file("tests/regressions.jsonl", row).read()

    assert [place for place, _ in numbered(made)] == ["tests/examples.jsonl:1", "tests/regressions.jsonl:1"]


def test_a_different_outcome_is_reported_with_its_place_and_a_command(executor: Executor) -> None:
    draft = app().example({"number": 5}, output=11)
    (problem,) = check_examples(Trial(app=draft.read(), executor=executor)).problems

    assert str(problem) == "tests/examples.jsonl:2: gave 10 instead of 11"
    assert problem.reproduce.endswith("mapp exec double --input -")


def test_a_blind_trial_runs_held_back_examples_in_a_check_of_their_own(executor: Executor) -> None:
    made = many().read()
    hidden = sum(row.held_back for row in made.examples)
    blind, open_trial = (Trial(app=made, executor=executor, blind=blind) for blind in (True, False))

    assert 0 < hidden < len(made.examples)
    assert check_examples(blind).counted == len(made.examples) - hidden
    assert check_held_back(blind).counted == hidden
    assert check_examples(open_trial).counted == len(made.examples)
    assert check_held_back(open_trial).status == "skipped"


def test_failed_held_back_examples_are_counted_and_not_shown(executor: Executor) -> None:
    made = many().source("function main(input) { return 0; }\n").read()
    found = check_held_back(Trial(app=made, executor=executor, blind=True))

    (problem,) = found.problems
    assert str(problem).endswith(f"{found.counted} of {found.counted} held-back examples fail")
    assert problem.evidence == "" and problem.reproduce == ""
