"""A contract is checked before any code is written for it."""

from __future__ import annotations

from typing import Any

from mapp.model.app import Example
from mapp.sandbox.executor import Executor
from mapp.validate.checks.contract import contract_faults
from support.apps import Draft, app

PREDICATES = """
function prop_twice(input, output) { return output === input.number * 2; }
function prop_number(input, output) { return typeof output === "number"; }
"""


def contract(predicates: str = PREDICATES) -> Draft:
    draft = app().file("tests/properties.js", predicates)
    for number in range(3, 9):
        draft.example({"number": number}, output=2 * number)
    for number in range(45):
        draft.said(f"double {number} please", {"number": number})
    misses = "".join(
        f'{{"request": "halve {number}", "fits": false, "why": "halves"}}\n' for number in range(20)
    )
    requests = draft.files["tests/requests.jsonl"].decode() + misses
    return draft.file("tests/requests.jsonl", requests)


def faults(executor: Executor, draft: Draft, **more: Any) -> list[str]:
    files = {path: content for path, content in draft.files.items() if path != "main.js"}
    return [str(row) for row in contract_faults(files, executor, **more)]


def test_a_complete_contract_without_code_has_no_faults(executor: Executor) -> None:
    assert faults(executor, contract()) == []


def test_an_example_that_contradicts_a_predicate_is_reported(executor: Executor) -> None:
    (found,) = faults(executor, contract().example({"number": 1}, output=3))

    assert found.startswith("tests/examples.jsonl:8: contradicts prop_twice, which is false")


def test_an_example_of_the_person_must_be_in_the_contract(executor: Executor) -> None:
    stated = Example(input=(("number", 100),), output=200)
    (found,) = faults(executor, contract(), stated=[stated])

    assert "lacks the person's example" in found and '"number":100' in found


def test_too_few_predicates_and_undeclared_errors_are_reported(executor: Executor) -> None:
    found = faults(executor, contract("function throws_odd(input) { return false; }\n"))

    assert any("at least 2 are needed" in row for row in found)
    assert any("throws_odd is about an error that is not declared" in row for row in found)
