"""Accepts an app whose `main` something other than mapp has moved, if the gate passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapp.errors import MappError, NotFound
from mapp.git.repository import MAIN
from mapp.git.tree import read_snapshot
from mapp.library.landing import Committed, Proposal
from mapp.library.landing import relock as accept
from mapp.library.lockfile import read_lock
from mapp.library.read import open_repository
from mapp.model.app import App, read_app
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import Watch, good_runs, judged, refuse_failures, report, trial_of
from mapp.ops.workspace import Workspace
from mapp.suggested_commands import suggested_git


@dataclass(frozen=True, kw_only=True, slots=True)
class Relocked:
    """The result of relocking an app; `verdict` is None if the lock file was already right."""

    app: App
    before: str | None
    verdict: Verdict | None
    committed: Committed | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `relock --json` prints it."""
        return {
            "app": self.app.name,
            "from": self.before,
            "to": self.app.commit,
            "version": str(self.app.manifest.version),
            "changed": self.committed is not None,
            "verdict": None if self.verdict is None else report(self.verdict),
        }


def relock(workspace: Workspace, name: str, *, watch: Watch | None = None) -> Relocked:
    """Checks the tip of an app's `main` and pins it in the lock file.

    It is checked as an edit of the version in the lock file, if the repository still has that.

    Raises:
        NotFound: no such app, or it has no branch main.
        InvalidApp: a check failed, or the version was released with other content; nothing was changed.
        IntegrityError: the tree contains something that mapp refuses to read, or `main` moved again.
    """
    repository = open_repository(workspace.home, name)
    tip = repository.tip()
    if tip is None:
        raise NotFound(f"{name} has no branch main", hint=f"mapp remove {name}")
    entry = read_lock(workspace.home.lock_file).get(name)
    found = read_snapshot(repository, tip)
    app = read_app(found.files, commit=tip, tree=found.tree)
    if app.name != name:
        raise MappError(
            f"main of {name} holds an app called {app.name}", hint="correct the name in its mapp.toml"
        )
    before = None if entry is None else entry.commit
    if before == tip:
        return Relocked(app=app, before=before, verdict=None, committed=None)
    verdict = _judged(workspace, app, found.files, before, watch)
    # Nothing is forced here: what the gate refuses goes back, or the app goes.
    hint = f"mapp remove {name}"
    if before is not None:
        hint = f"to undo the move: {suggested_git(repository.path, 'update-ref', MAIN, before)}"
    refuse_failures(verdict, force=False, hint=hint)
    proposal = Proposal(
        app=app,
        files=found.files,
        text="",
        signature=workspace.signature(),
        verdict=verdict,
        source="local" if entry is None else entry.source,
        operation=workspace.operation("relock", name, tip),
    )
    committed = accept(workspace.home, name, proposal, commit=tip, tell=workspace.tell)
    return Relocked(app=app, before=before, verdict=verdict, committed=committed)


def _judged(
    workspace: Workspace, app: App, files: Mapping[str, bytes], before: str | None, watch: Watch | None
) -> Verdict:
    base = None if before is None else _at(workspace, app.name, before)
    same = base is not None and base[0].tree == app.tree
    trial = trial_of(
        workspace,
        app,
        files,
        base=None if same else base,
        kind="add" if base is None or same else "edit",
        runs=() if base is None or same else good_runs(workspace, base[0]),
    )
    return judged(trial, app.tree, watch)


def _at(workspace: Workspace, name: str, commit: str) -> tuple[App, dict[str, bytes]] | None:
    """Returns the app at a commit with its files, or None if it can no longer be read."""
    try:
        found = read_snapshot(open_repository(workspace.home, name), commit)
        return read_app(found.files, commit=commit, tree=found.tree), found.files
    except MappError:
        return None
