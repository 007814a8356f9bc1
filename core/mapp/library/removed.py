"""Removed apps: each repository is kept for a while, with its store and its lock file entry.

The files are `removed/<name>-<id>.git`, `.sqlite` and the note `.json`. The note is written before the
repository moves and deleted last, so a kill leaves either an installed app or one that can be restored.
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

from mapp.library.lockfile import LockEntry
from mapp.library.paths import Home
from mapp.plain_files import write_whole

DAY: Final = 86_400
DELETED: Final = ".deleted-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """A removed app: when (`at`, seconds since 1970-01-01 UTC), and its lock file entry, if any."""

    name: str
    repository: Path
    at: float
    entry: LockEntry | None = None

    @property
    def note(self) -> Path:
        """Returns the path of the note that stores this value."""
        return self.repository.with_suffix(".json")

    @property
    def store(self) -> Path:
        """Returns the path of the app's store, if it had one."""
        return self.repository.with_suffix(".sqlite")

    def write(self) -> None:
        """Writes the note."""
        entry = None if self.entry is None else self.entry.to_dict()
        document = {"name": self.name, "at": self.at, "entry": entry}
        write_whole(self.note, json.dumps(document).encode())


def removed_apps(home: Home) -> list[Removed]:
    """Returns the apps that can be restored, latest removal first; damaged notes are ignored."""
    found = [_read(path) for path in home.removed.glob("[!.]*.git") if path.is_dir()]
    return sorted(found, key=lambda row: -row.at)


def unfinished(home: Home, name: str) -> Removed | None:
    """Returns what a killed restore or remove of an app left: a note without its repository."""
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
    """Deletes and returns the apps removed more than `days` ago; finishes an interrupted clean."""
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
        row.repository.rename(aside)  # from here on it cannot be restored, not even partly
    for path in (row.store, row.note):
        path.unlink(missing_ok=True)
    shutil.rmtree(aside, ignore_errors=True)


def names_kept(home: Home) -> Iterator[str]:
    """Yields the names of the apps that can be restored, without duplicates."""
    yield from dict.fromkeys(row.name for row in removed_apps(home))
