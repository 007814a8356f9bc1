"""CLINC-150: how many requests three classifiers recognise, when few may be taken wrongly.

One app for each of the 150 intents. The data has two parts of 20 rows an intent, written by different people.
In each resample, lots are drawn for each intent: which part teaches, and which of its rows (10 or 20); the
other part is judged. So a judged row is never the paraphrase of a taught one by the same person, which would
flatter every classifier. mapp's own background of things that no app does teaches too. The 200
out-of-scope rows teach nothing and are all judged.

A right hit is a request that is taken for its own intent and accepted. A false hit is one that is accepted
for another intent, or although it is out of scope. The threshold of each column is where false hits are 1 %
of: all requests; those that had to be refused (out of scope, or taken for another intent); the out-of-scope
requests alone. The interval is that of the mean over the resamples.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from benchmarks.route.classifiers import FALSE_HITS, Classifier, cosine, hits, recogniser, regression
from benchmarks.route.data import Requests, read_json, requests_of
from benchmarks.route.figures import Cell, Part, Table, mean

SIZES: Final = (10, 20)
HEADINGS: Final = (
    "classifier",
    "of all requests",
    "of those to refuse",
    "of out of scope",
    "right without threshold",
)
Make = Callable[[Requests, tuple[str, ...]], Classifier]
RIVALS: Final[dict[str, Make]] = {
    "cosine to the intents' means": lambda taught, _: cosine(taught),
    "logistic regression on vectors": lambda taught, _: regression(taught),
    "mapp's recogniser": lambda taught, names: recogniser(taught, names),
}


def measure(resamples: int) -> Part:
    """Returns a table for each number of requests an intent."""
    document = read_json("clinc150/dev.json")
    names = tuple(sorted({intent for _, intent in document["train"]}))
    parts = (requests_of(document["train"], names), requests_of(document["val"], names))
    outside = requests_of(document["oos_train"] + document["oos_val"], names)
    tables = []
    for size in SIZES:
        found: dict[str, list[list[float]]] = {name: [] for name in RIVALS}
        for taught, judged in drawn(parts, size, resamples):
            for name, make in RIVALS.items():
                found[name].append(figures(make(taught, names), judged, outside))
        rows = tuple(_row(name, rounds) for name, rounds in found.items())
        title = f"CLINC-150, {size} requests an intent: right hits at 1 % false hits, {resamples} resamples"
        tables.append(Table(title=title, headings=HEADINGS, rows=rows))
    return Part(tables=tuple(tables))


def drawn(parts: tuple[Requests, Requests], size: int, resamples: int) -> Iterator[tuple[Requests, Requests]]:
    """Yields what teaches and what is judged in each resample; a resample is the same in every run."""
    pool = parts[0].joined(parts[1])
    first = np.arange(len(pool.texts)) < len(parts[0].texts)
    for resample in range(resamples):
        lots = random.Random(resample)
        taught: list[int] = []
        judged: list[int] = []
        for intent in range(int(pool.intents.max()) + 1):
            teaches = first if lots.random() < 0.5 else ~first
            own = pool.intents == intent
            taught += lots.sample(np.flatnonzero(own & teaches).tolist(), size)
            judged += np.flatnonzero(own & ~teaches).tolist()
        yield pool.part(np.array(taught)), pool.part(np.array(judged))


def figures(classifier: Classifier, inside: Requests, outside: Requests) -> list[float]:
    """Returns the cells of one classifier in one resample."""
    found, strange = classifier(inside), classifier(outside).scores
    right = found.intents == inside.intents
    refuse = np.concatenate([found.scores[~right], strange])
    total = len(found.scores)
    return [
        hits(found.scores[right], refuse, FALSE_HITS * (total + len(strange)), total),
        hits(found.scores[right], refuse, FALSE_HITS * len(refuse), total),
        hits(found.scores[right], strange, FALSE_HITS * len(strange), total),
        float(right.mean()),
    ]


def _row(name: str, rounds: Sequence[Sequence[float]]) -> tuple[Cell, ...]:
    return name, *(mean(values) for values in zip(*rounds, strict=True))
