"""BANKING77: intents of one domain that are close to each other, with near misses.

One app for each of 50 intents, taught its first 20 training requests. The other 27 intents are near misses:
rows of nine of them teach, rows of the other eighteen judge. An app's own near misses are the 15 rows of the
first nine that are nearest to the mean of its requests. A classifier without a place for an app's own near
misses is taught all of them as one class, "none".

Judged are the validation rows. Coverage is the share of them that are taken for their own intent, with the
threshold where 1 % of the rows to refuse are taken: the near misses of the other eighteen intents (near), or
the 200 out-of-scope rows of CLINC-150 (far).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.route.classifiers import (
    FALSE_HITS,
    Classifier,
    cosine,
    hits,
    recogniser,
    regression,
    separation,
)
from benchmarks.route.data import Integers, Requests, read_json, requests_of
from benchmarks.route.figures import Cell, Part, Table, number

TAUGHT: Final = 20
NEAR_MISSES: Final = 15
HEADINGS: Final = (
    "classifier",
    "near AUC",
    "near coverage at 1 %",
    "far AUC",
    "far coverage at 1 %",
    "right without threshold",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Banking:
    """The set: what teaches, what is judged, and what has to be refused."""

    names: tuple[str, ...]
    taught: Requests
    near: Requests
    """Each near miss with the intent that it is one of; a row may be there for several."""
    inside: Requests
    near_outside: Requests
    far_outside: Requests


def measure() -> Part:
    """Returns the table."""
    data = load()
    refused = data.near.part(_firsts(data.near)).nameless()
    rivals: dict[str, Callable[[], Classifier]] = {
        "cosine to the intents' means": lambda: cosine(data.taught),
        "logistic regression on vectors": lambda: regression(data.taught),
        "the same, with near misses as one class": lambda: regression(data.taught, refused),
        "mapp's recogniser": lambda: recogniser(data.taught, data.names),
        "the same, with each app's near misses": lambda: recogniser(data.taught, data.names, data.near),
    }
    rows = tuple((name, *cells(make(), data)) for name, make in rivals.items())
    title = f"BANKING77, {TAUGHT} requests an intent, {NEAR_MISSES} near misses an app"
    return Part(tables=(Table(title=title, headings=HEADINGS, rows=rows),))


def cells(classifier: Classifier, data: Banking) -> tuple[Cell, ...]:
    """Returns the figures of one classifier."""
    inside, near, far = (classifier(each) for each in (data.inside, data.near_outside, data.far_outside))
    right = inside.scores[inside.intents == data.inside.intents]
    total = len(inside.scores)
    found = [
        separation(inside.scores, near.scores),
        hits(right, near.scores, FALSE_HITS * len(near.scores), total),
        separation(inside.scores, far.scores),
        hits(right, far.scores, FALSE_HITS * len(far.scores), total),
        len(right) / total,
    ]
    return tuple(number(each, "score") for each in found)


def load() -> Banking:
    """Returns the set, embedded."""
    document = read_json("banking77/dev.json")
    far = read_json("clinc150/dev.json")
    names = sorted({intent for _, intent in document["train"]})
    taught = requests_of(first_of_each(document["train"], TAUGHT), names)
    return Banking(
        names=tuple(names),
        taught=taught,
        near=nearest(taught, requests_of(document["near_train"], names)),
        inside=requests_of(document["val"], names),
        near_outside=requests_of(document["near_val"], names),
        far_outside=requests_of(far["oos_train"] + far["oos_val"], names),
    )


def first_of_each(rows: list[Any], most: int) -> list[Any]:
    """Returns the first rows of each intent, in their order."""
    seen: dict[str, int] = {}
    found = []
    for text, intent in rows:
        seen[intent] = seen.get(intent, 0) + 1
        if seen[intent] <= most:
            found.append((text, intent))
    return found


def nearest(taught: Requests, pool: Requests) -> Requests:
    """Returns for each intent the near misses that are nearest to the mean of its requests."""
    places: list[int] = []
    owners: list[int] = []
    for intent in range(int(taught.intents.max()) + 1):
        mean = taught.vectors[taught.intents == intent].mean(axis=0)
        own = np.argsort(-(pool.vectors @ mean), kind="stable")[:NEAR_MISSES].tolist()
        places += own
        owners += [intent] * len(own)
    chosen = pool.part(np.array(places, dtype=np.int64))
    return Requests(texts=chosen.texts, vectors=chosen.vectors, intents=np.array(owners, dtype=np.int64))


def _firsts(requests: Requests) -> Integers:
    """Returns where each different text is for the first time."""
    seen: dict[str, int] = {}
    for place, text in enumerate(requests.texts):
        seen.setdefault(text, place)
    return np.array(list(seen.values()), dtype=np.int64)
