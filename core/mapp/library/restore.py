"""Takes a removed app back into the library, as it was."""

from __future__ import annotations

import contextlib
import difflib

from mapp.errors import AlreadyExists, NotFound
from mapp.git.durable_files import sync_folder
from mapp.library.commit_app import pinned_now
from mapp.library.lockfile import read_lock, write_lock
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.removed import Removed, names_kept, removed_apps, unfinished


def restore(home: Home, name: str, *, tell: Tell | None = None) -> Removed:
    """Returns what came back: repository, store and the block of the lock, exactly as they were removed.

    The rename of the repository is the commit point; after a kill the same call does what is left.

    Raises:
        NotFound: no app of that name is kept.
        AlreadyExists: the library has an app of that name.
    """
    target = home.repository(name)
    with holding(home.holds, name, tell=tell):
        read_lock(home.lock_file)  # a damaged one is told before the repository moves
        finishing = target.exists()
        found = unfinished(home, name) if finishing else _kept(home, name)
        if found is None:
            raise AlreadyExists(
                f"there is an app {name} in the library",
                hint=f"to restore the removed one, first: mapp remove {name}",
            )
        if not finishing:
            target.parent.mkdir(parents=True, exist_ok=True)
            found.repository.rename(target)
            sync_folder(home.apps)
        with contextlib.suppress(FileNotFoundError):
            home.store(name).parent.mkdir(parents=True, exist_ok=True)
            found.store.rename(home.store(name))
        entry = found.entry or pinned_now(home, name)
        with holding(home.holds, "mapp.lock", tell=tell):
            known = read_lock(home.lock_file)
            if entry is not None and not (finishing and name in known):  # it may have moved on since
                write_lock(home.lock_file, {**known, name: entry})
        found.note.unlink(missing_ok=True)
    return found


def _kept(home: Home, name: str) -> Removed:
    """Returns the app of a name that was removed last."""
    for row in removed_apps(home):
        if row.name == name:
            return row
    near = difflib.get_close_matches(name, list(names_kept(home)), n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "mapp restore lists the apps that were removed"
    raise NotFound(f"no removed app {name!r} is kept", hint=hint)
