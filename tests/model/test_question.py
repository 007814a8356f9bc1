"""A question survives the way into a verdict and back, and its answers become examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.errors import InvalidInput
from mapp.model.app import Example
from mapp.model.outcome import Declared, Failed, Value
from mapp.model.verdict import Result, Verdict
from support.apps import app
from support.asking import asking
from support.verdicts import passing


def test_a_question_survives_a_round_trip_in_a_verdict() -> None:
    question = replace(
        asking(), other=Declared(error="negative", meaning="below zero"), now=5, seed=7, alike=2, known=True
    )
    results = (Result(check="mutation", status="passed", questions=(question,)),)
    verdict = replace(passing(app("double")), results=results)

    assert Verdict.from_dict(verdict.to_dict()) == verdict
    assert verdict.questions == (question,)


def test_a_result_without_questions_is_written_as_before() -> None:
    assert "questions" not in Result(check="rows", status="passed").to_dict()


def test_each_answer_becomes_an_example() -> None:
    question = replace(asking(), other=Declared(error="negative", meaning="below zero"), now=5, seed=7)

    assert question.example(question.app) == Example(input=(("x", 10),), output=1, now=5, seed=7)
    assert question.example(question.other) == Example(input=(("x", 10),), error="negative", now=5, seed=7)
    assert question.to_dict()["examples"]["app"] == {"input": {"x": 10}, "output": 1, "now": 5, "seed": 7}


def test_a_failure_cannot_become_an_example() -> None:
    question = replace(asking(), other=Failed(kind="threw", message="oops"))

    assert question.example(question.other) is None
    assert set(question.to_dict()["examples"]) == {"app"}


def test_differences_come_first_and_an_input_is_asked_about_once() -> None:
    small, changed = asking(), replace(asking(), kind="changed", other=Value(output=7))
    elsewhere = replace(asking(), arguments=(("x", 3),))
    results = (
        Result(check="mutation", status="passed", questions=(small, elsewhere)),
        Result(check="differential", status="passed", questions=(changed,)),
    )

    assert replace(passing(app("double")), results=results).questions == (changed, elsewhere)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"arguments": 5},
        {"says": "no gap"},
        {"app": {}},
        {"code": ["one", "two", "three", "4"]},
    ],
)
def test_an_invalid_question_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Verdict.from_dict(
            replace(passing(app("double")), results=(Result(check="mutation", status="passed"),)).to_dict()
            | {
                "checks": [
                    Result(check="mutation", status="passed").to_dict()
                    | {"questions": [{**asking().to_dict(), **change}]}
                ]
            }
        )
