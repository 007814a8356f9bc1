"""Searches registries for apps by what they do, and before an app is written, for one that does it already.

What a registry lists is a name and a description, which say less than the requests that an installed app is
recognised by. So what is found is shown to a person, and never runs by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mapp.errors import MappError
from mapp.index.search import DENSE_SHARE
from mapp.index.vectors import open_vectors
from mapp.library.lockfile import LockEntry, read_lock
from mapp.ops.index.training_data import VECTORS
from mapp.ops.share.advice import ensure_not_malicious, is_listed_in
from mapp.ops.share.sources import Registries, note_on
from mapp.ops.workspace import Workspace
from mapp.share.registries import registry_named
from mapp.share.registry_copy import RegistryCopy
from mapp.share.word_index import open_words

if TYPE_CHECKING:
    from mapp.index.embed import Vectors

LIKELY: Final = 0.4
"""The score from which an app is offered before one is written. Of the starter apps' requests, the right app
is among the three best in nine of ten; of requests that none of them does, three in a hundred reach it."""
OFFERED: Final = 3
_SMALL: Final = 500
"""All apps of a registry of this size are compared by meaning; of a larger one, those that share words."""
_BY_WORDS: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An app that a registry lists; the best possible score is 1. `note` is what its author advises."""

    registry: str
    name: str
    version: str
    description: str
    capabilities: tuple[str, ...]
    score: float
    installed: bool
    note: str = ""

    @property
    def place(self) -> str:
        """Returns how to name the app for `mapp install`."""
        return f"{self.registry}:{self.name}"

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `search --registry --json` prints."""
        return {
            "app": self.name,
            "registry": self.registry,
            "version": self.version,
            "description": self.description,
            "capabilities": list(self.capabilities),
            "score": round(self.score, 4),
            "installed": self.installed,
            "note": self.note,
        }


def search_registries(
    workspace: Workspace, text: str, *, registry: str = "", most: int = 10, offline: bool = False
) -> tuple[Listed, ...]:
    """Returns the listed apps nearest to a text, the nearest first; each registry is refreshed before.

    Args:
        workspace: the library, with its settings.
        text: what the app should do, in plain words.
        registry: search only the registry of this name.
        most: how many apps to return.
        offline: search the registries as they were last seen.

    Raises:
        NotFound: no registry has that name, or, with `offline`, one was never fetched.
        RemoteFailed, RemoteRefused, IntegrityError: see `Registries.copy`.
    """
    registries = Registries(workspace, offline=offline)
    known = registries.sources
    sources = [registry_named(known, registry)] if registry else list(known.values())
    copies = [registries.copy(source) for source in sources]
    return _best(workspace, copies, text, most)


def offers(workspace: Workspace, request: str) -> tuple[Listed, ...]:
    """Returns the listed apps that may do what was asked and are not installed, the likeliest first.

    No network is used: registries are as they were last seen. One that cannot be read is left out, and said.
    """
    registries = Registries(workspace, offline=True)
    copies = []
    for name, source in registries.sources.items():
        try:
            copies.append(registries.copy(source))
        except MappError as error:
            workspace.tell(f"the registry {name} was not searched: {error.message}")
    found = _best(workspace, copies, request, 2 * OFFERED * len(copies), tolerant=True)
    return tuple(row for row in found if row.score >= LIKELY and not row.installed)[:OFFERED]


def _best(
    workspace: Workspace, copies: Sequence[RegistryCopy], text: str, most: int, *, tolerant: bool = False
) -> tuple[Listed, ...]:
    """Returns the nearest apps of some registries; `tolerant` leaves out one that is damaged, and says so."""
    if not copies:
        return ()
    vector = workspace.embedder.embed([text])[0]
    locked = read_lock(workspace.home.lock_file)
    found: list[Listed] = []
    for copy in copies:
        try:
            nearest = _nearest(workspace, copy, text, vector, most)
        except MappError as error:
            if not tolerant:
                raise
            workspace.tell(f"the registry {copy.source.name} was not searched: {error.message}")
            continue
        rows = (_shown(copy, name, score, locked.get(name)) for name, score in nearest)
        found += [row for row in rows if row is not None]
    return tuple(sorted(found, key=lambda row: (-row.score, row.place))[:most])


def _nearest(
    workspace: Workspace, copy: RegistryCopy, text: str, vector: Vectors, most: int
) -> list[tuple[str, float]]:
    """Returns (name, score) of the nearest apps of one registry, scored as the library's index does."""
    with open_words(copy) as words:
        by_words = words.find(text, _BY_WORDS)
        abouts = words.abouts(None if words.size <= _SMALL else list(by_words))
    if not abouts:
        return []
    names = sorted(abouts)
    cosines = _embedded(workspace, [abouts[name] for name in names]) @ vector
    best = float(cosines.max())
    scored = [
        (name, DENSE_SHARE * float(cosine) + (1 - DENSE_SHARE) * by_words.get(name, 0.0) * best)
        for name, cosine in zip(names, cosines, strict=True)
    ]
    # A name that is the whole of the text is what was asked for.
    wanted = text.strip().lower().replace(" ", "-")
    scored = [(name, 1.0 if name == wanted else round(score, 6)) for name, score in scored]
    return sorted(scored, key=lambda row: (-row[1], row[0]))[: 2 * most]


def _embedded(workspace: Workspace, texts: list[str]) -> Vectors:
    """Returns the vectors of texts, float32 (texts, dimensions); those of earlier searches are cached."""
    import numpy as np

    embedder = workspace.embedder
    keys = [hashlib.sha256(f"listed\n{text}".encode()).hexdigest() for text in texts]
    with open_vectors(workspace.config.cache / VECTORS, embedder) as cache:
        known: dict[str, Vectors] = {key: row for key in keys if (row := cache.get(key)) is not None}
        missing = [place for place, key in enumerate(keys) if key not in known]
        if missing:
            made = embedder.embed([texts[place] for place in missing])
            new = {keys[place]: made[[row]] for row, place in enumerate(missing)}
            cache.put(new.items())
            known |= new
    return np.concatenate([known[key] for key in keys])


def _shown(copy: RegistryCopy, name: str, score: float, own: LockEntry | None) -> Listed | None:
    """Returns a listed app as it is shown; None if it cannot be installed or is called malicious.

    `own` is the library's app of that name.
    """
    try:
        entry = copy.entry(name)
        newest = None if entry is None else entry.latest
        if entry is None or newest is None:
            return None
        ensure_not_malicious(copy, name, newest)
    except MappError:
        return None
    return Listed(
        registry=copy.source.name,
        name=name,
        version=str(newest.version),
        description=newest.description,
        capabilities=newest.capabilities,
        score=score,
        installed=own is not None and is_listed_in(own, copy.source),
        note=note_on(copy.source, entry, newest),
    )
