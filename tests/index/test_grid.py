"""Vectors on the grid: packed and unpacked, they stay what they are."""

from __future__ import annotations

import numpy as np
import pytest

from mapp.index.grid import LARGEST, are_codes, pack, rounded, unpack


def _rows(count: int, dimensions: int = 384) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, dimensions))


def test_packing_what_was_unpacked_gives_the_same_numbers() -> None:
    codes = pack(_rows(2_000))
    assert np.array_equal(pack(unpack(codes)), codes)
    assert np.array_equal(rounded(unpack(codes)), unpack(codes))


def test_the_largest_number_of_a_row_is_127_and_the_row_has_length_one() -> None:
    codes = pack(_rows(500))
    assert are_codes(codes)
    assert np.linalg.norm(unpack(codes).astype(np.float64), axis=1) == pytest.approx(1.0, abs=1e-6)


def test_a_row_moves_by_less_than_a_step() -> None:
    rows = _rows(500)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    step = np.abs(unit).max(axis=1, keepdims=True) / LARGEST
    assert (np.abs(rounded(rows) - unit) < step).all()


def test_the_length_of_what_is_rounded_does_not_matter() -> None:
    rows = _rows(200)
    assert np.array_equal(pack(rows), pack(rows * 1024))


@pytest.mark.parametrize("number", [3.0, -3.0, 1e-30, -1e30])
def test_a_row_of_one_number_becomes_an_axis(number: float) -> None:
    row = np.zeros((1, 5))
    row[0, 3] = number
    assert unpack(pack(row)).tolist() == [[0, 0, 0, float(np.sign(number)), 0]]


def test_a_row_of_zeros_becomes_the_first_axis() -> None:
    assert rounded(np.zeros((1, 4))).tolist() == [[1, 0, 0, 0]]


def test_no_rows_stay_no_rows() -> None:
    assert rounded(np.zeros((0, 384))).shape == (0, 384)
    assert are_codes(pack(np.zeros((0, 384))))


@pytest.mark.parametrize("changed", [126, 0, -128])
def test_numbers_off_the_grid_are_recognised(changed: int) -> None:
    codes = pack(np.abs(_rows(20)))
    codes[7, codes[7].argmax()] = changed
    assert not are_codes(codes)
