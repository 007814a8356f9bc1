"""The two probabilities: that an app is meant, and that the answer is right."""

from __future__ import annotations

import numpy as np

from mapp.route.recognise.score import Evidence, Score

SCORE = Score()


def recognised(share: float, rival: float, centre: float = 0.6, nearest: float = 0.75) -> float:
    evidence = Evidence(
        share=np.array([share]),
        rival=np.array([rival]),
        centre=np.array([centre]),
        nearest=np.array([nearest]),
        unfamiliar=np.zeros(1),
    )
    return float(SCORE.recognised(evidence)[0])


def test_a_nearer_rival_makes_an_app_less_probable() -> None:
    assert recognised(0.6, 0.01) > recognised(0.6, 0.2) > recognised(0.6, 0.4)


def test_a_request_far_from_all_that_an_app_was_taught_is_not_recognised() -> None:
    assert recognised(0.9, 0.01) > 0.9
    assert recognised(0.9, 0.01, centre=0.1, nearest=0.15) < 0.3


def test_an_app_that_is_hardly_meant_does_not_gain_from_having_no_rival() -> None:
    assert recognised(0.01, 0.0, centre=0.3, nearest=0.4) < 0.3


def test_doubtful_arguments_make_an_answer_less_sure() -> None:
    found = [SCORE.sure(0.99, confidence) for confidence in (0.5, 0.9, 0.999)]
    assert found == sorted(found)
    assert found[0] < found[2]


def test_unexplained_words_make_an_answer_less_sure() -> None:
    found = [SCORE.sure(0.95, 0.95, unexplained=words, words=5) for words in (0, 1, 3, 5)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[3]


def test_words_of_near_misses_make_an_answer_less_sure_and_words_of_requests_surer() -> None:
    found = [SCORE.sure(0.95, 0.95, unfamiliar=weight) for weight in (-3.0, 0.0, 2.0)]
    assert found[0] < found[1] < found[2]


def test_an_app_whose_answers_were_wrong_is_less_sure_than_others() -> None:
    assert SCORE.sure(0.9, 0.9, offset=-1.0) < SCORE.sure(0.9, 0.9)


def test_certainty_is_rounded_to_four_decimals() -> None:
    found = SCORE.sure(0.987654, 0.87654, unexplained=1, words=3)
    assert round(found, 4) == found
