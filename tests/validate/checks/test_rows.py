"""The rows of an app's tests must fit its manifest."""

from __future__ import annotations

from mapp.sandbox.executor import Executor
from mapp.validate.checks.rows import check_rows
from mapp.validate.trial import Trial
from support.apps import Draft, app


def problems(executor: Executor, draft: Draft) -> list[str]:
    return [str(row) for row in check_rows(Trial(app=draft.read(), executor=executor)).problems]


def test_rows_that_fit_pass(executor: Executor) -> None:
    assert problems(executor, app()) == []


def test_inputs_outputs_and_errors_that_do_not_fit_are_reported_with_their_line(executor: Executor) -> None:
    draft = app().example({"number": 9999}, output=2).example({"number": 1}, output="two")
    found = problems(executor, draft.example({"number": 1}, error="unheard_of"))

    assert [row.partition(" ")[0] for row in found] == [f"tests/examples.jsonl:{line}" for line in (2, 3, 4)]
    assert "is not declared" in found[-1]


def test_arguments_of_requests_must_fit_too(executor: Executor) -> None:
    (found,) = problems(executor, app().said("double a word", {"number": "word"}))

    assert found.startswith("tests/requests.jsonl:2.number")
