"""Removed apps: each repository is kept aside for a while, with its store and its block of the lock.

They are `removed/<name>-<id>.git`, `.sqlite` and, as a note, `.json`. The note is written before the
repository moves and goes last, so that a kill leaves either an app of the library or one to restore.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.config import write_whole
from mapp.library.lockfile import LockEntry
from mapp.library.paths import Home

DAY: Final = 86_400
DELETED: Final = ".deleted-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """One removed app, since `at` (seconds since 1970-01-01 UTC), with its block of the lock, if any."""

    name: str
    repository: Path
    at: float
    entry: LockEntry | None = None

    @property
    def note(self) -> Path:
        """Returns the file that says what this value holds."""
        return self.repository.with_suffix(".json")

    @property
    def store(self) -> Path:
        """Returns where the store of the app is kept, if it had one."""
        return self.repository.with_suffix(".sqlite")

    def write(self) -> None:
        """Writes the note."""
        entry = None if self.entry is None else self.entry.to_dict()
        document = {"name": self.name, "at": self.at, "entry": entry}
        write_whole(self.note, json.dumps(document).encode())


def removed_apps(home: Home) -> list[Removed]:
    """Returns the apps that can be restored, the last removed first; a damaged note counts as none."""
    found = [_read(path) for path in home.removed.glob("[!.]*.git") if path.is_dir()]
    return sorted(found, key=lambda row: -row.at)


def unfinished(home: Home, name: str) -> Removed | None:
    """Returns what a killed restore or remove of an app left: a note whose repository is in the library."""
    rows = [_read(path.with_suffix(".git")) for path in home.removed.glob(f"{name}-*.json")]
    left = [row for row in rows if row.name == name and not row.repository.exists()]
    return max(left, key=lambda row: row.at, default=None)


def _read(repository: Path) -> Removed:
    name = repository.stem.rpartition("-")[0]
    try:
        document = json.loads(repository.with_suffix(".json").read_text(encoding="utf-8"))
        entry = None if document["entry"] is None else LockEntry.from_dict(document["entry"])
        return Removed(name=name, repository=repository, at=float(document["at"]), entry=entry)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        at = repository.stat().st_mtime if repository.exists() else 0.0
        return Removed(name=name, repository=repository, at=at)


def clean(home: Home, *, days: int, now: float | None = None, dry_run: bool = False) -> tuple[Removed, ...]:
    """Deletes and returns the apps that were removed more than `days` ago; a killed clean is finished."""
    oldest = (time.time() if now is None else now) - days * DAY
    found = tuple(row for row in removed_apps(home) if row.at <= oldest)
    if not dry_run:
        for row in found:
            _delete(row)
        for left in home.removed.glob(f"{DELETED}*"):
            shutil.rmtree(left, ignore_errors=True)
    return found


def _delete(row: Removed) -> None:
    aside = row.repository.with_name(f"{DELETED}{row.repository.name}")
    with contextlib.suppress(FileNotFoundError):
        row.repository.rename(aside)  # from here on it can no longer be restored, not even by half
    for path in (row.store, row.note):
        path.unlink(missing_ok=True)
    shutil.rmtree(aside, ignore_errors=True)


def names_kept(home: Home) -> Iterator[str]:
    """Yields the names of the apps that can be restored, each once."""
    yield from dict.fromkeys(row.name for row in removed_apps(home))
