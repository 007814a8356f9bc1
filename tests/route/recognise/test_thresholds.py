"""How sure a decision has to be: read off a smooth curve over held-out rows."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from mapp.route.recognise.thresholds import bands_of, least_sure

Floats = NDArray[np.float64]


def judged(count: int, *, odds: float, salt: str = "") -> tuple[Floats, Floats]:
    """Returns how sure some decisions were, and 1 for each wrong one.

    The odds of being wrong are `odds` times what sureness says.
    """
    sure = 0.5 + 0.4999 * np.arange(count) / count
    risk = odds * (1 - sure) / (sure + odds * (1 - sure))
    marks = [hashlib.blake2b(f"{salt}{n}".encode(), digest_size=4).digest() for n in range(count)]
    drawn = np.array([int.from_bytes(mark, "big") / 2**32 for mark in marks])
    return sure, (drawn < risk).astype(np.float64)


def threshold(rows: tuple[Floats, Floats], share: float = 0.005) -> float:
    sure, wrong = rows
    return least_sure(sure, wrong, np.ones(len(sure)), share)


def test_more_wrong_rows_raise_the_threshold() -> None:
    found = [threshold(judged(2000, odds=odds)) for odds in (0.02, 0.1, 0.3, 1.0)]
    assert found == sorted(found)
    assert found[0] < 0.8 < found[-1]


def test_few_enough_rows_above_the_threshold_are_wrong() -> None:
    sure, wrong = judged(8000, odds=0.3)
    passed = sure >= threshold((sure, wrong), 0.02)
    assert 0.01 <= wrong[passed].mean() <= 0.022


def test_another_sample_of_rows_hardly_moves_the_threshold() -> None:
    found = [threshold(judged(4000, odds=0.2, salt=str(salt))) for salt in range(5)]
    assert max(found) - min(found) <= 0.02


def test_one_wrong_row_at_the_top_moves_the_threshold_by_at_most_one_step() -> None:
    sure, wrong = judged(3000, odds=0.2)
    with_one = (np.append(sure, 0.9999), np.append(wrong, 1.0))
    assert abs(threshold(with_one) - threshold((sure, wrong))) <= 0.0051


def test_a_threshold_is_a_multiple_of_half_a_hundredth() -> None:
    found = threshold(judged(3000, odds=0.3))
    assert round(found * 200) / 200 == found


def test_without_rows_only_the_surest_decisions_pass() -> None:
    assert threshold((np.zeros(0), np.zeros(0))) == 0.99
    assert threshold((np.full(50, 0.9), np.ones(50))) == 0.99


def test_the_thresholds_are_in_order() -> None:
    sure, wrong = judged(4000, odds=0.6)
    bands = bands_of(sure, wrong, np.ones(len(sure)))
    assert bands.ask <= bands.likely < bands.sure
