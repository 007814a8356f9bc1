"""The lock file's entries: which commit of an app runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mapp.errors import NotFound
from mapp.library.lockfile import LockEntry, read_lock, write_lock
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.model.app import App, content_hash
from mapp.model.capabilities import QUIET
from mapp.model.interface import interface_hash


def entry_of(app: App, files: Mapping[str, bytes], *, commit: str, tree: str, source: str) -> LockEntry:
    """Returns the lock entry that pins an app; only what can do no harm is granted by adding it."""
    return LockEntry(
        name=app.name,
        source=source,
        version=str(app.manifest.version),
        commit=commit,
        tree=tree,
        content=content_hash(files),
        interface=interface_hash(app.manifest),
        granted=tuple(name for name in app.manifest.capabilities.names if name in QUIET),
    )


def pin(
    home: Home, *entries: LockEntry, declared: tuple[str, ...] | None = None, tell: Tell | None = None
) -> None:
    """Writes entries into the lock file; those that are there keep their source and what was granted.

    What an app no longer declares is no longer granted either, where `declared` says what it declares.
    """
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        for entry in entries:
            before = known.get(entry.name)
            keep = before is not None and entry.source == "local"
            kept = before.granted if before is not None else ()
            granted = {*entry.granted, *(name for name in kept if declared is None or name in declared)}
            source = before.source if keep and before else entry.source
            known[entry.name] = replace(entry, source=source, granted=tuple(sorted(granted)))
        write_lock(home.lock_file, known)


def unpin(home: Home, name: str, tell: Tell | None) -> None:
    """Takes an app out of the lock file."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if known.pop(name, None) is not None:
            write_lock(home.lock_file, known)


def set_grants(home: Home, name: str, granted: tuple[str, ...], *, tell: Tell | None = None) -> None:
    """Writes what is granted to an app into the lock file; raises NotFound if it is not pinned there."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if name not in known:
            raise NotFound(f"{name} is not in {home.lock_file}", hint="mapp doctor --repair writes it anew")
        known[name] = replace(known[name], granted=tuple(sorted(granted)))
        write_lock(home.lock_file, known)
