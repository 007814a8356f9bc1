"""Calibrates a recogniser: its temperature and its thresholds, from held-out rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mapp.route.recognise import exact
from mapp.route.recognise.classifier import Recogniser, kept
from mapp.route.recognise.corpus import _NEAR_MISS, _NONE, Reader, _Corpus
from mapp.route.recognise.thresholds import Trial, bands_of, temperature_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.softmax import Floats, Integers


FOLDS: Final = 3
SALTS: Final = ("first", "second")
"""Each splits the rows into folds in its own way; every row is judged once per salt."""
_MIN_APPS: Final = 4
_MIN_ROWS: Final = 60
_OUTSIDE_SHARE: Final = 0.1


def _calibrated(model: Recogniser, corpus: _Corpus, reader: Reader) -> Recogniser:
    rows = int((corpus.owners != _NONE).sum())
    if len(model.apps) < _MIN_APPS or rows < _MIN_ROWS:
        return model
    trials = [trial for salt in SALTS for trial in _trials(corpus, model.apps, salt)]
    temperature = temperature_of(trials)
    return replace(model, temperature=temperature, bands=bands_of(trials, temperature, reader))


def _trials(corpus: _Corpus, names: Sequence[str], salt: str) -> Iterator[Trial]:
    """Trains on two thirds of the rows and five sixths of the apps, and judges the rest.

    The hash of a row's text or an app's name decides which are left out.
    """
    import numpy as np

    chosen = np.sort(np.argsort([_dealt(salt, name) for name in names], kind="stable")[: corpus.at_once])
    corpus = corpus.part(np.isin(corpus.owners, chosen) | (corpus.owners == _NONE))
    row_fold = np.array([_dealt(salt, row.text) % FOLDS for row in corpus.rows], dtype=np.int64)
    app_fold = np.array([_dealt(salt, name) % (2 * FOLDS) for name in names], dtype=np.int64)
    for fold in range(FOLDS):
        strange = (corpus.owners != _NONE) & (app_fold[corpus.owners] == fold)
        taught = ~strange & (row_fold != fold)
        present = np.union1d(np.intersect1d(chosen, np.flatnonzero(app_fold != fold)), [corpus.none])
        start = np.zeros((corpus.features.shape[1], corpus.columns))
        weights = corpus.part(taught).fit_block(start, present, iterations=25, alone=True)
        asked = ~taught
        yield _trial(corpus.part(asked), kept(weights[:, present]), present, strange[asked], names)


def _trial(
    part: _Corpus, weights: Floats, present: Integers, stranger: NDArray[np.bool_], names: Sequence[str]
) -> Trial:
    import numpy as np

    outside = stranger | (part.owners == _NONE)
    importance = np.ones(len(part.rows))
    importance[outside] = _OUTSIDE_SHARE * (~outside).sum() / max(1, outside.sum())
    importance[(part.labels == part.none) & ~outside] = _NEAR_MISS
    return Trial(
        logits=exact.logits_of(exact.from_units(part.unseen), weights),
        labels=np.searchsorted(present, np.where(stranger, part.none, part.labels)),
        apps=tuple(names[place] for place in present[:-1]),
        strangers=stranger,
        importance=importance,
        rows=part.rows,
        misses_taught=bool(((part.labels == part.none) & (part.owners != _NONE)).any()),
    )


def _dealt(salt: str, text: str) -> int:
    """Returns a pseudo-random number that depends only on the salt and the text."""
    said = f"{salt}\0{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=6).digest(), "big")
