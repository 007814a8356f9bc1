"""Repairs a library after a kill or damage."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from pathlib import Path

from mapp.errors import MappError
from mapp.library.landing import settle_held
from mapp.library.lockfile import LockEntry, read_lock, write_lock
from mapp.library.locks import Tell, alive, holding
from mapp.library.paths import Home
from mapp.library.pins import entry_of, unpin
from mapp.library.read import names, open_repository, snapshot
from mapp.model.app import read_app


def repair(home: Home, *, tell: Tell | None = None) -> tuple[str, ...]:
    """Updates the lock file to match what has landed, and removes leftovers of killed writers.

    Returns the names of the apps whose pins changed. Nobody needs to run it for the library to work: every
    command finishes interrupted landings of the apps that it uses. An app whose `main` no landing explains
    keeps its pin; `mapp relock` accepts it.
    """
    for folder in (home.apps, home.changes):
        sweep_new(folder)
    before = read_lock(home.lock_file)
    installed = names(home)
    for name in installed:
        with contextlib.suppress(MappError):
            _repair_one(home, name, tell)
    for name in {*before} - {*installed}:
        with holding(home.holds, name, tell=tell):
            if not home.repository(name).exists():
                unpin(home, name, tell)
    after = read_lock(home.lock_file)
    if not home.lock_file.exists() and installed:
        write_lock(home.lock_file, after)
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def _repair_one(home: Home, name: str, tell: Tell | None) -> None:
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        settle_held(home, repository, tell=tell)
        entry, tip = read_lock(home.lock_file).get(name), repository.tip()
        if entry is None or tip is None or entry.commit != tip:
            return
        pinned = current_pin(home, name, entry)
        if pinned is not None and pinned != entry:  # somebody edited the lock file
            with holding(home.holds, "mapp.lock", tell=tell):
                write_lock(home.lock_file, {**read_lock(home.lock_file), name: pinned})


def sweep_new(folder: Path) -> None:
    """Removes unfinished repositories of killed writers from a folder."""
    for left in folder.glob(".new-*"):
        if not alive(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)


def current_pin(home: Home, name: str, before: LockEntry | None) -> LockEntry | None:
    """Returns the lock entry for an app's `main`, with the grants of `before`; `before` if unreadable."""
    try:
        found = snapshot(home, name, only=None)
        app = read_app(found.files, commit=found.commit, tree=found.tree)
    except MappError:
        return before
    source = before.source if before else "local"
    entry = entry_of(app, found.files, commit=found.commit, tree=found.tree, source=source)
    if before is None:
        return entry
    granted = tuple(sorted({*before.granted} & {*app.manifest.capabilities.names}))
    return replace(entry, granted=granted, pinned=before.pinned)
