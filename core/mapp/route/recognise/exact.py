"""Arithmetic with the same bytes on every processor, BLAS kernel, numpy version and number of threads.

Three things make floating-point results differ between machines: the order of additions in a matrix
product or a sum, fused or split multiplications, and the last digit of `exp` and `log`. So

* the factors of a product are on a grid (a multiple of a power of two, bounded in size), and every partial
  sum stays below 2**53 units: nothing is rounded, so the order does not matter;
* sums of anything else are folded in one fixed order, element by element;
* `exp` and `log` are made of additions, multiplications and divisions alone, which IEEE 754 defines to the
  last bit.

A grid costs nothing that counts: a feature is off by at most 0.00006, a logit by a thousandth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Units = NDArray[np.int16]
    Vectors = NDArray[np.floating[Any]]

FEATURE_BITS: Final = 13
"""Features are multiples of 2**-13, at most 1 in size."""
ONE: Final = 2**FEATURE_BITS
"""A feature of 1 in units."""
WEIGHT_BITS: Final = 20
"""Weights are multiples of 2**-20 while they are fitted."""
WEIGHT_LIMIT: Final = 64.0
SHARE_BITS: Final = 24
"""A row's gradient in a column, in training, is a multiple of 2**-24."""
SHARE_LIMIT: Final = 8.0
EXPONENTIAL_BITS: Final = 36
MAX_COLUMNS: Final = 2**16
MAX_FEATURES: Final = 2**13
_ROWS_AT_ONCE: Final = 2**12

# The largest sums in units: features times weights, features times shares, a row of exponentials.
assert FEATURE_BITS + WEIGHT_BITS + 6 + 13 <= 53
assert FEATURE_BITS + SHARE_BITS + 3 + 12 <= 53
assert EXPONENTIAL_BITS + 16 <= 53

_LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
_LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")
_PER_LN2: Final = float.fromhex("0x1.71547652b82fep+0")
_MIN_POWER: Final = -700.0
# 1/n! for n = 12 ... 0
_FACTORIALS: Final = (
    1 / 479001600,
    1 / 39916800,
    1 / 3628800,
    1 / 362880,
    1 / 40320,
    1 / 5040,
    1 / 720,
    1 / 120,
    1 / 24,
    1 / 6,
    1 / 2,
    1.0,
    1.0,
)


def on_grid(values: Any, bits: int, limit: float) -> Floats:
    """Returns the nearest multiples of 2**-bits, limited to `limit` in size."""
    import numpy as np

    scaled = np.array(values, dtype=np.float64)
    scaled *= 2.0**bits
    np.rint(scaled, out=scaled)
    scaled *= 2.0**-bits
    np.clip(scaled, -limit, limit, out=scaled)
    return scaled


def to_units(features: Floats) -> Units:
    """Returns the features in units of 2**-13, which takes a quarter of the memory."""
    import numpy as np

    units: Units = np.rint(features * 2.0**FEATURE_BITS).astype(np.int16)
    return units


def from_units(units: Units) -> Floats:
    """Returns features from units; the inverse of `to_units`."""
    import numpy as np

    features: Floats = units.astype(np.float64)
    features *= 2.0**-FEATURE_BITS
    return features


def logits_of(features: Floats, weights: Floats) -> Floats:
    """Returns (rows, columns): the product of features and weights, both on their grids; it is exact."""
    if features.shape[1] > MAX_FEATURES:
        raise ValueError(f"at most {MAX_FEATURES} features can be multiplied exactly")
    product: Floats = features @ weights
    return product


def slope_of(features: Floats, shares: Floats) -> Floats:
    """Returns (features, columns): the gradient of all rows; exact in blocks of rows."""
    found: Floats = features[:_ROWS_AT_ONCE].T @ shares[:_ROWS_AT_ONCE]
    for start in range(_ROWS_AT_ONCE, len(features), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        found += features[start:end].T @ shares[start:end]
    return found


def total(values: Floats) -> float:
    """Returns the sum of all values, by repeatedly adding the second half to the first."""
    rest = values.ravel()
    while len(rest) > 1:
        half = (len(rest) + 1) // 2
        folded = rest[:half].copy()
        folded[: len(rest) - half] += rest[half:]
        rest = folded
    return float(rest[0]) if len(rest) else 0.0


def dot(one: Floats, other: Floats) -> float:
    """Returns the sum of the products of two arrays of one shape."""
    return total(one * other)


def exp(values: Floats) -> Floats:
    """Returns e to the power of each value, to about 1e-16; smaller values than e**-700 become e**-700.

    Cody and Waite's reduction to at most half of ln 2, Taylor's polynomial, and a power of two made of bits.
    """
    import numpy as np

    powers = np.clip(values, _MIN_POWER, -_MIN_POWER)
    twos = np.rint(powers * _PER_LN2)
    powers -= twos * _LN2_HIGH
    powers -= twos * _LN2_LOW
    found = np.full_like(powers, _FACTORIALS[0])
    for factor in _FACTORIALS[1:]:
        found *= powers
        found += factor
    scale = twos.astype(np.int64)
    scale += 1023
    scale <<= 52
    found *= scale.view(np.float64)
    return found


def log(values: Any) -> Floats:
    """Returns the natural logarithm of each positive value: twice the series of artanh."""
    import numpy as np

    part, twos = np.frexp(np.asarray(values, dtype=np.float64))
    low = part < 0.7071067811865476
    part = np.where(low, part * 2, part)
    twos = twos.astype(np.float64) - low
    ratio = (part - 1) / (part + 1)
    square = ratio * ratio
    series = np.full_like(ratio, 1 / 23)
    for odd in range(21, 0, -2):
        series = series * square + 1 / odd
    found: Floats = twos * _LN2_HIGH + (twos * _LN2_LOW + 2 * ratio * series)
    return found


def exponentials(logits: Floats) -> tuple[Floats, Floats, Floats]:
    """Returns for each row: e to the power of each logit less the largest, their sum, and the largest.

    The powers are multiples of 2**-36, so that their sum is exact.
    """
    import numpy as np

    if logits.shape[1] > MAX_COLUMNS:
        raise ValueError(f"at most {MAX_COLUMNS} columns can be added exactly")
    largest = logits.max(axis=1)
    powers = exp(logits - largest[:, None])
    powers *= 2.0**EXPONENTIAL_BITS
    np.rint(powers, out=powers)
    powers *= 2.0**-EXPONENTIAL_BITS
    return powers, powers.sum(axis=1), largest
