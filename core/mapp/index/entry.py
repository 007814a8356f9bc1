"""Entries of the index, and the status of an index."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.model.app import Card
from mapp.model.schema import Schema

LAYOUT: Final = 1
"""The format of an app's text and of a generation's files; increased with every change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One app at its pinned commit."""

    app: str
    commit: str
    tree: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexEntry:
    """One app with everything that search needs."""

    app: str
    commit: str
    tree: str
    card: Card

    @property
    def head(self) -> Head:
        """Returns the entry without its card."""
        return Head(app=self.app, commit=self.commit, tree=self.tree)

    def to_dict(self) -> dict[str, Any]:
        """Returns the entry as a JSON object."""
        return {"app": self.app, "commit": self.commit, "tree": self.tree, "card": self.card.to_dict()}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> IndexEntry:
        """Returns the entry that `to_dict` wrote."""
        return cls(
            app=document["app"],
            commit=document["commit"],
            tree=document["tree"],
            card=Card.from_dict(document["card"]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexStatus:
    """The state of an index; `behind` counts the apps that changed since it was built."""

    state: Literal["ready", "behind", "missing", "damaged"]
    generation: str = ""
    apps: int = 0
    behind: int = 0
    embedder: str = ""
    store: str = ""
    bytes: int = 0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the status as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


def description_text(card: Card) -> str:
    """Returns the line that describes an app: "name: description; inputs; output"."""
    manifest = card.manifest
    inputs = ", ".join(
        f"{argument.name.replace('_', ' ')} ({argument.schema.description})"
        if argument.schema.description
        else argument.name.replace("_", " ")
        for argument in manifest.arguments
    )
    name = manifest.name.replace("-", " ")
    return f"{name}: {manifest.description}; inputs: {inputs or 'none'}; output: {_result(manifest.output)}"


def positive_requests(card: Card) -> tuple[str, ...]:
    """Returns the requests that may train the router: fitting ones that are not held back."""
    return tuple(phrase.request for phrase in card.phrases if phrase.fits and not phrase.held_back)


def near_misses(card: Card) -> tuple[str, ...]:
    """Returns the near misses that may train the router."""
    return tuple(phrase.request for phrase in card.phrases if not phrase.fits and not phrase.held_back)


def texts(card: Card) -> tuple[str, ...]:
    """Returns every text of an app that gets a vector: description, positive requests, near misses."""
    return (description_text(card), *positive_requests(card), *near_misses(card))


def blob_key(card: Card) -> str:
    """Returns the hash of an app's texts; apps with equal texts have equal vectors."""
    return hashlib.sha256(json.dumps(texts(card)).encode()).hexdigest()


def _result(schema: Schema) -> str:
    return schema.description or " or ".join(schema.types) or "any value"
