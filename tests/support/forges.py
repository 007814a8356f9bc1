"""A forge: a bare repository, a person's clone, and what continuous integration checks out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mapp.git.repository import discover
from mapp.ops.check.pushed_commits import Push, pushed
from support.apps import Draft


class Forge:
    """A bare repository on a forge, a person's clone of it, and fresh clones for continuous integration."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bare, self.work = root / "forge.git", root / "work"
        self.git("init", "-q", "--bare", "-b", "main", str(self.bare), at=root)
        self.git("init", "-q", "-b", "main", str(self.work), at=root)
        self.git("remote", "add", "origin", str(self.bare))
        self.runs = 0

    def git(self, *words: str, at: Path | None = None) -> str:
        """Runs git in the clone, or elsewhere, and returns its output; fails if git does."""
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *identity, *words],
            cwd=at or self.work,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, name: str) -> str:
        """Commits a file of this name, and returns the commit."""
        (self.work / name).write_text(name)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name)
        return self.git("rev-parse", "HEAD")

    def commit_app(self, draft: Draft, message: str) -> str:
        """Commits an app in place of what is there, and returns the commit."""
        for old in self.work.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        draft.write(self.work)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *words: str) -> None:
        """Pushes from the clone."""
        self.git("push", "-q", *words)

    def checkout(self, ref: str, *options: str) -> Path:
        """Returns a fresh clone as an action makes it: remote branches only, with a detached head."""
        self.runs += 1
        folder = self.root / f"run-{self.runs}"
        self.git("clone", "-q", "--no-local", *options, f"file://{self.bare}", str(folder), at=self.root)
        self.git("checkout", "-q", "--detach", ref, at=folder)
        return folder

    def brings(self, ref: str, event: Mapping[str, object] | None = None, *options: str) -> Push:
        """Returns the commits of a push that GitHub reports like this."""
        name = ref if "/" not in ref else ref.rpartition("/")[2]
        folder = self.checkout(name if ref.startswith("refs/tags/") else f"origin/{name}", *options)
        document = {"ref": ref, **(event or {})}
        file = self.root / f"event-{self.runs}.json"
        file.write_text(json.dumps(document))
        return pushed(discover(folder), base=None, head=None, environment={"GITHUB_EVENT_PATH": str(file)})
