"""The score counts mutants for and against the tests."""

from __future__ import annotations

import pytest

from mapp.validate.mutation.mutants import all_mutants
from mapp.validate.mutation.run_mutant import MutantResult, MutantStatus
from mapp.validate.mutation.score import Score

MUTANT = next(all_mutants("a = 1;"))


def score(**counts: int) -> Score:
    results = [
        _result(status)
        for status in ("killed", "survived", "undecided", "broken", "invalid")
        for _ in range(counts.get(status, 0))
    ]
    return Score(results=tuple(results))


def _result(status: MutantStatus) -> MutantResult:
    return MutantResult(mutant=MUTANT, status=status)


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
def test_undecided_mutants_beyond_a_quarter_count_as_survivors(counts: dict[str, int], value: float) -> None:
    assert score(**counts).value == pytest.approx(value)


@pytest.mark.parametrize("counts", [{}, {"invalid": 3}])
def test_without_a_mutant_there_is_no_score(counts: dict[str, int]) -> None:
    assert score(**counts).value is None


def test_undecided_mutants_of_an_app_that_calls_its_host_do_not_count() -> None:
    results = (*[_result("killed")] * 4, *[_result("undecided")] * 12)

    assert Score(results=results, is_open=True).value == 1
    assert Score(results=results).value == pytest.approx(4 / 12)
