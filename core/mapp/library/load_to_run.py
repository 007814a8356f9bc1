"""Loads an app for a run, after checking that its `main` has landed."""

from __future__ import annotations

from collections.abc import Callable

from mapp.errors import IntegrityError
from mapp.git.loose import read_ref
from mapp.library.lockfile import read_entry
from mapp.library.paths import CANARY, Home
from mapp.library.read import RUNNABLE, load_runnable
from mapp.model.app import PROPERTIES, App
from mapp.plain_files import NotPlain, read_plain

WATCHED = RUNNABLE | {PROPERTIES}
"""What a run reads: the manifest, the source, and the predicates that judge its answer."""


def load_to_run(
    home: Home, name: str, revision: str | None = None, *, tell: Callable[[str], None] | None = None
) -> App:
    """Returns an app for a run, without its examples, after checking that the tip of `main` has landed.

    An interrupted landing is finished first. A revision other than `main` is not checked.

    Raises:
        IntegrityError: `main` differs from the lock file, and no landing explains it.
        NotFound, InvalidApp: as `load` does.
    """
    app = load_runnable(home, name, revision, only=WATCHED)
    if revision in (None, "main"):
        try:
            entry = read_entry(home.lock_file, name)
        except IntegrityError:  # treat a damaged lock as missing: the repository records what has landed
            entry = None
        if entry is None or entry.commit != app.commit:
            from mapp.library.landing import ensure_landed  # imported lazily: most runs do not need it

            ensure_landed(home, name, app.commit, tell=tell)
    return app


def in_canary(home: Home, name: str, commit: str) -> bool:
    """Returns whether a commit is a heal whose canary is open; reads one small file, without libgit2.

    Where the refs are pipes, links or other special files, there is no canary: other commands report them.
    """
    path = home.repository(name)
    try:
        found = read_ref(path, CANARY)
        if found is None and (path / "packed-refs").exists():
            return f"{commit} {CANARY}\n".encode() in read_plain(path / "packed-refs")
    except (IntegrityError, NotPlain):
        return False
    return found == commit
