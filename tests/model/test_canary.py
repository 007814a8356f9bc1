"""The rule that keeps a heal or takes it back."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any, Literal

import pytest

from mapp.model.canary import (
    NEW_BUGS,
    REPLAYS,
    RUNS,
    WORST,
    Decision,
    Evidence,
    Finding,
    decide,
    probability_of_more,
)
from mapp.model.incident import FAILURE_CLASSES, FailureClass

Source = Literal["live", "replay"]


def _row(
    finding: Finding,
    number: int = 0,
    source: Source = "live",
    failure: FailureClass | Literal[""] = "",
    given: str = "",
) -> Evidence:
    return Evidence(
        commit="c",
        run=f"{source}{number}",
        source=source,
        at=float(number),
        finding=finding,
        input=given or str(number),
        failure=failure,
    )


def _rows(finding: Finding, count: int, source: Source = "live") -> list[Evidence]:
    return [_row(finding, number, source) for number in range(count)]


def _said(rows: list[Evidence], *, rare: bool = False) -> tuple[str, bool]:
    found: Decision = decide(rows, rare=rare)
    return found.state, found.ended


def test_a_canary_is_open_until_it_saw_its_runs() -> None:
    assert _said([]) == ("open", False)
    assert _said(_rows("same", RUNS - 1)) == ("open", False)
    assert _said(_rows("same", RUNS)) == ("promoted", True)


@pytest.mark.parametrize("failure", FAILURE_CLASSES)
def test_one_failure_of_the_worst_classes_reverts_and_one_of_any_other_does_not(
    failure: FailureClass,
) -> None:
    finding: Finding = "missing" if failure not in ("code_bug", "regression", "security") else "worse"

    found = decide([*_rows("same", 5), _row(finding, 9, failure=failure)], rare=False)

    assert (found.state == "reverted") is (failure in WORST)
    assert (found.worst is not None) is (failure in WORST)


@pytest.mark.parametrize("finding", ["worse", "changed"])
def test_faults_on_two_inputs_revert(finding: Finding) -> None:
    one = [*_rows("same", 15), _row(finding, 20)]

    assert _said(one) == ("open", False)
    found = decide([*one, _row(finding, 21)], rare=False)

    assert (found.state, found.worst) == ("reverted", one[-1])
    assert NEW_BUGS == 2


def test_a_fault_on_one_input_again_and_again_is_weighed_against_the_version_before() -> None:
    again = [_row("worse", number, given="x") for number in range(2)]

    assert _said(again) == ("reverted", True)
    assert _said([*again, *_rows("same", 17)]) == ("open", False)
    more = [_row("worse", number, given="x") for number in range(100, 104)]
    assert _said([*more, *_rows("same", 12)]) == ("reverted", True)


def test_failures_that_the_version_before_has_too_do_not_count_against_the_heal() -> None:
    assert _said([*_rows("both_failed", 12), *_rows("better", 8)]) == ("promoted", True)


def test_missing_data_is_neither_failure_nor_success() -> None:
    assert _said(_rows("missing", RUNS - 1)) == ("open", False)
    assert _said(_rows("missing", RUNS)) == ("inconclusive", True)
    assert _said(_rows("meant", RUNS)) == ("inconclusive", True)
    assert _said([*_rows("missing", RUNS), *_rows("same", REPLAYS, "replay")]) == ("promoted", True)


def test_recorded_runs_alone_decide_about_a_rarely_used_app() -> None:
    good = _rows("same", REPLAYS, "replay")

    assert _said(good, rare=True) == ("promoted", True)
    assert _said(good, rare=False) == ("open", False)
    assert _said(good[1:], rare=True) == ("inconclusive", False)
    assert _said([*good, _row("changed", 99, "replay")], rare=True) == ("reverted", True)


def test_one_recorded_good_run_that_goes_wrong_is_enough() -> None:
    assert _said([_row("worse", 1, "replay")]) == ("reverted", True)


def test_the_order_of_the_evidence_does_not_matter_for_the_state() -> None:
    rng = random.Random(1)
    kinds: list[Finding] = ["same", "same", "same", "better", "meant", "worse", "both_failed", "missing"]
    for _ in range(200):
        rows = [_row(rng.choice(kinds), number) for number in range(rng.randint(0, 25))]
        shuffled = rng.sample(rows, len(rows))
        assert _said(rows) == _said(shuffled)


def test_the_probability_is_that_of_two_beta_distributions() -> None:
    rng = random.Random(7)
    for new, old in (((3, 10), (1, 12)), ((0, 5), (2, 9)), ((4, 4), (0, 20)), ((0, 0), (0, 0))):
        draws = 20_000
        more = sum(
            rng.betavariate(new[0] + 1, new[1] - new[0] + 1)
            > rng.betavariate(old[0] + 1, old[1] - old[0] + 1)
            for _ in range(draws)
        )
        assert abs(float(probability_of_more(new, old)) - more / draws) < 0.015
    assert probability_of_more((2, 7), (1, 9)) + probability_of_more((1, 9), (2, 7)) == Fraction(1)


def test_evidence_comes_back_from_its_row() -> None:
    row = _row("worse", 3, "replay", "code_bug")
    document: dict[str, Any] = row.to_dict()

    assert Evidence.from_dict(document) == row
    assert document["class"] == "code_bug"
