"""Old and new code run on the same inputs, and what differs is refused or asked about."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.model.outcome import Declared, Value
from mapp.model.question_text import question_lines
from mapp.model.verdict import GateKind, Result
from mapp.sandbox.executor import Executor
from mapp.validate.checks import differential
from mapp.validate.checks.differential import check_differential
from mapp.validate.trial import Trial
from support.apps import Draft, app

PRICE = """
function main({ weight, express, note }) {
  if (weight > 30) throw new Error("too_heavy");
  const fee = weight <= 5 ? 4.9 : weight <= 10 ? 6.9 : 11.5;
  return { fee: express ? fee * 2 : fee, note: note.trim().toLowerCase() };
}
"""


def draft(source: str = PRICE, version: str = "1.0.0") -> Draft:
    """Returns an app that prices a parcel, with three ordinary examples."""
    made = app().version(version).source(source)
    made.manifest["errors"] = {"too_heavy": "Weighs more than 30 kg."}
    made.manifest["output"] = {"type": "object"}
    made.manifest["input"] = {}
    made.taking(
        weight={"type": "number", "minimum": 0, "maximum": 1000},
        express={"type": "boolean", "default": False},
        note={"type": "string", "default": "", "maxLength": 40},
    )
    made.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    made.example({"weight": 3}, output={"fee": 4.9, "note": ""})
    made.example(
        {"weight": 8, "express": True, "note": " Ring twice"}, output={"fee": 13.8, "note": "ring twice"}
    )
    return made.example({"weight": 31}, error="too_heavy")


def compared(executor: Executor, old: Draft, new: Draft, kind: GateKind = "edit") -> Result:
    """Returns the result of the check."""
    return check_differential(
        Trial(
            app=new.read(),
            files=new.files,
            base=old.read(),
            base_files=old.files,
            executor=executor,
            kind=kind,
            inputs=20,
        )
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight <= 5", "weight < 5"),
        ("weight <= 10", "weight < 10"),
        ("weight > 30", "weight >= 30"),
        ("fee * 2", "fee + 4.9"),
        (".trim()", ""),
        (".trim()", ".trimStart()"),
        (".toLowerCase()", ".replace(/[A-Z]/g, (c) => c.toLowerCase())"),
        ("const fee", 'if (note === "fragile") return { fee: 5, note };\n  const fee'),
        ("const fee", "if (weight === 7.25 && express) return { fee: 5, note };\n  const fee"),
        ("const fee", "if (weight === 0) return { fee: 0, note: note.trim() };\n  const fee"),
    ],
)
def test_a_mistake_that_no_example_notices_is_refused_with_an_input(
    executor: Executor, old: str, new: str
) -> None:
    assert old in PRICE
    found = compared(executor, draft(), draft(PRICE.replace(old, new), "1.0.1"))

    assert found.status == "failed"
    assert "before, and gives" in found.problems[0].message
    assert found.problems[0].reproduce
    assert {question.kind for question in found.questions} == {"changed"}


@pytest.mark.parametrize("kind", ["heal", "expand"])
def test_a_heal_and_an_expansion_are_compared_like_an_edit(executor: Executor, kind: GateKind) -> None:
    wrong = draft(PRICE.replace("weight <= 5", "weight < 5"), "1.1.0")

    assert compared(executor, draft(), wrong, kind).status == "failed"


@pytest.mark.parametrize(
    "new",
    [
        PRICE.replace("fee * 2 : fee", "fee + fee : 1 * fee"),
        PRICE.replace("express ? fee * 2 : fee", "((express ? 2 : 1) * (fee * 1.1)) / 1.1"),
        PRICE.replace("weight > 30", "!(weight <= 30)"),
    ],
)
def test_the_same_behaviour_in_other_words_passes_without_questions(executor: Executor, new: str) -> None:
    found = compared(executor, draft(), draft(new, "1.0.1"))

    assert (found.status, found.questions) == ("passed", ())


def test_a_slow_app_is_compared_on_fewer_inputs(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differential, "SLOW_MS", 0)
    found = compared(executor, draft(), draft(version="1.0.1"))

    assert found.passed
    assert found.counted <= len(draft().read().examples) + 60 + differential.EDGE_CASES_OF_SLOW_APPS


def stating(source: str, arguments: dict[str, Any], **rest: Any) -> Draft:
    return draft(source, "2.0.0").example(arguments, **rest)


def test_an_edit_may_change_what_a_new_example_states_and_asks_about_the_rest(executor: Executor) -> None:
    new = stating(PRICE.replace("4.9", "5.9"), {"weight": 2}, output={"fee": 5.9, "note": ""})
    new.file("tests/examples.jsonl", new.contents["tests/examples.jsonl"].replace(b'"fee":4.9', b'"fee":5.9'))
    found = compared(executor, draft(), new)

    assert found.status == "passed"
    assert len(found.questions) == 1
    asked = found.questions[0]
    assert (asked.app, asked.other) == (
        Value(output={"fee": 5.9, "note": ""}),
        Value(output={"fee": 4.9, "note": ""}),
    )
    assert dict(asked.arguments)["weight"] not in (2, 3)
    assert "here too" in "".join(question_lines(found.questions))


def test_a_change_beside_the_stated_one_is_refused(executor: Executor) -> None:
    source = PRICE.replace("weight <= 5", "weight < 5").replace(".trim()", "")
    new = stating(source, {"weight": 5}, output={"fee": 6.9, "note": ""})
    found = compared(executor, draft(), new)

    assert found.status == "failed"
    assert [question.says.split(",")[0] for question in found.questions][-1].endswith("here too")
    assert all("note" in problem.message for problem in found.problems)


def test_an_answer_in_place_of_a_refusal_is_refused_unless_it_is_stated(executor: Executor) -> None:
    source = PRICE.replace("weight > 30", "weight > 31")
    unsaid = compared(executor, draft(), draft(source, "2.0.0").file("tests/examples.jsonl", ""))
    stated = stating(source, {"weight": 30.5}, output={"fee": 11.5, "note": ""})
    stated.file("tests/examples.jsonl", stated.contents["tests/examples.jsonl"].splitlines()[-1] + b"\n")

    assert unsaid.status == "failed"
    assert isinstance(unsaid.questions[0].other, Declared)
    assert compared(executor, draft(), stated).status == "passed"


def test_differences_are_grouped_and_the_smallest_input_stands_for_each_group(executor: Executor) -> None:
    source = PRICE.replace("weight <= 5", "weight <= 6").replace("too_heavy", "too_heavy", 1)
    source = source.replace("weight > 30", "weight > 50").replace(".toLowerCase()", "")
    found = compared(executor, draft(), draft(source, "1.0.1"))
    said = [(type(row.other).__name__, type(row.app).__name__) for row in found.questions]

    assert ("Declared", "Value") in said
    assert ("Value", "Value") in said
    assert len(found.problems) == len(said) == len(found.questions) <= 5
    assert all(len(str(dict(row.arguments))) < 90 for row in found.questions)
    assert max(row.alike for row in found.questions) > 3


def test_a_question_says_where_the_difference_begins(executor: Executor) -> None:
    source = PRICE.replace("weight > 30", "weight > 3000")
    found = compared(executor, draft(), draft(source, "2.0.0"))

    assert any("wherever `weight" in line for line in question_lines(found.questions))


def test_what_failed_before_may_become_anything(executor: Executor) -> None:
    old = PRICE.replace("const fee", "if (weight === 10) return null.fee;\n  const fee")

    assert compared(executor, draft(old), draft(version="1.0.1")).status == "passed"


def test_what_broke_a_new_predicate_may_change(executor: Executor) -> None:
    law = "function prop_note_is_trimmed(input, output) { return output.note === output.note.trim(); }\n"
    old = draft(PRICE.replace(".trim()", ""))
    old.file("tests/examples.jsonl", "")
    new = draft(version="1.0.1").file("tests/properties.js", law).file("tests/examples.jsonl", "")

    assert compared(executor, old, new).status == "passed"


def test_inputs_that_the_new_version_no_longer_takes_are_left_to_the_version(executor: Executor) -> None:
    new = draft(version="2.0.0")
    new.manifest["input"]["weight"]["maximum"] = 40

    assert compared(executor, draft(), new).status == "passed"


def test_a_changed_default_counts_for_calls_that_leave_it_out(executor: Executor) -> None:
    new = draft(version="2.0.0")
    new.manifest["input"]["express"]["default"] = True

    assert compared(executor, draft(), new).status == "failed"


def test_the_result_is_the_same_each_time(executor: Executor) -> None:
    new = draft(PRICE.replace("weight <= 5", "weight < 5"), "1.0.1")

    assert compared(executor, draft(), new) == compared(executor, draft(), new)
