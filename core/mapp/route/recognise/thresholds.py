"""How far the probabilities of a recogniser can be trusted, judged on rows that it was not trained on.

Rows are left out of training several times over, each time dealt in another way, and judged as a request
would be. That tells what the logits have to be divided by, and how sure a decision has to be so that few
enough of those that pass are wrong.
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
"""The share of what runs without asking that may be another app's; as much again for wrong arguments."""
ASKED_IN_VAIN: Final = 0.1
"""The share of what is run or asked about that may be wrong: sets the threshold `ask`."""
_MIN_USED: Final = 0.5
_MIN_ASKED: Final = 0.15
_MOST: Final = 0.99
_STEP: Final = 0.005
_EDGE: Final = 1e-4
_PRIOR: Final = 1.0
_NEWTON_STEPS: Final = 30
_READ_CLOSELY: Final = 3
UNLIKELY: Final = 0.02
"""A candidate less probable than this changes no sureness that matters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Rows that were held out, and the logits that a recogniser trained on the others gave them."""

    logits: Floats
    """(rows, apps + 1): the last column is "none"."""
    labels: Integers
    """The column that is right."""
    apps: tuple[str, ...]
    strangers: NDArray[np.bool_]
    """Whether a row is of an app that was left out altogether."""
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
        """Returns whether taking a row for an app is right; None where nobody knows.

        That holds for rows of an app that was left out, too, where near misses stand for what nobody does.
        """
        said = self.rows[row]
        if self.strangers[row]:
            return None if self.misses_taught else False
        if said.fits:
            return said.app == app
        # A near miss is only known not to be for its own app; another one may well serve it.
        return False if said.app in ("", app) else None


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure a decision on a held-out row was, what it counts, and whether app and arguments were right."""

    sure: float
    importance: float
    app_right: bool
    arguments_right: bool


def temperature_of(trials: Sequence[Trial]) -> float:
    """Returns what the logits have to be divided by to make the held-out labels most probable."""
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
    """Returns where a function with one valley is least, by golden sections."""
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
    """Returns how sure a decision has to be so that few enough of those that pass are wrong."""
    judged = judge(trials, temperature, reader)
    other_app = least_sure(judged, [not each.app_right for each in judged], FALSE_HITS)
    other_arguments = least_sure(
        judged, [each.app_right and not each.arguments_right for each in judged], FALSE_HITS
    )
    in_vain = [not (each.app_right and each.arguments_right) for each in judged]
    use = max(other_app, other_arguments, _MIN_USED)
    return Bands(use=use, ask=min(max(least_sure(judged, in_vain, ASKED_IN_VAIN), _MIN_ASKED), use))


def least_sure(judged: Sequence[Judged], wrong: Sequence[bool], share: float) -> float:
    """Returns the least sureness, in steps of 0.005, above which at most this share of what passes is wrong.

    What passes is counted; how much of it is wrong is read off a curve that falls smoothly as sureness
    grows, so that one row more or less, or rows dealt in another way, hardly move it.
    """
    import numpy as np

    if not judged:
        return _MOST
    sure = np.array([each.sure for each in judged])
    importance = np.array([each.importance for each in judged])
    risk = _risk(_logit(sure), importance, np.array(wrong, dtype=np.float64))
    order = np.argsort(-sure, kind="stable")
    # Running sums have one order only: from the surest down.
    passed, wrongly = np.cumsum(importance[order]), np.cumsum((importance * risk)[order])
    for step in range(1, round(_MOST / _STEP)):
        least = round(step * _STEP, 3)
        passing = int((sure >= least).sum())
        if passing and wrongly[passing - 1] <= share * passed[passing - 1]:
            return least
    return _MOST


def _risk(logits: Floats, importance: Floats, wrong: Floats) -> Floats:
    """Returns how probably each decision is wrong: its odds are one multiple of what its sureness says.

    A single number is fitted, by Newton's method, so that as many are wrong as were counted; with a slope of
    its own the curve followed the few wrong rows at the top, and moved with them.
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
    """Returns how the held-out rows would be decided on; those that nobody can judge are left out."""
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
