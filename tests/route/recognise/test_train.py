"""Training gives the same bytes with any processor, BLAS kernel and number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from mapp.route.recognise import classifier, corpus, train
from support import small_library
from support.small_library import WANTED


def in_a_child(settings: Mapping[str, str]) -> list[str]:
    """Trains in a process of its own and returns the hashes of the files."""
    tests = Path(small_library.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests), **settings}
    command = [sys.executable, "-m", "support.small_library"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()


def dispatched() -> str:
    """Returns the optional instruction sets that numpy uses on this processor."""
    return " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))


@pytest.mark.parametrize(
    "settings",
    [
        {
            "OPENBLAS_NUM_THREADS": "1",
            "OPENBLAS_CORETYPE": "Nehalem",
            "NPY_DISABLE_CPU_FEATURES": dispatched(),
        },
        {"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "Haswell", "PYTHONHASHSEED": "7"},
    ],
    ids=["old processor, one thread", "newer processor, two threads"],
)
def test_a_recogniser_has_these_bytes_on_any_machine(settings: dict[str, str]) -> None:
    assert in_a_child(settings) == WANTED


@pytest.mark.sweep
@pytest.mark.parametrize("threads", ["1", "2", "4"])
@pytest.mark.parametrize("kernel", ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX"])
def test_a_recogniser_has_these_bytes_with_any_kernel(kernel: str, threads: str) -> None:
    settings = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": threads}
    assert in_a_child(settings) == WANTED


@pytest.fixture(scope="module")
def lesson() -> corpus.Lesson:
    return small_library.lesson()


def test_rows_in_another_order_hardly_change_a_recogniser(lesson: corpus.Lesson) -> None:
    """Sums over rows are exact, but for the folded ones: thresholds and decisions stay."""
    backwards = corpus.Lesson(rows=lesson.rows[::-1], vectors=lesson.vectors[::-1])
    one = train.fit(lesson, small_library.background(), reader=small_library.reader)
    other = train.fit(backwards, small_library.background(), reader=small_library.reader)
    assert np.abs(one.weights - other.weights).max() < 0.02
    assert other.bands == one.bands


def test_a_recogniser_is_saved_as_the_same_bytes_at_any_time(
    lesson: corpus.Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = train.fit(lesson, small_library.background())
    classifier.save(model, tmp_path / "one.npz")
    monkeypatch.setattr("time.time", lambda: 0.0)
    classifier.save(classifier.load(tmp_path / "one.npz"), tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_a_judgement_is_the_same_before_and_after_it_was_saved(lesson: corpus.Lesson, tmp_path: Path) -> None:
    model = train.fit(lesson, small_library.background())
    classifier.save(model, tmp_path / "one.npz")
    again = classifier.load(tmp_path / "one.npz")
    assert np.array_equal(again.weights, model.weights)
    assert np.array_equal(again.centres, model.centres)
    assert np.array_equal(again.exemplars, model.exemplars)
    assert np.array_equal(again.offsets, model.offsets)
    assert again.score == model.score
    assert again.bands == model.bands
