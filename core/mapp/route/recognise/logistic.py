"""Logistic regression on a few features, with a prior for each coefficient and an offset for each group.

It is fitted by Newton's method. Sums are folded in one order and the equations are solved by plain
elimination, so that the coefficients are the same on every machine: see `exact.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact

if TYPE_CHECKING:
    from mapp.route.recognise.exact import Floats
    from mapp.route.recognise.softmax import Integers

_STEPS: Final = 25
_ROUNDS: Final = 4
_LONGEST_STEP: Final = 2.0
_SETTLED: Final = 1e-6
_BITS: Final = 10
"""Coefficients are multiples of 2**-10."""
_LIMIT: Final = 31.75


def sigmoid(logits: Floats) -> Floats:
    """Returns the probability of each logit."""
    found: Floats = 1 / (1 + exact.exp(-logits))
    return found


def fit_coefficients(
    features: Floats,
    right: Floats,
    importance: Floats,
    prior: Sequence[float],
    strength: Sequence[float],
    *,
    offsets: Floats | None = None,
) -> tuple[float, ...]:
    """Returns the coefficients that make the answers most probable, given a Gaussian prior.

    Args:
        features: (rows, features).
        right: 1 or 0 for each row.
        importance: the weight of each row.
        prior: the mean of each coefficient.
        strength: the inverse variance of each coefficient.
        offsets: a fixed logit for each row.
    """
    import numpy as np

    found = list(prior)
    size = len(found)
    fixed = np.zeros(len(features)) if offsets is None else offsets
    for _ in range(_STEPS):
        chance = sigmoid(weighted(features, found) + fixed)
        pull = importance * (chance - right)
        bend = importance * chance * (1 - chance)
        slope = [exact.dot(pull, features[:, one]) for one in range(size)]
        slope = [
            said + much * (now - mean)
            for said, much, now, mean in zip(slope, strength, found, prior, strict=True)
        ]
        curve = [
            [exact.dot(bend * features[:, one], features[:, other]) for other in range(one + 1)]
            for one in range(size)
        ]
        for one in range(size):
            curve[one][one] += strength[one]
        step = _solved(curve, slope)
        longest = max(abs(each) for each in step)
        shorter = min(1.0, _LONGEST_STEP / max(longest, 1e-12))
        found = [now - shorter * each for now, each in zip(found, step, strict=True)]
        if longest < _SETTLED:
            break
    return tuple(exact.on_grid(found, _BITS, _LIMIT).tolist())


def fit_offsets(
    logits: Floats,
    right: Floats,
    importance: Floats,
    groups: Integers,
    count: int,
    *,
    variance: float,
) -> Floats:
    """Returns an offset of the logits for each group, shrunk towards zero.

    Args:
        logits: what is known of each row without its group.
        right: 1 or 0 for each row.
        importance: the weight of each row.
        groups: the group of each row.
        count: the number of groups.
        variance: how much groups differ; a group without rows gets zero.
    """
    import numpy as np

    found = np.zeros(count)
    order = np.argsort(groups, kind="stable")
    ends = np.searchsorted(groups[order], np.arange(count + 1))
    for group in range(count):
        rows = order[ends[group] : ends[group + 1]]
        level = 0.0
        for _ in range(_STEPS if len(rows) else 0):
            chance = sigmoid(logits[rows] + level)
            slope = exact.dot(importance[rows], chance - right[rows]) + level / variance
            bend = exact.dot(importance[rows] * chance, 1 - chance) + 1 / variance
            step = min(max(slope / bend, -1.0), 1.0)
            level -= step
            if abs(step) < _SETTLED:
                break
        found[group] = level
    return exact.on_grid(found, _BITS, _LIMIT)


def weighted(features: Floats, coefficients: Sequence[float]) -> Floats:
    """Returns the sums of the features, (…, features), times their coefficients, added in their order."""
    total: Floats = features[..., 0] * coefficients[0]
    for place, coefficient in enumerate(coefficients[1:], start=1):
        total = total + features[..., place] * coefficient
    return total


def _solved(lower: list[list[float]], right: Sequence[float]) -> list[float]:
    """Returns the solution of symmetric positive definite equations, given the lower triangle (Cholesky)."""
    size = len(right)
    root = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = lower[row][column]
            for place in range(column):
                rest -= root[row][place] * root[column][place]
            root[row][column] = math.sqrt(max(rest, 1e-12)) if row == column else rest / root[column][column]
    forward = [0.0] * size
    for row in range(size):
        rest = right[row]
        for place in range(row):
            rest -= root[row][place] * forward[place]
        forward[row] = rest / root[row][row]
    found = [0.0] * size
    for row in reversed(range(size)):
        rest = forward[row]
        for place in range(row + 1, size):
            rest -= root[place][row] * found[place]
        found[row] = rest / root[row][row]
    return found
