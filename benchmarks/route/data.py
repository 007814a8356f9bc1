"""The data that benchmarks read, and the vectors of their texts.

Public sets lie beside the project (`../shared/data`, or where MAPP_BENCH_DATA says); a part whose set is
missing is skipped. The vectors are cached, as those of apps are, in the cache folder of the settings.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mapp.config import load_config
from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from mapp.index.vectors import open_vectors
from mapp.ops.index.training_data import background_texts
from mapp.route.recognise.corpus import Background

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
OUTSIDE: Final = -1
"""The intent of a request that no app serves."""


class NoData(Exception):
    """A public data set is missing; the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """Requests with their unit vectors, (requests, dimensions), and the number of the intent of each."""

    texts: tuple[str, ...]
    vectors: Floats
    intents: Integers

    def part(self, places: Integers) -> Requests:
        """Returns some of the requests, in the given order."""
        return Requests(
            texts=tuple(self.texts[place] for place in places),
            vectors=self.vectors[places],
            intents=self.intents[places],
        )

    def joined(self, other: Requests) -> Requests:
        """Returns these requests and then the others."""
        return Requests(
            texts=self.texts + other.texts,
            vectors=np.concatenate([self.vectors, other.vectors]),
            intents=np.concatenate([self.intents, other.intents]),
        )

    def nameless(self) -> Requests:
        """Returns the requests as requests that no app serves."""
        return Requests(
            texts=self.texts, vectors=self.vectors, intents=np.full(len(self.texts), OUTSIDE, dtype=np.int64)
        )


def data_file(name: str) -> Path:
    """Returns the path of a file of the public data; raises NoData if it is missing."""
    root = os.environ.get("MAPP_BENCH_DATA")
    folder = Path(root) if root else Path(__file__).resolve().parents[2].parent / "shared" / "data"
    if not (folder / name).is_file():
        raise NoData(f"there is no {name} in ../shared/data; MAPP_BENCH_DATA says where else it is")
    return folder / name


def read_json(name: str) -> Any:
    """Returns the contents of a JSON file of the public data."""
    return json.loads(data_file(name).read_text(encoding="utf-8"))


def requests_of(rows: Sequence[Sequence[str]], names: Sequence[str]) -> Requests:
    """Returns rows of text and intent, embedded; an intent without a name is `OUTSIDE`."""
    texts = tuple(text for text, _ in rows)
    places = {name: place for place, name in enumerate(names)}
    intents = np.array([places.get(intent, OUTSIDE) for _, intent in rows], dtype=np.int64)
    return Requests(texts=texts, vectors=embedded(texts), intents=intents)


def embedded(texts: Sequence[str]) -> Floats:
    """Returns the vectors of texts, (texts, dimensions), from the cache if they are there."""
    key = "benchmark " + hashlib.sha256("\n\0".join(texts).encode()).hexdigest()
    with open_vectors(vectors_file(), embedder()) as known:
        found = known.get(key)
        if found is None:
            found = embedder().embed(texts)
            known.put([(key, found)])
    return found.astype(np.float64)


def vectors_file() -> Path:
    """Returns the cache of the vectors that benchmarks need."""
    return load_config().cache / "benchmarks.sqlite"


class Remembering:
    """The default embedder, which embeds a text once however often it is asked."""

    def __init__(self) -> None:
        self._default = choose_embedder()
        self.name, self.digest = self._default.name, self._default.digest
        self.dimensions = self._default.dimensions
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the vectors of texts, float32 (texts, dimensions)."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        if missing:
            self._known.update(zip(missing, self._default.embed(missing), strict=True))
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])


@cache
def embedder() -> Embedder:
    """Returns the default embedder, remembering."""
    return Remembering()


@cache
def background() -> Background:
    """Returns what mapp ships with: requests that no app serves."""
    texts = background_texts()
    return Background(texts=texts, vectors=embedded(texts))
