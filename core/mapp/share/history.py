"""What changed in a registry's history: entries between two commits, and names that were added lately."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.errors import IntegrityError
from mapp.git.tree import FOLDER_MODE, raw_entries
from mapp.share.registry import Registry

MAX_CHANGED: Final = 10_000
"""How many files one change may touch."""
MAX_NESTED: Final = 20


def changed_names(old: Registry, new: Registry) -> frozenset[str]:
    """Returns the apps whose entries differ between two commits; folders that are the same are not read."""
    before, after = old.folders(), new.folders()
    found: set[str] = set()
    for folder in before.keys() | after.keys():
        if before.get(folder) != after.get(folder):
            here, there = old.names_in(folder), new.names_in(folder)
            found |= {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)}
    return frozenset(found)


def new_names_since(registry: Registry, since: int) -> frozenset[str]:
    """Returns the apps that were added after a time, in seconds since 1970-01-01 UTC, by first parents."""
    base = None
    for commit in registry.repository.history(registry.commit):
        if commit.time < since:
            base = Registry(registry.repository, commit.id)
            break
    if base is None:
        return frozenset(registry.names())
    return frozenset(name for name in changed_names(base, registry) if not base.has(name))


def changed_paths(old: Registry, new: Registry) -> tuple[str, ...]:
    """Returns the paths of all files that differ between two commits, sorted.

    Raises:
        IntegrityError: there are very many, or they are nested very deep: a few objects can make both.
    """
    found = []
    for path in _differing(old, old.root, new.root, ""):
        found.append(path)
        if len(found) > MAX_CHANGED:
            raise IntegrityError(f"the change touches more than {MAX_CHANGED:,} files", code="MAPP-0620")
    return tuple(sorted(found))


def _differing(registry: Registry, old: str | None, new: str | None, prefix: str) -> Iterator[str]:
    if prefix.count("/") > MAX_NESTED:
        raise IntegrityError(f"folders are nested deeper than {MAX_NESTED}", code="MAPP-0620")
    before, after = _listed(registry, old, prefix), _listed(registry, new, prefix)
    for name in before.keys() | after.keys():
        here, there = before.get(name), after.get(name)
        if here == there:
            continue
        folders = [row[1] if row is not None and row[0] == FOLDER_MODE else None for row in (here, there)]
        if any(folders):
            yield from _differing(registry, folders[0], folders[1], f"{prefix}{name}/")
        if any(row is not None and row[0] != FOLDER_MODE for row in (here, there)):
            yield prefix + name


def _listed(registry: Registry, tree: str | None, prefix: str) -> dict[str, tuple[bytes, str]]:
    if tree is None:
        return {}
    return {name: (mode, identity) for mode, name, identity in raw_entries(registry.repository, tree, prefix)}
