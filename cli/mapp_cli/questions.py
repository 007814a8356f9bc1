"""Shows the questions that tests leave open, and asks a person at the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from mapp_cli.console import Console, safe

if TYPE_CHECKING:
    from mapp.model.app import App, Example
    from mapp.model.outcome import Outcome
    from mapp.model.question import Question
    from mapp.ops.check.answers import Ask
    from mapp.ops.compile.second_opinion import Disagreement

OURS: Final = "a"
OTHER: Final = "b"
HOW_TO_ANSWER: Final = "add the right answer to tests/examples.jsonl; --json prints the row for each"


def show_questions(console: Console, questions: Sequence[Question], *, hint: str = "") -> None:
    """Shows the most telling questions of a new app or a change; `hint` says how to answer them.

    What the replaced version leaves open too is only counted: `mapp show` lists it.
    """
    from mapp.model.question import raised
    from mapp.model.question_text import question_lines

    shown = raised(questions)
    if shown:
        console.tell("the tests leave open:")
        for line in question_lines(shown):
            console.tell(f"  {line}")
        if hint:
            console.hint(hint)
    if known := len(questions) - len(shown):
        more = "more " if shown else ""
        console.tell(
            f"{known} {more}that the change does not raise: mapp show lists what the tests leave open"
        )


def show_opinions(console: Console, examples: Sequence[Example]) -> None:
    """Shows the examples that a second opinion gave as answers to open questions."""
    from mapp.model.question_text import example_text

    if examples:
        console.tell("a second opinion answered what the tests left open; these are examples now:")
    for row in examples:
        console.tell(f"  {example_text(row)}")


def asking(console: Console) -> Ask | None:
    """Returns a function that asks the person at the terminal; None if there is none."""
    if not console.can_ask:
        return None
    return lambda app, questions: ask_questions(console, app, questions)


def ask_questions(console: Console, app: App, questions: Sequence[Question]) -> list[Example]:
    """Asks the most telling questions and returns the answers as examples."""
    from mapp.model.question import MAX_SHOWN, raised
    from mapp.model.question_text import asked, sentence

    shown = raised(questions)[:MAX_SHOWN]
    answers: list[Example] = []
    for number, question in enumerate(shown, 1):
        console.tell(f"question {number} of {len(shown)}: {sentence(question)}")
        console.tell(f"  {asked(question)}")
        answer = _answer(console, app, question)
        row = None if answer is None else question.example(answer)
        if row is not None:
            answers.append(row)
    if answers:
        added = "1 example" if len(answers) == 1 else f"{len(answers)} examples"
        console.tell(f"{added} added; the checks run again")
    return answers


def _answer(console: Console, app: App, question: Question) -> Outcome | None:
    """Returns the right answer, or None to leave the question open; asks again if it is not valid."""
    from mapp.errors import InvalidInput
    from mapp.model.question_text import answer_text
    from mapp.ops.check.answers import parse_answer

    choices = {OURS: question.app, OTHER: question.other}
    choices = {name: answer for name, answer in choices.items() if question.example(answer) is not None}
    listed = ", ".join(f"{name} for {answer_text(answer)}" for name, answer in choices.items())
    while True:
        typed = click.prompt(
            safe(f"  {listed}, another value as JSON, or Enter to skip"),
            default="",
            err=True,
            show_default=False,
        ).strip()
        if not typed:
            return None
        if typed in choices:
            return choices[typed]
        try:
            return parse_answer(typed, app.manifest)
        except InvalidInput as error:
            console.tell(f"  {error}")


def settled(console: Console, app: App, row: Disagreement) -> Example | None:
    """Asks which outcome of a disputed example is right; returns the example, or None if nobody answers."""
    from dataclasses import replace

    from mapp.errors import InvalidInput
    from mapp.model.outcome import Declared, Value
    from mapp.ops.check.answers import parse_answer

    console.tell(str(row))
    while True:
        said = console.prompt("which is right? 1: the contract, 2: the other, or type the right answer:")
        if said in ("", "1", "2"):
            return {"": None, "1": row.example, "2": row.other}[said]
        try:
            match parse_answer(said, app.manifest):
                case Value(output=output):
                    return replace(row.example, output=output, error=None)
                case Declared(error=error):
                    return replace(row.example, output=None, error=error)
        except InvalidInput as error:
            console.tell(str(error))
