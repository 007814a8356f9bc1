"""Trains the recogniser: for all apps, or for the few that changed.

It learns from each app's own requests. Near misses, and a general background of things that no small program
does, are trained as "none". Held-out parts of the same rows, and whole apps, then calibrate its probabilities
and set the two thresholds, `use` and `ask`.

At most `ONE_BLOCK` apps are fitted together; more are fitted block by block. When a few apps change, only
their neighbourhood is refitted; all other columns stay fixed and keep their share of the probability.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from mapp.route.recognise.calibrate import _calibrated
from mapp.route.recognise.classifier import DEFAULT_BANDS, Recogniser, kept
from mapp.route.recognise.corpus import (
    ONE_BLOCK,
    Background,
    Lesson,
    Read,
    Reader,
    TrainingRow,
    _Corpus,
    _rounded,
)
from mapp.route.recognise.score import Score


def unread(_row: TrainingRow, _app: str) -> Read:
    """A reader that accepts any app for any row."""
    return Read(complete=True)


def fit(
    lesson: Lesson,
    background: Background,
    *,
    apps: Sequence[str] = (),
    reader: Reader = unread,
    at_once: int = ONE_BLOCK,
) -> Recogniser:
    """Returns a recogniser of every app in the lesson, thresholds included.

    Args:
        lesson: the requests and near misses of each app.
        background: requests that no app serves.
        apps: more apps, which have no requests.
        reader: evaluates an app for a row as a decision does; the thresholds depend on it.
        at_once: the largest number of apps to fit together.
    """
    import numpy as np

    reader = lru_cache(maxsize=None)(reader)
    names = tuple(sorted({*apps, *(row.app for row in lesson.rows)}))
    corpus = (
        _Corpus.of(names, lesson, background, at_once=at_once)
        .without_contested()
        .without_others_jobs()
        .without_stopped(reader)
    )
    weights = kept(corpus.fit(iterations=60))
    model = Recogniser(
        apps=names,
        weights=weights,
        centres=corpus.centres(),
        exemplars=corpus.exemplars(),
        wording=corpus.wording,
        vocabulary=corpus.vocabulary(),
        offsets=np.zeros(len(names)),
        score=Score(),
        bands=DEFAULT_BANDS,
        together=len(names),
    )
    return _calibrated(model, corpus, reader)


def refit(
    known: Recogniser, apps: Sequence[str], changed: Collection[str], lesson: Lesson, background: Background
) -> Recogniser:
    """Returns the recogniser with some apps refitted; all other apps and the thresholds stay the same.

    Args:
        known: the recogniser of the last generation.
        apps: all apps of the library.
        changed: the apps to refit.
        lesson: the rows of the changed apps and their neighbours.
        background: requests that no app serves.
    """
    import numpy as np

    names = tuple(sorted(apps))
    moved = _moved(known, names)
    fresh = np.array([name in changed for name in names])
    corpus = _Corpus.of(names, lesson, background, wording=known.wording)
    corpus = corpus.without_contested(moved.centres).with_centres(moved.centres, np.flatnonzero(~fresh))
    weights = kept(corpus.fit_block(moved.weights, np.flatnonzero(fresh), iterations=40))
    centres = np.where(fresh[:, None], corpus.centres(), moved.centres)
    return replace(
        moved,
        weights=weights,
        centres=centres,
        exemplars=np.where(fresh[:, None, None], corpus.exemplars(), moved.exemplars),
        vocabulary=replace(
            moved.vocabulary, own=np.where(fresh[:, None], corpus.vocabulary().own, moved.vocabulary.own)
        ),
        offsets=np.where(fresh, 0.0, moved.offsets),
        refits=known.refits + 1,
    )


def neighbours(known: Recogniser, lesson: Lesson, *, most: int = 24) -> tuple[str, ...]:
    """Returns the apps of a recogniser, other than those of the lesson, that are nearest to its requests."""
    import numpy as np

    own = {row.app for row in lesson.rows}
    rows = _rounded(lesson.vectors[[row.fits for row in lesson.rows]])
    if not len(rows) or not known.apps:
        return ()
    nearest = (known.centres @ rows.T).max(axis=1)
    order = np.argsort(-nearest, kind="stable")
    return tuple(known.apps[place] for place in order if known.apps[place] not in own)[:most]


def _moved(known: Recogniser, names: tuple[str, ...]) -> Recogniser:
    """Returns the recogniser with a column for each name: empty for new apps, without those that are gone."""
    import numpy as np

    places = {app: place for place, app in enumerate(known.apps)}
    weights = np.zeros((len(known.weights), len(names) + 1))
    centres = np.zeros((len(names), known.centres.shape[1]))
    exemplars = np.zeros((len(names), *known.exemplars.shape[1:]), dtype=np.int8)
    own = np.zeros((len(names), known.vocabulary.own.shape[1]), dtype=np.uint8)
    offsets = np.zeros(len(names))
    weights[:, -1] = known.weights[:, -1]
    for column, name in enumerate(names):
        if name in places:
            weights[:, column] = known.weights[:, places[name]]
            centres[column] = known.centres[places[name]]
            exemplars[column] = known.exemplars[places[name]]
            own[column] = known.vocabulary.own[places[name]]
            offsets[column] = known.offsets[places[name]]
    return replace(
        known,
        apps=names,
        weights=weights,
        centres=centres,
        exemplars=exemplars,
        vocabulary=replace(known.vocabulary, own=own),
        offsets=offsets,
    )
