"""Sets the temperature and the thresholds of a recogniser, from rows that it was not trained on.

Rows are held out of training several times, split in another way each time, and judged like requests. The
result is the number that divides the logits, and how sure a decision must be so that few are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact
from mapp.route.recognise.classifier import Bands
from mapp.route.recognise.softmax import probabilities
from mapp.route.recognise.sureness import sure_to

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.corpus import Reader, TrainingRow
    from mapp.route.recognise.softmax import Floats, Integers

FALSE_HITS: Final = 0.005
"""The accepted share of wrong apps among calls that run anywhere, and the same share of wrong arguments."""
LIKELY_WRONG: Final = 0.02
"""The accepted share of wrong calls among decisions that run where a person sees the reading."""
ASKED_IN_VAIN: Final = 0.1
"""The accepted share of wrong decisions to run or ask; sets the threshold `ask`."""
_MIN_USED: Final = 0.5
_MIN_ASKED: Final = 0.15
_MOST: Final = 0.99
_STEP: Final = 0.005
_EDGE: Final = 1e-4
_PRIOR: Final = 1.0
_NEWTON_STEPS: Final = 30
_READ_CLOSELY: Final = 3
UNLIKELY: Final = 0.02
"""A candidate less probable than this has no effect on sureness."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Held-out rows, and their logits from a recogniser trained on the other rows."""

    logits: Floats
    """(rows, apps + 1): the last column is "none"."""
    labels: Integers
    """The right column of each row."""
    apps: tuple[str, ...]
    strangers: NDArray[np.bool_]
    """Whether a row belongs to an app that was held out entirely."""
    importance: Floats
    rows: tuple[TrainingRow, ...]
    misses_taught: bool

    def likeliest(self, temperature: float) -> list[list[tuple[str, float]]]:
        """Returns for each row the likeliest apps with their probabilities."""
        import numpy as np

        shares = probabilities(self.logits / temperature)[:, :-1]
        order = np.argsort(-shares, axis=1, kind="stable")[:, :_READ_CLOSELY]
        return [
            [(self.apps[place], float(row[place])) for place in places]
            for row, places in zip(shares, order, strict=True)
        ]

    def verdict(self, row: int, app: str) -> bool | None:
        """Returns whether it is right to match a row with an app; None if unknown.

        Rows of a held-out app are also unknown if near misses were trained, which cover what no app does.
        """
        said = self.rows[row]
        if self.strangers[row]:
            return None if self.misses_taught else False
        if said.fits:
            return said.app == app
        # A near miss is only wrong for its own app; another app may serve it.
        return False if said.app in ("", app) else None


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure a decision on a held-out row was, its weight, and whether app and arguments were right."""

    sure: float
    importance: float
    app_right: bool
    arguments_right: bool


def temperature_of(trials: Sequence[Trial]) -> float:
    """Returns the divisor of the logits that makes the held-out labels most probable."""
    import numpy as np

    def surprise(power: float) -> float:
        scale = float(exact.exp(np.array([power]))[0])
        found = 0.0
        for trial in trials:
            shares = probabilities(trial.logits / scale)
            said = np.maximum(shares[np.arange(len(shares)), trial.labels], 1e-9)
            found -= exact.total(trial.importance * exact.log(said))
        return found

    power = _least(surprise, -1.0, 1.2)
    return float(exact.on_grid(exact.exp(np.array([power])), 8, 8.0)[0])


def _least(value: Callable[[float], float], low: float, high: float) -> float:
    """Returns the minimum of a function with one valley, by golden-section search."""
    golden = 0.6180339887498949
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = value(left), value(right)
    while high - low > 0.005:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = value(right)
    return (low + high) / 2


def bands_of(trials: Sequence[Trial], temperature: float, reader: Reader) -> Bands:
    """Returns the thresholds above which few enough decisions are wrong."""
    judged = judge(trials, temperature, reader)
    other_app = least_sure(judged, [not each.app_right for each in judged], FALSE_HITS)
    other_arguments = least_sure(
        judged, [each.app_right and not each.arguments_right for each in judged], FALSE_HITS
    )
    in_vain = [not (each.app_right and each.arguments_right) for each in judged]
    sure = max(other_app, other_arguments, _MIN_USED)
    likely = min(max(least_sure(judged, in_vain, LIKELY_WRONG), _MIN_USED), sure)
    ask = min(max(least_sure(judged, in_vain, ASKED_IN_VAIN), _MIN_ASKED), likely)
    return Bands(sure=sure, likely=likely, ask=ask)


def least_sure(judged: Sequence[Judged], wrong: Sequence[bool], share: float) -> float:
    """Returns the lowest sureness, in steps of 0.005, above which at most this share of decisions is wrong.

    The decisions above it are counted; how many are wrong comes from a smooth curve that falls with sureness.
    So one row more, or another split of the rows, hardly moves the threshold.
    """
    import numpy as np

    if not judged:
        return _MOST
    sure = np.array([each.sure for each in judged])
    importance = np.array([each.importance for each in judged])
    risk = _risk(_logit(sure), importance, np.array(wrong, dtype=np.float64))
    order = np.argsort(-sure, kind="stable")
    # Running sums have only one order, from the surest down, so they are the same everywhere.
    passed, wrongly = np.cumsum(importance[order]), np.cumsum((importance * risk)[order])
    for step in range(1, round(_MOST / _STEP)):
        least = round(step * _STEP, 3)
        passing = int((sure >= least).sum())
        if passing and wrongly[passing - 1] <= share * passed[passing - 1]:
            return least
    return _MOST


def _risk(logits: Floats, importance: Floats, wrong: Floats) -> Floats:
    """Returns the probability that each decision is wrong: a common factor times the odds of its sureness.

    Newton's method fits that one factor so that the curve predicts as many wrong decisions as there are. A
    second parameter for the slope would follow the few wrong rows at the top, and move with them.
    """
    level = 0.0
    risk = 1 / (1 + exact.exp(logits - level))
    for _ in range(_NEWTON_STEPS):
        slope = exact.dot(importance, risk - wrong) + _PRIOR * level
        bend = exact.dot(importance * risk, 1 - risk) + _PRIOR
        level -= min(max(slope / bend, -1.0), 1.0)
        risk = 1 / (1 + exact.exp(logits - level))
    curve: Floats = risk
    return curve


def _logit(sure: Floats) -> Floats:
    import numpy as np

    inside = np.clip(sure, _EDGE, 1 - _EDGE)
    return exact.log(inside / (1 - inside))


def judge(trials: Sequence[Trial], temperature: float, reader: Reader) -> list[Judged]:
    """Returns the decisions on the held-out rows, without those whose truth is unknown."""
    found = []
    for trial in trials:
        for row, likeliest in enumerate(trial.likeliest(temperature)):
            if likeliest and likeliest[0][1] > UNLIKELY:
                judged = _judged(trial, row, likeliest, reader)
                found += [judged] if judged is not None else []
    return found


def _judged(trial: Trial, row: int, likeliest: Sequence[tuple[str, float]], reader: Reader) -> Judged | None:
    (app, probability), *others = likeliest
    right = trial.verdict(row, app)
    if right is None:
        return None
    read = reader(trial.rows[row], app)
    if not read.complete:
        return None
    refuted = [
        share for other, share in others if share > UNLIKELY and not reader(trial.rows[row], other).complete
    ]
    sure = sure_to(probability, read.confidence, refuted)
    return Judged(sure, float(trial.importance[row]), right, read.right)
