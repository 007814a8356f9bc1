"""The training rows of the recogniser, as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from mapp.model.decision import Arguments
from mapp.route.recognise import contested, exact
from mapp.route.recognise.classifier import features
from mapp.route.recognise.exemplars import exemplars_of
from mapp.route.recognise.features import Wording, learn_wording
from mapp.route.recognise.softmax import fit_columns, log_total, probabilities
from mapp.route.recognise.vocabulary import Vocabulary, learn_vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.exact import Units, Vectors
    from mapp.route.recognise.softmax import Floats, Integers


_ROWS_AT_ONCE: Final = 512
ONE_BLOCK: Final = 256
"""Up to this many apps are fitted together."""
_BLOCK: Final = 128
_NONE: Final = -1
_BACKGROUND_WEIGHT: Final = 0.2
_CENTRE_WEIGHT: Final = 5.0
# Background rows must not describe what an app does: a row closer than this to a request is dropped.
_TOO_NEAR: Final = 0.5
# A near miss that another app serves with at least this probability counts as that app's job.
_ANOTHERS_JOB: Final = 0.03


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingRow:
    """One request to learn from: it fits the app, or is a near miss.

    `attachment` is the attached text, if any; `arguments` are the app's arguments, if known.
    """

    text: str
    app: str
    fits: bool = True
    attachment: str | None = None
    arguments: Arguments | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """How one app fares with one row when it is evaluated closely, however probable the app is.

    `right` is False if the row states other arguments than the filler found.
    """

    complete: bool
    confidence: float = 1.0
    right: bool = True
    unexplained: int = 0
    """How many words of the request nothing explains."""
    words: int = 0
    """How many words need an explanation."""


Reader = Callable[[TrainingRow, str], Read]
"""Evaluates one app closely for a row."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Rows with their sentence vectors, (rows, dimensions)."""

    rows: tuple[TrainingRow, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Background:
    """Requests that no app serves, with their sentence vectors."""

    texts: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Rows as numbers: features for training, features as if unseen, and the column each belongs to."""

    columns: int
    wording: Wording
    vectors: Floats
    features: Units
    unseen: Units
    owners: Integers
    """The app that a row is about; `_NONE` for the background."""
    labels: Integers
    """The right column for a row: an app, or the number of apps for "none"."""
    importance: Floats
    rows: tuple[TrainingRow, ...]
    words: tuple[Integers, ...]
    """The places of each row's words in the wording."""
    at_once: int = ONE_BLOCK
    """The largest number of apps that are fitted together."""

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        lesson: Lesson,
        background: Background,
        *,
        wording: Wording | None = None,
        at_once: int = ONE_BLOCK,
    ) -> _Corpus:
        import numpy as np

        far = _far(background, lesson)
        texts = [row.text for row in lesson.rows] + [background.texts[place] for place in far]
        vectors = _rounded(np.concatenate([lesson.vectors, background.vectors[far]]))
        learned = wording or learn_wording(texts)
        seen = exact.to_units(features(vectors, learned, texts))
        places = {name: place for place, name in enumerate(names)}
        owners = [places[row.app] for row in lesson.rows]
        labels = [places[row.app] if row.fits else len(names) for row in lesson.rows]
        weights = [1.0] * len(lesson.rows) + [_BACKGROUND_WEIGHT] * len(far)
        return cls(
            columns=len(names) + 1,
            wording=learned,
            vectors=vectors,
            features=seen,
            # Words of a single row look unseen when that row is held out, which only happens in a full fit.
            unseen=exact.to_units(features(vectors, learned, texts, held_out=True))
            if wording is None
            else seen,
            owners=np.array(owners + [_NONE] * len(far), dtype=np.int64),
            labels=np.array(labels + [len(names)] * len(far), dtype=np.int64),
            importance=np.array(weights, dtype=np.float64),
            rows=(
                *lesson.rows,
                *(TrainingRow(text=background.texts[place], app="", fits=False) for place in far),
            ),
            words=tuple(learned.places(text) for text in texts),
            at_once=at_once,
        )

    @property
    def none(self) -> int:
        return self.columns - 1

    def part(self, rows: Any) -> _Corpus:
        import numpy as np

        places = np.arange(len(self.rows))[rows]
        return replace(
            self,
            vectors=self.vectors[rows],
            features=self.features[rows],
            unseen=self.unseen[rows],
            owners=self.owners[rows],
            labels=self.labels[rows],
            importance=self.importance[rows],
            rows=tuple(self.rows[place] for place in places),
            words=tuple(self.words[place] for place in places),
        )

    def centres(self) -> Floats:
        import numpy as np

        sums = np.zeros((self.none, self.vectors.shape[1]))
        own = self.labels < self.none
        np.add.at(sums, self.labels[own], self.vectors[own])
        counts = np.bincount(self.labels[own], minlength=self.none)[:, None]
        return _unit(_rounded(sums / np.maximum(counts, 1)))

    def exemplars(self) -> NDArray[np.int8]:
        own = self.labels < self.none
        return exemplars_of(self.vectors[own], self.labels[own], self.none)

    def vocabulary(self) -> Vocabulary:
        """Returns the words of the apps; rows by which an app claims the requests of others are left out."""
        import numpy as np

        fits = self.labels < self.none
        told = (self.owners != _NONE) & ~(fits & (self.importance == 0))
        return learn_vocabulary(
            [self.words[place] for place in np.flatnonzero(told)],
            self.owners[told],
            fits[told],
            self.none,
            len(self.wording.known),
        )

    def with_centres(self, centres: Floats, apps: Integers) -> _Corpus:
        """Adds one row for each app: the centre of its requests, which represents all of them."""
        import numpy as np

        features = np.zeros((len(apps), self.features.shape[1]), dtype=np.int16)
        features[:, : centres.shape[1]] = exact.to_units(centres[apps])
        features[:, -1] = exact.ONE
        return replace(
            self,
            vectors=np.concatenate([self.vectors, centres[apps]]),
            features=np.concatenate([self.features, features]),
            unseen=np.concatenate([self.unseen, features]),
            owners=np.concatenate([self.owners, apps]),
            labels=np.concatenate([self.labels, apps]),
            importance=np.concatenate([self.importance, np.full(len(apps), _CENTRE_WEIGHT)]),
            rows=(*self.rows, *(TrainingRow(text="", app="") for _ in apps)),
            words=(*self.words, *(np.zeros(0, dtype=np.int64) for _ in apps)),
        )

    def without_contested(self, centres: Floats | None = None) -> _Corpus:
        """Returns the corpus without the influence of rows by which an app claims the requests of others.

        Args:
            centres: those of all apps, where the corpus does not have the rows of all of them.
        """
        import numpy as np

        own = np.flatnonzero(self.labels < self.none)
        found = self.centres()
        if centres is not None:
            found = np.where(np.any(centres, axis=1, keepdims=True), centres, found)
        importance = self.importance.copy()
        importance[own] *= contested.weights_of(self.vectors[own], self.labels[own], found)
        return replace(self, importance=importance)

    def without_others_jobs(self) -> _Corpus:
        """Returns the corpus without the influence of near misses of one app that are another app's job.

        Trained as "none" they would make the other app miss its own requests.
        """
        import numpy as np

        missed = (self.labels == self.none) & (self.owners != _NONE)
        if not missed.any() or missed.all():
            return self
        weights = self.part(~missed).fit(iterations=20)
        shares = probabilities(exact.logits_of(exact.from_units(self.features[missed]), weights))[:, :-1]
        best = shares.argmax(axis=1)
        others = (best != self.owners[missed]) & (shares.max(axis=1) > _ANOTHERS_JOB)
        importance = self.importance.copy()
        importance[np.flatnonzero(missed)[others]] = 0.0
        return replace(self, importance=importance)

    def without_stopped(self, reader: Reader) -> _Corpus:
        """Returns the corpus without the influence of near misses that a veto stops anyway.

        A request that lacks a number sounds almost like one that has it; only the veto can tell.
        """
        import numpy as np

        missed = np.flatnonzero((self.labels == self.none) & (self.owners != _NONE) & (self.importance > 0))
        stopped = [place for place in missed if not reader(self.rows[place], self.rows[place].app).complete]
        importance = self.importance.copy()
        importance[stopped] = 0.0
        return replace(self, importance=importance)

    def fit(self, *, iterations: int) -> Floats:
        """Fits all columns: together, or twice in blocks of similar apps."""
        import numpy as np

        weights = np.zeros((self.features.shape[1], self.columns))
        if self.none <= self.at_once:
            return self.fit_block(weights, np.arange(self.columns), iterations=iterations)
        weights[: self.vectors.shape[1], : self.none] = 8 * self.centres().T
        for _ in range(2):
            for block in _blocks(self.centres(), self.at_once):
                columns = np.array([*block, self.none])
                weights = self.fit_block(weights, columns, iterations=iterations // 3)
        return weights

    def fit_block(self, weights: Floats, block: Integers, *, iterations: int, alone: bool = False) -> Floats:
        """Fits some columns and keeps the others; of the other apps' rows only a sample is used.

        With `alone`, the other columns get no probability at all.
        """
        import numpy as np

        inside = np.isin(self.owners, block) | (self.owners == _NONE)
        outside = np.flatnonzero(~inside)
        rows = np.concatenate([np.flatnonzero(inside), outside[:: max(1, len(outside) // 2000)]])
        others = np.setdiff1d(np.arange(self.columns), block)
        places = np.full(self.columns, len(block), dtype=np.int64)
        places[block] = np.arange(len(block))
        features = exact.from_units(self.features[rows])
        fitted = fit_columns(
            features,
            places[self.labels[rows]],
            self.importance[rows],
            weights[:, block],
            rest=_rest(features, weights[:, others]) if len(others) and not alone else None,
            iterations=iterations,
        )
        weights = weights.copy()
        weights[:, block] = fitted
        return weights


def _rest(features: Floats, weights: Floats) -> Floats:
    """Returns for each row the logarithm of the summed exponentials of these columns."""
    import numpy as np

    parts = range(0, len(features), _ROWS_AT_ONCE)
    found = [log_total(exact.logits_of(features[at : at + _ROWS_AT_ONCE], weights)) for at in parts]
    return np.concatenate(found) if found else np.zeros(0)


def _far(background: Background, lesson: Lesson) -> Integers:
    import numpy as np

    own = _rounded(lesson.vectors[[row.fits for row in lesson.rows]])
    if not len(own) or not len(background.texts):
        return np.arange(len(background.texts))
    return np.flatnonzero((_rounded(background.vectors) @ own.T).max(axis=1) < _TOO_NEAR)


def _blocks(centres: Floats, at_once: int) -> list[list[int]]:
    """Splits the apps into blocks of neighbours: the first free app with those nearest to it, and so on."""
    import numpy as np

    free = list(range(len(centres)))
    count = -(-len(free) // min(_BLOCK, at_once))
    size = -(-len(free) // count)
    blocks = []
    while free:
        near = np.argsort(-(centres[free] @ centres[free[0]]), kind="stable")[:size]
        block = [free[place] for place in near]
        blocks.append(sorted(block))
        free = [app for app in free if app not in set(block)]
    return blocks


def _rounded(vectors: Vectors) -> Floats:
    """Returns vectors on the grid of features, so that products of two are exact."""
    return exact.on_grid(vectors, exact.FEATURE_BITS, 1.0)


def _unit(rows: Floats) -> Floats:
    """Returns rows of the grid with length one, on the grid again."""
    import numpy as np

    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return _rounded(rows / np.maximum(lengths, 1e-12))
