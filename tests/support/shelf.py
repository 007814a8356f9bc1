"""A collection of small apps, with an index over them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mapp.index.build import Contents, Extra, Progress, build
from mapp.index.entry import Head, IndexStatus
from mapp.index.search import Index, open_index
from mapp.model.app import Card
from mapp.model.manifest import Manifest
from mapp.model.request import Phrase
from support.embedders import HashedWords


@dataclass
class Shelf:
    """Cards by name, their index, and the names of the cards that the last build loaded."""

    folder: Path
    embedder: HashedWords = field(default_factory=HashedWords)
    cards: dict[str, Card] = field(default_factory=dict)
    commits: dict[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    @property
    def index(self) -> Path:
        return self.folder / "index"

    @property
    def vectors(self) -> Path:
        return self.folder / "cache" / "vectors.sqlite"

    def put(self, name: str, description: str, *requests: str, misses: Sequence[str] = ()) -> Shelf:
        fits = tuple(Phrase(request=text, fits=True) for text in requests)
        wrong = tuple(Phrase(request=text, fits=False, why="another thing") for text in misses)
        self.cards[name] = Card(manifest=manifest(name, description), phrases=(*fits, *wrong))
        return self

    def heads(self) -> list[Head]:
        return [
            Head(
                app=name,
                commit=self.commits.get(name, "c0"),
                tree=hashlib.sha1(repr(card).encode()).hexdigest(),
            )
            for name, card in self.cards.items()
        ]

    def load(self, head: Head) -> Card:
        self.read.append(head.app)
        return self.cards[head.app]

    def build(
        self,
        *,
        store: str = "auto",
        extras: Sequence[Extra] = (),
        fresh: bool = False,
        progress: Progress | None = None,
    ) -> IndexStatus:
        self.read.clear()
        return build(
            self.index,
            Contents(self.heads(), self.load),
            embedder=self.embedder,
            vectors=self.vectors,
            store=store,
            extras=extras,
            progress=progress,
            fresh=fresh,
        )

    def open(self) -> Index | None:
        return open_index(self.index, self.embedder)

    def generations(self) -> list[str]:
        return sorted(path.name for path in self.index.iterdir() if path.name.startswith("gen-"))


def manifest(name: str, description: str) -> Manifest:
    document: dict[str, Any] = {
        "manifest": 1,
        "name": name,
        "version": "1.0.0",
        "description": description,
        "input": {"text": {"type": "string", "description": "What to work on", "maxLength": 100}},
        "output": {"type": "string", "maxLength": 100},
    }
    return Manifest.from_dict(document)


def _hash(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()
