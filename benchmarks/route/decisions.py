"""Decides on all requests of a library's apps and on the fresh ones, at both levels of certainty.

Run: python -m benchmarks.route.decisions LIBRARY CACHE VECTORS [STEP]

Prints a JSON line for each: decision, app, arguments and sureness, with the request's hash, because nobody
reads the fresh ones. Of the library's requests only every `STEP`-th is asked. The vectors are read from the
file `VECTORS` if it exists, and written there otherwise: an emulated processor needs half a second for each,
and other tests show that vectors are equal everywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.route.answered import DATA, LEVELS, asked
from mapp.config import load_config
from mapp.index.embedders import choose_embedder
from mapp.index.search import open_index
from mapp.model.decision import decision_to_dict
from mapp.model.request import Request
from mapp.ops.api import Library
from mapp.ops.workspace import Workspace
from mapp.route.router import Router


class Stored:
    """The default embedder, with its vectors read from a file."""

    def __init__(self, path: Path, texts: Sequence[str]) -> None:
        default = choose_embedder()
        self.name, self.digest, self.dimensions = default.name, default.digest, default.dimensions
        if not path.exists():
            np.save(path, default.embed(texts))
        self._known = dict(zip(texts, np.load(path), strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the vectors, float32 (texts, dimensions)."""
        return np.stack([self._known[text] for text in texts])


def fresh() -> list[Request]:
    """Returns the requests of both files of fresh ones."""
    paths = sorted(DATA.glob("*_requests.jsonl"))
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [asked(json.loads(line)["request"]) for line in lines]


def stated(library: Library, step: int) -> list[Request]:
    """Returns every `step`-th request of all apps."""
    phrases = [phrase for name in library.apps() for phrase in library.app(name).phrases]
    return [phrase.to_request() for phrase in phrases[::step]]


def decided(workspace: Workspace, vectors: Path, step: int) -> Iterator[str]:
    """Yields the decision on each request at each level, as JSON."""
    requests = [*stated(Library(workspace), step), *fresh()]
    index = open_index(workspace.home.index, Stored(vectors, [request.text for request in requests]))
    assert index is not None
    with closing(Router(index, by_heart=False)) as router:
        for request in requests:
            for level in LEVELS:
                row = decision_to_dict(router.decide(request, level)[0])
                yield json.dumps(
                    {
                        "request": hashlib.sha256(request.text.encode()).hexdigest()[:16],
                        "level": level,
                        **{name: row[name] for name in ("decision", "app", "arguments", "missing", "sure")},
                    }
                )


if __name__ == "__main__":
    home, cache, file, *rest = sys.argv[1:]
    places = {"MAPP_HOME": home, "MAPP_CACHE": cache, "MAPP_CONFIG": os.devnull}
    for line in decided(
        Workspace(config=load_config(environment=places)), Path(file), int(rest[0]) if rest else 1
    ):
        print(line)
