"""Calibrates a recogniser on held-out rows: its score, each app's offset, and the thresholds.

Rows are held out of training several times, split in another way each time, and judged like requests. What a
person would call wrong counts as wrong: another app, or the right app with other arguments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from mapp.route.recognise import exact
from mapp.route.recognise.classifier import Recogniser, evidence_of, kept
from mapp.route.recognise.corpus import _NONE, Read, Reader, TrainingRow, _Corpus
from mapp.route.recognise.logistic import fit_coefficients, fit_offsets, sigmoid, weighted
from mapp.route.recognise.score import (
    REFUTED,
    Evidence,
    Score,
    answer_features,
    inside_features,
    match_features,
)
from mapp.route.recognise.softmax import probabilities
from mapp.route.recognise.thresholds import bands_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mapp.route.recognise.softmax import Floats, Integers

FOLDS: Final = 3
SALTS: Final = ("first", "second")
"""Each splits the rows into folds in its own way; every row is judged once per salt."""
_MIN_APPS: Final = 4
_MIN_ROWS: Final = 60
_READ_CLOSELY: Final = 3
# How much rows that no app serves count together, as a share of the rows that one does: where they teach
# what the library serves, and where wrong decisions are counted. Requests for held-out apps are in reality
# rarer than requests for nothing, and often close to what another app does.
_BACKGROUND: Final = 1.0
_BACKGROUND_ASKED: Final = 0.1
_STRANGERS: Final = 0.03
_STRANGERS_ASKED: Final = 0.1
# Near misses are rare in real use but common in the tests.
_NEAR_MISS: Final = 0.3
_UNLIKELY: Final = 0.02
"""A decision on an app that is meant with less probability has no effect on the thresholds."""
_PULL: Final = 1.0
"""The strength of the prior of a coefficient: that of about a dozen rows."""
_CONSTANT_PULL: Final = 0.1
_OFFSET_VARIANCE: Final = 0.25
_MOST_WRONG: Final = 0.1
"""Wrong decisions for one app count for at most this share of all its decisions, plus one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Held-out rows, and what a recogniser that was trained on the other rows says about them."""

    evidence: Evidence
    """(rows, likeliest apps)."""
    apps: Integers
    """The likeliest apps, the likeliest first: (rows, likeliest apps)."""
    owners: Integers
    """The app that each row is about; `_NONE` for the background."""
    inside: NDArray[np.bool_]
    """Whether a row is a request for an app that was trained."""
    strangers: NDArray[np.bool_]
    """Whether a row is about an app that was held out entirely."""
    importance: Floats
    """How much a row counts because of its app."""
    rows: tuple[TrainingRow, ...]

    @classmethod
    def joined(cls, trials: Sequence[Trial]) -> Trial:
        """Returns the rows of several trials as one."""
        import numpy as np

        width = min(trial.apps.shape[1] for trial in trials)

        def join(parts: Iterable[Any]) -> Any:
            return np.concatenate(list(parts))

        evidence = Evidence(
            **{
                each.name: join(getattr(trial.evidence, each.name)[:, :width] for trial in trials)
                for each in fields(Evidence)
            }
        )
        return cls(
            evidence=evidence,
            apps=join(trial.apps[:, :width] for trial in trials),
            owners=join(trial.owners for trial in trials),
            inside=join(trial.inside for trial in trials),
            strangers=join(trial.strangers for trial in trials),
            importance=join(trial.importance for trial in trials),
            rows=tuple(row for trial in trials for row in trial.rows),
        )

    def weights(self, apps: Integers, background: float, strangers: float) -> Floats:
        """Returns the weight of each row if these apps were chosen; 0 where nobody knows what is right.

        A near miss is only wrong for its own app; another app may serve it.
        """
        import numpy as np

        nothing = self.owners == _NONE
        strange = self.strangers & np.array([row.fits for row in self.rows], dtype=np.bool_)
        near = ~self.inside & ~nothing & ~self.strangers & (self.owners == apps)
        found = np.where(self.inside, self.importance, 0.0)
        total = exact.total(found)
        found[near] = _NEAR_MISS * self.importance[near]
        found[nothing] = background * total / max(1, int(nothing.sum()))
        counted = self.importance[strange]
        found[strange] = counted * (strangers * total / max(1.0, exact.total(counted)))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """The decisions on held-out rows: the features of each, its weight, its app, and whether it was right."""

    features: Floats
    right: Floats
    importance: Floats
    apps: Integers


def _calibrated(model: Recogniser, corpus: _Corpus, reader: Reader) -> Recogniser:
    rows = int((corpus.owners != _NONE).sum())
    if len(model.apps) < _MIN_APPS or rows < _MIN_ROWS:
        return model
    trial = Trial.joined([trial for salt in SALTS for trial in _trials(corpus, model.apps, salt)])
    score = _recognising(trial)
    answers = _answers(trial, score, reader, model.apps)
    capped = _capped(answers)
    score = replace(
        score,
        answer=fit_coefficients(
            answers.features, answers.right, capped, score.answer, _strength(score.answer)
        ),
    )
    logits = weighted(answers.features, score.answer)
    offsets = fit_offsets(
        logits, answers.right, answers.importance, answers.apps, len(model.apps), variance=_OFFSET_VARIANCE
    )
    sure = exact.on_grid(sigmoid(logits + offsets[answers.apps]), 13, 1.0)
    return replace(model, score=score, offsets=offsets, bands=bands_of(sure, 1 - answers.right, capped))


def _recognising(trial: Trial) -> Score:
    """Returns the score, fitted to recognise requests that an app serves, and which app it is."""
    import numpy as np

    score = Score()
    likeliest = trial.apps[:, 0]
    first = Evidence(**{each.name: getattr(trial.evidence, each.name)[:, 0] for each in fields(Evidence)})
    inside = fit_coefficients(
        inside_features(first),
        trial.inside.astype(np.float64),
        trial.weights(likeliest, _BACKGROUND, _STRANGERS),
        score.inside,
        _strength(score.inside),
    )
    served = trial.inside
    match = fit_coefficients(
        match_features(first)[served],
        (likeliest == trial.owners)[served].astype(np.float64),
        trial.importance[served],
        score.match,
        _strength(score.match),
    )
    return replace(score, inside=inside, match=match)


def _answers(trial: Trial, score: Score, reader: Reader, names: Sequence[str]) -> Answers:
    """Returns the decisions that are made on the held-out rows: on the best app that a row completes."""
    import numpy as np

    recognised = score.recognised(trial.evidence)
    weights = np.stack(
        [
            trial.weights(trial.apps[:, place], _BACKGROUND_ASKED, _STRANGERS_ASKED)
            for place in range(trial.apps.shape[1])
        ],
        axis=1,
    )
    chosen: list[tuple[int, int, Read, float]] = []
    for row in range(len(trial.rows)):
        found = _chosen(trial, row, recognised[row], reader, names)
        if found is not None and weights[row, found[0]] > 0:
            chosen.append((row, *found))
    rows = np.array([row for row, *_ in chosen], dtype=np.int64)
    places = np.array([place for _, place, *_ in chosen], dtype=np.int64)
    reads = [read for _, _, read, _ in chosen]
    evidence = Evidence(
        share=trial.evidence.share[rows, places],
        rival=np.array([rival for *_, rival in chosen], dtype=np.float64),
        centre=trial.evidence.centre[rows, places],
        nearest=trial.evidence.nearest[rows, places],
        unfamiliar=trial.evidence.unfamiliar[rows, places],
    )
    apps = trial.apps[rows, places]
    correct = trial.inside[rows] & (apps == trial.owners[rows])
    return Answers(
        features=answer_features(
            score.recognised(evidence),
            np.array([read.confidence for read in reads], dtype=np.float64),
            np.array([read.unexplained for read in reads], dtype=np.float64),
            np.array([read.words for read in reads], dtype=np.float64),
            evidence.unfamiliar,
        ),
        right=(correct & np.array([read.right for read in reads], dtype=np.bool_)).astype(np.float64),
        importance=weights[rows, places],
        apps=apps,
    )


def _chosen(
    trial: Trial, row: int, recognised: Floats, reader: Reader, names: Sequence[str]
) -> tuple[int, Read, float] | None:
    """Returns the place of the best complete app, how it was read, and the share of its strongest rival."""
    import numpy as np

    order = [int(place) for place in np.argsort(-recognised, kind="stable") if recognised[place] > _UNLIKELY]
    reads = {place: reader(trial.rows[row], names[trial.apps[row, place]]) for place in order}
    best = next((place for place in order if reads[place].complete), None)
    if best is None:
        return None
    shares = trial.evidence.share[row]
    rivals = [
        float(share) * (REFUTED if place in reads and not reads[place].complete else 1.0)
        for place, share in enumerate(shares)
        if place != best
    ]
    return best, reads[best], max(rivals, default=0.0)


def _strength(coefficients: Sequence[float]) -> list[float]:
    """Returns how strongly each coefficient is pulled to its default; the constant hardly is."""
    return [*[_PULL] * (len(coefficients) - 1), _CONSTANT_PULL]


def _capped(answers: Answers) -> Floats:
    """Returns the weights, with those of one app's wrong decisions limited, so that no app spoils others."""
    import numpy as np

    found = answers.importance.copy()
    wrong = answers.right < 1
    for app in np.unique(answers.apps[wrong]):
        own = answers.apps == app
        total, missed = exact.total(found[own]), exact.total(found[own & wrong])
        found[own & wrong] *= min(1.0, (_MOST_WRONG * total + 1) / max(missed, 1e-9))
    return found


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
        known = corpus.part(taught)
        weights = known.fit_block(start, present, iterations=25, alone=True)
        asked = ~taught
        yield _trial(corpus.part(asked), known, kept(weights[:, present]), present[:-1], strange[asked])


def _trial(
    part: _Corpus, known: _Corpus, weights: Floats, present: Integers, strangers: NDArray[np.bool_]
) -> Trial:
    import numpy as np

    shares = probabilities(exact.logits_of(exact.from_units(part.unseen), weights))[:, :-1]
    places = np.argsort(-shares, axis=1, kind="stable")[:, :_READ_CLOSELY]
    vocabulary = known.vocabulary()
    unfamiliar = [vocabulary.unfamiliar(*row) for row in zip(part.words, present[places], strict=True)]
    return Trial(
        evidence=evidence_of(
            shares,
            part.vectors,
            places,
            known.centres()[present],
            known.exemplars()[present],
            np.reshape(unfamiliar, places.shape),
        ),
        apps=present[places],
        owners=part.owners,
        inside=(part.labels < part.none) & ~strangers,
        strangers=strangers,
        # Rows of an app that is not trusted have less than 1: they may teach a little, and calibrate nothing.
        importance=np.floor(part.importance),
        rows=part.rows,
    )


def _dealt(salt: str, text: str) -> int:
    """Returns a pseudo-random number that depends only on the salt and the text."""
    said = f"{salt}\0{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=6).digest(), "big")
