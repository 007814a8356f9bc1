"""Compares two versions of an app: interface, behaviour and files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapp.errors import NotFound, UsageError
from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.model.app import App, read_app
from mapp.model.interface import Difference, compare
from mapp.model.version import Level, Version
from mapp.ops.check.gate import Options, good_runs, trial_of
from mapp.ops.workspace import Workspace
from mapp.validate.behaviour import Behaviour, compare_behaviour
from mapp.validate.checks.compared import check_version
from mapp.validate.trial import INPUTS, Trial


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of the two versions: the app, its files (path -> bytes), and their origin."""

    app: App
    files: Mapping[str, bytes]
    place: str

    @property
    def label(self) -> str:
        """Returns version and place, e.g. `1.0.0 (3f2a9c1b70)`."""
        return f"{self.app.manifest.version} ({self.place})"

    def to_dict(self) -> dict[str, Any]:
        """Returns the side as a JSON object, without its files."""
        return {
            "version": str(self.app.manifest.version),
            "commit": self.app.commit or None,
            "at": self.place,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFile:
    """One changed file, with the number of added and removed lines."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """The lowest version that a difference requires, and why."""

    level: Level
    least: Version
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The differences of two versions; `behaviour` is None if nothing had to run."""

    old: Side
    new: Side
    interface: tuple[Difference, ...]
    behaviour: Behaviour | None
    files: tuple[ChangedFile, ...]
    demand: Demand

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as `diff --json` prints it."""
        return {
            "app": self.new.app.name,
            "old": self.old.to_dict(),
            "new": self.new.to_dict(),
            "level": self.demand.level.name.lower(),
            "least": str(self.demand.least),
            "interface": [
                {
                    "path": row.path,
                    "level": row.level.name.lower(),
                    "message": row.message,
                    "says": in_words(row),
                }
                for row in self.interface
            ],
            "behaviour": None if self.behaviour is None else self.behaviour.to_dict(),
            "files": [{"path": row.path, "added": row.added, "removed": row.removed} for row in self.files],
        }


def diff(
    workspace: Workspace,
    name: str,
    old: str | None = None,
    new: str | None = None,
    *,
    folder: Path | None = None,
    inputs: int = INPUTS,
) -> Report:
    """Compares two versions of an app by running both on examples and generated inputs.

    By default, compares the previous version with `main`. With one revision, compares that with `main`. With
    a `folder`, compares `main` or the revision with the folder.

    Raises:
        NotFound: no such app, revision or folder, or the app has no earlier version.
        UsageError: a folder and two revisions were given.
        InvalidApp: one of them is not a valid app.
    """
    if folder is not None and new is not None:
        raise UsageError("a folder can be compared with one version only, not with two")
    if folder is not None:
        return report(workspace, side(workspace, name, old), folder_side(folder), inputs=inputs)
    if old is None:
        before = read.earlier(workspace.home, name)
        if before is None:
            raise NotFound(
                f"{name} has no earlier version to compare with",
                hint=f"to compare it with a folder: mapp diff {name} --folder FOLDER",
            )
        old = before.id
    return report(workspace, side(workspace, name, old), side(workspace, name, new), inputs=inputs)


def side(workspace: Workspace, name: str, revision: str | None = None) -> Side:
    """Returns an app of the library at `main`, or at another revision; raises as `read.load` does."""
    found = read.snapshot(workspace.home, name, revision, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    return Side(app=app, files=found.files, place=found.commit[:10])


def folder_side(folder: Path) -> Side:
    """Returns the app in a folder."""
    files, _ = read_folder(folder)
    return Side(app=read_app(files), files=files, place=str(folder))


def report(workspace: Workspace, old: Side, new: Side, *, inputs: int = INPUTS) -> Report:
    """Returns the differences of two sides; if source and manifest are equal, nothing runs."""
    trial = trial_between(workspace, old, new, inputs=inputs)
    runs = old.app.source != new.app.source or old.app.manifest != new.app.manifest
    return Report(
        old=old,
        new=new,
        interface=compare(old.app.manifest, new.app.manifest).differences,
        behaviour=compare_behaviour(trial) if runs else None,
        files=tuple(_changed_files(old.files, new.files)),
        demand=demand(trial),
    )


def trial_between(workspace: Workspace, old: Side, new: Side, *, inputs: int = INPUTS) -> Trial:
    """Returns the trial that the gate would use for one side against the other."""
    return trial_of(
        workspace,
        new.app,
        new.files,
        base=(old.app, old.files),
        kind="edit",
        options=Options(inputs=inputs),
        runs=good_runs(workspace, old.app),
    )


def demand(trial: Trial) -> Demand:
    """Returns the version that the gate would require, and why."""
    assert trial.base is not None
    found = check_version(trial)
    evidence = dict(found.evidence)
    reasons = evidence["differences"]
    assert isinstance(reasons, list)
    level = Level[str(evidence["level"]).upper()]
    least = trial.base.manifest.version.bumped(level)
    return Demand(level=level, least=least, reasons=tuple(map(str, reasons)))


def in_words(row: Difference) -> str:
    """Returns a difference as a sentence: ``the argument `rate` must now be given``."""
    where, _, rest = row.path.partition(".")
    subject = {
        "input": f"the argument `{rest}`",
        "output": f"the output `{rest}`" if rest else "the output",
        "errors": f"the error `{rest}`",
        "capabilities": f"the capability `{rest}`",
        "limits": f"the limit `{rest}`",
    }[where]
    verbs = ("is ", "was ", "has ", "must ", "need ", "may ", "sends ")
    return f"{subject} {row.message}" if row.message.startswith(verbs) else f"{subject}: {row.message}"


def _changed_files(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[ChangedFile]:
    found = []
    for path in sorted({*old, *new}):
        before, after = old.get(path, b""), new.get(path, b"")
        if before != after or (path in old) != (path in new):
            one, other = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
            rows = list(difflib.unified_diff(one, other, n=0, lineterm=""))[2:]
            added, removed = (sum(row.startswith(mark) for row in rows) for mark in "+-")
            found.append(ChangedFile(path=path, added=added, removed=removed))
    return found
