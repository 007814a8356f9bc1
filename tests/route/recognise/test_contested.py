"""Rows by which an app claims the requests of others do not count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mapp.route.recognise import exact
from mapp.route.recognise.contested import weights_of

Floats = NDArray[np.float64]
APPS, ROWS, DIMENSIONS = 12, 30, 48
DRAWN = np.random.default_rng(3)


def unit(rows: Floats) -> Floats:
    return exact.on_grid(rows / np.linalg.norm(rows, axis=-1, keepdims=True), exact.FEATURE_BITS, 1.0)


def honest() -> tuple[Floats, NDArray[np.int64]]:
    """Returns the requests of apps that each do one thing."""
    labels = np.repeat(np.arange(APPS), ROWS)
    jobs = unit(DRAWN.normal(size=(APPS, DIMENSIONS)))
    return unit(jobs[labels] + 0.12 * DRAWN.normal(size=(len(labels), DIMENSIONS))), labels


def weights(vectors: Floats, labels: NDArray[np.int64]) -> list[Floats]:
    """Returns the weights of the rows of each app."""
    count = int(labels.max()) + 1
    centres = unit(np.stack([vectors[labels == app].mean(axis=0) for app in range(count)]))
    found = weights_of(vectors, labels, centres)
    return [found[labels == app] for app in range(count)]


def with_claims(copies: int, own: int) -> tuple[Floats, NDArray[np.int64]]:
    """Returns the rows of honest apps, and of one that copies from them all and has some of its own."""
    vectors, labels = honest()
    copied = vectors[DRAWN.choice(len(vectors), copies, replace=False)]
    ours = unit(unit(DRAWN.normal(size=(1, DIMENSIONS))) + 0.12 * DRAWN.normal(size=(own, DIMENSIONS)))
    return np.concatenate([vectors, copied, ours]), np.concatenate([labels, np.full(copies + own, APPS)])


def test_all_rows_of_honest_apps_count() -> None:
    assert all((each == 1).all() for each in weights(*honest()))


def test_the_copied_rows_of_a_greedy_app_do_not_count() -> None:
    *others, greedy = weights(*with_claims(60, 0))
    assert (greedy > 0).mean() < 0.1
    assert all((each == 1).all() for each in others)


def test_a_greedy_app_keeps_the_rows_that_are_its_own() -> None:
    *others, mixed = weights(*with_claims(30, 10))
    assert (mixed[:30] > 0).mean() < 0.2
    assert (mixed[30:] >= 0.5).all()
    assert all((each == 1).all() for each in others)


def test_a_few_contested_rows_count_in_an_app_that_has_many_of_its_own() -> None:
    *_, mostly = weights(*with_claims(4, 40))
    assert (mostly == 1).all()


def test_an_app_with_a_single_row_is_trusted() -> None:
    *_, single = weights(*with_claims(1, 0))
    assert single.tolist() == [1.0]
