"""Changes that a coder writes: begun, carried on after any interruption, merged or dropped.

A change is written down before the first token is spent. What it is answered lies in the ledger, what it came
to on its branch: whatever kills it, carrying on comes to the same without paying twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from mapp.author.coder import Coder, Near, Watch
from mapp.author.failures import CoderFailed
from mapp.author.prompt import digest
from mapp.errors import InvalidInput, NotFound, PermissionNeeded
from mapp.git.branches import branch_tip, branches
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library import branching, catalogue, nascent
from mapp.library.change import Committed, message
from mapp.library.verdicts import read_verdict
from mapp.model.app import App, Example, read_app
from mapp.model.change import Change, ChangeKind
from mapp.model.spend import Spend
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.observe.journal import new_id
from mapp.ops.coders import open_coder, open_ledger, open_purse
from mapp.ops.gate import USUAL, Options
from mapp.ops.rounds import Desk, GivenUp, Task, Written, write_code, write_contract
from mapp.ops.workspace import Workspace

LONGEST_TRAILER: Final = 500


class Person(Protocol):
    """Who decides; without a terminal it is somebody who was told beforehand, or nobody."""

    def may_spend(self, estimate: Estimate) -> bool:
        """Returns whether tokens may be spent, asked before the first one."""
        ...

    def correct(self, app: App) -> str | None:
        """Returns what is to be otherwise about a contract; None approves it."""
        ...

    def may_merge(self, change: Change, verdict: Verdict) -> bool:
        """Returns whether a proven change goes to `main` now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What is about to be done: for whom, by whom, and the most that the change may cost, in words."""

    kind: ChangeKind
    app: str
    request: str
    coder: str
    budget: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """What came of a change: how it stands, the verdict, what was committed on `main`, what was spent."""

    change: Change
    verdict: Verdict | None
    committed: Committed | None
    spend: Spend
    rounds: int

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `compile --json` prints it."""
        return {
            "change": self.change.to_dict(),
            "app": self.change.app,
            "version": self.committed.version if self.committed else None,
            "commit": self.committed.commit if self.committed else None,
            "passed": self.verdict is not None and self.verdict.passed,
            "verdict": self.verdict.to_dict() if self.verdict else None,
            "rounds": self.rounds,
            "spend": self.spend.to_dict(),
        }


def begin(
    workspace: Workspace,
    kind: ChangeKind,
    app: str,
    request: str,
    coder: Coder,
    *,
    person: Person,
    near: Sequence[Near] = (),
    stated: Sequence[Example] = (),
    base: str = "",
) -> Change:
    """Returns a change that is written down; `base` is the commit that an expansion starts from.

    Raises:
        PermissionNeeded: nobody allowed the spending.
        LedgerFailed: it cannot be written down, so nothing is spent.
    """
    estimate = Estimate(
        kind=kind,
        app=app,
        request=request,
        coder=coder.name,
        budget=workspace.config.budget_change,
        near=tuple(one.name for one in near),
    )
    if not person.may_spend(estimate):
        words = json.dumps(request, ensure_ascii=False)
        raise PermissionNeeded(
            "nothing was spent: nobody said that it may be",
            hint=f"mapp {kind} --yes {words if kind == 'compile' else f'{app} {words}'}",
        )
    given = {
        "near": [[one.name, one.description] for one in near],
        "stated": [row.to_dict() for row in stated],
        "base": base,
    }
    change = Change(
        id=new_id(),
        began=workspace.clock(),
        kind=kind,
        app=app,
        request=request,
        coder=coder.name,
        given=json.dumps(given),
    )
    Changes(workspace.home.journal).put(change)
    return change


def resume(
    workspace: Workspace,
    identity: str,
    *,
    person: Person,
    watch: Watch,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Returns what came of carrying on with a change; rounds that were answered are not paid for again.

    Raises:
        NotFound: there is no such change, or it has ended.
        CoderFailed: there is no answer to be had, or no budget left.
        GivenUp: the rounds are used up.
    """
    change = Changes(workspace.home.journal).get(identity)
    if change.ended:
        raise NotFound(f"the change {change.id} was {change.state}", hint="mapp review lists what waits")
    if _merged_already(workspace, change):
        return _settled(workspace, change)
    coder = coder or open_coder(workspace.config)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def carry_on(
    workspace: Workspace,
    change: Change,
    *,
    coder: Coder,
    person: Person,
    watch: Watch,
    options: Options = USUAL,
) -> Changed:
    """Returns what came of a change, begun or resumed.

    Raises:
        CoderFailed: there is no answer to be had, or no budget left; the change can be resumed.
        GivenUp: the rounds are used up.
    """
    changes = Changes(workspace.home.journal)
    purse = open_purse(workspace, change.id)
    desk = Desk(workspace=workspace, coder=coder, purse=purse, watch=watch, review=person.correct)
    task = task_of(workspace, change, options)
    try:
        written = write_code(task, desk, write_contract(task, desk))
    except GivenUp as error:
        changes.moved(change, "failed", error.message)
        raise
    except CoderFailed as failure:
        changes.moved(change, "open", failure.message)
        failure.hint = f"{failure.hint}\n  to go on: mapp compile --resume {change.id}".strip()
        raise
    commit = _kept(workspace, change, written)
    if not written.verdict.passed:
        failed = [result.check for result in written.verdict.results if not result.passed]
        change = changes.moved(change, "failed", f"the gate refuses it: {', '.join(failed)}", commit)
        return _changed(workspace, change, written.verdict, None)
    change = changes.moved(change, "proven", "waits for its merge", commit)
    if not person.may_merge(change, written.verdict):
        return _changed(workspace, change, written.verdict, None)
    committed = merge_change(workspace, change, written.verdict)
    return _changed(workspace, changes.get(change.id), written.verdict, committed)


def task_of(workspace: Workspace, change: Change, options: Options = USUAL) -> Task:
    """Returns what a change has to write; raises NotFound when the app that it widens is gone."""
    given = json.loads(change.given)
    near = tuple(Near(name=name, description=text) for name, text in given.get("near", ()))
    stated = tuple(Example.from_dict(row) for row in given.get("stated", ()))
    plain = Task(
        kind=change.kind, app=change.app, goal=change.request, near=near, stated=stated, options=options
    )
    if change.kind == "compile":
        return plain
    found = catalogue.snapshot(workspace.home, change.app, given["base"], only=None)
    base = read_app(found.files, commit=found.commit, tree=found.tree)
    return Task(
        kind=change.kind,
        app=change.app,
        goal=change.request,
        stated=stated,
        base=base,
        base_files=found.files,
        options=options,
    )


def found_branch(workspace: Workspace, change: Change) -> tuple[Repository, str]:
    """Returns the repository and the newest commit of a change; raises NotFound if it has written nothing."""
    if nascent.exists(workspace.home, change.id):
        repository, found = nascent.kept(workspace.home, change.id, change.branch)
        return repository, found.commit
    repository = catalogue.open_repository(workspace.home, change.app)
    return repository, branch_tip(repository, change.branch)


def proof_of(workspace: Workspace, change: Change) -> Verdict | None:
    """Returns the verdict on what a change has written last, or None."""
    repository, commit = found_branch(workspace, change)
    return read_verdict(repository, repository.tree_of(commit))


def merge_change(workspace: Workspace, change: Change, verdict: Verdict) -> Committed:
    """Returns what was committed on `main` by merging a proven change.

    Raises:
        InvalidApp: no passing verdict is recorded for it.
        MovedOn: `main` moved since the change began.
        AlreadyThere: a new app's name was taken meanwhile.
    """
    trailers = _trailers(workspace, change, verdict)
    text = message(f"{change.app}: {verdict.version}", trailers, body=change.request)
    home, signature = workspace.home, workspace.signature()
    if change.kind == "compile":
        committed = nascent.merge(home, change.id, change.branch, text, signature, tell=workspace.tell)
    else:
        committed = branching.merge(home, change.app, change.branch, text, signature, tell=workspace.tell)
    _end(workspace, change, committed.commit)
    return committed


def drop_change(workspace: Workspace, change: Change) -> None:
    """Takes a change away with what it has written; what it cost stays in the ledger."""
    if change.kind == "compile":
        nascent.drop(workspace.home, change.id)
    elif change.branch in branching.pending(workspace.home, change.app):
        branching.drop(workspace.home, change.app, change.branch, tell=workspace.tell)
    Changes(workspace.home.journal).moved(change, "dropped")
    open_ledger(workspace).forget_answers(change.id)


def _merged_already(workspace: Workspace, change: Change) -> bool:
    """Returns whether a kill came between the merge and the note of it."""
    try:
        history = catalogue.history(workspace.home, change.app)
        return any(row.trailers.get("Mapp-Change") == change.id for row in history)
    except NotFound:
        return False


def _settled(workspace: Workspace, change: Change) -> Changed:
    """Does what is left to do after a merge: the pin in the lock file, and the note that it ended."""
    home = workspace.home
    found = catalogue.snapshot(home, change.app, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    committed = nascent.pinned(home, app, found, found.commit, tell=workspace.tell)
    repository = catalogue.open_repository(home, change.app)
    if change.branch in branches(repository):
        branching.drop(home, change.app, change.branch, tell=workspace.tell)
    _end(workspace, change, committed.commit)
    ended = Changes(home.journal).get(change.id)
    return _changed(workspace, ended, read_verdict(repository, found.tree), committed)


def _end(workspace: Workspace, change: Change, commit: str) -> None:
    Changes(workspace.home.journal).moved(change, "merged", "", commit)
    open_ledger(workspace).forget_answers(change.id)


def _kept(workspace: Workspace, change: Change, written: Written) -> str:
    """Returns the commit of what was written last, on the change's branch, with its verdict beside it."""
    trailers = _trailers(workspace, change, written.verdict)
    said = "proven" if written.verdict.passed else "not proven"
    text = message(f"{change.app}: {written.verdict.version}, {said}", trailers, body=change.request)
    home, signature, verdict = workspace.home, workspace.signature(), written.verdict
    if change.kind == "compile":
        return nascent.keep(home, change.id, change.branch, written.files, text, signature, verdict)
    if change.branch not in branching.pending(home, change.app):
        branching.begin(home, change.app, change.branch, tell=workspace.tell)
    return branching.grow(
        home,
        change.app,
        change.branch,
        written.files,
        text,
        signature,
        verdict=verdict,
        tell=workspace.tell,
    )


def _trailers(workspace: Workspace, change: Change, verdict: Verdict) -> Mapping[str, str]:
    spend = open_ledger(workspace).sums(change.id).change.spend
    failed = [result.check for result in verdict.results if not result.passed]
    return {
        "Mapp-Operation": change.kind,
        "Mapp-Request": change.request[:LONGEST_TRAILER],
        "Mapp-Change": change.id,
        "Mapp-Coder": change.coder,
        "Mapp-Model": spend.model,
        "Mapp-Prompt": f"{digest('contract')} {digest('code')}",
        "Mapp-Tokens-In": str(spend.tokens_in),
        "Mapp-Tokens-Out": str(spend.tokens_out),
        "Mapp-Cost-USD": f"{spend.cost_usd:.6f}",
        "Mapp-Verdict": f"failed: {' '.join(failed)}" if failed else "passed",
        "Mapp-Base": str(json.loads(change.given).get("base", "")),
    }


def _changed(
    workspace: Workspace, change: Change, verdict: Verdict | None, committed: Committed | None
) -> Changed:
    sums = open_ledger(workspace).sums(change.id).change
    return Changed(change=change, verdict=verdict, committed=committed, spend=sums.spend, rounds=sums.rounds)


def files_of_change(workspace: Workspace, change: Change) -> dict[str, bytes]:
    """Returns the files that a change has written last (path -> bytes)."""
    repository, commit = found_branch(workspace, change)
    return read_snapshot(repository, commit).files


def parse_example(text: str) -> Example:
    """Returns the example that a JSON text states; raises InvalidInput."""
    try:
        return Example.from_dict(json.loads(text), "example")
    except ValueError as error:
        raise InvalidInput(f"the example is not JSON: {error}") from None
