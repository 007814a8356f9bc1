"""Restores a removed app."""

from __future__ import annotations

import contextlib
import difflib

from mapp.errors import AlreadyExists, MappError, NotFound
from mapp.git.durable_files import sync_folder
from mapp.git.repository import Repository
from mapp.library.commit_app import pinned_now
from mapp.library.lockfile import read_lock, write_lock
from mapp.library.locks import Tell, holding
from mapp.library.operations import Operation, record_step
from mapp.library.paths import Home
from mapp.library.removed import Removed, names_kept, removed_apps, unfinished


def restore(
    home: Home, name: str, *, operation: Operation | None = None, tell: Tell | None = None
) -> Removed:
    """Restores an app's repository, store and lock file entry exactly as they were, and returns them.

    The operation log of the repository gets a step if `operation` is given.

    The rename of the repository is the commit point. After a kill, the same call does the rest.

    Raises:
        NotFound: there is no removed app of that name.
        AlreadyExists: the library has an app of that name.
    """
    target = home.repository(name)
    with holding(home.holds, name, tell=tell):
        read_lock(home.lock_file)  # report a damaged lock file before the repository moves
        finishing = target.exists()
        found = unfinished(home, name) if finishing else _kept(home, name)
        if found is None:
            raise AlreadyExists(
                f"an app called {name} is in the library",
                hint=f"to restore the older one, first run: mapp remove {name}",
            )
        if not finishing:
            target.parent.mkdir(parents=True, exist_ok=True)
            if operation is not None and found.entry is not None:
                with contextlib.suppress(MappError):  # what mapp refuses to read can still be restored
                    kept = Repository.open(found.repository)
                    record_step(kept, operation, app=name, before=None, after=found.entry)
            found.repository.rename(target)
            sync_folder(home.apps)
        with contextlib.suppress(FileNotFoundError):
            home.store(name).parent.mkdir(parents=True, exist_ok=True)
            found.store.rename(home.store(name))
        entry = found.entry or pinned_now(home, name)
        with holding(home.holds, "mapp.lock", tell=tell):
            known = read_lock(home.lock_file)
            if entry is not None and not (finishing and name in known):  # it may have changed since
                write_lock(home.lock_file, {**known, name: entry})
        found.note.unlink(missing_ok=True)
    return found


def _kept(home: Home, name: str) -> Removed:
    """Returns the latest removal of an app."""
    for row in removed_apps(home):
        if row.name == name:
            return row
    near = difflib.get_close_matches(name, list(names_kept(home)), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "mapp restore lists the removed apps"
    raise NotFound(f"there is no removed app {name!r}", hint=hint)
