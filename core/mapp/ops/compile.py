"""Has an app written for a request that none covers: contract, code, proof, branch, merge."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from mapp.author.coder import Coder, Near, Watch
from mapp.author.failures import CoderFailed
from mapp.author.prompt import digest
from mapp.errors import AlreadyThere, MappError, PermissionNeeded
from mapp.library import catalogue, nascent
from mapp.library.change import Committed, message
from mapp.model.app import App, Example
from mapp.model.change import Change, ChangeKind
from mapp.model.spend import Spend
from mapp.model.values import canonical
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.observe.journal import new_id
from mapp.ops.coders import open_coder, open_ledger, open_purse
from mapp.ops.rounds import Desk, GivenUp, Task, Written, write_code, write_contract
from mapp.ops.workspace import Workspace

LONGEST_NAME: Final = 40
_FILLER: Final = re.compile(
    r"(?:an?|and|are|be|by|can|convert|do|does|for|from|give|get|how|i|in|into|is|it|make|me|my|of|on|or|please"
    r"|some|tell|that|the|this|to|turn|up|what|which|with|you|your)"
)


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
class Compiled:
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


def compile_app(
    workspace: Workspace,
    request: str,
    *,
    person: Person,
    watch: Watch,
    near: Sequence[Near] = (),
    stated: Sequence[Example] = (),
    name: str | None = None,
    coder: Coder | None = None,
) -> Compiled:
    """Returns what came of having a new app written.

    Args:
        workspace: the library.
        request: what it has to do, in plain words.
        person: decides on spending, contract and merge.
        watch: is told what the coder is at.
        near: apps that nearly do it.
        stated: examples that the request itself holds.
        name: what it is to be called; by default made of the request's words.
        coder: who writes it, instead of the one that the settings name.

    Raises:
        PermissionNeeded: nobody allowed the spending.
        CoderFailed: there is no answer to be had, or no budget left; the change can be resumed.
        GivenUp: the rounds are used up; the change keeps its branch.
        AlreadyThere: there is an app of that name.
    """
    coder = coder or open_coder(workspace.config)
    taken = catalogue.names(workspace.home)
    if name is not None and name in taken:
        raise AlreadyThere(f"there is an app {name}", hint=f"mapp expand {name} widens it")
    change = Change(
        id=new_id(),
        began=workspace.clock(),
        kind="compile",
        app=name or name_for(request, taken),
        request=request,
        coder=coder.name,
    )
    estimate = Estimate(
        kind="compile",
        app=change.app,
        request=request,
        coder=coder.name,
        budget=workspace.config.budget_change,
        near=tuple(one.name for one in near),
    )
    if not person.may_spend(estimate):
        raise PermissionNeeded(
            "nothing was spent: nobody said that it may be",
            hint=f"mapp compile --yes {canonical(request)}",
        )
    Changes(workspace.home.journal).put(change)
    task = Task(kind="compile", app=change.app, goal=request, near=tuple(near), stated=tuple(stated))
    return carry_on(workspace, change, task, coder=coder, person=person, watch=watch)


def carry_on(
    workspace: Workspace, change: Change, task: Task, *, coder: Coder, person: Person, watch: Watch
) -> Compiled:
    """Returns what came of a change, begun or resumed: rounds that were answered are not paid for again."""
    changes = Changes(workspace.home.journal)
    desk = Desk(
        workspace=workspace,
        coder=coder,
        purse=open_purse(workspace, change.id),
        watch=watch,
        review=person.correct,
    )
    try:
        contract = write_contract(task, desk)
        written = write_code(task, desk, contract)
    except GivenUp as error:
        changes.moved(change, "failed", error.message)
        raise
    except CoderFailed as failure:
        changes.moved(change, "open", failure.message)
        raise _resumable(failure, change) from None
    commit = _kept(workspace, change, written)
    if not written.verdict.passed:
        failed = [result.check for result in written.verdict.results if not result.passed]
        change = changes.moved(change, "failed", f"the gate refuses it: {', '.join(failed)}", commit)
        return _compiled(workspace, change, written, None)
    change = changes.moved(change, "proven", "waits for its merge", commit)
    if not person.may_merge(change, written.verdict):
        return _compiled(workspace, change, written, None)
    committed = merge_change(workspace, change, written.verdict)
    return _compiled(workspace, changes.get(change.id), written, committed)


def merge_change(workspace: Workspace, change: Change, verdict: Verdict) -> Committed:
    """Returns what was committed on `main` by merging a proven change."""
    trailers = _trailers(workspace, change, verdict)
    text = message(f"{change.app}: {verdict.version}", trailers, body=change.request)
    committed = nascent.merge(
        workspace.home, change.id, change.branch, text, workspace.signature(), tell=workspace.tell
    )
    Changes(workspace.home.journal).moved(change, "merged", "", committed.commit)
    open_ledger(workspace).forget_answers(change.id)
    return committed


def name_for(request: str, taken: Collection[str]) -> str:
    """Returns a name for an app made of the telling words of a request, none that is taken.

    >>> name_for("Please convert 10 miles to nautical miles!", [])
    'miles-nautical'
    >>> name_for("12 + 7?", ["app"])
    'app-2'
    """
    words = re.findall(r"[a-z][a-z0-9]*", request.lower())
    telling = list(dict.fromkeys(word for word in words if not _FILLER.fullmatch(word) and len(word) < 20))
    name = "-".join(telling[:3])[:LONGEST_NAME].strip("-") or "app"
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in candidates if one not in taken)


def _kept(workspace: Workspace, change: Change, written: Written) -> str:
    trailers = _trailers(workspace, change, written.verdict)
    said = "proven" if written.verdict.passed else "not proven"
    text = message(f"{change.app}: {written.verdict.version}, {said}", trailers, body=change.request)
    return nascent.keep(
        workspace.home,
        change.id,
        change.branch,
        written.files,
        text,
        workspace.signature(),
        written.verdict,
    )


def _trailers(workspace: Workspace, change: Change, verdict: Verdict) -> Mapping[str, str]:
    spend = open_ledger(workspace).sums(change.id).change.spend
    failed = [result.check for result in verdict.results if not result.passed]
    return {
        "Mapp-Operation": change.kind,
        "Mapp-Request": change.request[:500],
        "Mapp-Change": change.id,
        "Mapp-Coder": change.coder,
        "Mapp-Model": spend.model,
        "Mapp-Prompt": f"{digest('contract')} {digest('code')}",
        "Mapp-Tokens-In": str(spend.tokens_in),
        "Mapp-Tokens-Out": str(spend.tokens_out),
        "Mapp-Cost-USD": f"{spend.cost_usd:.6f}",
        "Mapp-Verdict": f"failed: {' '.join(failed)}" if failed else "passed",
    }


def _compiled(
    workspace: Workspace, change: Change, written: Written, committed: Committed | None
) -> Compiled:
    sums = open_ledger(workspace).sums(change.id).change
    return Compiled(
        change=change,
        verdict=written.verdict,
        committed=committed,
        spend=sums.spend,
        rounds=sums.rounds,
    )


def _resumable(failure: CoderFailed, change: Change) -> MappError:
    hint = f"{failure.hint}\n  " if failure.hint else ""
    failure.hint = f"{hint}to go on: mapp compile --resume {change.id}"
    return failure
