"""What a change has written, in git: its branch, the commits on it, its merge into `main` or its end.

A new app's branch lies in a repository of its own until it is merged, that of a widening in the app's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapp.author.prompt import digest
from mapp.author.use_expand_or_new import Choice
from mapp.git.branches import branch_tip
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library import branches, new_apps, read
from mapp.library.commit_app import message
from mapp.library.landing import Committed
from mapp.library.verdicts import read_verdict
from mapp.model.change import Change
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.rounds import Written
from mapp.ops.workspace import Workspace

MAX_TRAILER_LENGTH: Final = 500


def found_branch(workspace: Workspace, change: Change) -> tuple[Repository, str]:
    """Returns the repository and the newest commit of a change; raises NotFound if it has written nothing."""
    if new_apps.exists(workspace.home, change.id):
        repository, found = new_apps.kept(workspace.home, change.id, change.branch)
        return repository, found.commit
    repository = read.open_repository(workspace.home, change.app)
    return repository, branch_tip(repository, change.branch)


def files_of_change(workspace: Workspace, change: Change) -> dict[str, bytes]:
    """Returns the files that a change has written last (path -> bytes)."""
    repository, commit = found_branch(workspace, change)
    return read_snapshot(repository, commit).files


def proof_of(workspace: Workspace, change: Change) -> Verdict | None:
    """Returns the verdict on what a change has written last, or None."""
    repository, commit = found_branch(workspace, change)
    return read_verdict(repository, repository.tree_of(commit))


def base_tree(workspace: Workspace, change: Change) -> str | None:
    """Returns the tree of the app that a change began from, None for a new app."""
    if change.kind == "compile":
        return None
    return read.open_repository(workspace.home, change.app).tree_of(change.known["base"])


def begun(workspace: Workspace, change: Change) -> bool:
    """Returns whether something was written on the branch of a change."""
    if change.kind == "compile":
        return new_apps.exists(workspace.home, change.id)
    return change.branch in branches.pending(workspace.home, change.app)


def keep(workspace: Workspace, change: Change, written: Written) -> str:
    """Returns the commit of what was written last, on the change's branch, with its verdict beside it."""
    failed = [result.check for result in written.verdict.results if not result.passed]
    trailers = _trailers(workspace, change, f"failed: {' '.join(failed)}" if failed else "passed")
    said = "not proven" if failed else "proven"
    text = message(f"{change.app}: {written.verdict.version}, {said}", trailers, body=change.request)
    return _commit(workspace, change, written.files, text, written.verdict)


def keep_contract(workspace: Workspace, change: Change, files: Mapping[str, bytes]) -> str:
    """Returns the commit of a contract that was approved, on the change's branch; it has no verdict yet."""
    text = message(f"{change.app}: the contract", _trailers(workspace, change, "none"), body=change.request)
    return _commit(workspace, change, files, text, None)


def _commit(
    workspace: Workspace, change: Change, files: Mapping[str, bytes], text: str, verdict: Verdict | None
) -> str:
    home, signature = workspace.home, workspace.signature()
    if change.kind == "compile":
        return new_apps.keep(home, change.id, change.branch, files, text, signature, verdict)
    if not begun(workspace, change):
        branches.begin(home, change.app, change.branch, tell=workspace.tell)
    return branches.grow(
        home, change.app, change.branch, files, text, signature, verdict=verdict, tell=workspace.tell
    )


def merge_change(workspace: Workspace, change: Change, verdict: Verdict) -> Committed:
    """Returns what was committed on `main` by merging a proven change.

    Raises:
        InvalidApp: no passing verdict is recorded for it.
        StaleBase: `main` moved since the change began.
        AlreadyExists: a new app's name was taken meanwhile.
    """
    trailers = _trailers(workspace, change, "passed" if verdict.passed else "failed")
    text = message(f"{change.app}: {verdict.version}", trailers, body=change.request)
    home, signature = workspace.home, workspace.signature()
    if change.kind == "compile":
        committed = new_apps.merge(home, change.id, change.branch, text, signature, tell=workspace.tell)
    else:
        committed = branches.merge(home, change.app, change.branch, text, signature, tell=workspace.tell)
    end_merged(workspace, change, committed.commit)
    return committed


def drop_change(workspace: Workspace, change: Change) -> None:
    """Takes a change away with what it has written; what it cost stays in the ledger."""
    if change.kind == "compile":
        new_apps.drop(workspace.home, change.id)
    elif change.branch in branches.pending(workspace.home, change.app):
        branches.drop(workspace.home, change.app, change.branch, tell=workspace.tell)
    Changes(workspace.home.journal).moved(change, "dropped")
    open_ledger(workspace).forget_answers(change.id)


def end_merged(workspace: Workspace, change: Change, commit: str) -> None:
    """Notes that a change ended with a merge, the commit of which is given."""
    Changes(workspace.home.journal).moved(change, "merged", "", commit)
    open_ledger(workspace).forget_answers(change.id)


def _trailers(workspace: Workspace, change: Change, verdict: str) -> Mapping[str, str]:
    """Returns what a commit says of a change; what it cost is the sum up to now."""
    spend = open_ledger(workspace).sums(change.id).change.spend
    given = change.known
    chosen = given.get("choice") or {}
    choice = {"Mapp-Choice": _chosen(chosen)} if chosen else {}
    edited = {"Mapp-Edited": "by hand"} if given.get("edited") else {}
    return {
        "Mapp-Operation": change.kind,
        "Mapp-Request": change.request[:MAX_TRAILER_LENGTH],
        "Mapp-Change": change.id,
        **choice,
        **edited,
        "Mapp-Coder": change.coder,
        "Mapp-Model": spend.model,
        "Mapp-Prompt": f"{digest('contract')} {digest('code')}",
        "Mapp-Tokens-In": str(spend.tokens_in),
        "Mapp-Tokens-Out": str(spend.tokens_out),
        "Mapp-Cost-USD": f"{spend.cost_usd:.6f}",
        "Mapp-Verdict": verdict,
        "Mapp-Base": str(given.get("base", "")),
    }


def _chosen(row: Mapping[str, Any]) -> str:
    return str(Choice(kind=row["choice"], app=row["app"], reason=row["reason"]))
