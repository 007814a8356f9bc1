from __future__ import annotations

import pytest

from mapp.model.decision import Ask, Certainty, Compile, Decision, Expand, Refuse, Use
from mapp.model.request import Candidate, Request
from mapp.route.decide.decide import CandidateMatch, decide
from mapp.route.decide.unexplained import Words
from mapp.route.decide.vetoes import Veto
from mapp.route.fill.fill import Filling
from mapp.route.recognise.classifier import Bands

BANDS = Bands(sure=0.8, likely=0.6, ask=0.4)


def filled(**arguments: int) -> Filling:
    return Filling(
        arguments=dict(arguments), missing=(), unused=(), evidence=("price: the number “1”",), confidence=1.0
    )


def missing(name: str) -> Filling:
    return Filling(arguments={}, missing=(name,), unused=(), evidence=(), confidence=0.0)


def reading(
    app: str,
    probability: float,
    *vetoes: Veto,
    filling: Filling | None = None,
    sure: float | None = None,
    unexplained: int = 0,
    harmless: bool = True,
) -> CandidateMatch:
    filling = filled(price=1) if filling is None else filling
    return CandidateMatch(
        app=app,
        probability=probability,
        sure=probability if sure is None else sure,
        filling=filling,
        words=Words(needing=5, unexplained=unexplained),
        arguments=tuple(filling.arguments.items()),
        vetoes=vetoes,
        harmless=harmless,
    )


def decided(*readings: CandidateMatch, text: str = "vat on 1", accept: Certainty = "sure") -> Decision:
    candidates = [Candidate(app=row.app, score=row.probability) for row in readings]
    return decide(Request(text=text), candidates, readings, BANDS, accept)


def test_a_sure_and_complete_match_is_used() -> None:
    decision = decided(reading("vat", 0.9), reading("discount", 0.1))
    assert isinstance(decision, Use)
    assert (decision.app, decision.arguments) == ("vat", (("price", 1),))


def test_a_person_is_asked_between_the_thresholds() -> None:
    assert isinstance(decided(reading("vat", 0.6)), Ask)


def test_a_likely_match_runs_where_that_is_accepted() -> None:
    decision = decided(reading("vat", 0.7), accept="likely")
    assert isinstance(decision, Use)
    assert (decision.sure, decision.certainty) == (0.7, "likely")


def test_a_sure_match_is_sure_whatever_is_accepted() -> None:
    for accept in ("sure", "likely"):
        decision = decided(reading("vat", 0.9), accept=accept)
        assert isinstance(decision, Use)
        assert (decision.sure, decision.certainty) == (0.9, "sure")


def test_a_likely_match_with_an_effect_is_asked_about() -> None:
    decision = decided(reading("vat", 0.7, harmless=False), accept="likely")
    assert isinstance(decision, Ask)
    assert decision.sure == 0.7


@pytest.mark.parametrize("accept", ["sure", "likely"])
def test_a_refuted_favourite_does_not_hand_its_probability_to_the_next_app(accept: Certainty) -> None:
    for veto in (
        Veto(name="number-left-over", reason="no argument takes 7"),
        Veto(name="unit-left-over", reason=""),
    ):
        decision = decided(
            reading("unit-convert", 0.95, veto), reading("duration-format", 0.01), accept=accept
        )
        assert isinstance(decision, Ask)
        assert decision.app == "unit-convert"
    lacking = reading("unit-convert", 0.95, filling=missing("to"))
    decision = decided(lacking, reading("duration-format", 0.01), accept=accept)
    assert isinstance(decision, Ask)
    assert (decision.app, decision.missing) == ("unit-convert", ("to",))


def test_no_app_matches_below_the_lower_threshold() -> None:
    decision = decided(reading("vat", 0.39), reading("discount", 0.2))
    assert isinstance(decision, Compile)
    assert [candidate.app for candidate in decision.candidates] == ["vat", "discount"]


def test_an_empty_library_means_compile() -> None:
    assert isinstance(decided(), Compile)


def test_a_missing_argument_is_asked_for_by_name() -> None:
    decision = decided(reading("vat", 0.99, filling=missing("price")))
    assert isinstance(decision, Ask)
    assert decision.missing == ("price",)


@pytest.mark.parametrize(
    "rule", ["negation", "opposite", "exclusion", "result-form", "place", "second-request", "other-quantity"]
)
def test_a_request_for_something_else_suggests_to_expand_the_app(rule: str) -> None:
    decision = decided(reading("vat", 0.99, Veto(name=rule, reason="says remove")))
    assert isinstance(decision, Expand)
    assert decision.reasons == ("says remove",)


def test_an_unused_number_stops_the_run() -> None:
    decision = decided(reading("vat", 0.99, Veto(name="number-left-over", reason="no argument takes 7")))
    assert isinstance(decision, Ask)
    assert decision.reasons == ("no argument takes 7",)


@pytest.mark.parametrize(("app", "rival"), [("days-between", "days-until"), ("discount", "percent-of")])
def test_a_missing_argument_is_asked_for_before_another_app_is_offered(app: str, rival: str) -> None:
    decision = decided(reading(app, 0.9, filling=missing("to")), reading(rival, 0.4, sure=0.7))
    assert isinstance(decision, Ask)
    assert (decision.app, decision.missing) == (app, ("to",))


def test_a_complete_match_that_is_as_likely_goes_before_one_that_lacks_an_argument() -> None:
    decision = decided(
        reading("days-between", 0.5, filling=missing("to")), reading("days-until", 0.45, sure=0.9)
    )
    assert isinstance(decision, Use)
    assert decision.app == "days-until"


def test_the_match_is_asked_about_that_is_too_unsure_to_run() -> None:
    assert isinstance(decided(reading("vat", 0.95, sure=0.5)), Ask)


def test_of_two_close_matches_the_narrowest_wins() -> None:
    broad = reading("unit-convert", 0.5, sure=0.91, unexplained=2)
    narrow = reading("temperature", 0.49, sure=0.9)
    decision = decided(broad, narrow)
    assert isinstance(decision, Use)
    assert decision.app == "temperature"
    assert (
        getattr(decided(reading("unit-convert", 0.5, sure=0.95, unexplained=2), narrow), "app", "")
        == "unit-convert"
    )


def test_the_chosen_app_is_the_first_candidate() -> None:
    veto = Veto(name="number-left-over", reason="no argument takes 7")
    decision = decided(reading("a", 0.95, veto), reading("b", 0.9), reading("c", 0.1))
    assert [candidate.app for candidate in decision.candidates] == ["b", "a", "c"]


@pytest.mark.parametrize("text", ["?!", "   ", "…"])
def test_a_request_without_words_is_refused(text: str) -> None:
    assert isinstance(decided(reading("vat", 0.99), text=text), Refuse)


def test_at_most_three_candidates_are_named() -> None:
    decision = decided(*(reading(f"app-{number}", 0.1) for number in range(9)))
    assert len(decision.candidates) == 3
