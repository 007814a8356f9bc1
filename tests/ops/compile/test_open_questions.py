"""A person answers what the tests of proven code leave open, before it is merged."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import CoderFailed
from mapp.library import read
from mapp.library.verdicts import recorded
from mapp.model.outcome import Outcome, Value
from mapp.model.question import Question
from mapp.observe.changes import Changes
from mapp.ops.compile.lifecycle import resume
from mapp.ops.compile.review import approve_change
from support.authors import Decided, contract, quiet
from support.compiling import FEW, compiled
from support.library import Built, library

CAPPED = """\
function main(input, host) {
  if (input.number >= 900) return 2703;
  return input.number * 3;
}
"""
LAWS = """\
function prop_has_the_sign(input, output) { return Math.sign(output) === Math.sign(input.number); }
function prop_is_a_multiple(input, output) { return output % 3 === 0; }
"""


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def open_contract() -> dict[str, str]:
    """Returns a contract that says nothing about large numbers."""
    rows = [{"input": {"number": n}, "output": n * 3} for n in (0, 1, -1, 2, 7, 50, 333, -333, 450, -1000)]
    examples = "".join(json.dumps(row) + "\n" for row in rows)
    return {**contract(), "tests/examples.jsonl": examples, "tests/properties.js": LAWS}


def ours(question: Question) -> Outcome:
    return question.app


def other(question: Question) -> Outcome:
    return question.other


class OnlyTheBound(Decided):
    """A person who decides what happens at 900, against the code, and skips the rest."""

    def answer_questions(self, app, questions):  # type: ignore[no-untyped-def]
        self.answers = lambda row: row.other if dict(row.arguments) == {"number": 900} else ours(row)
        return super().answer_questions(app, [row for row in questions if "= 900" in " ".join(row.code)])


def test_an_answer_for_the_code_becomes_an_example_without_another_round(built: Built) -> None:
    coder = ScriptedCoder(answers=[open_contract(), {"main.js": CAPPED}])
    person = Decided(answers=ours)
    found = compiled(built, coder, person)

    assert found.committed is not None and len(coder.asked) == 2
    asked = {json.dumps(dict(row.arguments)) for row in person.questions[0]}
    assert asked
    assert asked <= {json.dumps(dict(row.input)) for row in read.load(built.home, "triple").examples}
    verdict = recorded(built.home, "triple").verdict
    assert verdict is not None and verdict.passed
    assert not {(row.says, row.code) for row in verdict.questions} & {
        (row.says, row.code) for row in person.questions[0]
    }


def test_an_answer_against_the_code_goes_to_the_coder_and_must_hold(built: Built) -> None:
    coder = ScriptedCoder(
        answers=[open_contract(), {"main.js": CAPPED}, {"main.js": CAPPED.replace(">=", ">")}]
    )

    person = OnlyTheBound()
    found = compiled(built, coder, person)
    bound = next(row for row in person.questions[0] if dict(row.arguments) == {"number": 900})

    assert (bound.app, bound.other) == (Value(output=2703), Value(output=2700))
    report = coder.asked[2].brief.report
    assert 'The person who asked says: for {"number":900} the right answer is' in report
    assert found.change.state in ("merged", "failed")


def test_a_change_whose_code_was_answered_against_cannot_be_merged(built: Built) -> None:
    coder = ScriptedCoder(answers=[open_contract(), {"main.js": CAPPED}])
    with pytest.raises(CoderFailed):  # there is no further answer
        compiled(built, coder, Decided(answers=other))
    (change,) = Changes(built.home.journal).waiting()

    assert change.state == "open"
    with pytest.raises(Exception, match="is not proven"):
        approve_change(built.workspace, change.id)


def test_a_resumed_change_keeps_the_answers_and_pays_for_no_round_twice(built: Built) -> None:
    first = ScriptedCoder(answers=[open_contract(), {"main.js": CAPPED}])
    with pytest.raises(CoderFailed):
        compiled(built, first, OnlyTheBound())
    (change,) = Changes(built.home.journal).waiting()
    second = ScriptedCoder(answers=[{"main.js": CAPPED.replace(">=", ">")}])
    resume(built.workspace, change.id, person=Decided(), watch=quiet, coder=second, options=FEW)

    assert [(row.brief.phase, row.brief.round) for row in second.asked] == [("code", 2)]
    assert "The person who asked says" in second.asked[0].brief.report
    assert change.spec.answered


def test_nobody_is_asked_when_nothing_is_open_or_the_answers_are_skipped(built: Built) -> None:
    coder = ScriptedCoder(answers=[open_contract(), {"main.js": CAPPED}])
    person = Decided()
    found = compiled(built, coder, person)

    assert found.committed is not None
    assert len(person.questions) == 1
    verdict = recorded(built.home, "triple").verdict
    assert verdict is not None and verdict.questions == person.questions[0]
