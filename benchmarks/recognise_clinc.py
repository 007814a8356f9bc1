"""How many requests of CLINC-150 three classifiers recognise, when few may be taken wrongly.

One app for each of the 150 intents, taught by its 20 training requests and by mapp's own background of
things that no app does; CLINC's out-of-scope rows train nothing. Judged are the validation rows, 20 an
intent and 100 out of scope. A right hit is a request that was taken for its own intent and accepted. A
false hit is one that was accepted for another intent or although it is out of scope. The threshold of each
column is put where false hits are 1 % of: all requests; those that had to be refused (out of scope, or
taken for another intent); the out-of-scope requests alone.

Reads `clinc150/dev.json` beside the project (`../shared/data`, or where MAPP_BENCH_DATA says).
Run: python -m benchmarks.recognise_clinc
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import machine, table
from mapp.index.embedders import choose_embedder
from mapp.ops.index.training_data import background_texts
from mapp.route.recognise.classifier import Recogniser
from mapp.route.recognise.corpus import Background, Lesson, TrainingRow
from mapp.route.recognise.softmax import fit_columns, probabilities
from mapp.route.recognise.train import fit

Floats = NDArray[np.float64]
FALSE_HITS = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """Requests with their vectors and, unless they are out of scope, the number of their intent."""

    texts: tuple[str, ...]
    vectors: Floats
    intents: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a classifier says of the requests in scope and out of scope: a score for each intent."""

    inside: Floats
    outside: Floats


def data_file() -> Path | None:
    """Returns where CLINC-150 is, or None."""
    root = os.environ.get("MAPP_BENCH_DATA")
    folder = Path(root) if root else Path(__file__).resolve().parents[1].parent / "shared" / "data"
    path = folder / "clinc150" / "dev.json"
    return path if path.is_file() else None


def main() -> int:
    """Prints the table; returns the exit code."""
    path = data_file()
    if path is None:
        print("CLINC-150 is not there (../shared/data/clinc150/dev.json, or MAPP_BENCH_DATA): skipped.")
        return 0
    document = json.loads(path.read_text(encoding="utf-8"))
    names = sorted({intent for _, intent in document["train"]})
    taught, inside = (read(document[part], names) for part in ("train", "val"))
    outside = read(document["oos_val"], names)
    began = time.perf_counter()
    model = ours(taught, names)
    spent = time.perf_counter() - began
    rivals = {
        "cosine to the intents' means": cosines(taught, inside, outside),
        "logistic regression on vectors": regression(taught, inside, outside),
        "mapp's recogniser": judged(model, inside, outside),
    }
    title = "CLINC-150, 20 requests an intent: right hits at 1 % false hits"
    headings = [
        "classifier",
        "of all requests",
        "of those to refuse",
        "of out of scope",
        "right without threshold",
    ]
    table(title, headings, [row(name, found, inside) for name, found in rivals.items()])
    print(f"\n{own_thresholds(model, rivals['mapp' + chr(39) + 's recogniser'], inside)}")
    print(f"\nTrained in {spent:.1f} s, thresholds included. {machine()}.")
    return 0


def read(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Requests:
    """Returns the rows of one part, embedded."""
    texts = tuple(text for text, _ in rows)
    places = {name: place for place, name in enumerate(names)}
    intents = np.array([places.get(intent, -1) for _, intent in rows], dtype=np.int64)
    return Requests(texts=texts, vectors=choose_embedder().embed(texts).astype(np.float64), intents=intents)


def cosines(taught: Requests, inside: Requests, outside: Requests) -> Judged:
    """The nearest mean of an intent's requests."""
    means = np.stack(
        [taught.vectors[taught.intents == at].mean(axis=0) for at in sorted(set(taught.intents))]
    )
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return Judged(inside=inside.vectors @ means.T, outside=outside.vectors @ means.T)


def regression(taught: Requests, inside: Requests, outside: Requests) -> Judged:
    """Logistic regression on the sentence vectors alone."""

    def with_constant(vectors: Floats) -> Floats:
        return np.concatenate([vectors, np.ones((len(vectors), 1))], axis=1)

    known = with_constant(taught.vectors)
    start = np.zeros((known.shape[1], int(taught.intents.max()) + 1))
    even = np.ones(len(known))
    weights = fit_columns(known, taught.intents, even, start, spread=10.0)
    first, second = (probabilities(with_constant(each.vectors) @ weights) for each in (inside, outside))
    return Judged(inside=first, outside=second)


def ours(taught: Requests, names: Sequence[str]) -> Recogniser:
    """The recogniser as an index trains it."""
    texts = background_texts()
    background = Background(texts=texts, vectors=choose_embedder().embed(texts))
    rows = tuple(
        TrainingRow(text=text, app=names[intent])
        for text, intent in zip(taught.texts, taught.intents, strict=True)
    )
    return fit(Lesson(rows=rows, vectors=taught.vectors), background)


def judged(model: Recogniser, inside: Requests, outside: Requests) -> Judged:
    """What the recogniser says."""

    def say(requests: Requests) -> Floats:
        shares = model.shares(requests.vectors, requests.texts)
        every = np.broadcast_to(np.arange(len(model.apps)), shares.shape)
        return model.score.recognised(model.evidence(shares, requests.vectors, requests.texts, every))

    return Judged(inside=say(inside), outside=say(outside))


def row(name: str, found: Judged, inside: Requests) -> list[str]:
    """Returns one classifier's row of the table."""
    right = found.inside.argmax(axis=1) == inside.intents
    sure, strange = found.inside.max(axis=1), found.outside.max(axis=1)
    refuse = np.concatenate([sure[~right], strange])
    cells = [
        hits(sure[right], refuse, FALSE_HITS * (len(sure) + len(strange)), len(sure)),
        hits(sure[right], refuse, FALSE_HITS * len(refuse), len(sure)),
        hits(sure[right], strange, FALSE_HITS * len(strange), len(sure)),
        float(right.mean()),
    ]
    return [name, *(f"{cell:.3f}" for cell in cells)]


def hits(right: Floats, refuse: Floats, allowed: float, total: int) -> float:
    """Returns the share of right hits at the threshold that lets so many false ones through."""
    ordered = np.sort(refuse)[::-1]
    threshold = ordered[int(allowed)] if int(allowed) < len(ordered) else -np.inf
    return float((right > threshold).sum() / total)


def own_thresholds(model: Recogniser, found: Judged, inside: Requests) -> str:
    """Returns what the recogniser does at the thresholds that it chose itself, without these rows."""
    right = found.inside.argmax(axis=1) == inside.intents
    said = []
    for name, least in (("sure", model.bands.sure), ("likely", model.bands.likely), ("ask", model.bands.ask)):
        taken: Any = found.inside.max(axis=1) >= least
        strange = float((found.outside.max(axis=1) >= least).mean())
        said.append(
            f"At its own threshold `{name}` ({least:.2f}) {(right & taken).mean():.1%} are right hits; "
            f"{(~right & taken).mean():.1%} are taken for another intent, "
            f"{strange:.1%} of what is out of scope is taken."
        )
    return "\n".join(said)


if __name__ == "__main__":
    raise SystemExit(main())
