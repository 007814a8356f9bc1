"""A person's clone of an app's repository, and commits for it that are quick to validate."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.apps import Draft, app, write_files

LAW = "function prop_double(input, output) { return output === input.number * 2; }\n"
SHIFTED = "function main(input, host) {\n  return input.number * 2 + 1;\n}\n"


def draft(version: str = "1.0.0") -> Draft:
    """Returns an app whose tests notice every fault that is put into it."""
    made = app().version(version).file("tests/properties.js", LAW)
    return (
        made.example({"number": 3}, output=6)
        .example({"number": -7}, output=-14)
        .example({"number": 0}, output=0)
    )


class Clone:
    """A person's clone of an app's repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Runs git in the clone and returns its output; fails if git does."""
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, made: Draft, message: str) -> str:
        """Commits a draft on top, and returns the commit."""
        write_files(self.folder, made.files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")
