"""Answers a request in plain words: retrieve, judge, fill, decide, and run the one app that does it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mapp.errors import MappError, NoMatch, UsageError
from mapp.library import read
from mapp.model.app import App
from mapp.model.decision import Arguments, Ask, Decision, Use, decision_name, decision_to_dict
from mapp.model.request import MAX_REQUEST_LENGTH, Request
from mapp.model.values import canonical, checked
from mapp.ops.index.refresh import Progress, open_fresh
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.permissions import Permit
from mapp.ops.workspace import Workspace
from mapp.route.decide.decide import CandidateMatch
from mapp.route.router import Router
from mapp.suggested_commands import suggested_call, suggested_command

if TYPE_CHECKING:
    from mapp.library.landing import Committed


Confirm = Callable[[Ask], bool]
Attach = Callable[[], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of a request: the decision, and the run where there was one."""

    request: Request
    decision: Decision
    readings: tuple[CandidateMatch, ...] = ()
    execution: Execution | None = None
    timings: tuple[tuple[str, float], ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Returns the answer as `run --json` prints it."""
        ran = self.execution.to_dict() if self.execution else {}
        decided = decision_to_dict(self.decision)
        return {
            **decided,
            "arguments": ran.get("arguments", decided["arguments"]),
            "output": ran.get("output"),
            "outcome": ran.get("outcome"),
            "version": ran.get("version"),
            "commit": ran.get("commit"),
            "run": ran.get("run"),
        }


def ask(
    workspace: Workspace,
    request: Request,
    *,
    yes: bool = False,
    dry_run: bool = False,
    confirm: Confirm | None = None,
    progress: Progress | None = None,
    grants: Collection[str] = (),
    permit: Permit | None = None,
    attach: Attach | None = None,
) -> Answer:
    """Returns what came of a request.

    Args:
        workspace: the library.
        request: what was asked.
        yes: run what would have been asked about, where nothing is missing.
        dry_run: decide only.
        confirm: asks the person about a call; without it nobody is asked.
        progress: shows the building of the index.
        grants: capabilities for this run alone.
        permit: asks the person for capabilities that are missing; without it that is an error.
        attach: gives a text that could be attached; asked only if no app is sure to run without it.

    Raises:
        UsageError: the request is empty or far too long.
        PermissionNeeded: the app that fits may not do what it declares.
    """
    began = time.perf_counter()
    check_request(request)
    router = Router(open_fresh(workspace, progress=progress))
    opened = time.perf_counter()
    with closing(router):
        decision, readings = router.decide(request)
        if attach is not None and not isinstance(decision, Use) and (text := attach()):
            request = replace(request, attachment=text)
            decision, readings = router.decide(request)
    decided = time.perf_counter()
    execution = None
    if not dry_run and _runs(decision, yes=yes, confirm=confirm):
        assert isinstance(decision, Use | Ask)
        execution = execute(
            workspace,
            decision.app,
            dict(decision.arguments),
            request=request.text,
            grants=grants,
            permit=permit,
        )
    answer = Answer(
        request=request,
        decision=decision,
        readings=readings,
        execution=execution,
        timings=(
            ("open", opened - began),
            ("decide", decided - opened),
            ("run", time.perf_counter() - decided),
        ),
    )
    if not dry_run:
        _record(workspace, answer)
    return answer


def ask_written(
    workspace: Workspace,
    request: Request,
    written: Committed,
    *,
    yes: bool = False,
    confirm: Confirm | None = None,
    grants: Collection[str] = (),
    permit: Permit | None = None,
) -> Answer:
    """Returns the answer of the app that was written for a request, at the commit that was merged.

    No other app is considered. The arguments are those that the app's own tests state for these very words;
    where they state none, the words are read as for any request. The other arguments are those of `ask`.

    Raises:
        NoMatch: the words do not resolve to a call of this app, or the person did not confirm it.
        PermissionNeeded: the app may not do what it declares.
    """
    app = read.load(workspace.home, written.name, written.commit)
    stated = _stated_arguments(app, request)
    readings: tuple[CandidateMatch, ...] = ()
    if stated is not None:
        reason = "its own tests hold this request, word for word"
        decision: Decision = Use(app=app.name, arguments=stated, reasons=(reason,))
    else:
        with closing(Router(open_fresh(workspace))) as router:
            decision, readings = router.decide_for(request, app.name)
    if not _runs(decision, yes=yes, confirm=confirm):
        raise _unresolved(written, decision)
    assert isinstance(decision, Use | Ask)
    execution = execute(
        workspace,
        app.name,
        dict(decision.arguments),
        revision=written.commit,
        request=request.text,
        grants=grants,
        permit=permit,
    )
    answer = Answer(request=request, decision=decision, readings=readings, execution=execution)
    _record(workspace, answer)
    return answer


def _stated_arguments(app: App, request: Request) -> Arguments | None:
    """Returns the arguments that an app's tests state for a request, or None for none or several."""
    said = {
        canonical(dict(phrase.arguments)): phrase.arguments
        for phrase in app.phrases
        if phrase.fits
        and phrase.request.strip() == request.text.strip()
        and phrase.attachment == request.attachment
    }
    return tuple(next(iter(said.values()))) if len(said) == 1 else None


def _unresolved(written: Committed, decision: Decision) -> NoMatch:
    """Returns the error for a request that its own app cannot be called with."""
    reasons = [f"\n  {reason}" for reason in decision.reasons]
    if isinstance(decision, Ask) and decision.missing:
        reasons.append(f"\n  missing: {', '.join(decision.missing)}")
    return NoMatch(
        f"{written.name} was written for this, but it did not run:"
        f" the request does not say for certain with which arguments{''.join(reasons)}",
        hint=f"mapp show {written.name} lists its arguments; then: mapp exec {written.name} NAME=VALUE",
        code="MAPP-0310",
    )


def check_request(request: Request) -> None:
    """Raises UsageError when a request is no text that can be decided on."""
    if not request.text.strip():
        raise UsageError("the request is empty", hint='try: mapp run "what is 240 euros plus 20% VAT"')
    if len(request.text) > MAX_REQUEST_LENGTH:
        raise UsageError(
            f"the request has {len(request.text):,} characters, at most {MAX_REQUEST_LENGTH:,} are read",
            hint="attach long texts: mapp run REQUEST --input FILE",
        )
    checked(request.text, what="the request")


def refusal(answer: Answer, *, source: str | None = None) -> NoMatch:
    """Returns the error that says why nothing ran, which apps are nearest, and what to type next.

    `source` is where the attachment came from: a path, or `-` for standard input.
    """
    decision = answer.decision
    names = ", ".join(candidate.app for candidate in decision.candidates)
    reasons = "\n".join(f"  {reason}" for reason in decision.reasons)
    if isinstance(decision, Ask):
        call = suggested_call(
            decision.app, decision.arguments, attachment=answer.request.attachment, source=source
        )
        if decision.missing:
            missing = " ".join(f"{name}=…" for name in decision.missing)
            hint = f"add {' and '.join(decision.missing)} to the request, or run: {call} {missing}"
        else:
            hint = f"run it with --yes if that is right, or: {call}"
        return NoMatch(f"not sure enough to run {decision.app}\n{reasons}", hint=hint, code="MAPP-0310")
    message = f"no app in the library does this\n{reasons}"
    ways = [
        f"nearest: {names or 'none'}",
        f"to have one written: {suggested_command('compile', answer.request.text)}",
        "to write it: mapp new NAME",
    ]
    return NoMatch(message, hint="\n  ".join(ways))


def _runs(decision: Decision, *, yes: bool, confirm: Confirm | None) -> bool:
    match decision:
        case Use():
            return True
        case Ask(missing=missing):
            return (
                not missing
                and bool(decision.arguments)
                and (yes or (confirm is not None and confirm(decision)))
            )
        case _:
            return False


def _record(workspace: Workspace, answer: Answer) -> None:
    evidence = {
        **decision_to_dict(answer.decision),
        "readings": [
            {
                "app": row.app,
                "probability": round(row.probability, 4),
                "vetoes": [veto.name for veto in row.vetoes],
            }
            for row in answer.readings
        ],
    }
    run = answer.execution.run if answer.execution else None
    try:
        workspace.journal.decided(answer.request.text, decision_name(answer.decision), evidence, run)
    except (sqlite3.Error, OSError, MappError) as error:
        workspace.tell(f"the decision could not be written into the journal: {error}")
