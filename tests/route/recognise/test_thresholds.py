"""How sure a decision has to be: read off a smooth curve over held-out rows."""

from __future__ import annotations

import hashlib

from mapp.route.recognise.thresholds import Judged, least_sure


def judged(count: int, *, odds: float, salt: str = "") -> list[Judged]:
    """Returns decisions of every sureness; the odds of being wrong are `odds` times what sureness says."""
    found = []
    for n in range(count):
        sure = 0.5 + 0.4999 * n / count
        risk = odds * (1 - sure) / (sure + odds * (1 - sure))
        mark = int.from_bytes(hashlib.blake2b(f"{salt}{n}".encode(), digest_size=4).digest(), "big") / 2**32
        found.append(Judged(sure, 1.0, mark >= risk, True))
    return found


def threshold(rows: list[Judged], share: float = 0.005) -> float:
    return least_sure(rows, [not each.app_right for each in rows], share)


def test_more_wrong_rows_raise_the_threshold() -> None:
    found = [threshold(judged(2000, odds=odds)) for odds in (0.02, 0.1, 0.3, 1.0)]
    assert found == sorted(found)
    assert found[0] < 0.8 < found[-1]


def test_few_enough_rows_above_the_threshold_are_wrong() -> None:
    rows = judged(8000, odds=0.3)
    passed = [each for each in rows if each.sure >= threshold(rows, 0.02)]
    assert 0.01 <= sum(not each.app_right for each in passed) / len(passed) <= 0.022


def test_another_sample_of_rows_hardly_moves_the_threshold() -> None:
    found = [threshold(judged(4000, odds=0.2, salt=str(salt))) for salt in range(5)]
    assert max(found) - min(found) <= 0.02


def test_one_wrong_row_at_the_top_moves_the_threshold_by_at_most_one_step() -> None:
    rows = judged(3000, odds=0.2)
    with_one = [*rows, Judged(0.9999, 1.0, False, True)]
    assert abs(threshold(with_one) - threshold(rows)) <= 0.0051


def test_a_threshold_is_a_multiple_of_half_a_hundredth() -> None:
    found = threshold(judged(3000, odds=0.3))
    assert round(found * 200) / 200 == found


def test_without_rows_only_the_surest_decisions_pass() -> None:
    assert least_sure([], [], 0.005) == 0.99
    wrong = [Judged(0.9, 1.0, False, True)] * 50
    assert threshold(wrong) == 0.99
