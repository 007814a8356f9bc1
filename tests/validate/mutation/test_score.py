"""The score as a figure: what counts for it and what against it."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.mutants import all_mutants
from mapp.validate.mutation.run_mutant import Fate, MutantStatus
from mapp.validate.mutation.score import Score

MUTANT = next(all_mutants("a = 1;"))


def score(**counts: int) -> Score:
    fates = [
        _fate(status)
        for status in ("killed", "survived", "undecided", "broken", "invalid")
        for _ in range(counts.get(status, 0))
    ]
    return Score(fates=tuple(fates))


def _fate(status: MutantStatus) -> Fate:
    return Fate(mutant=MUTANT, status=status)


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ({"killed": 3, "survived": 1}, 0.75),
        ({"killed": 3, "survived": 1, "broken": 50, "invalid": 50}, 0.75),
        ({"killed": 60, "survived": 20, "undecided": 20}, 0.75),
        ({"killed": 40, "survived": 0, "undecided": 60}, 40 / 75),
        ({"undecided": 8}, 0.0),
        ({"broken": 8}, 0.0),
        ({"survived": 8}, 0.0),
    ],
)
def test_the_undecided_count_against_it_beyond_a_quarter(counts: dict[str, int], value: float) -> None:
    assert score(**counts).value == pytest.approx(value)


@pytest.mark.parametrize("counts", [{}, {"invalid": 3}])
def test_without_a_mutant_there_is_no_score(counts: dict[str, int]) -> None:
    assert score(**counts).value is None


def test_what_an_app_cannot_be_answered_here_is_not_counted_against_its_tests() -> None:
    fates = (*[_fate("killed")] * 4, *[_fate("undecided")] * 12)

    assert Score(fates=fates, is_open=True).value == 1
    assert Score(fates=fates).value == pytest.approx(4 / 12)
