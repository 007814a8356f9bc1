"""How sure a match is, in one number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.recognise.sureness import DIGITS, sure_to

SHARES = st.floats(min_value=0, max_value=1)


def test_with_certain_arguments_a_match_is_as_sure_as_its_app() -> None:
    assert sure_to(0.8, 1.0, []) == 0.8


def test_the_odds_of_wrong_arguments_are_divided_by_three() -> None:
    assert sure_to(1.0, 0.5, []) == 0.75
    assert sure_to(1.0, 0.25, []) == 0.5


def test_the_probability_of_apps_that_are_ruled_out_is_shared() -> None:
    assert sure_to(0.4, 1.0, [0.3, 0.2]) == 0.8
    assert sure_to(0.4, 1.0, [0.6]) == 1.0


@pytest.mark.parametrize(("probability", "confidence"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_a_match_without_an_app_or_arguments_is_not_sure_at_all(
    probability: float, confidence: float
) -> None:
    assert sure_to(probability, confidence, [1.0]) == 0.0


@given(SHARES, SHARES, st.lists(SHARES, max_size=4))
def test_sureness_is_a_rounded_number_from_0_to_1(
    probability: float, confidence: float, refuted: list[float]
) -> None:
    sure = sure_to(probability, confidence, refuted)
    assert 0 <= sure <= 1
    assert sure == round(sure, DIGITS)
