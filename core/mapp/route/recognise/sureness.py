"""How sure a decision is: the app's probability and the arguments' confidence in one number."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

DIGITS: Final = 4
"""Sureness is rounded to this many decimals before it is compared with a threshold."""
_MODEST: Final = 3.0


def sure_to(probability: float, confidence: float, refuted: Iterable[float]) -> float:
    """Returns how sure a match is, from 0 to 1, rounded to four decimals.

    The confidence of the arguments is their lead over others, which is too low for a probability: 98.5 % of
    the starter apps' held-back requests with a confidence of 0.9 to 0.95 have the right arguments. So the
    odds of wrong arguments are divided by three.

    Args:
        probability: the app's probability.
        confidence: the arguments' confidence.
        refuted: the probabilities of the apps that are ruled out.
    """
    # fsum: Python 3.12 changed the last digit of sum().
    given = max(1 - math.fsum(refuted), probability, 1e-9)
    filled = confidence / max(confidence + (1 - confidence) / _MODEST, 1e-9)
    return round(probability / given * filled, DIGITS)
