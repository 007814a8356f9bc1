"""The behaviour that every dense store must have; the exact one is the oracle of the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mapp.index.dense import DenseStore, ExactStore, read_matrix, write_matrix
from mapp.index.graph import open_graph, write_graph

Vectors = NDArray[np.float32]
Make = Callable[[Vectors], DenseStore]


@pytest.fixture(params=["exact", "graph"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    def exact(matrix: Vectors) -> DenseStore:
        write_matrix(tmp_path, matrix)
        return ExactStore(read_matrix(tmp_path, *matrix.shape))

    def graph(matrix: Vectors) -> DenseStore:
        write_graph(tmp_path, matrix)
        return open_graph(tmp_path, len(matrix))

    return exact if request.param == "exact" else graph


def unit_rows(rows: int, *, seed: int = 1, dimensions: int = 32) -> Vectors:
    matrix = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    unit: Vectors = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit


def test_a_row_is_nearest_to_itself(make: Make) -> None:
    matrix = unit_rows(50)
    store = make(matrix)
    assert store.count() == 50
    for row in (0, 17, 49):
        (found, cosine), *_ = store.nearest(matrix[row], 3)
        assert found == row
        assert cosine == pytest.approx(1.0, abs=1e-4)


def test_neighbours_are_ordered_by_their_cosine(make: Make) -> None:
    matrix, vector = unit_rows(200), unit_rows(1, seed=9)[0]
    found = make(matrix).nearest(vector, 10)
    assert [row for row, _ in found] == list(np.argsort(-(matrix @ vector))[:10])
    assert [cosine for _, cosine in found] == pytest.approx(
        sorted(matrix @ vector, reverse=True)[:10], abs=1e-4
    )


def test_at_most_all_rows_are_found(make: Make) -> None:
    assert len(make(unit_rows(3)).nearest(unit_rows(1, seed=5)[0], 100)) == 3


def test_asking_for_no_rows_finds_none(make: Make) -> None:
    assert make(unit_rows(3)).nearest(unit_rows(1)[0], 0) == []


def test_an_empty_store_finds_nothing(make: Make) -> None:
    store = make(np.zeros((0, 32), dtype=np.float32))
    assert store.count() == 0
    assert store.nearest(unit_rows(1)[0], 5) == []


def test_equal_rows_keep_their_order(make: Make) -> None:
    row = unit_rows(1)
    store = make(np.concatenate([row, row, row, unit_rows(5, seed=3)]))
    assert [found for found, _ in store.nearest(row[0], 3)] == [0, 1, 2]
