"""Softmax regression in numpy, which can fit some columns while the others stay fixed.

The minimiser is L-BFGS (Nocedal and Wright 2006, "Numerical Optimization", algorithm 7.4) with a
backtracking line search. scikit-learn gives the same weights, but would be the largest dependency
of mapp, and its weights differ in the last digits between machines. These do not: see `exact.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from mapp.route.recognise import exact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]
    Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]

_MEMORY: Final = 8
_STEPS_BACK: Final = 20
_MIN_FALL: Final = 1e-4
_ROWS_AT_ONCE: Final = 512
NOTHING: Final = -1e30
"""The logit of an impossible column."""


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
    """Returns the weights, (features, columns), that make the labels most probable, the same everywhere.

    Args:
        features: (rows, features) on the grid of features, the last of them the constant 1.
        labels: the column of each row; the number of columns stands for "one of the rest".
        importance: the weight of each row, at most 8.
        start: the initial weights.
        rest: for each row, the logarithm of the summed exponentials of all fixed columns.
        spread: the variance of the Gaussian prior on the weights; the constant's is not bounded.
        iterations: at most so many steps.
        tolerance: ends when a step gains less than this share.
    """
    import numpy as np

    still = np.full(len(features), NOTHING) if rest is None else rest
    importance = importance.astype(np.float64)
    decay = np.full((features.shape[1], 1), 1 / spread)
    decay[-1] = 1e-4

    def objective(weights: Floats) -> tuple[float, Floats]:
        logits = np.concatenate([exact.logits_of(features, weights), still[:, None]], axis=1)
        surprise = np.empty(len(features))
        shares = np.empty((len(features), weights.shape[1]))
        for first in range(0, len(features), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            surprise[part], shares[part] = _pull(logits[part], labels[part], importance[part])
        held = decay * weights
        value = exact.total(surprise) + 0.5 * exact.dot(held, weights)
        return value, exact.slope_of(features, shares) + held

    return minimise(objective, _settled(start), iterations=iterations, tolerance=tolerance, settle=_settled)


def _settled(weights: Floats) -> Floats:
    return exact.on_grid(weights, exact.WEIGHT_BITS, exact.WEIGHT_LIMIT)


def _pull(logits: Floats, labels: Integers, importance: Floats) -> tuple[Floats, Floats]:
    """Returns each row's loss, and its gradient in each column."""
    import numpy as np

    rows = np.arange(len(logits))
    powers, sums, largest = exact.exponentials(logits)
    surprise = importance * (exact.log(sums) + largest - logits[rows, labels])
    powers /= sums[:, None]
    powers[rows, labels] -= 1
    powers *= importance[:, None]
    return surprise, exact.on_grid(powers[:, :-1], exact.SHARE_BITS, exact.SHARE_LIMIT)


def probabilities(logits: Floats) -> Floats:
    """Returns the softmax of each row."""
    powers, sums, _ = exact.exponentials(logits)
    shares: Floats = powers / sums[:, None]
    return shares


def log_total(logits: Floats) -> Floats:
    """Returns the logarithm of the summed exponentials of each row."""
    import numpy as np

    if logits.shape[1] == 0:
        return np.full(len(logits), NOTHING)
    _, sums, largest = exact.exponentials(logits)
    logarithm: Floats = largest + exact.log(sums)
    return logarithm


def _as_it_is(point: Floats) -> Floats:
    return point


@dataclass(frozen=True, slots=True)
class _Move:
    """A step of the minimiser: the move, the change of the gradient, and their products."""

    move: Floats
    turn: Floats
    along: float
    turned: float


def minimise(
    objective: Objective,
    start: Floats,
    *,
    iterations: int,
    tolerance: float,
    settle: Callable[[Floats], Floats] = _as_it_is,
) -> Floats:
    """Returns the minimum of a smooth function.

    Args:
        objective: returns its value and gradient.
        start: the starting point.
        iterations: the largest number of steps.
        tolerance: stop when a step gains less than this share.
        settle: puts a point on the grid on which the function can be computed.
    """
    point = start
    value, slope = objective(point)
    moves: deque[_Move] = deque(maxlen=_MEMORY)
    for _ in range(iterations):
        direction = _direction(slope, moves)
        fall = exact.dot(slope, direction)
        if fall >= 0:
            moves.clear()
            direction = -slope
            fall = -exact.dot(slope, slope)
        found = _step(objective, point, value, direction, fall, settle)
        if found is None:
            break
        new_point, new_value, new_slope = found
        move, turn = new_point - point, new_slope - slope
        along = exact.dot(move, turn)
        if along > 1e-10:
            moves.append(_Move(move, turn, along, exact.dot(turn, turn)))
        settled = value - new_value < tolerance * max(abs(new_value), 1e-9)
        point, value, slope = new_point, new_value, new_slope
        if settled:
            break
    return point


def _step(
    objective: Objective,
    point: Floats,
    value: float,
    direction: Floats,
    fall: float,
    settle: Callable[[Floats], Floats],
) -> tuple[Floats, float, Floats] | None:
    length = 1.0
    for _ in range(_STEPS_BACK):
        new_point = settle(point + length * direction)
        new_value, new_slope = objective(new_point)
        if new_value <= value + _MIN_FALL * length * fall:
            return new_point, new_value, new_slope
        length /= 2
    return None


def _direction(slope: Floats, moves: deque[_Move]) -> Floats:
    """The two loops of L-BFGS: the gradient, corrected for the curvature of the last steps."""
    bent = slope.copy()
    shares: list[float] = []
    for each in reversed(moves):
        share = exact.dot(each.move, bent) / each.along
        shares.append(share)
        bent -= share * each.turn
    if moves:
        bent *= moves[-1].along / moves[-1].turned
    else:
        bent *= 10.0 / max(exact.total(abs(slope)), 1e-9)
    for each, share in zip(moves, reversed(shares), strict=True):
        bent += (share - exact.dot(each.turn, bent) / each.along) * each.move
    return -bent
