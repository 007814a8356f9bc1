"""Validates every commit of a push or a pull request in an app's own repository.

Each commit is judged by the rules of the kind that it says it is: a heal or an expansion against its first
parent, an edit by itself; the last one also has the version that all of them together demand, whatever it is.
A commit that cannot be what it says, as a rollback to what never was, is judged as an edit. Nothing of the
checkout is read: only git objects, through the same allow-list as in a library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp import distribution
from mapp.errors import IntegrityError, InvalidApp, MappError, NotFound
from mapp.git.commit import Commit
from mapp.git.repository import Repository, discover
from mapp.git.tree import read_snapshot
from mapp.library import read
from mapp.model.app import App, read_app
from mapp.model.verdict import KINDS, Finding, GateKind, Result, Verdict
from mapp.ops.check.gate import USUAL, Options, Watch, judged, trial_of
from mapp.ops.check.pushed_commits import Push, pushed
from mapp.ops.workspace import Workspace
from mapp.validate.checks.compared import check_version
from mapp.validate.gate import CHANGING

TREE_REFUSED: Final = "MAPP-0620"

Begin = Callable[[Commit], None]
Plan = Callable[[Push], None]
Standing = tuple[App, dict[str, bytes]]
"""An app with its whole tree (path -> bytes)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One commit with its verdict."""

    commit: Commit
    verdict: Verdict

    @property
    def title(self) -> str:
        """Returns how reports call it, e.g. `vat 1.2.0 (1a2b3c4d5e)`."""
        return f"{self.verdict.app} {self.verdict.version} ({self.commit.id[:10]})"

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `ci --json` prints it."""
        return {"commit": self.commit.id, "subject": self.commit.subject, **self.verdict.to_dict()}


def validate(
    workspace: Workspace,
    folder: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    environment: Mapping[str, str],
    options: Options = USUAL,
    plan: Plan | None = None,
    begin: Begin | None = None,
    watch: Watch | None = None,
) -> Iterator[Judged]:
    """Yields every commit of the range with its verdict, the oldest first.

    Args:
        workspace: whose sandbox and caches are used; its library is not touched.
        folder: a checkout of the app's repository, or a bare one.
        base: the commit before the first to validate.
        head: the last commit to validate; `HEAD` by default.
        environment: tells the base where none is given.
        options: how hard each is tried.
        plan: is told, before anything is tried, which commits are validated and why.
        begin: is told each commit before it is tried.
        watch: is told each result.

    Raises:
        NotFound: there is no repository, or a revision names no commit.
        IntegrityError: an object is damaged or missing.
    """
    repository = discover(folder)
    push = pushed(repository, base=base, head=head, environment=environment)
    if plan is not None:
        plan(push)
    for commit in push.commits:
        if begin is not None:
            begin(commit)
        # People bump the version once, in whichever commit: it is judged at the end of the range.
        released = push.base if commit is push.commits[-1] else commit.id
        base_of_edits = _found(repository, released)
        yield Judged(
            commit=commit,
            verdict=_judge(
                workspace,
                repository,
                commit,
                base_of_edits,
                folder=_shown(folder),
                options=options,
                watch=watch,
            ),
        )


def _judge(
    workspace: Workspace,
    repository: Repository,
    commit: Commit,
    base_of_edits: Standing | None,
    *,
    folder: str,
    options: Options,
    watch: Watch | None,
) -> Verdict:
    """Returns the verdict on a commit: a heal or expansion against its parent, an edit as is told."""
    try:
        app, files = _app_at(repository, commit.id)
    except MappError as error:
        verdict = _unreadable(repository, commit, error)
        if watch is not None:
            watch(verdict.results[0])
        return verdict
    before = _found(repository, next(iter(commit.parents), None))
    kind = _kind(repository, commit, new=before is None)
    base = before if kind in CHANGING else base_of_edits
    same = base is not None and base[0].tree == app.tree
    trial = trial_of(
        workspace, app, files, base=None if same else base, kind=kind, options=options, called=folder
    )
    verdict = judged(trial, commit.tree, watch)
    if kind not in CHANGING or base_of_edits in (None, base) or base_of_edits[0].tree == app.tree:
        return verdict
    whole = trial_of(workspace, app, files, base=base_of_edits, kind="edit", options=options)
    return _with_version(verdict, check_version(whole), watch)


def _shown(folder: Path) -> str:
    """Returns a folder as commands name it: with a separator, so that nobody takes it for an app's name."""
    return str(folder) if folder == Path() or folder.is_absolute() else f"./{folder}"


def _with_version(verdict: Verdict, found: Result, watch: Watch | None) -> Verdict:
    """Returns the verdict on a heal or expansion, failed where the range as a whole asks for more."""
    if found.passed:
        return verdict
    if watch is not None:
        watch(found)
    others = [result for result in verdict.results if result.check != found.check]
    return replace(verdict, results=(*others, found))


def _app_at(repository: Repository, commit: str) -> Standing:
    found = read_snapshot(repository, commit)
    return read_app(found.files, commit=found.commit, tree=found.tree), found.files


def _found(repository: Repository, commit: str | None) -> Standing | None:
    """Returns the app that a commit holds; None where there is no commit, or no app in it.

    A tree that is refused holds none; of a history that is cut short nothing is known, and that is raised.
    """
    if commit is None:
        return None
    try:
        return _app_at(repository, commit)
    except (InvalidApp, NotFound):
        return None
    except IntegrityError as error:
        if error.code != TREE_REFUSED:
            raise
        return None


def _kind(repository: Repository, commit: Commit, *, new: bool) -> GateKind:
    """Returns the kind that a commit says it is, where it can be that; of what goes back, less is asked."""
    claimed = commit.trailers.get("Mapp-Operation", "")
    impossible = claimed in ("heal", "expand", "edit") if new else claimed == "compile"
    if claimed == "rollback":
        impossible = not any(_goes_back(repository, commit))
    if claimed in KINDS and not impossible:
        return claimed
    return "add" if new else "edit"


def _goes_back(repository: Repository, commit: Commit) -> Iterator[bool]:
    """Yields of every ancestor along the first parent whether it holds the same tree."""
    for parent in commit.parents[:1]:
        past = read.without_drafts(repository.history(parent))
        yield from (found.tree == commit.tree for found in past)


def _unreadable(repository: Repository, commit: Commit, error: MappError) -> Verdict:
    rows = error.problems if isinstance(error, InvalidApp) else ()
    problems = [Finding(path=row.path, message=row.message) for row in rows]
    found = Result(
        check="source",
        status="failed",
        counted=1,
        problems=tuple(problems) or (Finding(path="", message=error.message),),
    )
    return Verdict(
        app=repository.path.resolve().parent.name,
        version="?",
        tree=commit.tree,
        base=None,
        kind="edit",
        mapp=distribution.version(),
        engine="",
        seed=0,
        inputs=0,
        results=(found,),
    )
