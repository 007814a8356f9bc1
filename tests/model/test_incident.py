"""Incidents as values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.model.incident import FAILURE_CLASSES, HEALABLE, Incident

INCIDENT = Incident(
    id="019a",
    app="vat",
    failure="code_bug",
    fingerprint="v1:00",
    version="1.0.0",
    commit="c0ffee",
    tree="7ree",
    first=1.5,
    last=2.5,
    run="run-1",
    expected='{"output":20}',
    facts=(("outcome", "threw"), ("replays", [True, True])),
)


def test_an_incident_is_printed_with_exactly_the_published_keys() -> None:
    assert INCIDENT.to_dict() == {
        "id": "019a",
        "app": "vat",
        "class": "code_bug",
        "fingerprint": "v1:00",
        "version": "1.0.0",
        "commit": "c0ffee",
        "runs": 1,
        "first": 1.5,
        "last": 2.5,
        "state": "open",
    }


def test_a_row_gives_back_the_incident() -> None:
    assert Incident.from_row(INCIDENT.to_row()) == INCIDENT


@pytest.mark.parametrize("failure", FAILURE_CLASSES)
def test_only_four_classes_may_cost_tokens(failure: str) -> None:
    incident = replace(INCIDENT, failure=failure)  # type: ignore[arg-type]
    assert incident.healable == (failure in HEALABLE)
    assert not replace(incident, state="closed").healable


def test_a_wrong_answer_is_healed_only_with_the_right_one() -> None:
    wrong = replace(INCIDENT, failure="expectation")
    assert wrong.healable and not replace(wrong, expected="").healable
