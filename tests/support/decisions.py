"""Decides on all requests of a library's apps: `python -m support.decisions LIBRARY CACHE VECTORS [STEP]`.

Prints a JSON line for each: decision, app, arguments and sureness. The vectors are read from the file
`VECTORS` if it exists, and written there otherwise: an emulated processor needs half a second for each,
and other tests show that vectors are equal everywhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mapp.config import load_config
from mapp.index.embedders import choose_embedder
from mapp.index.search import open_index
from mapp.model.decision import decision_to_dict
from mapp.model.request import Phrase
from mapp.ops.api import Library
from mapp.ops.workspace import Workspace
from mapp.route.decide.decide import surest
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
        return np.stack([self._known[text] for text in texts])


def phrases(library: Library, step: int) -> list[Phrase]:
    """Returns every `step`-th phrase of all apps."""
    return [phrase for name in library.apps() for phrase in library.app(name).phrases][::step]


def decided(workspace: Workspace, vectors: Path, step: int) -> Iterator[str]:
    """Yields the decision on each phrase, as JSON."""
    asked = phrases(Library(workspace), step)
    index = open_index(workspace.home.index, Stored(vectors, [phrase.request for phrase in asked]))
    assert index is not None
    with closing(Router(index, by_heart=False)) as router:
        for phrase in asked:
            decision, readings = router.decide(phrase.to_request())
            best = surest(readings)
            row = decision_to_dict(decision)
            yield json.dumps(
                {
                    "request": phrase.request,
                    "decision": row["decision"],
                    "app": row.get("app"),
                    "arguments": row.get("arguments"),
                    "sure": best.sure if best is not None else 0.0,
                }
            )


if __name__ == "__main__":
    home, cache, file, *rest = sys.argv[1:]
    places = {"MAPP_HOME": home, "MAPP_CACHE": cache, "MAPP_CONFIG": os.devnull}
    for line in decided(
        Workspace(config=load_config(environment=places)), Path(file), int(rest[0]) if rest else 1
    ):
        print(line)
