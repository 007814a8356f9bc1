"""The exact store, its cosines, and the file of the matrix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mapp.index.dense import (
    EXACT_UP_TO,
    MATRIX,
    ExactStore,
    choose_store,
    exact_cosines,
    read_matrix,
    write_matrix,
)


def unit_rows(rows: int, *, seed: int = 1, dimensions: int = 32) -> NDArray[np.float32]:
    matrix = np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32)
    unit: NDArray[np.float32] = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return unit


def test_cosines_are_the_same_bits_in_whatever_order_they_are_added() -> None:
    matrix, vector = unit_rows(300, dimensions=384), unit_rows(1, seed=9, dimensions=384)[0]
    exact = exact_cosines(matrix, vector)
    assert exact == pytest.approx(matrix.astype(np.float64) @ vector, abs=1e-6)
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(384)
        shuffled = exact_cosines(matrix[:, order], vector[order])
        assert shuffled.tobytes() == exact.tobytes()


def test_rows_that_differ_in_the_last_digit_come_in_their_exact_order(tmp_path: Path) -> None:
    vector = unit_rows(1, seed=9, dimensions=384)[0]
    base = unit_rows(1, seed=2, dimensions=384)[0]
    matrix = np.stack([np.nextafter(base, np.float32(seed % 3 - 1)) for seed in range(60)])
    for row, place in enumerate(np.random.default_rng(4).integers(384, size=60)):
        matrix[row, place] = np.nextafter(matrix[row, place], np.float32(1))
    write_matrix(tmp_path, matrix)
    found = ExactStore(read_matrix(tmp_path, *matrix.shape)).nearest(vector, 20)
    exact = exact_cosines(matrix, vector)
    order = sorted(range(60), key=lambda row: (-exact[row], row))
    assert [row for row, _ in found] == order[:20]
    assert [cosine for _, cosine in found] == [exact[row] for row in order[:20]]


@pytest.mark.parametrize(
    ("wanted", "apps", "store"),
    [
        ("auto", EXACT_UP_TO, "exact"),
        ("auto", EXACT_UP_TO + 1, "chroma"),
        ("exact", EXACT_UP_TO + 1, "exact"),
        ("chroma", 1, "chroma"),
    ],
)
def test_only_auto_looks_at_the_number_of_apps(wanted: str, apps: int, store: str) -> None:
    assert choose_store(wanted, apps) == store


@pytest.mark.parametrize(("rows", "dimensions"), [(4, 32), (6, 32), (5, 31), (0, 32)])
def test_a_matrix_of_another_shape_is_refused(tmp_path: Path, rows: int, dimensions: int) -> None:
    write_matrix(tmp_path, unit_rows(5))
    with pytest.raises(ValueError, match=r"has shape \(5, 32\)"):
        read_matrix(tmp_path, rows, dimensions)


def test_a_matrix_of_other_numbers_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / MATRIX, unit_rows(5).astype(np.float64))
    with pytest.raises(ValueError, match="type float64"):
        read_matrix(tmp_path, 5, 32)


def test_an_empty_matrix_is_read_back(tmp_path: Path) -> None:
    write_matrix(tmp_path, unit_rows(5)[:0])
    assert read_matrix(tmp_path, 0, 32).shape == (0, 32)
