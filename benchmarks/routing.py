"""The time of a decision with the index open: for the starter library and for many apps.

Run: python -m benchmarks.routing [APPS]...
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measuring import Series, against, interleave, machine, table, timed_row
from benchmarks.synthetic import card_of, name_of, requests
from mapp.index.build import Contents, build
from mapp.index.embedders import choose_embedder
from mapp.index.entry import Head
from mapp.index.packed_vectors import read_packed
from mapp.index.search import open_index
from mapp.index.vectors import open_vectors
from mapp.model.app import Card, read_app
from mapp.model.request import Request
from mapp.ops.index.training_data import extras
from mapp.route.router import Router
from mapp.starter import bundle

ROUNDS, WARM_UP = 200, 5
SIZES = (1000,)
HEADINGS = ("step", "median", "p99", "runs", "against", "limit")
Load = Callable[[Head], Card]


def main(*sizes: int) -> None:
    """Prints a table for the starter library, and one for each number of synthetic apps."""
    with tempfile.TemporaryDirectory() as folder:
        show("the starter library", starter(Path(folder) / "starter"), "")
        for size in sizes or SIZES:
            router = synthetic(Path(folder) / str(size), size)
            show(f"{size:,} apps", router, "30 ms" if size == 1000 else "")


def show(title: str, router: Router, limit: str) -> None:
    """Prints the table of one library."""
    embed, retrieve, decide = measure(router).values()
    rows = [
        timed_row(embed, "", ""),
        timed_row(retrieve, against(retrieve, embed), ""),
        timed_row(decide, against(decide, embed), limit),
    ]
    table(f"A decision, warm, among {title} ({machine()})", HEADINGS, rows)
    router.close()


def measure(router: Router) -> dict[str, Series]:
    """Returns the times of decisions on requests that differ, and of two of their steps, taken in turns."""
    asked = requests(ROUNDS + WARM_UP)
    index = router._index
    vectors = [index.vector(text) for text in asked]

    def each(step: Callable[[int], object]) -> Callable[[], object]:
        places = iter(range(len(asked)))
        return lambda: step(next(places))

    actions = {
        "embed": each(lambda at: index.vector(asked[at])),
        "retrieve": each(lambda at: index.search(asked[at], 100, vector=vectors[at])),
        "decide": each(lambda at: router.decide(Request(text=asked[at]))),
    }
    return interleave(actions, rounds=ROUNDS, warm_up=WARM_UP)


def starter(folder: Path) -> Router:
    """Returns the router of the starter apps, built from the package."""
    return opened(folder, list(bundle.names()), lambda head: read_app(bundle.files(head.app)).card)


def synthetic(folder: Path, size: int) -> Router:
    """Returns the router of a number of synthetic apps."""
    numbers = {name_of(number): number for number in range(size)}
    return opened(folder, sorted(numbers), lambda head: card_of(numbers[head.app]))


def opened(folder: Path, names: list[str], load: Load) -> Router:
    """Builds an index without any repository, and opens it."""
    embedder = choose_embedder()
    vectors = folder / "vectors.sqlite"
    folder.mkdir(parents=True)
    with open_vectors(vectors, embedder) as cache:
        cache.put(read_packed(bundle.VECTORS, embedder))
    stamp = hashlib.sha1(b"benchmark", usedforsecurity=False).hexdigest()
    heads = [Head(app=name, commit=stamp, tree=stamp) for name in names]
    build(folder / "index", Contents(heads, load), embedder=embedder, vectors=vectors, extras=extras(vectors))
    index = open_index(folder / "index", embedder)
    assert index is not None
    return Router(index, by_heart=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
