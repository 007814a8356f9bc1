"""A person or a second opinion answers what the tests of proven code leave open, before it is merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from mapp.author.billing import BudgetAccount
from mapp.author.budget import Budgets
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch
from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import CoderFailed
from mapp.library import read
from mapp.library.verdicts import recorded
from mapp.model.app import Example, read_app
from mapp.model.budget import Budget
from mapp.model.outcome import Outcome, Value
from mapp.model.question import Question
from mapp.observe.changes import Changes
from mapp.ops.compile.lifecycle import resume
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.review import approve_change
from mapp.ops.compile.second_opinion import opinions_on_questions
from mapp.validate.trial import Trial
from support.authors import RIGHT, Decided, contract, quiet
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


@dataclass(kw_only=True)
class Opinionated(ScriptedCoder):
    """A scripted coder whose second opinion on each input is computed; None is unsure."""

    opinion: Callable[[int], object]
    gives_opinions: bool = True

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        if brief.phase == "check":
            rows = [json.loads(line)["input"] for line in files["inputs.jsonl"].splitlines()]
            said = [(row, self.opinion(row["number"])) for row in rows]
            lines = [
                {"input": row} | ({"unsure": True} if output is None else {"output": output})
                for row, output in said
            ]
            text = "".join(f"{json.dumps(line)}\n" for line in lines)
            at = len(self.asked)
            self.answers = [*self.answers[:at], {"answers.jsonl": text}, *self.answers[at:]]
        return super().propose(brief, files, budget, watch)

    @property
    def calls(self) -> list[tuple[str, int]]:
        """Returns phase and round of each call."""
        return [(row.brief.phase, row.brief.round) for row in self.asked]


def triple(number: int) -> object:
    return number * 3


def capped(number: int) -> object:
    return min(number * 3, 2703) if number < 900 else 2703


def only_examples(number: int) -> object:
    """Is sure about the contract's examples and about nothing else."""
    return number * 3 if number in (0, 1, -1, 2, 7, 50, 333, -333, 450, -1000) else None


def neither(number: int) -> object:
    """Is sure and wrong about everything but the contract's examples."""
    known = only_examples(number)
    return 3 * number - 300 if known is None else known


def coder_of(opinion: Callable[[int], object], *codes: str) -> Opinionated:
    return Opinionated(
        answers=[open_contract(), *({"main.js": code} for code in codes)], opinion=opinion, name="opinionated"
    )


def absent() -> Decided:
    return Decided(present=False)


def number_of(row: Example) -> str:
    return str(dict(row.input)["number"])


def outputs(built: Built) -> dict[str, object]:
    """Returns the expected output of each example of the merged app, by its number."""
    return {number_of(row): row.output for row in read.load(built.home, "triple").examples}


def test_where_nobody_is_asked_an_opinion_for_the_code_becomes_an_example(built: Built) -> None:
    coder = coder_of(capped, CAPPED)
    found = compiled(built, coder, absent())

    assert found.committed is not None
    assert coder.calls == [("contract", 1), ("check", 1), ("code", 1), ("check", 3)]
    assert [(call.phase, call.round) for call in found.calls] == coder.calls
    pinned = found.change.spec.opinions
    assert pinned and not found.change.spec.answered
    assert all(outputs(built)[number_of(row)] == row.output for row in pinned)


def test_an_opinion_sees_the_inputs_of_the_questions_and_neither_answer(built: Built) -> None:
    coder = coder_of(capped, CAPPED)
    compiled(built, coder, absent())
    seen = coder.asked[-1].files

    assert set(seen) == {"mapp.toml", "inputs.jsonl"}
    assert all(set(json.loads(row)) == {"input"} for row in seen["inputs.jsonl"].splitlines())


def test_an_opinion_against_the_code_goes_to_the_coder_and_its_new_code_is_asked_about(built: Built) -> None:
    coder = coder_of(triple, CAPPED, RIGHT)
    found = compiled(built, coder, absent())

    assert found.committed is not None
    assert coder.calls[:5] == [("contract", 1), ("check", 1), ("code", 1), ("check", 3), ("code", 2)]
    assert coder.calls[5:] in ([], [("check", 4)])
    report = coder.asked[4].brief.report
    assert "A second opinion says: for " in report and "The person who asked" not in report
    assert found.change.spec.opinions
    assert all(int(number) * 3 == output for number, output in outputs(built).items())


@pytest.mark.parametrize("opinion", [only_examples, neither])
def test_an_opinion_that_is_neither_answer_or_unsure_leaves_the_question_open(
    built: Built, opinion: Callable[[int], object]
) -> None:
    coder = coder_of(opinion, CAPPED)
    found = compiled(built, coder, absent())

    assert found.committed is not None
    assert coder.calls == [("contract", 1), ("check", 1), ("code", 1), ("check", 3)]
    assert found.verdict is not None and found.verdict.questions
    assert not found.change.spec.opinions


def test_an_opinion_is_paid_for_once_however_often_the_change_is_resumed(built: Built) -> None:
    def killed_after_the_opinion(step: Progress) -> None:
        if step.doing.startswith("a second opinion answers"):
            raise KeyboardInterrupt

    first = coder_of(triple, CAPPED)
    with pytest.raises(KeyboardInterrupt):
        compiled(built, first, absent(), watch=killed_after_the_opinion)
    (change,) = Changes(built.home.journal).waiting()
    assert not change.spec.opinions

    second = Opinionated(answers=[], opinion=triple)
    with pytest.raises(CoderFailed):  # there is no more code
        resume(built.workspace, change.id, person=absent(), watch=quiet, coder=second, options=FEW)
    assert second.calls == [("code", 2)]

    third = Opinionated(answers=[{"main.js": RIGHT}], opinion=triple)
    found = resume(built.workspace, change.id, person=absent(), watch=quiet, coder=third, options=FEW)
    assert found.committed is not None
    assert third.calls in ([("code", 2)], [("code", 2), ("check", 4)])


def test_code_that_a_budget_cannot_pay_an_opinion_for_is_merged_with_its_questions(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mapp.ops.compile.lifecycle.open_account",
        lambda workspace, change: BudgetAccount(
            budgets=Budgets(change=Budget(rounds=3)), ledger=open_ledger(workspace), change=change
        ),
    )
    coder = coder_of(triple, CAPPED)
    found = compiled(built, coder, absent())

    assert found.committed is not None
    assert coder.calls == [("contract", 1), ("check", 1), ("code", 1)]
    assert found.verdict is not None and found.verdict.questions


def test_a_person_who_skips_the_questions_is_not_overruled(built: Built) -> None:
    coder = coder_of(triple, CAPPED)
    found = compiled(built, coder, Decided())

    assert found.committed is not None
    assert ("check", 3) not in coder.calls


def test_an_opinion_that_breaks_a_law_of_the_contract_counts_for_nothing(built: Built) -> None:
    files = {path: text.encode() for path, text in {**open_contract(), "main.js": CAPPED}.items()}
    trial = Trial(app=read_app(files), files=files, executor=built.workspace.executor)

    def asked(other: int) -> list[Example]:
        question = Question(
            kind="untested",
            says="nothing tests it",
            arguments=(("number", 901),),
            app=Value(output=2703),
            other=Value(output=other),
        )
        coder = Opinionated(answers=[], opinion=lambda number: other)
        account = BudgetAccount(budgets=Budgets(), ledger=open_ledger(built.workspace), change=str(other))
        brief = Brief(app="triple", phase="check", goal="triple it")
        return opinions_on_questions(trial, [question], brief, coder, account=account, watch=quiet)

    assert [row.output for row in asked(2700)] == [2700]
    assert asked(2701) == []  # not a multiple of three
