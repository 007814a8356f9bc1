"""A few exemplars of each app's requests: where its nearest requests are, in little space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Floats
    from mapp.route.recognise.softmax import Integers

EXEMPLARS: Final = 6
"""The number of exemplars of an app; an app with fewer requests has repeated ones."""
BITS: Final = 8
LIMIT: Final = 127 / 2**BITS
"""Exemplars are multiples of 2**-8, less than a half in size: one byte each."""
_ROUNDS: Final = 4


def exemplars_of(vectors: Floats, labels: Integers, apps: int) -> NDArray[np.int8]:
    """Returns (apps, EXEMPLARS, dimensions): unit vectors in units of 2**-8.

    An app without requests has zeros.

    Args:
        vectors: the requests' unit vectors on the grid of features.
        labels: the app of each request.
        apps: the number of apps.
    """
    import numpy as np

    found = np.zeros((apps, EXEMPLARS, vectors.shape[1]))
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(apps + 1))
    for app in range(apps):
        rows = vectors[order[ends[app] : ends[app + 1]]]
        if len(rows):
            found[app] = _spread(rows)
    units: NDArray[np.int8] = (exact.on_grid(found, BITS, LIMIT) * 2.0**BITS).astype(np.int8)
    return units


def _spread(rows: Floats) -> Floats:
    """Returns exemplars: rows far from each other first, then the means of the rows nearest to each."""
    import numpy as np

    chosen = [int((rows @ _unit(rows.mean(axis=0)[None, :])[0]).argmax())]
    nearest = rows @ rows[chosen[0]]
    while len(chosen) < EXEMPLARS:
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    found = rows[chosen]
    for _ in range(_ROUNDS):
        own = (rows @ found.T).argmax(axis=1)
        for place in np.unique(own):
            found[place] = _unit(_mean(rows[own == place])[None, :])[0]
    return found


def _mean(rows: Floats) -> Floats:
    found: Floats = rows.sum(axis=0) / len(rows)
    return exact.on_grid(found, exact.FEATURE_BITS, 1.0)


def _unit(rows: Floats) -> Floats:
    """Returns rows of length one on the grid of features."""
    import numpy as np

    rows = exact.on_grid(rows, exact.FEATURE_BITS, 1.0)
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return exact.on_grid(rows / np.maximum(lengths, 1e-12), exact.FEATURE_BITS, 1.0)
