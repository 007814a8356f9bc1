"""Softmax regression on numpy alone, with columns that may be fitted while others stand still.

The minimiser is L-BFGS (Nocedal and Wright 2006, "Numerical Optimization", algorithm 7.4) with a
backtracking line search. scikit-learn gives the same weights, and would be the largest dependency of mapp.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Integers: TypeAlias = NDArray[np.int64]
    Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]

_MEMORY: Final = 8
_STEPS_BACK: Final = 20
_LEAST_FALL: Final = 1e-4
NOTHING: Final = -1e30
"""The logit of what cannot be."""


def fit_columns(
    features: Floats,
    labels: Integers,
    importance: Floats,
    start: Floats,
    *,
    rest: Floats | None = None,
    spread: float = 40.0,
    iterations: int = 60,
    tolerance: float = 1e-4,
) -> Floats:
    """Returns the weights, (features, columns), that make the labels most probable.

    Args:
        features: float32 (rows, features), the last of them the constant 1.
        labels: the column of each row; as many as there are columns stands for "one of the rest".
        importance: what each row counts.
        start: the weights to begin with.
        rest: the logarithm, a row, of the summed exponentials of all columns that stand still.
        spread: the variance of the Gaussian prior on the weights; the constant's is not bounded.
        iterations: at most so many steps.
        tolerance: ends when a step gains less than this share.
    """
    import numpy as np

    rows = np.arange(len(features))
    still = np.full(len(features), NOTHING, dtype=np.float32) if rest is None else rest
    decay = np.full((features.shape[1], 1), 1 / spread, dtype=np.float32)
    decay[-1] = 1e-4

    def objective(weights: Floats) -> tuple[float, Floats]:
        logits = np.concatenate([features @ weights, still[:, None]], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        total = shares.sum(axis=1, keepdims=True)
        surprise = np.log(total[:, 0]) - logits[rows, labels]
        shares /= total
        shares[rows, labels] -= 1
        shares *= importance[:, None]
        value = float((importance * surprise).sum()) + 0.5 * float((decay * weights * weights).sum())
        return value, features.T @ shares[:, :-1] + decay * weights

    return minimise(objective, start, iterations=iterations, tolerance=tolerance)


def probabilities(logits: Floats) -> Floats:
    """Returns the softmax of each row."""
    import numpy as np

    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    total: Floats = shares / shares.sum(axis=1, keepdims=True)
    return total


def log_total(logits: Floats) -> Floats:
    """Returns the logarithm of the summed exponentials of each row."""
    import numpy as np

    if logits.shape[1] == 0:
        return np.full(len(logits), NOTHING, dtype=np.float32)
    top = logits.max(axis=1)
    total: Floats = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return total


def minimise(objective: Objective, start: Floats, *, iterations: int, tolerance: float) -> Floats:
    """Returns where a smooth function is least; `objective` returns its value and gradient."""
    point = start
    value, slope = objective(point)
    steps: deque[tuple[Floats, Floats]] = deque(maxlen=_MEMORY)
    for _ in range(iterations):
        direction = _direction(slope, steps)
        fall = float((slope * direction).sum())
        if fall >= 0:
            steps.clear()
            direction = -slope
            fall = -float((slope * slope).sum())
        found = _step(objective, point, value, direction, fall)
        if found is None:
            break
        new_point, new_value, new_slope = found
        move, turn = new_point - point, new_slope - slope
        if float((move * turn).sum()) > 1e-10:
            steps.append((move, turn))
        settled = value - new_value < tolerance * max(abs(new_value), 1e-9)
        point, value, slope = new_point, new_value, new_slope
        if settled:
            break
    return point


def _step(
    objective: Objective, point: Floats, value: float, direction: Floats, fall: float
) -> tuple[Floats, float, Floats] | None:
    length = 1.0
    for _ in range(_STEPS_BACK):
        new_point = point + length * direction
        new_value, new_slope = objective(new_point)
        if new_value <= value + _LEAST_FALL * length * fall:
            return new_point, new_value, new_slope
        length /= 2
    return None


def _direction(slope: Floats, steps: deque[tuple[Floats, Floats]]) -> Floats:
    """The two loops of L-BFGS: the slope, bent by what the last steps told of the curvature."""
    bent = slope.copy()
    shares: list[float] = []
    for move, turn in reversed(steps):
        share = float((move * bent).sum()) / float((move * turn).sum())
        shares.append(share)
        bent -= share * turn
    if steps:
        move, turn = steps[-1]
        bent *= float((move * turn).sum()) / float((turn * turn).sum())
    else:
        bent *= 10.0 / max(float(abs(slope).sum()), 1e-9)
    for (move, turn), share in zip(steps, reversed(shares), strict=True):
        bent += (share - float((turn * bent).sum()) / float((move * turn).sum())) * move
    return -bent
