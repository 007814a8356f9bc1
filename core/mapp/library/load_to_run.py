"""Loads an app for a run, after checking that its `main` has landed."""

from __future__ import annotations

from collections.abc import Callable

from mapp.errors import IntegrityError
from mapp.git.loose import read_ref
from mapp.git.tree import Snapshot
from mapp.library.lockfile import DIFFERS, LockEntry, read_entry
from mapp.library.paths import CANARY, Home
from mapp.library.read import RUNNABLE, snapshot
from mapp.model.app import PROPERTIES, App, content_hash, read_app
from mapp.plain_files import NotPlain, read_plain
from mapp.suggested_commands import suggested_command

WATCHED = RUNNABLE | {PROPERTIES}
"""What a run reads: the manifest, the source, and the predicates that judge its answer."""


def load_to_run(
    home: Home, name: str, revision: str | None = None, *, tell: Callable[[str], None] | None = None
) -> App:
    """Returns an app for a run, without its examples, after checking that the tip of `main` has landed.

    An interrupted landing is finished first. An app from somebody else must have exactly the content that the
    lock file names. A revision other than `main` is not checked.

    Raises:
        IntegrityError: `main` differs from the lock file, and no landing explains it; or the content differs
            (MAPP-0656), or an advisory calls it malicious (MAPP-0657).
        NotFound, InvalidApp: as `load` does.
    """
    current = revision in (None, "main")
    entry = _locked(home, name) if current else None
    whole = entry is not None and entry.is_third_party
    found = snapshot(home, name, revision, only=None if whole else WATCHED)
    app = read_app(found.files, commit=found.commit, tree=found.tree, strict=False)
    if entry is not None and entry.commit == app.commit:
        _ensure_locked_content(entry, found, whole=whole)
        if entry.source != "local" and home.blocked_file.exists():
            from mapp.library.blocked import ensure_not_blocked  # imported lazily: there are few blocks

            ensure_not_blocked(home, name, entry.content)
    elif current:
        from mapp.library.landing import ensure_landed  # imported lazily: most runs do not need it

        ensure_landed(home, name, app.commit, tell=tell)
    return app


def _locked(home: Home, name: str) -> LockEntry | None:
    try:
        return read_entry(home.lock_file, name)
    except IntegrityError:  # treat a damaged lock as missing: the repository records what has landed
        return None


def _ensure_locked_content(entry: LockEntry, found: Snapshot, *, whole: bool) -> None:
    """Raises IntegrityError unless a commit holds what the lock file says; `whole` hashes every file."""
    if found.tree == entry.tree and (not whole or content_hash(found.files) == entry.content):
        return
    raise IntegrityError(
        f"{entry.name} at {found.commit[:10]} is not the content that mapp.lock names",
        hint=f"to see what differs: {suggested_command('fsck', entry.name)}",
        code=DIFFERS,
    )


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
