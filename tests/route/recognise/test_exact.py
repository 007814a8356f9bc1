"""Sums without a rounding, and exponentials and logarithms made of the four operations alone."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.recognise import exact


def random(seed: int, *shape: int, low: float = -1.0, high: float = 1.0) -> exact.Floats:
    return np.random.default_rng(seed).uniform(low, high, size=shape)


def test_a_product_of_grids_is_exact_in_any_order() -> None:
    features = exact.on_grid(random(1, 3, 900), exact.FEATURE_BITS, 1.0)
    weights = exact.on_grid(random(2, 900, 2, low=-64, high=64), exact.WEIGHT_BITS, exact.WEIGHT_LIMIT)
    found = exact.logits_of(features, weights)
    for row in range(3):
        for column in range(2):
            true = sum(
                Fraction(float(one)) * Fraction(float(other))
                for one, other in zip(features[row], weights[:, column], strict=True)
            )
            assert Fraction(float(found[row, column])) == true
    order = np.random.default_rng(3).permutation(900)
    assert np.array_equal(exact.logits_of(features[:, order], weights[order]), found)


def test_the_largest_product_that_is_allowed_is_still_exact() -> None:
    features = np.full((1, exact.MAX_FEATURES), 1 - 2.0**-exact.FEATURE_BITS)
    weights = np.full((exact.MAX_FEATURES, 1), exact.WEIGHT_LIMIT - 2.0**-exact.WEIGHT_BITS)
    true = exact.MAX_FEATURES * Fraction(float(features[0, 0])) * Fraction(float(weights[0, 0]))
    assert Fraction(float(exact.logits_of(features, weights)[0, 0])) == true
    with pytest.raises(ValueError, match="exactly"):
        exact.logits_of(np.ones((1, exact.MAX_FEATURES + 1)), np.ones((exact.MAX_FEATURES + 1, 1)))


@pytest.mark.parametrize("rows", [1, 4096, 4097, 9000])
def test_a_slope_does_not_depend_on_the_order_of_additions_within_a_block(rows: int) -> None:
    features = exact.on_grid(random(4, rows, 5), exact.FEATURE_BITS, 1.0)
    shares = exact.on_grid(random(5, rows, 3, low=-8, high=8), exact.SHARE_BITS, exact.SHARE_LIMIT)
    backwards = np.zeros((5, 3))
    for start in range(0, rows, 4096):
        part = slice(start, start + 4096)
        backwards += np.ascontiguousarray(features[part][::-1].T) @ shares[part][::-1]
    assert np.array_equal(exact.slope_of(features, shares), backwards)


def test_units_keep_every_bit_of_a_feature() -> None:
    features = exact.on_grid(random(6, 50, 4), exact.FEATURE_BITS, 1.0)
    assert np.array_equal(exact.from_units(exact.to_units(features)), features)
    assert exact.from_units(np.array([exact.ONE], dtype=np.int16)) == [1.0]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000, 4097])
def test_a_sum_is_folded_in_halves(count: int) -> None:
    values = random(7, count)

    def folded(rest: list[float]) -> float:
        if len(rest) < 2:
            return rest[0] if rest else 0.0
        half = (len(rest) + 1) // 2
        return folded(
            [*(a + b for a, b in zip(rest, rest[half:], strict=False)), *rest[len(rest) - half : half]]
        )

    assert exact.total(values) == folded([float(each) for each in values])
    assert exact.dot(values, values) == exact.total(values * values)


@given(power=st.floats(-690, 690))
def test_e_to_a_power_is_right_to_the_last_digits(power: float) -> None:
    assert float(exact.exp(np.array([power]))[0]) == pytest.approx(math.exp(power), rel=4e-15)


@given(value=st.floats(1e-300, 1e300))
def test_a_logarithm_is_right_to_the_last_digits(value: float) -> None:
    assert float(exact.log(np.array([value]))[0]) == pytest.approx(math.log(value), rel=4e-15, abs=4e-16)


def test_exponentials_and_logarithms_are_the_same_bits_everywhere() -> None:
    values = np.arange(-2000, 2000) / 64
    text = exact.exp(values).tobytes() + exact.log(np.arange(1, 4000) / 64).tobytes()
    assert (
        hashlib.sha256(text).hexdigest() == "4ee8ac4876923226b901131fcb82f8c583e8ab628fd426e8aa9882a6d5b27534"
    )


def test_a_row_of_exponentials_adds_up_in_any_order() -> None:
    logits = random(8, 4, 5000, low=-30, high=0)
    powers, sums, largest = exact.exponentials(logits)
    assert np.array_equal(powers[:, ::-1].cumsum(axis=1)[:, -1], sums)
    assert np.array_equal(largest, logits.max(axis=1))
    assert sums == pytest.approx(np.exp(logits - logits.max(axis=1)[:, None]).sum(axis=1))
    with pytest.raises(ValueError, match="exactly"):
        exact.exponentials(np.zeros((1, exact.MAX_COLUMNS + 1)))
