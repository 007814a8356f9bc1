"""Words and pairs of words that an app's own requests do not use, weighed by what such words meant elsewhere.

"md5 of each line", "driving distance": the sentence is near the app's requests, and one word makes it a near
miss. What tells such words from harmless ones ("my wine order: 168 euros plus VAT") is in the rows of all
apps: how many have a near miss with a word that their own requests do not use, and how many have a single
request with it. An app counts once for each word, so that none can change what a word means for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Floats
    from mapp.route.recognise.softmax import Integers

_SLOTS: Final = 8192
"""The bits that mark the words of one app; two words in twelve hundred share one."""
BITS: Final = 5
"""Weights are multiples of 2**-5, less than 4 in size: one byte each."""
_LIMIT: Final = 127 / 2**BITS
_SMOOTHING: Final = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The words that each app's requests use, and the weight of each word that they do not use."""

    own: NDArray[np.uint8]
    """(apps, 1024): a bit for each word."""
    weights: NDArray[np.int8]
    """For each known word, in units of 2**-5; below zero if it is more frequent in near misses."""

    def unfamiliar(self, words: Integers, apps: Integers) -> Floats:
        """Returns for each app the total weight of the words that it does not use.

        Args:
            words: the places of a request's words among the known ones.
            apps: the apps of interest.
        """
        import numpy as np

        if not len(words):
            return np.zeros(len(apps))
        slots = words % _SLOTS
        used = (self.own[apps][:, slots // 8] >> (slots % 8).astype(np.uint8)) & 1
        found: Floats = ((1 - used.astype(np.int64)) * self.weights[words].astype(np.int64)).sum(axis=1)
        return found * 2.0**-BITS


def learn_vocabulary(
    words: Sequence[Integers], owners: Integers, fits: NDArray[np.bool_], apps: int, known: int
) -> Vocabulary:
    """Returns the vocabulary of a corpus.

    Args:
        words: the places of each row's words.
        owners: the app of each row.
        fits: whether the row fits its app, or is a near miss.
        apps: the number of apps.
        known: the number of known words.
    """
    import numpy as np

    lengths = np.array([len(each) for each in words], dtype=np.int64)
    every = np.concatenate([*words, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    keys = np.repeat(owners, lengths) * max(known, 1) + every
    of_fits = np.repeat(fits, lengths)
    used, counts = np.unique(keys[of_fits], return_counts=True)
    missed = np.setdiff1d(keys[~of_fits], used)
    return Vocabulary(
        own=own_words(used // max(known, 1), used % max(known, 1), apps),
        weights=_weights(used[counts == 1] % max(known, 1), missed % max(known, 1), known),
    )


def own_words(owners: Integers, words: Integers, apps: int) -> NDArray[np.uint8]:
    """Returns (apps, 1024): the bits of the words that each app's requests use."""
    import numpy as np

    own = np.zeros((apps, _SLOTS), dtype=np.uint8)
    own[owners, words % _SLOTS] = 1
    return np.packbits(own, axis=1, bitorder="little")


def _weights(single: Integers, missed: Integers, known: int) -> NDArray[np.int8]:
    """Returns the log odds of each word: as the word of a single request, against that of a near miss."""
    import numpy as np

    right, wrong = (np.bincount(each, minlength=known).astype(np.float64) for each in (single, missed))
    if not len(single) or not len(missed):
        return np.zeros(known, dtype=np.int8)
    share = len(single) / (len(single) + len(missed))
    odds = exact.log((right + _SMOOTHING * share) / len(single))
    odds = odds - exact.log((wrong + _SMOOTHING * (1 - share)) / len(missed))
    units: NDArray[np.int8] = (exact.on_grid(odds, BITS, _LIMIT) * 2.0**BITS).astype(np.int8)
    return units
