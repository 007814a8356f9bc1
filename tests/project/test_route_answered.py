"""The benchmark of answers judges decisions as a person would."""

from __future__ import annotations

import doctest
import json
from collections import Counter

import pytest

from benchmarks.route import answered
from benchmarks.route.answered import Case, Outcome, case_of, outcome_of, rows_of, starter_app
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.decision import Arguments, Ask, Compile, Decision, Use
from mapp.model.request import Request

ROW = {"request": "240 plus 20% tax", "app": "vat", "arguments": {"price": 240}}
RIGHT = (("price", 240.0), ("rate", 20), ("direction", "add"))
WRONG = (("price", 20), ("rate", 240), ("direction", "add"))


def never(app: App, one: Arguments, other: Arguments) -> bool:
    return False


def always(app: App, one: Arguments, other: Arguments) -> bool:
    return True


def test_the_examples_hold() -> None:
    found = doctest.testmod(answered)
    assert found.attempted and not found.failed


@pytest.mark.parametrize(
    ("decision", "wanted"),
    [
        (Use(app="vat", arguments=RIGHT), "ran right"),
        (Use(app="vat", arguments=WRONG), "ran wrong"),
        (Use(app="percent-of", arguments=RIGHT), "ran wrong"),
        (Ask(app="vat", arguments=RIGHT), "asked right"),
        (Ask(app="vat", arguments=WRONG), "asked"),
        (Ask(app="vat", arguments=(("rate", 20),), missing=("price",)), "asked right"),
        (Ask(app="vat", arguments=(("rate", 240),), missing=("price",)), "asked"),
        (Ask(app="percent-of", arguments=(), missing=("total",)), "asked"),
        (Compile(), "neither"),
    ],
)
def test_a_request_that_fits(decision: Decision, wanted: Outcome) -> None:
    assert outcome_of(case_of(ROW), decision, never) == wanted


def test_other_arguments_with_the_same_output_are_right() -> None:
    assert outcome_of(case_of(ROW), Use(app="vat", arguments=WRONG), always) == "ran right"
    assert outcome_of(case_of(ROW), Use(app="percent-of", arguments=RIGHT), always) == "ran wrong"


@pytest.mark.parametrize(
    "row", [{"request": "x", "near": "vat", "why": "y"}, {"request": "x", "outside": True}]
)
def test_nothing_may_run_for_near_misses_and_what_is_out_of_scope(row: dict[str, object]) -> None:
    case = case_of(row)
    assert outcome_of(case, Use(app="vat", arguments=RIGHT), never) == "ran wrong"
    assert outcome_of(case, Use(app="percent-of", arguments=()), never) == "ran wrong"
    assert outcome_of(case, Ask(app="vat", arguments=RIGHT), never) == "asked"
    assert outcome_of(case, Compile(), never) == "neither"


def test_a_held_back_near_miss_may_be_another_apps_job() -> None:
    case = Case(request=Request(text="x"), kind="near", app="vat", may_be_anothers=True)
    assert outcome_of(case, Use(app="percent-of", arguments=()), never) == "ran elsewhere"
    assert outcome_of(case, Use(app="vat", arguments=RIGHT), never) == "ran wrong"


def test_figures_count_what_their_names_say() -> None:
    found: Counter[tuple[answered.Kind, Outcome]] = Counter(
        {
            ("fits", "ran right"): 6,
            ("fits", "ran wrong"): 1,
            ("fits", "asked right"): 2,
            ("fits", "neither"): 1,
            ("near", "ran wrong"): 2,
            ("near", "ran elsewhere"): 1,
            ("near", "neither"): 7,
            ("outside", "ran wrong"): 1,
            ("outside", "asked"): 1,
            ("outside", "neither"): 3,
        }
    )
    counted = {
        name: (cell["count"], cell["of"])
        for name, cell in rows_of(found).items()
        if not isinstance(cell, str)
    }
    assert list(counted.values()) == [(6, 10), (2, 10), (4, 10), (2, 10), (1, 5), (2, 5)]


@pytest.mark.parametrize("name", ["fresh_requests.jsonl", "development_requests.jsonl"])
def test_a_file_of_requests_has_all_kinds_and_fits_the_starter_apps(name: str) -> None:
    cases = [case_of(json.loads(line)) for line in (answered.DATA / name).read_text("utf-8").splitlines()]
    kinds = Counter(case.kind for case in cases)
    assert kinds["fits"] >= 200 and kinds["near"] >= 60 and kinds["outside"] >= 40
    assert len({case.request.text for case in cases}) == len(cases)
    for case in cases:
        if case.kind == "fits":
            with_defaults(starter_app(case.app).manifest, dict(case.arguments))
        elif case.kind == "near":
            assert starter_app(case.app)
