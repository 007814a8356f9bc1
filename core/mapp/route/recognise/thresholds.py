"""Sets how sure a decision must be, from held-out rows, so that few enough decisions are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact
from mapp.route.recognise.classifier import Bands
from mapp.route.recognise.score import log_odds

if TYPE_CHECKING:
    from mapp.route.recognise.exact import Floats

FALSE_HITS: Final = 0.015
"""The accepted share of wrong calls among those that run anywhere."""
LIKELY_WRONG: Final = 0.03
"""The accepted share of wrong calls among those that run where a person sees the reading."""
ASKED_IN_VAIN: Final = 0.1
"""The accepted share of wrong decisions to run or ask; sets the threshold `ask`."""
_MIN_USED: Final = 0.5
_MIN_ASKED: Final = 0.5
_MOST: Final = 0.99
_STEP: Final = 0.005
_PRIOR: Final = 1.0
_NEWTON_STEPS: Final = 30


def bands_of(sure: Floats, wrong: Floats, importance: Floats) -> Bands:
    """Returns the thresholds above which few enough decisions are wrong.

    Args:
        sure: how sure each decision was, 0 to 1.
        wrong: 1 if its app or arguments were wrong, else 0.
        importance: its weight.
    """
    use = max(least_sure(sure, wrong, importance, FALSE_HITS), _MIN_USED)
    likely = min(max(least_sure(sure, wrong, importance, LIKELY_WRONG), _MIN_USED), use)
    ask = min(max(least_sure(sure, wrong, importance, ASKED_IN_VAIN), _MIN_ASKED), likely)
    return Bands(sure=use, likely=likely, ask=ask)


def least_sure(sure: Floats, wrong: Floats, importance: Floats, share: float) -> float:
    """Returns the lowest sureness, in steps of 0.005, above which at most this share of decisions is wrong.

    The decisions above it are counted; how many are wrong comes from a smooth curve that falls with sureness.
    So one row more, or another split of the rows, hardly moves the threshold.
    """
    import numpy as np

    if not len(sure):
        return _MOST
    risk = _risk(log_odds(sure), importance, wrong)
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
