"""Pays for one call of a coder: recorded at its maximum cost first, and at its real cost afterwards."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mapp.author.budget import Budgets
from mapp.author.coder import Brief, Coder, Files, Progress, Proposal, Watch
from mapp.author.errors import BadAnswer, CoderFailed
from mapp.author.prompt import digest
from mapp.errors import MappError
from mapp.model.spend import Planned, Spend, Sums, Totals


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetAccount:
    """The budgets and the ledger that a change is paid from."""

    budgets: Budgets
    ledger: Ledger
    change: str


def pay(coder: Coder, brief: Brief, files: Files, *, account: BudgetAccount, watch: Watch) -> Proposal:
    """Returns a coder's proposal, or the recorded one if this round of the change was answered before.

    Raises:
        CoderFailed: there is no proposal. `OverBudget` is raised before the call if it could cost too much,
            and a recorded `BadAnswer` again without a call.
        MappError: the ledger cannot be written, so no call was made.
    """
    if (kept := account.ledger.answer(account.change, brief.phase, brief.round)) is not None:
        watch(Progress(doing="answered before: nothing spent"))
        return _recorded(kept)
    budget = account.budgets.left(account.ledger.sums(account.change))
    max_cost = coder.max_cost(brief, files, budget)
    identity = account.ledger.plan(
        _planned(coder, brief, account, max_cost),
        lambda sums: account.budgets.check(sums, Totals(rounds=1, spend=max_cost)),
    )
    try:
        found = coder.propose(brief, files, budget, watch)
    except CoderFailed as failure:
        kept = _failure_text(failure) if isinstance(failure, BadAnswer) else None
        _settle(account, identity, failure.spend, failure.kind, kept, watch)
        raise
    _settle(account, identity, found.spend, "answered", _proposal_text(found), watch)
    return found


def _planned(coder: Coder, brief: Brief, account: BudgetAccount, max_cost: Spend) -> Planned:
    return Planned(
        change=account.change,
        app=brief.app,
        phase=brief.phase,
        round=brief.round,
        coder=coder.name,
        prompt=digest(brief.phase),
        max_cost=max_cost,
    )


def _settle(
    account: BudgetAccount, identity: str, spend: Spend, outcome: str, answer: str | None, watch: Watch
) -> None:
    """Settles a row. If that fails, the paid answer is kept and the row stays at its maximum."""
    try:
        account.ledger.settle(identity, spend, outcome, answer)
    except MappError as error:
        with contextlib.suppress(Exception):
            watch(Progress(doing=f"counted at its maximum cost: {error.message}"))


def _proposal_text(found: Proposal) -> str:
    return json.dumps(
        {
            "files": {path: base64.b64encode(content).decode() for path, content in found.files.items()},
            "spend": found.spend.to_dict(),
            "reason": found.reason,
            "ignored": list(found.ignored),
        }
    )


def _failure_text(failure: CoderFailed) -> str:
    return json.dumps({"failure": failure.message, "spend": failure.spend.to_dict()})


def _recorded(text: str) -> Proposal:
    """Returns the recorded proposal, or raises the recorded BadAnswer."""
    document = json.loads(text)
    if "failure" in document:
        raise BadAnswer(document["failure"], spend=Spend.from_dict(document["spend"]))
    return Proposal(
        files={path: base64.b64decode(content) for path, content in document["files"].items()},
        spend=Spend.from_dict(document["spend"]),
        reason=document["reason"],
        ignored=tuple(document["ignored"]),
    )


class Ledger(Protocol):
    """Records every call of a coder: planned before the call, settled after it."""

    def sums(self, change: str) -> Sums:
        """Returns the spend so far; calls that were never settled count at their maximum.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...

    def plan(self, call: Planned, allowed: Callable[[Sums], None]) -> str:
        """Records a call durably at its maximum cost and returns the id of the row.

        `allowed` gets the sums without the call and raises if the call must not be made; no other process
        can plan a call in between.

        Raises:
            MappError: the call cannot be recorded, so it must not be made.
        """
        ...

    def settle(self, identity: str, spend: Spend, outcome: str, answer: str | None) -> None:
        """Replaces the maximum cost of a call by its real cost, and keeps the answer.

        Raises:
            MappError: it cannot be written; the call still counts at its maximum.
        """
        ...

    def answer(self, change: str, phase: str, number: int) -> str | None:
        """Returns the recorded answer of a round, or None.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...
