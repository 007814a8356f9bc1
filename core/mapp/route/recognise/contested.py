"""Which rows of an app are contested: they sound like another app's requests, not like the app's own.

An app that claims other apps' requests would take probability from all of them. Its rows are near the centres
of other apps and far from its own. Of a starter app's rows at most 13 % are contested, of an app that copies
rows from everywhere more than 90 %. So contested rows count, unless many of an app's rows are contested;
then its other rows count half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Floats
    from mapp.route.recognise.softmax import Integers

MARGIN: Final = 0.1
"""A row is contested if it is nearer to another app's centre than to its own by this cosine."""
_TRUSTED: Final = 0.25
_DISTRUSTED: Final = 0.4
_UNCONTESTED: Final = 4
"""So many uncontested rows are added to those of each app: a few rows alone do not lose it the trust."""
_ROWS_AT_ONCE: Final = 4096


def weights_of(vectors: Floats, labels: Integers, centres: Floats) -> Floats:
    """Returns how much each row counts, 0 to 1; less than 1 for every row of an app that is not trusted.

    Args:
        vectors: the requests' unit vectors on the grid of features.
        labels: the app of each request.
        centres: the unit centre of each app's requests; zeros for an app without requests.
    """
    import numpy as np

    apps = len(centres)
    contested = _contested(vectors, labels, centres)
    counts = np.bincount(labels, minlength=apps)
    shares = np.bincount(labels[contested], minlength=apps) / (counts + _UNCONTESTED)
    trust = np.clip((_DISTRUSTED - shares) / (_DISTRUSTED - _TRUSTED), 0.0, 1.0)
    found: Floats = np.where(contested, trust[labels], (1 + trust[labels]) / 2)
    return found


def _contested(vectors: Floats, labels: Integers, centres: Floats) -> NDArray[np.bool_]:
    """Returns for each row whether it is contested; its own centre is that of the app's other rows."""
    import numpy as np

    sums = np.zeros_like(centres)
    np.add.at(sums, labels, vectors)
    found = np.zeros(len(vectors), dtype=np.bool_)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        part, owners = vectors[start : start + _ROWS_AT_ONCE], labels[start : start + _ROWS_AT_ONCE]
        others = sums[owners] - part
        lengths = np.sqrt((others * others).sum(axis=1))
        own = (others * part).sum(axis=1) / np.maximum(lengths, 1e-12)
        cosines = part @ centres.T
        cosines[np.arange(len(part)), owners] = -1.0
        found[start : start + _ROWS_AT_ONCE] = cosines.max(axis=1, initial=-1.0) - own > MARGIN
    return found
