"""Requests that apps were compiled for."""

from __future__ import annotations

import pytest

from mapp.model.decision import Ask, Use
from mapp.model.request import Candidate
from mapp.route.decide.decide import CandidateMatch
from mapp.route.decide.known import decide_known
from mapp.route.decide.vetoes import Veto
from mapp.route.fill.fill import Filling

OTHERS = [Candidate(app=name, score=0.5) for name in ("near", "vat", "far", "farther")]
DOUBT = Veto(name="ambiguous-date", reason="that can mean several dates")


def match(app: str, *vetoes: Veto, missing: tuple[str, ...] = (), confidence: float = 1.0) -> CandidateMatch:
    given = {} if missing else {"price": 3}
    filling = Filling(
        arguments={**given}, missing=missing, unused=(), evidence=("as usual",), confidence=confidence
    )
    return CandidateMatch(
        app=app, probability=1.0, filling=filling, arguments=tuple(filling.arguments.items()), vetoes=vetoes
    )


@pytest.mark.parametrize("confidence", [1.0, 0.5])
def test_the_app_runs_whatever_the_thresholds_are(confidence: float) -> None:
    decision = decide_known([match("vat", confidence=confidence)], OTHERS)

    assert isinstance(decision, Use)
    assert (decision.app, decision.arguments, decision.sure) == ("vat", (("price", 3),), 1.0)
    assert decision.certainty == "sure" and decision.reasons == ("as usual",)
    assert [row.app for row in decision.candidates] == ["vat", "near", "far"]


@pytest.mark.parametrize(
    ("reading", "missing", "reason"),
    [
        (match("vat", missing=("price",)), ("price",), "compiled for this"),
        (match("vat", DOUBT), (), "several dates"),
        (match("vat", confidence=0.4), (), "not clear"),
    ],
)
def test_what_the_words_leave_open_is_asked(
    reading: CandidateMatch, missing: tuple[str, ...], reason: str
) -> None:
    decision = decide_known([reading], OTHERS)

    assert isinstance(decision, Ask)
    assert (decision.app, decision.missing, decision.either) == ("vat", missing, ())
    assert reason in decision.reasons[0] and decision.sure < 0.5


def test_several_apps_are_all_named() -> None:
    decision = decide_known([match(name) for name in ("a", "b", "c", "vat")], OTHERS)

    assert isinstance(decision, Ask)
    assert decision.either == ("a", "b", "c", "vat") == tuple(row.app for row in decision.candidates)
    assert decision.reasons == ("a, b, c and vat were compiled for this request",)
    assert decision.sure == 0.25
