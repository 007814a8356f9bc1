"""Decisions: their names and their documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from mapp.model.decision import (
    Ask,
    Compile,
    Decision,
    Expand,
    Refuse,
    Use,
    decision_from_dict,
    decision_name,
    decision_to_dict,
)
from mapp.model.request import Candidate
from support.drawn import decisions


@given(decisions)
def test_a_decision_survives_its_document(decision: Decision) -> None:
    document = json.loads(json.dumps(decision_to_dict(decision)))

    assert decision_from_dict(document) == decision
    assert document["decision"] == decision_name(decision)


def test_an_unknown_decision_is_refused() -> None:
    document: dict[str, Any] = {
        "decision": "hope",
        "app": None,
        "arguments": {},
        "missing": [],
        "candidates": [],
        "reasons": [],
    }
    with pytest.raises(ValueError, match="'hope' is not a decision"):
        decision_from_dict(document)


def test_each_decision_has_its_own_word() -> None:
    made: list[Decision] = [
        Use(app="a", arguments=()),
        Ask(app="a", arguments=()),
        Expand(app="a"),
        Compile(),
        Refuse(),
    ]
    assert [decision_name(decision) for decision in made] == ["use", "ask", "expand", "compile", "refuse"]


def test_a_decision_without_a_call_has_no_arguments_and_only_an_expansion_names_an_app() -> None:
    for decision, app in ((Expand(app="vat"), "vat"), (Compile(), None), (Refuse(), None)):
        document = decision_to_dict(decision)
        assert (document["app"], document["arguments"], document["missing"]) == (app, {}, [])


def test_the_scores_of_candidates_are_rounded_to_four_digits() -> None:
    near = Candidate(app="vat", score=0.123456)
    assert decision_to_dict(Compile(candidates=(near,)))["candidates"] == [{"app": "vat", "score": 0.1235}]
