"""Where a change is written in git: its branch, the commits on it, and its merge into `main`.

A new app's branch is in a repository of its own until the merge; an expansion's branch is in the app's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from mapp.author.prompt import digest
from mapp.errors import StaleBase
from mapp.git.branches import branch_tip
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library import branches, new_apps, read
from mapp.library.commit_app import message
from mapp.library.landing import Committed
from mapp.library.verdicts import read_verdict
from mapp.model.change import Change
from mapp.model.change_spec import CompileSpec, ExpandSpec, HealSpec
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.rounds import Written
from mapp.ops.workspace import Workspace

MAX_TRAILER_LENGTH: Final = 500


class ChangeSource(Protocol):
    """The place in git where a change is written."""

    def exists(self) -> bool:
        """Returns whether anything was written."""
        ...

    def newest(self) -> tuple[Repository, str]:
        """Returns the repository and the newest commit; raises NotFound if nothing was written."""
        ...

    def base_tree(self) -> str | None:
        """Returns the tree of the app that the change started from, None for a new app."""
        ...

    def current_files(self) -> dict[str, bytes]:
        """Returns the app's files on `main` now (path -> bytes), none for a new app."""
        ...

    def commit(self, files: Mapping[str, bytes], text: str, verdict: Verdict | None) -> str:
        """Commits files (path -> bytes) with their verdict on the branch and returns the commit."""
        ...

    def merge(self, text: str) -> Committed:
        """Merges the branch into `main`.

        Raises:
            InvalidApp: no passing verdict is recorded for it.
            StaleBase: `main` moved since the change began.
            AlreadyExists: another app took a new app's name in the meantime.
        """
        ...

    def drop(self) -> None:
        """Deletes the branch with all that is on it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAppChange:
    """A new app, in a repository of its own until it is merged."""

    workspace: Workspace
    change: Change

    def exists(self) -> bool:
        """Returns whether the repository exists."""
        return new_apps.exists(self.workspace.home, self.change.id)

    def newest(self) -> tuple[Repository, str]:
        """Returns the repository and the newest commit; raises NotFound if nothing was written.

        After a merge that was interrupted, the branch is in the app's repository.
        """
        if self.exists():
            repository, found = new_apps.kept(self.workspace.home, self.change.id, self.change.branch)
            return repository, found.commit
        return _branch_of_app(self.workspace, self.change)

    def base_tree(self) -> str | None:
        """Returns None: a new app starts from nothing."""
        return None

    def current_files(self) -> dict[str, bytes]:
        """Returns no files: a new app is not on `main` yet."""
        return {}

    def commit(self, files: Mapping[str, bytes], text: str, verdict: Verdict | None) -> str:
        """Commits files in the new app's repository, which is created if necessary."""
        workspace, change = self.workspace, self.change
        return new_apps.keep(
            workspace.home, change.id, change.branch, files, text, workspace.signature(), verdict
        )

    def merge(self, text: str) -> Committed:
        """Moves the repository into the library; raises as `ChangeSource.merge` does."""
        workspace, change = self.workspace, self.change
        return new_apps.merge(
            workspace.home, change.id, change.branch, text, workspace.signature(), tell=workspace.tell
        )

    def drop(self) -> None:
        """Deletes the repository."""
        new_apps.drop(self.workspace.home, self.change.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class BranchChange:
    """A change of an app of the library, on a branch of the app's repository; `base` is its first commit."""

    workspace: Workspace
    change: Change
    base: str

    def exists(self) -> bool:
        """Returns whether the branch exists."""
        return self.change.branch in branches.pending(self.workspace.home, self.change.app)

    def newest(self) -> tuple[Repository, str]:
        """Returns the app's repository and the branch's tip; raises NotFound if nothing was written."""
        return _branch_of_app(self.workspace, self.change)

    def base_tree(self) -> str | None:
        """Returns the tree of the commit that the change started from."""
        return read.open_repository(self.workspace.home, self.change.app).tree_of(self.base)

    def current_files(self) -> dict[str, bytes]:
        """Returns the app's files on `main` now (path -> bytes)."""
        return read.snapshot(self.workspace.home, self.change.app, only=None).files

    def commit(self, files: Mapping[str, bytes], text: str, verdict: Verdict | None) -> str:
        """Commits files on the branch, which is created if necessary."""
        workspace, change = self.workspace, self.change
        if not self.exists():
            tip = branches.begin(workspace.home, change.app, change.branch, tell=workspace.tell)
            if tip != self.base:  # a branch on a newer `main` would undo what is new there
                branches.drop(workspace.home, change.app, change.branch, tell=workspace.tell)
                raise StaleBase(
                    f"main of {change.app} moved since the change began at {self.base[:10]}",
                    hint=f"drop the change and start again: mapp review {change.id} --reject",
                )
        return branches.grow(
            workspace.home,
            change.app,
            change.branch,
            files,
            text,
            workspace.signature(),
            verdict=verdict,
            tell=workspace.tell,
        )

    def merge(self, text: str) -> Committed:
        """Merges the branch; raises as `ChangeSource.merge` does."""
        workspace, change = self.workspace, self.change
        return branches.merge(
            workspace.home, change.app, change.branch, text, workspace.signature(), tell=workspace.tell
        )

    def drop(self) -> None:
        """Deletes the branch if it exists."""
        if self.exists():
            branches.drop(self.workspace.home, self.change.app, self.change.branch, tell=self.workspace.tell)


def source_of(workspace: Workspace, change: Change) -> ChangeSource:
    """Returns where a change is written."""
    match change.spec:
        case CompileSpec():
            return NewAppChange(workspace=workspace, change=change)
        case ExpandSpec(base=base) | HealSpec(base=base):
            return BranchChange(workspace=workspace, change=change, base=base)


def files_of_change(workspace: Workspace, change: Change) -> dict[str, bytes]:
    """Returns the files of a change's newest commit (path -> bytes); raises NotFound if there is none."""
    repository, commit = source_of(workspace, change).newest()
    return read_snapshot(repository, commit).files


def verdict_of_change(workspace: Workspace, change: Change) -> Verdict | None:
    """Returns the verdict on a change's newest commit, or None; raises NotFound if there is no commit."""
    repository, commit = source_of(workspace, change).newest()
    return read_verdict(repository, repository.tree_of(commit))


def commit_code(workspace: Workspace, change: Change, written: Written) -> str:
    """Commits an app's files with their verdict on the change's branch and returns the commit."""
    failed = [result.check for result in written.verdict.results if not result.passed]
    trailers = _trailers(workspace, change, f"failed: {' '.join(failed)}" if failed else "passed")
    state = "not proven" if failed else "proven"
    text = message(f"{change.app}: {written.verdict.version}, {state}", trailers, body=change.request)
    return source_of(workspace, change).commit(written.files, text, written.verdict)


def commit_contract(workspace: Workspace, change: Change, files: Mapping[str, bytes]) -> str:
    """Commits an approved contract, or a heal's failing case, without a verdict, and returns the commit."""
    what = "the failing case" if change.kind == "heal" else "the contract"
    text = message(f"{change.app}: {what}", _trailers(workspace, change, "none"), body=change.request)
    return source_of(workspace, change).commit(files, text, None)


def merge_change(workspace: Workspace, change: Change, verdict: Verdict) -> Committed:
    """Merges a proven change into `main`.

    Raises:
        InvalidApp: no passing verdict is recorded for it.
        StaleBase: `main` moved since the change began.
        AlreadyExists: another app took a new app's name in the meantime.
    """
    trailers = _trailers(workspace, change, "passed" if verdict.passed else "failed")
    text = message(f"{change.app}: {verdict.version}", trailers, body=change.request)
    committed = source_of(workspace, change).merge(text)
    record_merge(workspace, change, committed.commit)
    return committed


def drop_change(workspace: Workspace, change: Change) -> None:
    """Deletes all that a change has written; its cost stays in the ledger."""
    source_of(workspace, change).drop()
    Changes(workspace.home.journal).set_state(change, "dropped")
    open_ledger(workspace).forget_answers(change.id)


def record_merge(workspace: Workspace, change: Change, commit: str) -> None:
    """Records that a change was merged by a commit."""
    Changes(workspace.home.journal).set_state(change, "merged", "", commit)
    open_ledger(workspace).forget_answers(change.id)


def _branch_of_app(workspace: Workspace, change: Change) -> tuple[Repository, str]:
    repository = read.open_repository(workspace.home, change.app)
    return repository, branch_tip(repository, change.branch)


def _trailers(workspace: Workspace, change: Change, verdict: str) -> Mapping[str, str]:
    """Returns the trailers of a commit; tokens and cost are the change's totals so far."""
    spend = open_ledger(workspace).sums(change.id).change.spend
    spec = change.spec
    choice = {"Mapp-Choice": str(spec.choice)} if spec.choice else {}
    edited = {"Mapp-Edited": "by hand"} if spec.edited else {}
    if isinstance(spec, HealSpec):
        about = {"Mapp-Incident": spec.incident, "Mapp-Fingerprint": spec.fingerprint}
        prompts = digest("heal")
    else:
        about = {"Mapp-Request": change.request[:MAX_TRAILER_LENGTH]}
        prompts = f"{digest('contract')} {digest('code')}"
    return {
        "Mapp-Operation": change.kind,
        **about,
        "Mapp-Change": change.id,
        **choice,
        **edited,
        "Mapp-Coder": change.coder,
        "Mapp-Model": spend.model,
        "Mapp-Prompt": prompts,
        "Mapp-Tokens-In": str(spend.tokens_in),
        "Mapp-Tokens-Out": str(spend.tokens_out),
        "Mapp-Cost-USD": f"{spend.cost_usd:.6f}",
        "Mapp-Verdict": verdict,
        "Mapp-Base": spec.base,
    }
