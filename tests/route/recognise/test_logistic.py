"""Logistic regression gives the maximum of the posterior, and shrinks the offsets of small groups."""

from __future__ import annotations

import numpy as np
import pytest

from mapp.route.recognise.logistic import fit_coefficients, fit_offsets, sigmoid, weighted

DRAWN = np.random.default_rng(7)
FEATURES = np.concatenate([DRAWN.normal(size=(4000, 2)), np.ones((4000, 1))], axis=1)
TRUE = (1.5, -0.75, 0.5)
RIGHT = (DRAWN.random(4000) < sigmoid(weighted(FEATURES, TRUE))).astype(np.float64)
EVEN = np.ones(4000)


def test_the_coefficients_that_made_the_answers_are_found() -> None:
    found = fit_coefficients(FEATURES, RIGHT, EVEN, [0.0] * 3, [0.01] * 3)
    assert found == pytest.approx(TRUE, abs=0.15)


def test_the_slope_is_zero_at_the_coefficients() -> None:
    prior, strength = (1.0, 1.0, 1.0), (30.0, 20.0, 10.0)
    found = fit_coefficients(FEATURES, RIGHT, EVEN, prior, strength)
    slope = FEATURES.T @ (sigmoid(weighted(FEATURES, found)) - RIGHT)
    slope += np.array(strength) * (np.array(found) - np.array(prior))
    assert np.abs(slope).max() < 0.5


def test_without_rows_the_prior_stays() -> None:
    found = fit_coefficients(FEATURES[:0], RIGHT[:0], EVEN[:0], [1.0, 2.0, 3.0], [1.0] * 3)
    assert found == (1.0, 2.0, 3.0)


def test_answers_that_the_features_separate_do_not_make_endless_coefficients() -> None:
    features = np.array([[1.0, 1.0], [-1.0, 1.0]] * 50)
    found = fit_coefficients(features, np.array([1.0, 0.0] * 50), np.ones(100), [0.0, 0.0], [1.0, 1.0])
    assert 2 < found[0] < 10


def offsets(wrong: int, count: int) -> float:
    """Returns the offset of a group of this size, so many of whose sure answers are wrong."""
    right = np.concatenate([np.zeros(wrong), np.ones(count - wrong)])
    groups = np.ones(count, dtype=np.int64)
    return float(fit_offsets(np.full(count, 3.0), right, np.ones(count), groups, 2, variance=0.25)[1])


def test_a_group_with_wrong_answers_gets_a_lower_offset() -> None:
    assert offsets(20, 40) < offsets(5, 40) < 0 < offsets(0, 40)


def test_a_small_group_hardly_differs_from_the_others() -> None:
    assert -0.25 < offsets(1, 1) < 0
    assert offsets(20, 40) < -1


def test_a_group_without_rows_has_no_offset() -> None:
    found = fit_offsets(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1, dtype=np.int64), 3, variance=1.0)
    assert found[0] < 0
    assert found[1:].tolist() == [0.0, 0.0]
