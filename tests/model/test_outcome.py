"""The outcome of a run: its name and its document."""

from __future__ import annotations

import json

from hypothesis import given

from mapp.errors import Problem
from mapp.model.outcome import (
    Declared,
    Failed,
    Outcome,
    Value,
    outcome_from_dict,
    outcome_name,
    outcome_to_dict,
)
from support.drawn import outcomes


@given(outcomes)
def test_an_outcome_survives_its_document(outcome: Outcome) -> None:
    document = json.loads(json.dumps(outcome_to_dict(outcome)))

    assert outcome_from_dict(document) == outcome
    assert document["outcome"] == outcome_name(outcome)


def test_the_name_tells_a_value_a_declared_error_and_a_failure_apart() -> None:
    made: list[Outcome] = [
        Value(output=None),
        Declared(error="empty", meaning="there are no prices"),
        Failed(kind="wall", message="took too long"),
    ]
    assert [outcome_name(outcome) for outcome in made] == ["ok", "error:empty", "wall"]


def test_a_declared_error_may_be_called_like_a_failure_or_hold_the_prefix() -> None:
    for error in ("wall", "ok", "error:error:"):
        declared = Declared(error=error, meaning="so it is")
        assert outcome_from_dict(outcome_to_dict(declared)) == declared


def test_a_failure_lists_its_problems_by_place() -> None:
    failed = Failed(
        kind="invalid_output", message="does not fit", problems=(Problem(path="[0]", message="is 3"),)
    )
    assert outcome_to_dict(failed) == {
        "outcome": "invalid_output",
        "message": "does not fit",
        "problems": [{"path": "[0]", "message": "is 3"}],
    }
