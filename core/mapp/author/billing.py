"""One call of a coder, paid for: written down at its worst before it is made, and as it was afterwards."""

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
    """Who pays: the budgets, where it is written down, and the change that it is for."""

    budgets: Budgets
    ledger: Ledger
    change: str


def pay(coder: Coder, brief: Brief, workspace: Files, *, purse: BudgetAccount, watch: Watch) -> Proposal:
    """Returns a coder's proposal, or the one that this round of the change was given before.

    Raises:
        CoderFailed: there is no proposal; `OverBudget` before anybody was asked if it could cost too much,
            `BadAnswer` without asking where this round ended in one before.
        MappError: the ledger cannot be written, so nobody was asked.
    """
    if (kept := purse.ledger.answer(purse.change, brief.phase, brief.round)) is not None:
        watch(Progress(doing="answered before: nothing is spent"))
        return _revived(kept)
    budget = purse.budgets.left(purse.ledger.sums(purse.change))
    worst = coder.worst(brief, workspace, budget)
    identity = purse.ledger.plan(
        _planned(coder, brief, purse, worst),
        lambda sums: purse.budgets.check(sums, Totals(rounds=1, spend=worst)),
    )
    try:
        found = coder.propose(brief, workspace, budget, watch)
    except CoderFailed as failure:
        kept = _kept_failure(failure) if isinstance(failure, BadAnswer) else None
        _settle(purse, identity, failure.spend, failure.kind, kept, watch)
        raise
    _settle(purse, identity, found.spend, "answered", _kept(found), watch)
    return found


def _planned(coder: Coder, brief: Brief, purse: BudgetAccount, worst: Spend) -> Planned:
    return Planned(
        change=purse.change,
        app=brief.app,
        phase=brief.phase,
        round=brief.round,
        coder=coder.name,
        prompt=digest(brief.phase),
        worst=worst,
    )


def _settle(
    purse: BudgetAccount, identity: str, spend: Spend, outcome: str, answer: str | None, watch: Watch
) -> None:
    """Settles a row. An answer that is paid for is not thrown away because the row stays at its worst."""
    try:
        purse.ledger.settle(identity, spend, outcome, answer)
    except MappError as error:
        with contextlib.suppress(Exception):
            watch(Progress(doing=f"counted at its worst: {error.message}"))


def _kept(found: Proposal) -> str:
    return json.dumps(
        {
            "files": {path: base64.b64encode(content).decode() for path, content in found.files.items()},
            "spend": found.spend.to_dict(),
            "reason": found.reason,
            "ignored": list(found.ignored),
        }
    )


def _kept_failure(failure: CoderFailed) -> str:
    return json.dumps({"failure": failure.message, "spend": failure.spend.to_dict()})


def _revived(text: str) -> Proposal:
    """Returns the proposal that was kept, or raises the BadAnswer."""
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
    """Remembers every call of a coder: planned before it is made, settled when it has ended."""

    def sums(self, change: str) -> Sums:
        """Returns what was spent so far; calls that were never settled count at their worst.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...

    def plan(self, call: Planned, allowed: Callable[[Sums], None]) -> str:
        """Writes a call down, durably, at its worst cost, and returns the id of the row.

        `allowed` is given the sums without the call and raises where it must not be made; nobody else can
        plan a call in between.

        Raises:
            MappError: it cannot be written, so it must not be made.
        """
        ...

    def settle(self, identity: str, spend: Spend, outcome: str, answer: str | None) -> None:
        """Puts what the call did cost in the place of its worst case, and keeps the answer.

        Raises:
            MappError: it cannot be written; the call goes on counting at its worst.
        """
        ...

    def answer(self, change: str, phase: str, number: int) -> str | None:
        """Returns the answer that a round was given before, or None.

        Raises:
            MappError: the ledger cannot be read.
        """
        ...
