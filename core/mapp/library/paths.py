"""The folders and files of a library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import UsageError
from mapp.model.names import app_name_fault

CANARY: Final = "refs/mapp/canary"
"""The ref of an app's repository that names the heal whose canary is open; see `mapp.ops.heal.canary`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The folders and files of one library. Creating a value does not touch the disk."""

    root: Path

    @property
    def apps(self) -> Path:
        """Returns the folder of the app repositories."""
        return self.root / "apps"

    @property
    def lock_file(self) -> Path:
        """Returns `mapp.lock`."""
        return self.root / "mapp.lock"

    @property
    def format_file(self) -> Path:
        """Returns the file that holds the version of the library's layout."""
        return self.root / "format"

    @property
    def journal(self) -> Path:
        """Returns the journal's database."""
        return self.root / "journal.sqlite"

    def store(self, name: str) -> Path:
        """Returns the path of an app's store; raises UsageError as `repository` does."""
        return self.root / "stores" / f"{self.repository(name).stem}.sqlite"

    @property
    def index(self) -> Path:
        """Returns the folder of the index, which can be deleted at any time."""
        return self.root / "index"

    @property
    def trials(self) -> Path:
        """Returns the folder of the gate's cache, which can be deleted at any time."""
        return self.root / "trials"

    @property
    def changes(self) -> Path:
        """Returns the folder of the apps that are being written."""
        return self.root / "changes"

    @property
    def learned_file(self) -> Path:
        """Returns the file with what this library learned from what people said."""
        return self.root / "learned.jsonl"

    @property
    def removed(self) -> Path:
        """Returns the folder of removed apps."""
        return self.root / "removed"

    @property
    def blocked_file(self) -> Path:
        """Returns the file with what advisories call malicious."""
        return self.root / "blocked.json"

    @property
    def quarantine(self) -> Path:
        """Returns the folder of what is being fetched."""
        return self.root / "quarantine"

    @property
    def registries(self) -> Path:
        """Returns the folder of the copies of registries."""
        return self.root / "registries"

    @property
    def checkouts(self) -> Path:
        """Returns the folder of the checkouts that users edit."""
        return self.root / "checkouts"

    @property
    def starter_marker(self) -> Path:
        """Returns the file that records the installed starter apps and their commits."""
        return self.root / "starter.json"

    @property
    def holds(self) -> Path:
        """Returns the folder of the lock files of running processes."""
        return self.root / "locks"

    def repository(self, name: str) -> Path:
        """Returns the path of an app's repository.

        Raises:
            UsageError: the name is invalid. So a path never leads out of the folder.
        """
        if fault := app_name_fault(name):
            raise UsageError(f"{name!r} {fault}")
        return self.apps / f"{name}.git"
