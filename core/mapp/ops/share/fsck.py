"""Recomputes every byte of the installed apps against the lock file, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mapp.errors import MappError, NotFound
from mapp.git.tree import read_snapshot
from mapp.library import read
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.paths import Home
from mapp.model.app import content_hash, read_app
from mapp.model.interface import interface_hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One app and what is wrong with it; no problems if it is exactly what the lock file says."""

    app: str
    commit: str
    problems: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the row that `fsck --json` prints."""
        return {
            "app": self.app,
            "commit": self.commit,
            "ok": not self.problems,
            "problems": list(self.problems),
        }


def fsck(home: Home, names: Sequence[str] = ()) -> Iterator[Checked]:
    """Yields the result for every app, or for the named ones, sorted by name.

    Raises:
        NotFound: there is no app of a name, neither installed nor in the lock file.
        IntegrityError: the lock file is damaged.
    """
    locked, installed = read_lock(home.lock_file), read.names(home)
    known = sorted({*locked, *installed})
    for name in names:
        if name not in known:
            raise NotFound(f"there is no app {name!r} in the library", code="MAPP-0201")
    for name in names or known:
        entry = locked.get(name)
        found = tuple(_problems(home, name, entry))
        yield Checked(app=name, commit="" if entry is None else entry.commit, problems=found)


def _problems(home: Home, name: str, entry: LockEntry | None) -> Iterator[str]:
    if entry is None:
        yield "is in the library, but not in mapp.lock"
        return
    try:
        repository = read.open_repository(home, name)
        tip = repository.tip()
        if tip != entry.commit:
            yield f"main is at {(tip or 'nothing')[:10]}, mapp.lock says {entry.commit[:10]}"
        found = read_snapshot(repository, entry.commit)  # checks the hash of each object
        app = read_app(found.files, commit=found.commit, tree=found.tree, strict=False)
    except NotFound:
        yield "is in mapp.lock, but not in the library"
        return
    except MappError as error:
        yield error.message
        return
    actual = {
        "tree": found.tree,
        "content": content_hash(found.files),
        "interface": interface_hash(app.manifest),
        "version": str(app.manifest.version),
        "name": app.name,
    }
    for key, value in actual.items():
        if value != getattr(entry, key):
            yield f"its {key} is {value}, mapp.lock says {getattr(entry, key)}"
    for capability in entry.granted:
        if capability not in app.manifest.capabilities.names:
            yield f"mapp.lock grants {capability}, which it does not declare"
