"""Survivors become few questions, the most telling first, each with a small input and both answers."""

from __future__ import annotations

import json

from mapp.model.outcome import Declared, Value
from mapp.model.question import Question
from mapp.model.question_text import asked, sentence
from mapp.model.values import canonical
from mapp.sandbox.executor import Executor
from mapp.validate.mutation import check_mutation
from mapp.validate.mutation.mutants import all_mutants
from mapp.validate.mutation.open_questions import touched_lines, untested
from mapp.validate.trial import Trial
from support.apps import Draft, app
from support.bounds import SOURCE, discount


def questions(executor: Executor, draft: Draft, base: Draft | None = None) -> tuple[Question, ...]:
    trial = Trial(app=draft.read(), executor=executor, base=base.read() if base else None, kind="edit")
    return check_mutation(trial).questions


def test_a_bound_that_no_test_touches_is_asked_about_on_the_bound(executor: Executor) -> None:
    found = questions(executor, discount())
    bound = next(row for row in found if "= 100" in sentence(row))

    assert sentence(bound).startswith(
        "main.js:3: nothing tests what happens exactly at `input.number = 100`: `>=` could be `>`"
    )
    assert asked(bound) == 'for {"number":100} the app answers 90, the other 100. Which is right?'


def test_an_error_is_an_answer(executor: Executor) -> None:
    found = questions(executor, discount())
    zero = next(row for row in found if dict(row.arguments) == {"number": 0})

    assert (zero.app, zero.other) == (
        Value(output=0),
        Declared(error="negative", meaning="below zero"),
    )


def test_an_answered_question_is_not_asked_again(executor: Executor) -> None:
    draft = discount()
    first = questions(executor, draft)
    for question in first:
        row = question.example(question.app)
        assert row is not None
        stated = {"error": row.error} if row.error else {"output": row.output}
        draft = draft.example(dict(row.input), **stated)
    again = questions(executor, draft)

    # A new example has new neighbours, which may show a fault that no input showed before.
    assert first and len(again) < len(first)
    assert not {(row.says, row.code) for row in first} & {(row.says, row.code) for row in again}


def test_no_input_is_asked_about_twice_and_one_stands_for_all_that_it_shows(executor: Executor) -> None:
    found = questions(
        executor, discount().file("tests/examples.jsonl", "").example({"number": 40}, output=40)
    )

    inputs = [canonical(dict(row.arguments)) for row in found]
    assert len(inputs) == len(set(inputs))
    assert sum(row.alike for row in found) > 0


def test_lines_that_a_change_touched_come_first(executor: Executor) -> None:
    old = discount()
    new = discount().source(SOURCE.replace("number < 0)", "number <= -1)"))

    assert questions(executor, new, base=old)[0].place == "main.js:2"


def test_what_the_replaced_version_answers_the_same_is_not_raised_by_a_change(executor: Executor) -> None:
    old = discount()
    same = discount().source(SOURCE.replace("input.number >= 100", "!(input.number < 100)"))
    other = discount().source(SOURCE.replace("number - 10", "number - 5 - 5").replace(">= 100", "> 98"))

    assert all(row.known for row in questions(executor, same, base=old))
    assert not any(row.known for row in questions(executor, other))
    found = questions(executor, other, base=old)
    assert {json.dumps(dict(row.arguments)) for row in found if not row.known} == {'{"number": 99}'}


def test_only_changed_lines_are_touched(executor: Executor) -> None:
    old = discount()
    new = discount().source(SOURCE.replace("- 10", "- 11").replace("function", "// more\nfunction", 1))

    assert touched_lines(Trial(app=new.read(), executor=executor, base=old.read())) == {1, 4}
    assert touched_lines(Trial(app=new.read(), executor=executor)) == frozenset()


def test_an_input_that_shows_a_fault_is_shrunk(executor: Executor) -> None:
    text = {"text": {"type": "string", "maxLength": 200}}
    source = 'function main(input) {\n  return input.text.replaceAll("-", " ").trim();\n}\n'
    draft = app("words").stating(input=text, output={"type": "string"}).source(source)
    draft = draft.file("tests/requests.jsonl", "").file("tests/examples.jsonl", "")
    found = questions(
        executor, draft.example({"text": "a long text of many words"}, output="a long text of many words")
    )

    assert found
    assert max(len(json.dumps(dict(row.arguments))) for row in found[:3]) <= len('{"text": "a-a"}') + 3


def test_the_same_app_gets_the_same_questions(executor: Executor) -> None:
    assert questions(executor, discount()) == questions(executor, discount())


def test_every_sentence_fills_its_gaps() -> None:
    for mutant in all_mutants(SOURCE):
        says, code = untested(mutant)
        assert says.count("{}") == len(code)
        assert says.startswith("nothing tests ")


def test_a_bound_is_written_with_the_number_last() -> None:
    mutants = all_mutants("function main(x) { return 10 <= x; }")
    mutant = next(mutant for mutant in mutants if mutant.operator == "boundary")

    assert untested(mutant)[1][0] == "x = 10"
