"""The canary: after a heal is merged, the version before it is on stand-by, and returns if the heal is worse.

A canary is open while `refs/mapp/canary` and `main` are at the same commit: the landing of a heal writes the
ref before it moves `main`. Everything else follows from that commit's trailers and from the journal, so a
killed process leaves nothing to repair: the next run of the app finds the same evidence and decides the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

from mapp.errors import MappError
from mapp.library.landing import close_canary
from mapp.model.canary import Decision, decide
from mapp.model.outcome import Failed, Outcome
from mapp.model.recording import Exchange
from mapp.observe.canaries import Canaries
from mapp.observe.journal import Run
from mapp.ops.heal.evidence import (
    Canary,
    classified,
    compared,
    live_evidence,
    open_canary,
    replayed_evidence,
    was_harmless,
)
from mapp.ops.heal.revert import revert
from mapp.ops.run.execute import attempt_run, record
from mapp.ops.run.replay import RecordedRun
from mapp.ops.workspace import Workspace


def stand_by(
    workspace: Workspace,
    run: Run,
    outcome: Outcome,
    broken: Sequence[str],
    exchanges: Sequence[Exchange] | None,
    allowed: Collection[str],
    *,
    judged: bool = True,
) -> tuple[Run, Outcome] | None:
    """Has the version before a heal answer a run in which the healed one failed; then settles the canary.

    Returns the run and the outcome of the version on stand-by if it answered. It is asked if the healed one
    gave no valid answer, or one that breaks a predicate, and nothing was written meanwhile. A canary that
    cannot be read or written is reported; the run keeps its outcome. With `judged` False nothing is settled,
    and no evidence is added: the run is a row of a batch, and those that are recorded are compared later.
    """
    try:
        canary = open_canary(workspace, run.app)
        if canary is None or canary.commit.id != run.commit:
            return None
        answered = None
        failed = isinstance(outcome, Failed)
        if (failed or broken) and (canary.pure or (failed and was_harmless(exchanges or ()))):
            answered = _answer_instead(canary, run, outcome, exchanges or (), allowed, judged=judged)
        if judged:
            workspace.later(lambda: _settled(workspace, run.app))
        return answered
    except (MappError, OSError, sqlite3.Error) as error:
        workspace.tell(f"{run.app} could not be compared with its version before the heal: {error}")
        return None


def _settled(workspace: Workspace, name: str) -> None:
    try:
        settle(workspace, name)
    except (MappError, OSError, sqlite3.Error) as error:
        workspace.tell(f"the heal of {name} could not be judged: {error}")


def settle(workspace: Workspace, name: str) -> Decision | None:
    """Decides about an open canary from recorded runs; returns the decision, None if no canary is open.

    The recorded good runs of the version before the heal and the tests are replayed on the healed one, and
    the runs of the healed one on the version before. Nothing outside is contacted. It can be called at any
    time, and by several processes at once.

    Raises:
        NotFound: there is no such app.
        LedgerFailed: the journal cannot be written.
    """
    canary = open_canary(workspace, name)
    if canary is None:
        return None
    journal, commit = Canaries(workspace.home.journal), canary.commit.id
    done = {row.run for row in journal.evidence(commit)}
    if fresh := [*replayed_evidence(canary, done), *live_evidence(canary, done)]:
        journal.add(fresh)
    decision = _decided(canary)
    if decision.state == "reverted":
        revert(canary, decision)
    elif decision.ended:
        journal.end(commit, name, decision, workspace.clock())
        close_canary(workspace.home, name, commit, tell=workspace.tell)
        workspace.tell(f"the heal of {name} is {decision.state}: {decision.why}")
    return decision


def state_of_canary(workspace: Workspace, name: str) -> Decision | None:
    """Returns what the recorded evidence says about an app's open canary, None if none is open. Runs nothing.

    Raises:
        NotFound: there is no such app.
        LedgerFailed: the journal cannot be read.
    """
    canary = open_canary(workspace, name)
    return None if canary is None else _decided(canary)


def _decided(canary: Canary) -> Decision:
    rows = Canaries(canary.workspace.home.journal).evidence(canary.commit.id)
    return decide([classified(canary.workspace, row) for row in rows], rare=canary.rare)


def _answer_instead(
    canary: Canary,
    run: Run,
    outcome: Outcome,
    exchanges: Sequence[Exchange],
    allowed: Collection[str],
    *,
    judged: bool,
) -> tuple[Run, Outcome] | None:
    """Runs the version on stand-by on the input of a failed run; returns its answer, None if it fails too."""
    workspace, arguments = canary.workspace, json.loads(run.input or "{}")
    attempt = attempt_run(
        workspace,
        canary.old,
        arguments,
        allowed=allowed,
        now_ms=run.now_ms,
        seed=run.seed,
        request=run.request,
    )
    if isinstance(attempt.outcome, Failed):
        return None
    if not judged and isinstance(outcome, Failed):
        if attempt.exchanges is not None:
            record(workspace, attempt)
        return attempt.run, attempt.outcome
    recorded = RecordedRun(run=run, arguments=arguments, exchanges=tuple(exchanges))
    found = compared(canary, recorded, "live", attempt.outcome, outcome)
    if not isinstance(outcome, Failed) and found.finding != "worse":
        return None  # the answer of the version before breaks a predicate as well
    if not judged:
        return attempt.run, attempt.outcome
    record(workspace, attempt)
    Canaries(workspace.home.journal).add([found])
    version = canary.old.manifest.version
    workspace.tell(f"{run.app} {run.version} failed, which was healed recently; {version} answered instead")
    return attempt.run, attempt.outcome
