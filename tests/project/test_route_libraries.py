"""The benchmark's invented libraries are what it says they are."""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pytest

from benchmarks.route import matrix, poison, warm
from benchmarks.route.answered import LEVELS
from benchmarks.route.decisions import fresh
from benchmarks.route.figures import share
from benchmarks.synthetic import FITTING, MISSING, card_of, name_of, unseen
from mapp.route.recognise import train
from mapp.starter import bundle
from support import small_library

SAID = [f"what is {place} plus {place}" for place in range(60)]


def test_a_synthetic_app_keeps_as_many_rows_as_it_is_told() -> None:
    few, many = card_of(80), card_of(80, fitting=20, missing=6)
    assert Counter(phrase.fits for phrase in few.phrases) == {True: FITTING, False: MISSING}
    assert Counter(phrase.fits for phrase in many.phrases) == {True: 20, False: 6}
    assert few.manifest.name == name_of(80)


@pytest.mark.parametrize("number", [3, 80])
def test_an_unseen_request_is_none_of_the_apps_rows(number: int) -> None:
    rows = {phrase.request for phrase in card_of(number, fitting=20).phrases}
    asked = {unseen(number, place, fitting=20) for place in range(10)}
    assert len(asked) > 5
    assert not asked & rows


@pytest.mark.parametrize("kind", ["reworded", "generic", "mixed"])
def test_a_greedy_app_has_only_requests_that_fit_and_comes_out_the_same_again(kind: poison.Kind) -> None:
    card = poison.greedy("helper-01", 1, kind, SAID)
    assert card == poison.greedy("helper-01", 1, kind, SAID)
    assert card != poison.greedy("helper-01", 3, kind, SAID)
    texts = [phrase.request for phrase in card.phrases]
    assert len(set(texts)) == poison.REQUESTS and all(phrase.fits for phrase in card.phrases)
    assert not any(argument.required for argument in card.manifest.arguments)
    copied = sum(any(said in text for said in SAID) for text in texts)
    assert copied == {"reworded": 44, "generic": 0, "mixed": 22}[kind]


def test_a_change_is_given_in_points() -> None:
    before, after = (share(10, 10), share(8, 10), share(0, 10)), (share(9, 10), share(5, 10), share(2, 10))
    cells = list(poison.cells(dict.fromkeys(LEVELS, after), dict.fromkeys(LEVELS, before)))
    assert len(cells) == len(poison.HEADINGS) - 1
    assert cells[0] == after[0]
    assert isinstance(cells[2], dict) and cells[2]["value"] == -30.0


def test_a_repeated_recogniser_judges_copies_like_the_app_that_they_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lesson = small_library.lesson()
    model = train.fit(lesson, small_library.background())
    names = sorted(small_library.THINGS)
    monkeypatch.setattr(warm, "base_of", lambda app: app.rpartition("-")[0])
    apps = [f"{name}-{copy}" for copy in range(2) for name in names]
    twice = warm.repeated(model, apps)
    assert twice.apps == tuple(apps)
    columns = twice.weights.shape[1]
    assert columns == 2 * len(names) + 1
    assert np.array_equal(twice.weights[:, : len(names)], model.weights[:, : len(names)])
    assert np.array_equal(twice.weights[:, -1], model.weights[:, -1])


def test_a_synthetic_app_knows_its_starter_app() -> None:
    names = bundle.names()
    assert warm.base_of(name_of(5)) == names[5]
    assert warm.base_of(name_of(len(names) + 5)) == names[5]


def test_a_process_reports_its_peak_memory_in_megabytes() -> None:
    small = warm.peak(sys.executable, "-c", "pass")
    large = warm.peak(sys.executable, "-c", "x = bytearray(200 * 2**20)")
    assert 2 < small < 100 < large


def test_decisions_that_differ_are_counted() -> None:
    rows: matrix.Rows = [{"app": "vat", "sure": 0.9}, {"app": "vat", "sure": 0.9}]
    others: matrix.Rows = [{"app": "vat", "sure": 0.9004}, {"app": "tip", "sure": 0.8}]
    equal, close, apart = matrix.compared(others, rows)
    assert isinstance(equal, dict) and isinstance(close, dict) and isinstance(apart, dict)
    assert (equal["count"], close["count"], apart["value"]) == (1, 1, 0.1)


def test_the_requests_of_both_files_are_asked() -> None:
    count = len(fresh())  # a number, so that a failure prints no request
    assert count > 900
