"""How sure a decision is: the probability of an app and the confidence of its arguments, in one number."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

DIGITS: Final = 4
"""How sure a decision is, is rounded to so many decimal places before it is compared with a threshold."""


_MODEST: Final = 3.0


def sure_to(probability: float, confidence: float, refuted: Iterable[float]) -> float:
    """Returns how sure a reading is, to four decimal places.

    The confidence of arguments is how far they are ahead of others, and too modest for a probability: of the
    starter apps' held-back requests with 0.9 to 0.95, 98.5 % are filled right. So the odds of wrong arguments
    are taken to be a third of what it says.

    Args:
        probability: that of its app.
        confidence: that of its arguments.
        refuted: the probabilities of the apps that cannot be meant.
    """
    # fsum, because the plain sum has another last digit from Python 3.12 on.
    given = max(1 - math.fsum(refuted), probability, 1e-9)
    filled = confidence / max(confidence + (1 - confidence) / _MODEST, 1e-9)
    return round(probability / given * filled, DIGITS)
