"""Classifiers to compare, and how they are scored when few false hits are allowed.

The recogniser is used as an index uses it: it is fitted on rows, and then judges one request at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from benchmarks.route.data import Floats, Integers, Requests, background
from mapp.model.request import Candidate
from mapp.route.recognise import exact
from mapp.route.recognise.classifier import Recogniser
from mapp.route.recognise.corpus import Lesson, TrainingRow
from mapp.route.recognise.softmax import fit_columns, probabilities
from mapp.route.recognise.train import fit

FALSE_HITS: Final = 0.01
_SPREAD: Final = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """For each request: the likeliest intent, and how likely it is."""

    intents: Integers
    scores: Floats


Classifier: TypeAlias = Callable[[Requests], Judged]


def cosine(taught: Requests) -> Classifier:
    """Returns the classifier by the nearest mean of an intent's requests."""
    count = int(taught.intents.max()) + 1
    means = np.stack([taught.vectors[taught.intents == at].mean(axis=0) for at in range(count)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return lambda asked: _likeliest(asked.vectors @ means.T)


def regression(taught: Requests, refused: Requests | None = None) -> Classifier:
    """Returns logistic regression on the vectors alone; `refused` are taught as one further class, "none"."""
    count = int(taught.intents.max()) + 1
    rows = taught if refused is None else taught.joined(refused)
    labels = np.where(rows.intents < 0, count, rows.intents)
    known = _with_constant(rows.vectors)
    start = np.zeros((known.shape[1], int(labels.max()) + 1))
    weights = fit_columns(known, labels, np.ones(len(known)), start, spread=_SPREAD)

    def judge(asked: Requests) -> Judged:
        return _likeliest(probabilities(_with_constant(asked.vectors) @ weights)[:, :count])

    return judge


def recogniser(taught: Requests, names: Sequence[str], near: Requests | None = None) -> Classifier:
    """Returns mapp's recogniser, taught an app for each intent; `near` are near misses of their intents."""
    rows = [
        TrainingRow(text=text, app=names[intent], fits=fits)
        for part, fits in ((taught, True), (near, False))
        if part is not None
        for text, intent in zip(part.texts, part.intents, strict=True)
    ]
    vectors = taught.vectors if near is None else np.concatenate([taught.vectors, near.vectors])
    return judging(fit(Lesson(rows=tuple(rows), vectors=vectors), background()), names)


def judging(model: Recogniser, names: Sequence[str]) -> Classifier:
    """Returns a fitted recogniser as a classifier."""
    candidates = [Candidate(app=name, score=1.0) for name in names]
    places = {name: place for place, name in enumerate(names)}

    def judge(asked: Requests) -> Judged:
        first = [
            model.judge(vector, text, candidates)[0]
            for vector, text in zip(asked.vectors, asked.texts, strict=True)
        ]
        return Judged(
            intents=np.array([places[each.app] for each in first], dtype=np.int64),
            scores=np.array([each.probability for each in first], dtype=np.float64),
        )

    return judge


def hits(right: Floats, refuse: Floats, allowed: float, total: int) -> float:
    """Returns the share of right hits above the lowest threshold that lets few enough others through.

    Args:
        right: the scores of the requests whose likeliest intent is right.
        refuse: the scores of those that had to be refused.
        allowed: how many of these may pass.
        total: the number of requests that have an intent.
    """
    ordered = np.sort(refuse)[::-1]
    threshold = ordered[int(allowed)] if int(allowed) < len(ordered) else -np.inf
    return float((right > threshold).sum() / total)


def separation(inside: Floats, outside: Floats) -> float:
    """Returns the area under the curve: how often a request to serve scores above one to refuse.

    A tie counts half (Hanley and McNeil 1982).
    """
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    up_to = np.searchsorted(ordered, inside, side="right")
    return float((below + up_to).sum() / 2 / (len(inside) * len(outside)))


def _likeliest(scores: Floats) -> Judged:
    return Judged(intents=scores.argmax(axis=1), scores=scores.max(axis=1))


def _with_constant(vectors: Floats) -> Floats:
    rounded = exact.on_grid(vectors, exact.FEATURE_BITS, 1.0)
    return np.concatenate([rounded, np.ones((len(vectors), 1))], axis=1)
