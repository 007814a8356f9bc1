"""The minimiser and the regression on top of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mapp.route.recognise.softmax import NOTHING, fit_columns, log_total, minimise, probabilities

Floats = NDArray[np.float64]


def clusters(*, columns: int = 3, rows: int = 40, seed: int = 1) -> tuple[Floats, NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(columns), rows)
    places = random.normal(size=(columns, 4)) * 3
    features = places[labels] + random.normal(size=(len(labels), 4))
    return np.c_[features, np.ones(len(labels))].astype(np.float64), labels


def test_the_minimum_of_a_bowl_is_found() -> None:
    middle = np.array([[1.0, -2.0], [3.0, 0.5]], dtype=np.float64)
    steep = np.array([[1.0, 30.0], [5.0, 0.2]], dtype=np.float64)

    def bowl(point: Floats) -> tuple[float, Floats]:
        away = point - middle
        return float((steep * away * away).sum()), 2 * steep * away

    found = minimise(bowl, np.zeros((2, 2), dtype=np.float64), iterations=100, tolerance=1e-9)
    assert found == pytest.approx(middle, abs=1e-2)


def test_clusters_are_separated() -> None:
    features, labels = clusters()
    weights = fit_columns(features, labels, np.ones(len(labels), np.float64), np.zeros((5, 3), np.float64))
    assert (probabilities(features @ weights).argmax(axis=1) == labels).mean() > 0.95


def test_the_gradient_is_zero_at_the_solution() -> None:
    features, labels = clusters()
    even = np.ones(len(labels), np.float64)
    weights = fit_columns(
        features, labels, even, np.zeros((5, 3), np.float64), iterations=500, tolerance=1e-9
    )
    shares = probabilities(features @ weights)
    shares[np.arange(len(labels)), labels] -= 1
    slope = features.T @ shares
    slope[:-1] += weights[:-1] / 40
    assert np.abs(slope).max() < 0.1


def test_fixed_columns_keep_their_share() -> None:
    features, labels = clusters(columns=4)
    even = np.ones(len(labels), np.float64)
    whole = fit_columns(features, labels, even, np.zeros((5, 4), np.float64))
    block = [0, 1]
    places = np.array([0, 1, 2, 2])[labels]
    part = fit_columns(
        features, places, even, np.zeros((5, 2), np.float64), rest=log_total(features @ whole[:, 2:])
    )
    joined = whole.copy()
    joined[:, block] = part
    assert (probabilities(features @ joined).argmax(axis=1) == labels).mean() > 0.95


def test_rows_with_more_weight_win() -> None:
    features = np.ones((2, 1), dtype=np.float64)
    weights = fit_columns(
        features, np.array([0, 1]), np.array([9.0, 1.0], np.float64), np.zeros((1, 2), np.float64)
    )
    assert probabilities(features @ weights)[0, 0] == pytest.approx(0.9, abs=0.02)


def test_the_total_of_no_columns_is_nothing() -> None:
    assert list(log_total(np.zeros((2, 0), np.float64))) == [NOTHING] * 2


def test_large_logits_do_not_overflow() -> None:
    assert probabilities(np.array([[1e4, -1e4]], np.float64))[0] == pytest.approx([1.0, 0.0])
    assert log_total(np.array([[1e4, 1e4]], np.float64))[0] == pytest.approx(1e4, rel=1e-3)
