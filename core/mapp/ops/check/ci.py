"""Validates every commit of a push or a pull request in an app's own repository.

The trailer `Mapp-Operation` of a commit selects the rules: a heal or an expansion is compared with its first
parent, an edit is not. The last commit must also have the version that the whole range requires. A commit
that cannot be what its trailer claims, such as a rollback to a tree that never existed, counts as an edit.
The checkout is never read: only git objects, through the same allow-list as in a library.
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
AppAtCommit = tuple[App, dict[str, bytes]]
"""An app with its whole tree (path -> bytes)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedCommit:
    """One commit with its verdict."""

    commit: Commit
    verdict: Verdict

    @property
    def title(self) -> str:
        """Returns its title in reports, e.g. `vat 1.2.0 (1a2b3c4d5e)`."""
        return f"{self.verdict.app} {self.verdict.version} ({self.commit.id[:10]})"

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `ci --json` prints it."""
        return {"commit": self.commit.id, "subject": self.commit.subject, **self.verdict.to_dict()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """Functions that receive the progress of a validation."""

    plan: Callable[[Push], None] = lambda push: None
    """Receives the commits to validate, and why these, before the first one is tested."""
    begin: Callable[[Commit], None] = lambda commit: None
    """Receives each commit before it is tested."""
    watch: Watch = lambda result: None
    """Receives each result."""


SILENT: Final = Listeners()


def validate(
    workspace: Workspace,
    folder: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    environment: Mapping[str, str],
    options: Options = USUAL,
    listeners: Listeners = SILENT,
) -> Iterator[JudgedCommit]:
    """Yields every commit of the range with its verdict, oldest first.

    Args:
        workspace: provides the sandbox and the caches; its library is not used.
        folder: a checkout of the app's repository, or a bare repository.
        base: the commit before the first one to validate.
        head: the last commit to validate; `HEAD` by default.
        environment: the forge's variables, which give the base if `base` is None.
        options: how each commit is tested.
        listeners: receive the progress.

    Raises:
        NotFound: there is no repository, or a revision does not exist.
        IntegrityError: an object is damaged or missing.
    """
    repository = discover(folder)
    push = pushed(repository, base=base, head=head, environment=environment)
    shown = replace(options, folder=_shown(folder))
    yield from validate_push(workspace, repository, push, options=shown, listeners=listeners)


def validate_push(
    workspace: Workspace,
    repository: Repository,
    push: Push,
    *,
    options: Options = USUAL,
    listeners: Listeners = SILENT,
) -> Iterator[JudgedCommit]:
    """Yields the commits of a push with their verdicts, oldest first.

    Raises:
        IntegrityError: an object is damaged or missing.
    """
    listeners.plan(push)
    for commit in push.commits:
        listeners.begin(commit)
        # People raise the version once, in any commit of the range: it is checked at the end.
        released = push.base if commit is push.commits[-1] else commit.id
        base_of_edits = _app_or_none(repository, released)
        yield JudgedCommit(
            commit=commit,
            verdict=_judge(
                workspace, repository, commit, base_of_edits, options=options, watch=listeners.watch
            ),
        )


def _judge(
    workspace: Workspace,
    repository: Repository,
    commit: Commit,
    base_of_edits: AppAtCommit | None,
    *,
    options: Options,
    watch: Watch,
) -> Verdict:
    """Returns the verdict on a commit.

    A heal or an expansion is compared with its parent, any other commit with `base_of_edits`.
    """
    try:
        app, files = _app_at(repository, commit.id)
    except MappError as error:
        verdict = _unreadable(repository, commit, error)
        watch(verdict.results[0])
        return verdict
    before = _app_or_none(repository, next(iter(commit.parents), None))
    kind = _kind(repository, commit, new=before is None)
    base = before if kind in CHANGING else base_of_edits
    same = base is not None and base[0].tree == app.tree
    trial = trial_of(workspace, app, files, base=None if same else base, kind=kind, options=options)
    verdict = judged(trial, commit.tree, watch)
    if kind not in CHANGING or base_of_edits in (None, base) or base_of_edits[0].tree == app.tree:
        return verdict
    whole = trial_of(workspace, app, files, base=base_of_edits, kind="edit", options=options)
    return _with_version(verdict, check_version(whole), watch)


def _shown(folder: Path) -> str:
    """Returns a folder for use in commands: with a separator, so that it does not look like an app name."""
    return str(folder) if folder == Path() or folder.is_absolute() else f"./{folder}"


def _with_version(verdict: Verdict, found: Result, watch: Watch) -> Verdict:
    """Returns the verdict on a heal or expansion, failed if the whole range requires a higher version."""
    if found.passed:
        return verdict
    watch(found)
    others = [result for result in verdict.results if result.check != found.check]
    return replace(verdict, results=(*others, found))


def _app_at(repository: Repository, commit: str) -> AppAtCommit:
    found = read_snapshot(repository, commit)
    return read_app(found.files, commit=found.commit, tree=found.tree), found.files


def _app_or_none(repository: Repository, commit: str | None) -> AppAtCommit | None:
    """Returns the app in a commit; None if there is no commit or it has no valid app.

    A refused tree counts as no app. Other integrity errors, such as a shallow history, are raised.
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
    """Returns the kind that a commit claims to be if that is possible, else `add` or `edit`.

    A false claim would skip checks: a rollback, for example, has fewer of them.
    """
    claimed = commit.trailers.get("Mapp-Operation", "")
    impossible = claimed in ("heal", "expand", "edit") if new else claimed == "compile"
    if claimed == "rollback":
        impossible = not any(_goes_back(repository, commit))
    if claimed in KINDS and not impossible:
        return claimed
    return "add" if new else "edit"


def _goes_back(repository: Repository, commit: Commit) -> Iterator[bool]:
    """Yields for every ancestor along first parents whether it has the same tree."""
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
