"""Derives the verdict on an app again, and compares it with the one that is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mapp.errors import InvalidApp, NotFound
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.read import open_repository
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, read_app
from mapp.model.verdict import Result, Verdict
from mapp.ops.check.gate import Options, Watch, judged, trial_of
from mapp.ops.workspace import Workspace

LOCAL: Final = frozenset(["recorded", "budget", "engines"])
"""Checks whose findings depend on the machine: its journal, how fast it is, which engines it has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discrepancy:
    """One way in which two verdicts on the same tree differ: `where` is a check, or `engine` and the like."""

    where: str
    recorded: str
    derived: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A verdict derived again, the recorded one, and how they differ; `notes` explain, and do not count."""

    commit: str
    recorded: Verdict
    derived: Verdict
    discrepancies: tuple[Discrepancy, ...]
    notes: tuple[Discrepancy, ...]

    @property
    def agrees(self) -> bool:
        """Returns whether everything that anyone can derive came out as it is recorded."""
        return not self.discrepancies

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `verify --json` prints it."""

        def rows(found: tuple[Discrepancy, ...]) -> list[dict[str, str]]:
            return [{"where": row.where, "recorded": row.recorded, "derived": row.derived} for row in found]

        return {
            "app": self.recorded.app,
            "commit": self.commit,
            "tree": self.recorded.tree,
            "agrees": self.agrees,
            "discrepancies": rows(self.discrepancies),
            "notes": rows(self.notes),
            "recorded": self.recorded.to_dict(),
            "derived": self.derived.to_dict(),
        }


def verify(
    workspace: Workspace, name: str, revision: str | None = None, *, watch: Watch | None = None
) -> Verified:
    """Returns the recorded verdict on an app beside one that is derived now, from the same trees and seed.

    Raises:
        NotFound: no such app or revision, or nothing is recorded for it.
        IntegrityError: the notes or the trees are damaged.
    """
    repository = open_repository(workspace.home, name)
    commit = repository.tip() if revision is None else repository.resolve(revision)
    if commit is None:
        raise NotFound(f"{name} has no branch main", hint=f"mapp log {name} shows what there is")
    known = read_verdict(repository, repository.tree_of(commit))
    if known is None:
        raise NotFound(
            f"no verdict is recorded for {name} at {commit[:10]}", hint=f"mapp test {name} checks it now"
        )
    app, files = _at(repository, commit)
    base = None if known.base is None else _with_tree(repository, commit, known.base)
    trial = trial_of(
        workspace,
        app,
        files,
        base=base,
        kind=known.kind,
        options=Options(inputs=known.inputs, seed=known.seed),
        blind=any(result.check == "held-back" and result.status != "skipped" for result in known.results),
    )
    derived = judged(trial, known.tree, watch)
    return Verified(
        commit=commit,
        recorded=known,
        derived=derived,
        discrepancies=tuple(_discrepancies(known, derived)),
        notes=tuple(_circumstances(known, derived)),
    )


def _at(repository: Repository, commit: str) -> tuple[App, dict[str, bytes]]:
    found = read_snapshot(repository, commit)
    return read_app(found.files, commit=found.commit, tree=found.tree), found.files


def _with_tree(repository: Repository, commit: str, tree: str) -> tuple[App, dict[str, bytes]]:
    """Returns the ancestor that holds a tree; raises NotFound when no ancestor does, or it is no app."""
    for found in repository.history(commit):
        if found.tree == tree:
            try:
                return _at(repository, found.id)
            except InvalidApp:
                break
    raise NotFound(
        f"the verdict was derived against tree {tree[:10]}, which no ancestor of {commit[:10]} holds"
    )


def _discrepancies(known: Verdict, derived: Verdict) -> Iterator[Discrepancy]:
    before, now = _by_check(known), _by_check(derived)
    for name in dict.fromkeys([*before, *now]):
        if name not in LOCAL and _told(before.get(name)) != _told(now.get(name)):
            yield Discrepancy(where=name, recorded=_told(before.get(name)), derived=_told(now.get(name)))


def _circumstances(known: Verdict, derived: Verdict) -> Iterator[Discrepancy]:
    for name in ("mapp", "engine"):
        before, now = getattr(known, name), getattr(derived, name)
        if before != now:
            yield Discrepancy(where=name, recorded=before, derived=now)


def _by_check(verdict: Verdict) -> dict[str, Result]:
    return {result.check: result for result in verdict.results}


def _told(result: Result | None) -> str:
    """Returns what a check found in one line: whether it passed, how much it looked at, its first fault."""
    if result is None:
        return "was not run"
    first = f": {result.problems[0]}" if result.problems else ""
    return f"{result.status} ({result.counted}){first}"
