"""Examples are worked out twice; where the results differ, a person is asked before code is paid for."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mapp.author.billing import BudgetAccount
from mapp.author.budget import Budgets
from mapp.author.coder import Brief
from mapp.author.coders.scripted import ScriptedCoder
from mapp.errors import MappError
from mapp.library import read
from mapp.model.app import Example
from mapp.model.change_spec import CompileSpec
from mapp.observe.changes import Changes
from mapp.ops.compile.compile import compile_app, expand_app
from mapp.ops.compile.lifecycle import resume
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.rounds import AttemptsExhausted
from mapp.ops.compile.second_opinion import Disagreed, Disagreement, check_opinions
from support.apps import app
from support.authors import MANIFEST, RIGHT, Decided, contract, quiet
from support.compiling import FEW, LOOSE, PLUS, REQUEST, compiled, loose
from support.library import Built, library


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def answers(*changed: tuple[int, object]) -> dict[str, str]:
    """Returns the right answers to the inputs of the contract, with some of them changed."""
    said = {n: n * 3 for n in (0, 1, -1, 2, 7, 50, 333, -333, 1000, -1000)} | dict(changed)
    return {
        "answers.jsonl": "".join(
            f"{json.dumps({'input': {'number': n}, 'output': o})}\n" for n, o in said.items()
        )
    }


def wrong_example() -> dict[str, str]:
    """Returns a contract without the law that would notice it, in which three times seven is 24."""
    made = {**contract(), "tests/properties.js": LOOSE.replace("meta_twice", "meta_double")}
    made["tests/properties.js"] = (
        "function prop_sign(input, output) { return input.number * output >= 0; }\n"
        "function prop_size(input, output) { return Math.abs(output) >= Math.abs(input.number); }\n"
    )
    made["tests/examples.jsonl"] = made["tests/examples.jsonl"].replace('"output": 21', '"output": 24')
    return made


def opinionated(*rows: object) -> ScriptedCoder:
    return ScriptedCoder(answers=[*rows], gives_opinions=True)  # type: ignore[list-item]


def test_equal_answers_ask_nobody_and_cost_one_small_call(built: Built) -> None:
    coder = opinionated(contract(), answers(), {"main.js": RIGHT})
    person = Decided()
    found = compiled(built, coder, person)

    assert found.committed is not None
    assert [row.brief.phase for row in coder.asked] == ["contract", "check", "code"]
    assert [call.phase for call in found.calls] == ["contract", "check", "code"]
    assert person.disputed == []
    assert coder.asked[1].prompt.size < coder.asked[0].prompt.size


def test_the_check_sees_the_inputs_but_neither_the_outputs_nor_the_laws(built: Built) -> None:
    coder = opinionated(contract(), answers(), {"main.js": RIGHT})
    compiled(built, coder)
    seen = coder.asked[1].files

    assert set(seen) == {"mapp.toml", "inputs.jsonl"}
    rows = [json.loads(row) for row in seen["inputs.jsonl"].splitlines()]
    assert {"input": {"number": 333}} in rows
    assert all(set(row) == {"input"} for row in rows)


def test_the_person_chooses_before_code_is_paid_for(built: Built) -> None:
    coder = opinionated(wrong_example(), answers(), {"main.js": RIGHT})
    person = Decided(sides=["check"])
    found = compiled(built, coder, person)

    assert found.committed is not None
    assert [str(row) for row in person.disputed] == [
        'for {"number":7} the contract says 24, and a second opinion says 21'
    ]
    outputs = {dict(row.input)["number"]: row.output for row in read.load(built.home, "triple").examples}
    assert outputs[7] == 21


def test_without_an_answer_the_change_stops_and_can_be_resumed(built: Built) -> None:
    coder = opinionated(wrong_example(), answers(), {"main.js": RIGHT})
    with pytest.raises(
        Disagreed, match="the contract says 24, and a second opinion says 21; no code"
    ) as stop:
        compiled(built, coder)
    (change,) = Changes(built.home.journal).waiting()
    assert "--prefer contract, or --prefer check" in stop.value.hint
    assert f"mapp compile --resume {change.id}" in stop.value.hint
    assert [row.brief.phase for row in coder.asked] == ["contract", "check"]

    found = resume(
        built.workspace, change.id, person=Decided(sides=["check"]), watch=quiet, coder=coder, options=FEW
    )
    assert found.committed is not None
    assert [row.brief.phase for row in coder.asked] == ["contract", "check", "code"]


def test_an_unsure_or_unreadable_answer_is_no_opinion(built: Built) -> None:
    unsure = {"answers.jsonl": '{"input": {"number": 7}, "unsure": true}\nnonsense\n{"output": 3}\n'}
    found = compiled(built, opinionated(contract(), unsure, {"main.js": RIGHT}))
    assert found.committed is not None


def test_an_unusable_check_stops_nothing_and_is_paid_for_once(built: Built) -> None:
    coder = opinionated(contract(), {"main.js": "x"}, {"main.js": RIGHT})
    found = compiled(built, coder)

    assert found.committed is not None
    assert [row.brief.phase for row in coder.asked] == ["contract", "check", "code"]


def test_examples_of_one_input_at_two_times_are_worked_out_apart(built: Built) -> None:
    """The answer of each is that of its time; an answer without a time gives no opinion on either."""
    draft = app("day").stating(input={}, output={"type": "integer"}, capabilities={"clock": True})
    rows = [Example(input=(), output=day, now=day * 86_400_000) for day in (5, 9)]

    def disagreements(*answers: dict[str, int]) -> list[Disagreement]:
        text = "".join(f"{json.dumps({'input': {}, **row})}\n" for row in answers)
        change = str(len(text))
        return check_opinions(
            draft.read(),
            rows,
            Brief(app="day", phase="check", goal="which day it is"),
            opinionated({"answers.jsonl": text}),
            manifest=b"",
            account=BudgetAccount(budgets=Budgets(), ledger=open_ledger(built.workspace), change=change),
            watch=quiet,
        )

    first, second = {"now": 5 * 86_400_000, "output": 5}, {"now": 9 * 86_400_000, "output": 8}
    assert [(row.example.output, row.other.output) for row in disagreements(first, second)] == [(9, 8)]
    assert disagreements({"output": 7}) == []


def test_stated_examples_are_not_asked_about(built: Built) -> None:
    coder = opinionated(contract(), answers((7, 22)), {"main.js": RIGHT})
    seven = Example(input=(("number", 7),), output=21)
    person = Decided()
    found = compile_app(
        built.workspace,
        REQUEST,
        person=person,
        watch=quiet,
        name="triple",
        spec=CompileSpec(stated=(seven,)),
        coder=coder,
        options=FEW,
    )

    assert found.committed is not None
    assert b'"number": 7}' not in coder.asked[1].files["inputs.jsonl"]
    assert person.disputed == []


def wider(**changes: str) -> dict[str, str]:
    """Returns an extension by an optional argument, as new rows and whole files."""
    manifest = MANIFEST.format(name="triple").replace("0.1.0", "0.2.0").replace("[output]", PLUS)
    return {"mapp.toml": manifest, **changes}


def extended(built: Built, *rows: dict[str, str], person: Decided | None = None) -> ScriptedCoder:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    coder = ScriptedCoder(answers=list(rows))
    expand_app(
        built.workspace,
        "triple",
        "and add up to 5",
        person=person or Decided(),
        watch=quiet,
        coder=coder,
        options=FEW,
    )
    return coder


def test_an_extension_is_compared_with_the_current_version(built: Built) -> None:
    row = '{"input": {"number": 9, "plus": 0}, "output": 28}\n'
    with pytest.raises(MappError, match=r"the contract says 28, and version 0\.1\.0 says 27"):
        extended(built, wider(**{"tests/examples.jsonl": row}))


def test_an_extension_cannot_change_what_the_current_version_gives(built: Built) -> None:
    row = '{"input": {"number": 9, "plus": 0}, "output": 28}\n'
    with pytest.raises(Disagreed, match="an extension keeps what the current version gives") as stop:
        extended(built, wider(**{"tests/examples.jsonl": row}), person=Decided(sides=["contract"]))
    assert "mapp edit triple" in stop.value.hint


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"tests/properties.js": LOOSE.replace("> 500", "> 400")}, "put it back, and add new ones beside it"),
        (
            {"mapp.toml": wider()["mapp.toml"].replace("maximum = 3005", "maximum = 9000")},
            "this is a major change; a expand may only be a minor",
        ),
        ({"mapp.toml": wider()["mapp.toml"].replace("0.2.0", "0.1.1")}, "require 0.2.0 or higher"),
        (
            {"mapp.toml": wider()["mapp.toml"] + "\n[capabilities]\nclock = true\n"},
            "asks for clock, which is new",
        ),
    ],
)
def test_a_contract_that_an_extension_cannot_keep_goes_back_before_code_is_asked_for(
    built: Built, changed: dict[str, str], what: str
) -> None:
    bad = {**wider(), **changed}
    with pytest.raises(AttemptsExhausted) as stop:
        extended(
            built, bad, {**bad, "tests/requests.jsonl": ""}, *[{**bad, "tests/examples.jsonl": "\n"}] * 2
        )

    assert what in stop.value.hint
