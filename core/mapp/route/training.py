"""How the recogniser is trained: once for all apps, or anew for the few that changed.

It learns from each app's own requests; near misses, and a general background of things that no small
program does, are taught as "none". Held-out parts of the same rows, whole apps among them, then tell how
far its probabilities can be trusted: they scale them, and set the two thresholds, `use` and `ask`.

At most `ONE_BLOCK` apps are fitted together. More are fitted block by block, and a change of a few apps
refits only their neighbourhood; what is not fitted stands still, but keeps its share of the probability.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mapp.route.decide import Bands
from mapp.route.recognise import DEFAULT_BANDS, Recogniser, features
from mapp.route.softmax import fit_columns, log_total, probabilities
from mapp.route.wording import Wording, learn_wording

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.softmax import Floats, Integers

FALSE_HITS: Final = 0.005
"""The share of what runs without asking that may be another app's; as much again for wrong arguments."""
ASKED_IN_VAIN: Final = 0.1
"""The share of what is run or asked about that may be wrong: sets the threshold `ask`."""
ONE_BLOCK: Final = 256
_BLOCK: Final = 128

_NONE: Final = -1
_BACKGROUND_WEIGHT: Final = 0.2
_CENTRE_WEIGHT: Final = 5.0
# What the library's own apps do is no background: a background row nearer than this is left out.
_TOO_NEAR: Final = 0.5
# A near miss that is this probably another app's request is taken to be that app's job.
_ANOTHERS_JOB: Final = 0.03
_FOLDS: Final = 3
_FEWEST_APPS: Final = 4
_FEWEST_ROWS: Final = 60
# People rarely ask what only sounds like an app's job; who wrote the near misses asked nothing else.
_NEAR_MISS: Final = 0.25
_OUTSIDE_SHARE: Final = 0.1
_LEAST_USED: Final = 0.5
_LEAST_ASKED: Final = 0.15
_READ_CLOSELY: Final = 3
_MOST_READ: Final = 2500
_SEED: Final = 20_240_229


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One request to learn from: it fits the app, or only sounds like it.

    `attachment` is the text that comes with it, where there is one.
    """

    text: str
    app: str
    fits: bool = True
    attachment: str | None = None


Reader = Callable[[Row, Sequence[tuple[str, float]]], tuple[str, float] | None]
"""Reads the likeliest apps of a request closely: which one would be taken, and how sure; None for none."""


def first(_row: Row, likeliest: Sequence[tuple[str, float]]) -> tuple[str, float] | None:
    """Takes the likeliest app, as sure as it is probable: a reader that looks at nothing else."""
    return likeliest[0] if likeliest else None


@dataclass(frozen=True, slots=True)
class Lesson:
    """Rows with their sentence vectors, float32 (rows, dimensions)."""

    rows: tuple[Row, ...]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Background:
    """Requests that no app serves, with their sentence vectors."""

    texts: tuple[str, ...]
    vectors: Floats


def fit(
    lesson: Lesson, background: Background, *, apps: Sequence[str] = (), reader: Reader = first
) -> Recogniser:
    """Returns a recogniser of every app in the lesson, thresholds included.

    Args:
        lesson: what each app's requests are, and its near misses.
        background: what no app serves.
        apps: further apps, of which there is no request.
        reader: how sure a decision is, for which the thresholds are set.
    """
    names = tuple(sorted({*apps, *(row.app for row in lesson.rows)}))
    corpus = _Corpus.of(names, lesson, background).without_others_jobs().without_stopped(reader)
    weights = corpus.fit(iterations=60)
    model = Recogniser(
        apps=names,
        weights=weights,
        centres=corpus.centres(),
        wording=corpus.wording,
        temperature=1.0,
        bands=DEFAULT_BANDS,
        together=len(names),
    )
    return _calibrated(model, corpus, reader)


def refit(
    known: Recogniser, apps: Sequence[str], changed: Collection[str], lesson: Lesson, background: Background
) -> Recogniser:
    """Returns the recogniser with some apps learnt anew; all other apps and the thresholds stay as they were.

    Args:
        known: the recogniser of the last generation.
        apps: every app that there is now.
        changed: the apps to learn.
        lesson: rows of the changed apps and of their neighbours.
        background: what no app serves.
    """
    import numpy as np

    names = tuple(sorted(apps))
    moved = _moved(known, names)
    fresh = np.array([name in changed for name in names])
    corpus = _Corpus.of(names, lesson, background, wording=known.wording)
    corpus = corpus.with_centres(moved.centres, np.flatnonzero(~fresh))
    weights = corpus.fit_block(moved.weights, np.flatnonzero(fresh), iterations=40)
    centres = np.where(fresh[:, None], corpus.centres(), moved.centres)
    return replace(moved, weights=weights, centres=centres, refits=known.refits + 1)


def neighbours(known: Recogniser, lesson: Lesson, *, most: int = 24) -> tuple[str, ...]:
    """Returns the apps of a recogniser, other than those of the lesson, that are nearest to its requests."""
    import numpy as np

    own = {row.app for row in lesson.rows}
    rows = lesson.vectors[[row.fits for row in lesson.rows]]
    if not len(rows) or not known.apps:
        return ()
    nearest = (known.centres @ rows.T).max(axis=1)
    order = np.argsort(-nearest, kind="stable")
    return tuple(known.apps[place] for place in order if known.apps[place] not in own)[:most]


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Rows as numbers: features for training, features as if unseen, and the column each belongs to."""

    columns: int
    wording: Wording
    vectors: Floats
    features: Floats
    unseen: Floats
    owners: Integers
    """The app that a row is about; `_NONE` for the background."""
    labels: Integers
    """What a row is to be recognised as: an app, or as many as there are apps for "none"."""
    importance: Floats
    rows: tuple[Row, ...]

    @classmethod
    def of(
        cls, names: Sequence[str], lesson: Lesson, background: Background, *, wording: Wording | None = None
    ) -> _Corpus:
        import numpy as np

        far = _far(background, lesson)
        texts = [row.text for row in lesson.rows] + [background.texts[place] for place in far]
        vectors = np.concatenate([lesson.vectors, background.vectors[far]])
        learned = wording or learn_wording(texts)
        seen = features(vectors, learned, texts)
        places = {name: place for place, name in enumerate(names)}
        owners = [places[row.app] for row in lesson.rows]
        labels = [places[row.app] if row.fits else len(names) for row in lesson.rows]
        weights = [1.0 if row.fits else _NEAR_MISS for row in lesson.rows]
        weights += [_BACKGROUND_WEIGHT] * len(far)
        return cls(
            columns=len(names) + 1,
            wording=learned,
            vectors=vectors,
            features=seen,
            # Only where all are fitted are rows held out, and words that stand in one of them alone.
            unseen=features(vectors, learned, texts, held_out=True) if wording is None else seen,
            owners=np.array(owners + [_NONE] * len(far), dtype=np.int64),
            labels=np.array(labels + [len(names)] * len(far), dtype=np.int64),
            importance=np.array(weights, dtype=np.float32),
            rows=(*lesson.rows, *(Row(text=background.texts[place], app="", fits=False) for place in far)),
        )

    @property
    def none(self) -> int:
        return self.columns - 1

    def part(self, rows: Any) -> _Corpus:
        import numpy as np

        return replace(
            self,
            vectors=self.vectors[rows],
            features=self.features[rows],
            unseen=self.unseen[rows],
            owners=self.owners[rows],
            labels=self.labels[rows],
            importance=self.importance[rows],
            rows=tuple(self.rows[place] for place in np.arange(len(self.rows))[rows]),
        )

    def centres(self) -> Floats:
        import numpy as np

        centres = np.zeros((self.none, self.vectors.shape[1]), dtype=np.float32)
        own = self.labels < self.none
        np.add.at(centres, self.labels[own], self.vectors[own])
        return _unit(centres)

    def with_centres(self, centres: Floats, apps: Integers) -> _Corpus:
        """Adds one row for each of the apps: the centre of its requests stands for all of them."""
        import numpy as np

        features = np.zeros((len(apps), self.features.shape[1]), dtype=np.float32)
        features[:, : centres.shape[1]] = centres[apps]
        features[:, -1] = 1
        return replace(
            self,
            vectors=np.concatenate([self.vectors, centres[apps]]),
            features=np.concatenate([self.features, features]),
            unseen=np.concatenate([self.unseen, features]),
            owners=np.concatenate([self.owners, apps]),
            labels=np.concatenate([self.labels, apps]),
            importance=np.concatenate([self.importance, np.full(len(apps), _CENTRE_WEIGHT, np.float32)]),
            rows=(*self.rows, *(Row(text="", app="") for _ in apps)),
        )

    def without_others_jobs(self) -> _Corpus:
        """Returns the corpus in which a near miss of one app that is the job of another teaches nothing.

        Taught as "none" it would make the other app deaf for what it does.
        """
        import numpy as np

        missed = (self.labels == self.none) & (self.owners != _NONE)
        if not missed.any() or missed.all():
            return self
        weights = self.part(~missed).fit(iterations=20)
        shares = probabilities(self.features[missed] @ weights)[:, :-1]
        best = shares.argmax(axis=1)
        others = (best != self.owners[missed]) & (shares.max(axis=1) > _ANOTHERS_JOB)
        importance = self.importance.copy()
        importance[np.flatnonzero(missed)[others]] = 0.0
        return replace(self, importance=importance)

    def without_stopped(self, reader: Reader) -> _Corpus:
        """Returns the corpus in which a near miss that a hard rule stops anyway teaches nothing.

        What lacks a number sounds almost like what has one: to tell them apart is the rule's work.
        """
        import numpy as np

        missed = np.flatnonzero((self.labels == self.none) & (self.owners != _NONE) & (self.importance > 0))
        stopped = [
            place for place in missed if reader(self.rows[place], [(self.rows[place].app, 1.0)]) is None
        ]
        importance = self.importance.copy()
        importance[stopped] = 0.0
        return replace(self, importance=importance)

    def fit(self, *, iterations: int) -> Floats:
        """Fits all columns: together, or in blocks of like apps, twice over."""
        import numpy as np

        weights = np.zeros((self.features.shape[1], self.columns), dtype=np.float32)
        if self.none <= ONE_BLOCK:
            return self.fit_block(weights, np.arange(self.columns), iterations=iterations)
        weights[: self.vectors.shape[1], : self.none] = 8 * self.centres().T
        for _ in range(2):
            for block in _blocks(self.centres()):
                columns = np.array([*block, self.none])
                weights = self.fit_block(weights, columns, iterations=iterations // 3)
        return weights

    def fit_block(self, weights: Floats, block: Integers, *, iterations: int, alone: bool = False) -> Floats:
        """Fits some columns and leaves the others as they are; rows of other apps are thinned out.

        With `alone`, the other columns do not exist: no probability is theirs.
        """
        import numpy as np

        inside = np.isin(self.owners, block) | (self.owners == _NONE)
        outside = np.flatnonzero(~inside)
        rows = np.concatenate([np.flatnonzero(inside), outside[:: max(1, len(outside) // 2000)]])
        others = np.setdiff1d(np.arange(self.columns), block)
        places = np.full(self.columns, len(block), dtype=np.int64)
        places[block] = np.arange(len(block))
        features = self.features[rows]
        fitted = fit_columns(
            features,
            places[self.labels[rows]],
            self.importance[rows],
            weights[:, block],
            rest=log_total(features @ weights[:, others]) if len(others) and not alone else None,
            iterations=iterations,
        )
        weights = weights.copy()
        weights[:, block] = fitted
        return weights


@dataclass(frozen=True, slots=True)
class _Trial:
    """How held-out rows were judged; `present` are the logits' columns, `strangers` rows of absent apps."""

    logits: Floats
    labels: Integers
    present: Integers
    strangers: NDArray[np.bool_]
    importance: Floats
    rows: tuple[Row, ...]
    misses_taught: bool

    def likeliest(self, row: int, temperature: float, apps: Sequence[str]) -> list[tuple[str, float]]:
        """Returns the likeliest apps of a row with their probabilities."""
        import numpy as np

        shares = probabilities(self.logits[row : row + 1] / temperature)[0, :-1]
        order = np.argsort(-shares, kind="stable")[:_READ_CLOSELY]
        return [(apps[self.present[place]], float(shares[place])) for place in order]

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


def _calibrated(model: Recogniser, corpus: _Corpus, reader: Reader) -> Recogniser:
    rows = int((corpus.owners != _NONE).sum())
    if len(model.apps) < _FEWEST_APPS or rows < _FEWEST_ROWS:
        return model
    trials = _trials(corpus)
    temperature = _temperature(trials)
    use, ask = _thresholds(trials, temperature, model.apps, reader)
    return replace(model, temperature=temperature, bands=Bands(use=use, ask=ask))


def _trials(corpus: _Corpus) -> list[_Trial]:
    """Trains on two thirds of the rows and five sixths of the apps, and judges what was left out."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    chosen = np.sort(random.permutation(corpus.none)[:ONE_BLOCK])
    corpus = corpus.part(np.isin(corpus.owners, chosen) | (corpus.owners == _NONE))
    row_fold = random.permutation(len(corpus.labels)) % _FOLDS
    app_fold = random.permutation(corpus.none) % (2 * _FOLDS)
    found = []
    for fold in range(_FOLDS):
        strange = (corpus.owners != _NONE) & (app_fold[corpus.owners] == fold)
        taught = ~strange & (row_fold != fold)
        present = np.union1d(np.intersect1d(chosen, np.flatnonzero(app_fold != fold)), [corpus.none])
        start = np.zeros((corpus.features.shape[1], corpus.columns), dtype=np.float32)
        weights = corpus.part(taught).fit_block(start, present, iterations=25, alone=True)
        found.append(_trial(corpus, weights[:, present], present, ~taught, strange))
    return found


def _trial(
    corpus: _Corpus, weights: Floats, present: Integers, asked: NDArray[np.bool_], strange: NDArray[np.bool_]
) -> _Trial:
    import numpy as np

    part, stranger = corpus.part(asked), strange[asked]
    logits = part.unseen @ weights
    outside = stranger | (part.owners == _NONE)
    importance = np.ones(len(logits), dtype=np.float32)
    importance[outside] = _OUTSIDE_SHARE * (~outside).sum() / max(1, outside.sum())
    importance[(part.labels == corpus.none) & ~outside] = _NEAR_MISS
    places = np.searchsorted(present, np.where(stranger, corpus.none, part.labels))
    misses_taught = bool(((corpus.labels == corpus.none) & (corpus.owners != _NONE)).any())
    return _Trial(logits, places, present, stranger, importance, part.rows, misses_taught)


def _temperature(trials: Sequence[_Trial]) -> float:
    """Returns what the logits have to be divided by to make the held-out labels most probable."""
    import numpy as np

    def surprise(temperature: float) -> float:
        total = 0.0
        for trial in trials:
            shares = probabilities(trial.logits / temperature)
            said = np.maximum(shares[np.arange(len(shares)), trial.labels], 1e-9)
            total -= float((trial.importance * np.log(said)).sum())
        return total

    tried = [0.4 * 1.1**step for step in range(22)]
    return min(tried, key=surprise)


def _thresholds(
    trials: Sequence[_Trial], temperature: float, apps: Sequence[str], reader: Reader
) -> tuple[float, float]:
    """Returns how sure a decision has to be so that few enough of those that pass are wrong."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    places = [(each, row) for each in trials for row in range(len(each.rows))]
    chosen = random.permutation(len(places))[:_MOST_READ]
    judged: list[tuple[float, float, bool]] = []
    for at in chosen:
        each, row = places[at]
        taken = reader(each.rows[row], each.likeliest(row, temperature, apps))
        right = None if taken is None else each.verdict(row, taken[0])
        if taken is not None and right is not None:
            judged.append((taken[1], float(each.importance[row]), right))
    use = max(_least_sure(judged, FALSE_HITS), _LEAST_USED)
    return use, min(max(_least_sure(judged, ASKED_IN_VAIN), _LEAST_ASKED), use)


def _least_sure(judged: Sequence[tuple[float, float, bool]], share: float) -> float:
    """Returns the least sureness above which at most this share of what passes is wrong."""
    passed = falsely = 0.0
    found = 0.99
    for sure, importance, right in sorted(judged, reverse=True):
        passed += importance
        falsely += 0.0 if right else importance
        if falsely <= share * passed:
            found = sure
    return min(max(found, 0.02), 0.99)


def _far(background: Background, lesson: Lesson) -> Integers:
    import numpy as np

    own = lesson.vectors[[row.fits for row in lesson.rows]]
    if not len(own) or not len(background.texts):
        return np.arange(len(background.texts))
    return np.flatnonzero((background.vectors @ own.T).max(axis=1) < _TOO_NEAR)


def _moved(known: Recogniser, names: tuple[str, ...]) -> Recogniser:
    """The recogniser with a column for each of the names: those of new apps are empty, others are dropped."""
    import numpy as np

    places = {app: place for place, app in enumerate(known.apps)}
    weights = np.zeros((len(known.weights), len(names) + 1), dtype=np.float32)
    centres = np.zeros((len(names), known.centres.shape[1]), dtype=np.float32)
    weights[:, -1] = known.weights[:, -1]
    for column, name in enumerate(names):
        if name in places:
            weights[:, column] = known.weights[:, places[name]]
            centres[column] = known.centres[places[name]]
    return replace(known, apps=names, weights=weights, centres=centres)


def _blocks(centres: Floats) -> list[list[int]]:
    """Cuts the apps into blocks of neighbours: the first free app and those nearest to it, and so on."""
    import numpy as np

    free = list(range(len(centres)))
    count = -(-len(free) // min(_BLOCK, ONE_BLOCK))
    size = -(-len(free) // count)
    blocks = []
    while free:
        near = np.argsort(-(centres[free] @ centres[free[0]]), kind="stable")[:size]
        block = [free[place] for place in near]
        blocks.append(sorted(block))
        free = [app for app in free if app not in set(block)]
    return blocks


def _unit(rows: Floats) -> Floats:
    import numpy as np

    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
