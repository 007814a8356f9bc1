"""Derives an app's verdict again and compares it with the recorded one."""

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

LOCAL: Final = frozenset(["recorded", "failed-runs", "budget", "engines"])
"""Checks whose results depend on the machine: on its journal, its speed or its engines."""

COUNTED_BY_SPEED: Final = frozenset(["differential"])
"""Checks that look at fewer inputs where an app is slow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discrepancy:
    """One difference between two verdicts on the same tree; `where` is a check, `mapp` or `engine`."""

    where: str
    recorded: str
    derived: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A verdict derived again, the recorded one, and their differences; `notes` do not count as such."""

    commit: str
    recorded: Verdict
    derived: Verdict
    discrepancies: tuple[Discrepancy, ...]
    notes: tuple[Discrepancy, ...]

    @property
    def agrees(self) -> bool:
        """Returns whether all results that do not depend on the machine are as recorded."""
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
    """Derives an app's verdict again, from the same trees and seed, and compares it with the recorded one.

    Raises:
        NotFound: there is no such app or revision, or no verdict is recorded for it.
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
    """Returns the app with this tree among the ancestors; raises NotFound if there is none."""
    for found in repository.history(commit):
        if found.tree == tree:
            try:
                return _at(repository, found.id)
            except InvalidApp:
                break
    raise NotFound(
        f"the verdict was derived against tree {tree[:10]}, which no ancestor of {commit[:10]} has"
    )


def _discrepancies(known: Verdict, derived: Verdict) -> Iterator[Discrepancy]:
    before, now = _by_check(known), _by_check(derived)
    for name in dict.fromkeys([*before, *now]):
        if name not in LOCAL and _summary(before.get(name)) != _summary(now.get(name)):
            yield Discrepancy(
                where=name, recorded=_summary(before.get(name)), derived=_summary(now.get(name))
            )


def _circumstances(known: Verdict, derived: Verdict) -> Iterator[Discrepancy]:
    for name in ("mapp", "engine"):
        before, now = getattr(known, name), getattr(derived, name)
        if before != now:
            yield Discrepancy(where=name, recorded=before, derived=now)


def _by_check(verdict: Verdict) -> dict[str, Result]:
    return {result.check: result for result in verdict.results}


def _summary(result: Result | None) -> str:
    """Returns a result in one line: its status, how much it looked at, and its first problem."""
    if result is None:
        return "was not run"
    first = f": {result.problems[0]}" if result.problems else ""
    counted = "" if result.check in COUNTED_BY_SPEED else f" ({result.counted})"
    return f"{result.status}{counted}{first}"
