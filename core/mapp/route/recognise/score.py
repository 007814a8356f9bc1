"""How probable it is that an app is meant, and that running it is right: two calibrated numbers.

`Score.recognised` is the probability that a person means this app: that the request is one which the library
serves at all, times that no other app is nearer. `Score.sure` is the probability that a person would call the
answer right: the right app, with the right arguments, and nothing of the request left out. Both are logistic
regressions on a few features, fitted to held-out rows by `mapp.route.recognise.calibrate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact
from mapp.route.recognise.logistic import sigmoid, weighted

if TYPE_CHECKING:
    from mapp.route.recognise.exact import Floats

DIGITS: Final = 4
"""Probabilities are rounded to this many decimals before they are compared with a threshold."""
_RAREST: Final = 1e-6
_EDGE: Final = 1e-4
REFUTED: Final = 0.2
"""How much of its probability an app keeps as a rival when the request does not complete it.

The filler misses an argument of about every tenth request that means an app, so an incomplete favourite may
still be the one that is meant.
"""
MOST_WORDS: Final = 4
"""More unexplained words than these count as these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the recogniser knows about apps and requests; all fields are arrays of one shape.

    `share` is the softmax probability, `rival` the largest one of the other apps; `centre` and `nearest` are
    the cosines to the app's centre and its nearest exemplar; `unfamiliar` is the weight of the words that the
    app's requests do not use.
    """

    share: Floats
    rival: Floats
    centre: Floats
    nearest: Floats
    unfamiliar: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """The coefficients; the last of each is the constant. The defaults are those of the starter library."""

    inside: tuple[float, ...] = (0.6, 5.0, 9.0, -6.5)
    """Of the log odds, and the cosines to the centre and the nearest exemplar."""
    match: tuple[float, ...] = (0.8, 0.1, 0.5)
    """Of the lead over the next app, and the log odds."""
    answer: tuple[float, ...] = (0.8, 0.5, -1.0, -0.3, 0.3, 1.0)
    """Of the log odds of `recognised`, those of the arguments, the unexplained and the unfamiliar words."""

    def recognised(self, evidence: Evidence) -> Floats:
        """Returns the probability that each request means each app."""
        inside = sigmoid(weighted(inside_features(evidence), self.inside))
        found: Floats = inside * sigmoid(weighted(match_features(evidence), self.match))
        return found

    def sure(
        self,
        recognised: float,
        confidence: float,
        *,
        unexplained: int = 0,
        words: int = 0,
        unfamiliar: float = 0.0,
        offset: float = 0.0,
    ) -> float:
        """Returns the probability that an answer is right, rounded.

        Args:
            recognised: the probability that the app is meant.
            confidence: of the arguments.
            unexplained: the number of words that nothing explains.
            words: the number of words that need an explanation.
            unfamiliar: the weight of the words that the app's requests do not use.
            offset: the app's own.
        """
        import numpy as np

        known = (recognised, confidence, unexplained, words, unfamiliar)
        features = answer_features(*(np.array([each]) for each in known))
        return round(float(sigmoid(weighted(features, self.answer) + offset)[0]), DIGITS)


def inside_features(evidence: Evidence) -> Floats:
    """Returns (…, 4): what tells requests that the library serves from others."""
    return _stacked(log_odds(evidence.share, _RAREST), evidence.centre, evidence.nearest)


def match_features(evidence: Evidence) -> Floats:
    """Returns (…, 3): what tells the right app from others."""
    import numpy as np

    own, other = (np.maximum(each, _RAREST) for each in (evidence.share, evidence.rival))
    return _stacked(exact.log(own) - exact.log(other), log_odds(evidence.share, _RAREST))


def answer_features(
    recognised: Floats, confidence: Floats, unexplained: Floats, words: Floats, unfamiliar: Floats
) -> Floats:
    """Returns (…, 6): what tells right answers from wrong ones."""
    import numpy as np

    share = unexplained / np.maximum(words, 1)
    count = np.minimum(unexplained, MOST_WORDS).astype(np.float64)
    return _stacked(log_odds(recognised, _EDGE), log_odds(confidence, _EDGE), share, count, unfamiliar)


def log_odds(probability: Floats, edge: float = _EDGE) -> Floats:
    """Returns the logits of probabilities that are at least `edge` away from 0 and 1."""
    import numpy as np

    inside = np.clip(probability, edge, 1 - edge)
    return exact.log(inside / (1 - inside))


def _stacked(*features: Floats) -> Floats:
    import numpy as np

    return np.stack([*features, np.ones(np.shape(features[0]))], axis=-1)
