"""Contracts and code as a coder would write them, and people whose decisions are set in advance."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mapp.author.coder import Progress
from mapp.model.app import App, Example
from mapp.model.outcome import Failed, Outcome
from mapp.model.question import Question
from mapp.ops.compile.approval import Changed, Estimate
from mapp.ops.compile.second_opinion import Disagreement, Side

MANIFEST = """\
manifest = 1
name = "{name}"
version = "0.1.0"
description = "Multiplies a whole number by three."

[input.number]
type = "integer"
minimum = -1000
maximum = 1000

[output]
type = "integer"
minimum = -3005
maximum = 3005
"""
LAWS = """\
function prop_a_third_is_the_input(input, output) { return output / 3 === input.number; }
function meta_twice_the_input_is_twice_the_output(input, run) {
  if (Math.abs(input.number) > 500) return true;
  const once = run({ number: input.number });
  const twice = run({ number: input.number * 2 });
  return twice.output === once.output * 2;
}
"""
RIGHT = "function main(input, host) {\n  return input.number * 3;\n}\n"
WRONG = "function main(input, host) {\n  return input.number * 3 + (input.number > 100 ? 1 : 0);\n}\n"


def contract(name: str = "triple", *, manifest: str = MANIFEST) -> dict[str, str]:
    """Returns an answer with a valid contract."""
    examples: list[dict[str, object]] = [
        {"input": {"number": n}, "output": n * 3} for n in (0, 1, -1, 2, 7, 50, 333, -333, 1000, -1000)
    ]
    verbs = ("triple", "three times", "multiply by three:", "what is three times", "treble")
    fits: list[dict[str, object]] = [
        {"request": f"{verb} {number}", "arguments": {"number": number}}
        for verb in verbs
        for number in (4, 18, 27, 93, 151, 240, 377, 512, -6)
    ]
    near: list[dict[str, object]] = [
        {"request": f"{what} {number}", "fits": False, "why": "another factor"}
        for what in ("double", "halve", "a third of", "four times", "the cube of")
        for number in (5, 21, 64)
    ]
    return {
        "mapp.toml": manifest.format(name=name),
        "tests/examples.jsonl": _lines(examples),
        "tests/properties.js": LAWS,
        "tests/requests.jsonl": _lines([*fits, *near]),
    }


def _lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def skip(question: Question) -> Outcome:
    """Answers no question: a failure cannot become an example."""
    return Failed(kind="threw", message="skipped")


@dataclass
class Decided:
    """A person whose decisions are set in advance; records what was shown.

    One who is not `present` approves beforehand, as with `--yes`, and answers no questions.
    """

    present: bool = True
    spends: bool = True
    merges: bool = True
    corrections: list[str] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    contracts: list[App] = field(default_factory=list)
    questions: list[tuple[Question, ...]] = field(default_factory=list)
    answers: Callable[[Question], Outcome] = skip
    sides: list[Side] = field(default_factory=list)
    disputed: list[Disagreement] = field(default_factory=list)

    def approve_spend(self, estimate: Estimate) -> bool:
        self.estimates.append(estimate)
        return self.spends

    def review_contract(self, app: App, base: App | None) -> str | None:
        self.contracts.append(app)
        return self.corrections.pop(0) if self.corrections else None

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example] | None:
        self.disputed += rows
        return [row.of(self.sides[0]) for row in rows] if self.sides else None

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example] | None:
        if not self.present:
            return None
        self.questions.append(tuple(questions))
        answers = [question.example(self.answers(question)) for question in questions]
        return [row for row in answers if row is not None]

    def approve_merge(self, proven: Changed) -> bool:
        return self.merges


def quiet(progress: Progress) -> None:
    """Ignores all progress."""
