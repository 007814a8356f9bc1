"""Exemplars lie where the requests of an app lie."""

from __future__ import annotations

import numpy as np

from mapp.route.recognise import exact
from mapp.route.recognise.exemplars import BITS, EXEMPLARS, exemplars_of

DRAWN = np.random.default_rng(5)


def test_every_kind_of_request_of_an_app_has_an_exemplar_nearby() -> None:
    kinds = DRAWN.normal(size=(EXEMPLARS, 40))
    rows = np.repeat(kinds, 8, axis=0) + 0.2 * DRAWN.normal(size=(8 * EXEMPLARS, 40))
    rows = exact.on_grid(rows / np.linalg.norm(rows, axis=1, keepdims=True), exact.FEATURE_BITS, 1.0)
    found = exemplars_of(rows, np.zeros(len(rows), dtype=np.int64), 1)[0] * 2.0**-BITS
    assert (rows @ found.T).max(axis=1).min() > 0.85


def test_one_request_is_its_own_exemplar_and_no_request_has_none() -> None:
    row = exact.on_grid(np.full((1, 16), 0.25), exact.FEATURE_BITS, 1.0)
    found = exemplars_of(row, np.array([1]), 2)
    assert found.shape == (2, EXEMPLARS, 16)
    assert not found[0].any()
    assert (found[1] * 2.0**-BITS == 0.25).all()


def test_the_order_of_the_rows_does_not_count() -> None:
    rows = DRAWN.normal(size=(30, 16))
    rows = exact.on_grid(rows / np.linalg.norm(rows, axis=1, keepdims=True), exact.FEATURE_BITS, 1.0)
    labels = np.arange(30) % 2
    assert np.array_equal(exemplars_of(rows, labels, 2), exemplars_of(rows[::-1], labels[::-1], 2))
