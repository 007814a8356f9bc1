"""Which listed apps might do the same as a new one, from what the registry says about them.

A listed app is a candidate if it has the same interface, or if its name and description share rare words with
the new one's. The rest is up to a comparison of what they do, which costs a fetch and some runs each.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mapp.errors import MappError
from mapp.git.tree import FILE_MODE, find_entry, raw_entries
from mapp.share.entry import Entry, entry_path
from mapp.share.history import changed_names
from mapp.share.index_branch import INDEX, SHARDS, source_of
from mapp.share.registry import Registry, read_blob

MOST: Final = 8
"""How many candidates there are at most; half of them by words."""
MIN_WEIGHT: Final = 0.4
"""The share of the words that a candidate must have, weighted by how rare they are."""
_MAX_WORDS: Final = 40
_INDEXES: Final = (INDEX, f"refs/mirror/{INDEX}", "refs/remotes/origin/index")
"""Where an index is in a registry, in a copy of mapp's and in a clone."""
_WORD: Final = re.compile(r"[a-z]{4,}")
_NAME: Final = re.compile(rb'\{"entry":1,"name":"([a-z0-9-]+)"')


def candidates(registry: Registry, entry: Entry, *, most: int = MOST) -> tuple[str, ...]:
    """Returns the listed apps that a new one may be the same as, likely ones first.

    The entries are searched as text, and not parsed: there may be 100,000.

    Raises:
        IntegrityError: the registry is damaged.
    """
    new = entry.versions[-1]
    interface = new.interface.encode()
    words = sorted(set(_WORD.findall(f"{entry.name} {new.description}".casefold())))[:_MAX_WORDS]
    wanted = [word.encode() for word in words]
    alike: list[str] = []
    sharing: list[tuple[str, frozenset[bytes]]] = []
    count, known = 0, Counter[bytes]()
    for name, text in documents(registry):
        count += 1
        lower = text.lower()
        found = frozenset(word for word in wanted if word in lower)
        known.update(found)
        if name == entry.name:
            continue
        if interface in text:
            alike.append(name)
        if found:
            sharing.append((name, found))
    weights = {word: math.log((count + 1) / (known[word] + 1e-9)) for word in wanted if known[word]}
    least = MIN_WEIGHT * sum(weights.get(word, math.log(count + 1)) for word in wanted)
    scores = {name: sum(weights[word] for word in found) for name, found in sharing}

    def rank(name: str) -> tuple[float, str]:
        return -scores.get(name, 0.0), name

    worded = sorted((name for name, score in scores.items() if least and score >= least), key=rank)
    alike.sort(key=rank)
    half = most // 2
    return tuple(dict.fromkeys([*alike[:half], *worded[:half], *alike, *worded]))[:most]


def documents(registry: Registry) -> Iterator[tuple[str, bytes]]:
    """Yields each listed app and its entry as text: from the index if there is one, else from the files."""
    indexed = _indexed(registry)
    if indexed is None:
        for name, blob in registry.names().items():
            yield name, read_blob(registry.repository, blob, entry_path(name))
        return
    tree, changed = indexed
    for _, file, identity in raw_entries(registry.repository, tree, SHARDS):
        for line in read_blob(registry.repository, identity, f"{SHARDS}/{file}").splitlines():
            if (found := _NAME.match(line)) and (name := found[1].decode()) not in changed:
                yield name, line
    for name in sorted(changed):
        if (data := registry.file(entry_path(name))) is not None:
            yield name, data


def _indexed(registry: Registry) -> tuple[str, frozenset[str]] | None:
    """Returns the tree of an index's shards, and the apps whose entries have changed since it was made."""
    repository = registry.repository
    for ref in _INDEXES:
        commit = repository.tip(ref)
        try:
            if commit is None:
                continue
            shards = find_entry(repository, repository.tree_of(commit), SHARDS)
            source = source_of(repository, commit)
            if shards is not None and shards[0] != FILE_MODE:
                return shards[1], changed_names(Registry(repository, source), registry)
        except MappError:  # such as a shallow clone, or an index of another history
            continue
    return None
