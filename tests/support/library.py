"""A library built for one test: `library().app("vat").broken("returns NaN").build()`."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mapp.config import load_config
from mapp.git.commit import Signature
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.library.locks import Tell
from mapp.library.paths import Home
from mapp.model.app import App
from mapp.model.verdict import Verdict
from mapp.ops.workspace import Workspace
from support.apps import Draft

SOMEBODY = Signature(name="Ada", email="ada@example.com", time=1_700_000_000)
FORCED = {"Mapp-Verdict": "forced; not checked"}
LOG = "/refs/mapp/operations"
DERIVED = ("locks", "index", "journal", "trials")


@dataclass
class Built:
    """A library on disk."""

    workspace: Workspace = field(default_factory=lambda: Workspace(config=load_config()))

    @property
    def home(self) -> Home:
        """Returns the library's folders and files."""
        return self.workspace.home

    def repository(self, name: str) -> Path:
        """Returns the repository of an app."""
        return self.home.repository(name)

    def put(
        self,
        draft: Draft,
        *,
        subject: str = "",
        verdict: Verdict | None = None,
        source: str = "local",
        check: Callable[[App], None] | None = None,
        force: bool = False,
        tell: Tell | None = None,
    ) -> Committed:
        """Commits a draft without any check; forced, unless a verdict is given."""
        text = message(subject or draft.name, FORCED if verdict is None else {})
        wanted = proposal(draft, text, verdict=verdict, source=source)
        return put(self.home, wanted, check=check, force=force, tell=tell)

    def state(self) -> dict[str, str]:
        """Returns a hash of every file that is not derived, by path."""
        return state(self.home.root)


class Builder:
    """Collects drafts and writes the library."""

    def __init__(self) -> None:
        self.drafts: list[PartOfLibrary] = []

    def app(self, name: str) -> PartOfLibrary:
        """Adds a small valid app, which the next methods modify."""
        draft = PartOfLibrary.double(name)
        draft.library = self
        self.drafts.append(draft)
        return draft

    def build(self) -> Built:
        """Writes the library to the configured folder."""
        built = Built()
        built.home.apps.mkdir(parents=True, exist_ok=True)
        for draft in self.drafts:
            built.put(draft)
        return built


class PartOfLibrary(Draft):
    """A draft that continues with the next app or builds the library."""

    library: Builder

    def app(self, name: str) -> PartOfLibrary:
        """Adds another app."""
        return self.library.app(name)

    def build(self) -> Built:
        """Writes the library."""
        return self.library.build()


def proposal(draft: Draft, text: str, *, verdict: Verdict | None = None, source: str = "local") -> Proposal:
    """Returns what lands a draft with this commit message."""
    return Proposal(
        app=draft.read(), files=draft.files, text=text, signature=SOMEBODY, verdict=verdict, source=source
    )


def library() -> Builder:
    """Returns the builder of an empty library."""
    return Builder()


def state(root: Path) -> dict[str, str]:
    """Returns a hash of every file of a library that is neither derived nor a lock of a process, by path."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith(DERIVED):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def apart_from_log(found: dict[str, str]) -> dict[str, str]:
    """Returns a state without the operation log, whose steps are commits of their own."""
    return {name: value for name, value in found.items() if not ("/objects/" in name or name.endswith(LOG))}


def fsck(root: Path) -> None:
    """Fails if `git fsck` reports an error in any repository of a library."""
    for repository in sorted((root / "apps").glob("*.git")):
        git(repository, "fsck", "--strict", "--no-dangling")


def git(repository: Path, *words: str, stdin: bytes = b"") -> str:
    """Runs git in a repository and returns its output; fails if git does."""
    done = subprocess.run(
        ["git", "-C", str(repository), *words], input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, f"git {' '.join(words)} in {repository}: {done.stderr.decode()}"
    return done.stdout.decode().strip()
