"""Shows which request, heal or person introduced each line of an app's source, from git alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mapp.errors import NotFound
from mapp.git.blame import blame
from mapp.git.commit import Commit
from mapp.git.tree import read_snapshot
from mapp.library import read
from mapp.model.app import SOURCE
from mapp.ops.workspace import Workspace

By = Literal["request", "heal", "starter", "person"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One line of `main.js` and the landing that introduced it.

    `by` says what led to that landing: a request, a heal, the starter apps, or a person. `about` is the
    request, the incident's id, or the person's name. With `edited`, a person changed the coder's files by
    hand before they landed.
    """

    number: int
    text: str
    commit: Commit
    by: By
    about: str
    edited: bool

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object."""
        return {
            "line": self.number,
            "text": self.text,
            "commit": self.commit.id,
            "time": self.commit.time,
            "author": self.commit.author,
            "operation": self.commit.trailers.get("Mapp-Operation"),
            "by": self.by,
            "about": self.about,
            "edited": self.edited,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Blamed:
    """The source of an app at one commit, line by line."""

    app: str
    commit: str
    lines: tuple[SourceLine, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `blame --json` prints it."""
        return {"app": self.app, "commit": self.commit, "lines": [row.to_dict() for row in self.lines]}


def blame_source(workspace: Workspace, name: str, revision: str | None = None) -> Blamed:
    """Returns the lines of an app's `main.js`, each with what introduced it.

    A merged change counts as the merge; the drafts of a compiled app count as its first landing.

    Raises:
        NotFound: there is no such app, revision or source.
        IntegrityError: the history contains something that mapp refuses to read.
    """
    repository = read.open_repository(workspace.home, name)
    commit = repository.resolve("main" if revision is None else revision)
    source = read_snapshot(repository, commit, only=(SOURCE,)).files.get(SOURCE)
    if source is None:
        raise NotFound(f"commit {commit[:10]} of {name} has no {SOURCE}")
    history = tuple(repository.history(commit))
    landed = [*read.without_drafts(history)]
    known = {row.id: row for row in landed}
    texts = source.decode("utf-8", "replace").split("\n")
    rows = blame(repository, history, SOURCE)
    lines = (
        _line(number, text.removesuffix("\r"), known.get(row.commit, landed[-1]))
        for number, (text, row) in enumerate(zip(texts, rows, strict=False), 1)
    )
    return Blamed(app=name, commit=commit, lines=tuple(lines))


def _line(number: int, text: str, commit: Commit) -> SourceLine:
    trailers = commit.trailers
    by, about = _origin(commit)
    edited = "Mapp-Edited" in trailers
    return SourceLine(number=number, text=text, commit=commit, by=by, about=about, edited=edited)


def _origin(commit: Commit) -> tuple[By, str]:
    trailers = commit.trailers
    match trailers.get("Mapp-Operation"):
        case "heal":
            return "heal", trailers.get("Mapp-Incident", "")
        case "compile" | "expand":
            return "request", trailers.get("Mapp-Request", "")
        case "starter":
            return "starter", ""
    return "person", commit.author
