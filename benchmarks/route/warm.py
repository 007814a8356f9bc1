"""The time of a decision with everything open, of `Library.ask`, and of a cold `mapp run`.

Times depend on the machine, so each is given as a ratio to something that ran in turns with it: a decision to
the embedding of the same request, `Library.ask` to that embedding and the run of the app, `mapp run` to
`node -e 1`. Ratios are medians over pairs.

The starter library is as it is. Larger ones consist of synthetic apps (six requests and two near misses each)
whose vectors are drawn, not embedded, and whose columns of the recogniser are those of the starter apps, over
and over. Nobody could ask them anything, but a decision takes the same steps.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.cold import ANSWER, REQUEST, program
from benchmarks.measuring import Series, command, interleave, ratio, world
from benchmarks.route.answered import starter_app
from benchmarks.route.data import embedder
from benchmarks.route.figures import Cell, Part, Table, number
from benchmarks.route.library import head_of, starter_library, starter_router
from benchmarks.synthetic import card_of, name_of, requests
from mapp.index import generations
from mapp.index.build import Contents, Corpus, build
from mapp.index.embedders import choose_embedder
from mapp.index.grid import rounded
from mapp.index.search import open_index
from mapp.model.request import Request
from mapp.ops.api import Library, open_library
from mapp.ops.index.training_data import LessonsExtra
from mapp.route import per_app_table
from mapp.route.per_app_table import Lessons
from mapp.route.recognise import classifier
from mapp.route.router import Router
from mapp.starter import bundle

ROUNDS, WARM_UP, COLD_ROUNDS = 200, 5, 15
STARTER: Final = len(bundle.names())
HEADINGS: Final = ("what", "median", "p99", "runs", "ratio", "to")
REPORT_PEAK: Final = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
Vectors = NDArray[np.float32]


def measure(sizes: Sequence[int]) -> Part:
    """Returns the tables of warm decisions, of `Library.ask`, and of a cold `mapp run`."""
    rows: list[tuple[Cell, ...]] = []
    starter_router()  # builds the index
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            index = starter_library().workspace.home.index if size == STARTER else Path(folder) / str(size)
            if size != STARTER:
                assemble(index, size)
            rows += decisions(index, size, first=size == sizes[0])
        with open_library(Path(folder) / "library") as library:
            rows += answers(library)
        rows += cold(world(folder))
    return Part(tables=(Table(title="Times", headings=HEADINGS, rows=tuple(rows)),))


def decisions(path: Path, size: int, *, first: bool) -> Iterator[tuple[Cell, ...]]:
    """Yields the rows of one library: embedding a request, and deciding it."""
    index = open_index(path, choose_embedder())
    assert index is not None
    asked = requests(ROUNDS + WARM_UP)
    with closing(Router(index, by_heart=False)) as router:
        found = interleave(
            {
                "embedding a request": each(asked, index.vector),
                "deciding it": each(asked, lambda text: router.decide(Request(text=text))),
            },
            rounds=ROUNDS,
            warm_up=WARM_UP,
        )
    embed, decide = found.values()
    if first:
        yield row(embed)
    yield row(decide, embed, f", {size:,} apps")


def answers(library: Library) -> Iterator[tuple[Cell, ...]]:
    """Yields the row of a whole answer, compared with its embedding and its run."""
    encoder = choose_embedder()
    prices = iter(range(1, 10_000))

    def asks() -> str:
        return f"what is {next(prices)} euros plus 20% VAT"

    def parts() -> None:
        encoder.embed([asks()])
        library.exec("vat", {"price": next(prices), "rate": 20, "direction": "add"})

    def whole() -> None:
        answer = library.ask(asks(), yes=True)
        assert answer.execution is not None, answer.decision

    actions = {"embedding a request and running `vat`": parts, "`Library.ask`": whole}
    base, found = interleave(actions, rounds=ROUNDS // 2, warm_up=WARM_UP).values()
    yield row(base)
    yield row(found, base)


def cold(environment: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    """Yields the rows of a new process: its time, and its peak memory."""
    node = shutil.which("node")
    if node is None:
        return
    run = command(program(), "run", REQUEST, environment=environment, says=ANSWER)
    run()
    actions = {"`node -e 1`": command(node, "-e", "1"), "`mapp run`, cold": run}
    base, found = interleave(actions, rounds=COLD_ROUNDS).values()
    yield row(base)
    yield row(found, base)
    memory = {
        "`node -e 1`, peak memory": peak(node, "-e", "1"),
        "`mapp run`, peak memory": peak(program(), "run", REQUEST, environment=environment),
    }
    first = next(iter(memory.values()))
    for name, used in memory.items():
        yield (name, number(used, "MB"), "", "1", number(used / first, "ratio"), "`node -e 1`, peak memory")


def peak(*words: str, environment: dict[str, str] | None = None) -> float:
    """Returns the largest resident set of a command and of the processes that it waited for, in MB."""
    found = subprocess.run(
        [sys.executable, "-c", REPORT_PEAK, *words],
        env={**os.environ, **(environment or {})},
        check=True,
        capture_output=True,
        text=True,
    )
    return int(found.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def each(texts: Sequence[str], step: Callable[[str], object]) -> Callable[[], object]:
    """Returns an action that takes the step with the next text each time."""
    rest = iter(texts)
    return lambda: step(next(rest))


def row(series: Series, base: Series | None = None, note: str = "") -> tuple[Cell, ...]:
    """Returns a row: median, p99, runs, and how many times as long as something else."""
    times = (number(series.median * 1000, "ms"), number(series.high * 1000, "ms"), str(len(series.times)))
    against: tuple[Cell, Cell] = (
        ("", "") if base is None else (number(ratio(series, base), "ratio"), base.name)
    )
    return (f"{series.name}{note}", *times, *against)


# A large index, put together


class Drawn:
    """Stands in for the default embedder: a text gets the vector of a starter app's text, slightly moved."""

    def __init__(self) -> None:
        default = embedder()
        self.name, self.digest, self.dimensions = default.name, default.digest, default.dimensions
        cards = [starter_app(name).card for name in bundle.names()]
        self._known = default.embed([phrase.request for card in cards for phrase in card.phrases[:10]])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Returns unit vectors, float32 (texts, dimensions)."""
        marks = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]
        lots = np.random.default_rng(int.from_bytes(hashlib.blake2b(b"".join(marks), digest_size=8).digest()))
        places = [int.from_bytes(mark) % len(self._known) for mark in marks]
        moved: Vectors = rounded(self._known[places] + lots.normal(0, 0.02, (len(texts), self.dimensions)))
        return moved


@dataclass(frozen=True, slots=True)
class Copied:
    """Files of the index that hold for each app what its starter app has there."""

    source: Path
    name: str

    def make(self, corpus: Corpus, path: Path, previous: Path | None) -> None:
        """Copies the cues, or the recogniser."""
        if self.name == per_app_table.FILE:
            with closing(Lessons(self.source)) as known:
                rows = ((app, known.of(base_of(app))) for app in corpus.apps)
                per_app_table.write_lessons(path, rows, corpus.apps, None)
        else:
            classifier.save(repeated(classifier.load(self.source), corpus.apps), path)


def assemble(folder: Path, size: int) -> None:
    """Makes the index of a number of synthetic apps without embedding or training."""
    source = generations.current(starter_library().workspace.home.index)
    assert source is not None
    numbers = {name_of(place): place for place in range(size)}
    contents = Contents([head_of(name) for name in sorted(numbers)], lambda head: card_of(numbers[head.app]))
    names = (LessonsExtra().name, classifier.FILE)
    extras = [Copied(source / name, name) for name in names]
    with tempfile.TemporaryDirectory() as cache:
        vectors = Path(cache) / "vectors.sqlite"
        build(folder, contents, embedder=Drawn(), vectors=vectors, store="exact", extras=extras)


def repeated(model: classifier.Recogniser, apps: Sequence[str]) -> classifier.Recogniser:
    """Returns the recogniser of the starter apps for more apps: each gets what its starter app has."""
    count = len(model.apps)
    known = {app: place for place, app in enumerate(model.apps)}
    places = np.array([known[base_of(app)] for app in apps])
    words = dataclasses.replace(model.vocabulary, own=model.vocabulary.own.take(places, axis=0))
    changed: dict[str, Any] = {"apps": tuple(apps), "vocabulary": words}
    for name in (field.name for field in dataclasses.fields(model)):
        value = getattr(model, name)
        if isinstance(value, np.ndarray):
            for axis, length in enumerate(value.shape):
                if length == count:
                    value = value.take(places, axis=axis)
                elif length == count + 1:  # the last column is "none"
                    value = value.take(np.append(places, count), axis=axis)
            changed[name] = value
    return dataclasses.replace(model, **changed)


def base_of(app: str) -> str:
    """Returns the starter app that a synthetic app was made from."""
    names = bundle.names()
    return names[int(app.rpartition("-")[2]) % len(names)]
