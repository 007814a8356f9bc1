"""Pins: the lock file's entries, which say which commit of each app runs."""

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


def entry_of(
    app: App,
    files: Mapping[str, bytes],
    *,
    commit: str,
    tree: str,
    source: str,
    granted: tuple[str, ...] = (),
) -> LockEntry:
    """Returns the lock entry that pins an app; it grants `granted` and capabilities that are harmless."""
    return LockEntry(
        name=app.name,
        source=source,
        version=str(app.manifest.version),
        commit=commit,
        tree=tree,
        content=content_hash(files),
        interface=interface_hash(app.manifest),
        granted=tuple(name for name in app.manifest.capabilities.names if name in (*QUIET, *granted)),
    )


def pin(
    home: Home, *entries: LockEntry, declared: tuple[str, ...] | None = None, tell: Tell | None = None
) -> None:
    """Writes entries into the lock file; existing entries keep their source and grants, and stay pinned.

    With `declared`, grants for capabilities that the app no longer declares are dropped.
    """
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        for entry in entries:
            before = known.get(entry.name)
            keep = before is not None and entry.source == "local"
            kept = before.granted if before is not None else ()
            if keep and before is not None and before.source != "local":
                from mapp.library.blocked import (
                    carry_blocks,
                )  # only a change of an app from elsewhere needs it

                carry_blocks(home, before.content, entry.content)
            granted = {*entry.granted, *(name for name in kept if declared is None or name in declared)}
            source = before.source if keep and before else entry.source
            known[entry.name] = replace(
                entry,
                source=source,
                granted=tuple(sorted(granted)),
                pinned=entry.pinned if before is None else before.pinned,
            )
        write_lock(home.lock_file, known)


def unpin(home: Home, name: str, tell: Tell | None) -> None:
    """Removes an app from the lock file."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if known.pop(name, None) is not None:
            write_lock(home.lock_file, known)


def set_grants(home: Home, name: str, granted: tuple[str, ...], *, tell: Tell | None = None) -> None:
    """Replaces an app's grants in the lock file; raises NotFound if the app is not in it."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if name not in known:
            raise NotFound(f"{name} is not in {home.lock_file}", hint="mapp doctor --repair rebuilds it")
        known[name] = replace(known[name], granted=tuple(sorted(granted)))
        write_lock(home.lock_file, known)


def set_pinned(home: Home, name: str, pinned: bool, *, tell: Tell | None = None) -> LockEntry:
    """Says whether updates leave an app alone; raises NotFound if the app is not in the lock file."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if name not in known:
            raise NotFound(f"{name} is not in {home.lock_file}", hint="mapp doctor --repair rebuilds it")
        known[name] = replace(known[name], pinned=pinned)
        write_lock(home.lock_file, known)
        return known[name]
