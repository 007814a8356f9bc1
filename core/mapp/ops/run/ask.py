"""Answers a request in plain words: decides which app does it, and runs that app."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from mapp.errors import MappError, NoMatch, UsageError
from mapp.library import read
from mapp.model.app import App
from mapp.model.decision import Arguments, Ask, Certainty, Decision, Use, decision_name, decision_to_dict
from mapp.model.request import MAX_REQUEST_LENGTH, Request
from mapp.model.values import canonical, checked
from mapp.ops.index.borrow_router import borrow_router
from mapp.ops.index.refresh import Progress
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.permissions import Permit
from mapp.ops.workspace import Workspace
from mapp.route.decide.decide import CandidateMatch
from mapp.route.decide.evaluate import arguments_now
from mapp.route.fill.cues import learn
from mapp.suggested_commands import suggested_call, suggested_command

if TYPE_CHECKING:
    from mapp.library.landing import Committed


Confirm = Callable[[Ask], bool]
Attach = Callable[[], str | None]
CERTAINTIES: Final[tuple[str, ...]] = get_args(Certainty)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interaction:
    """How to ask the person; a question that is None is never asked.

    `confirm` asks about a call, `permit` for missing capabilities. `attach` returns a text that could be
    attached; it is called only if no app is certain to do the request without one.
    """

    confirm: Confirm | None = None
    permit: Permit | None = None
    attach: Attach | None = None


NO_INTERACTION: Final = Interaction()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The answer to a request: the decision, and the run if an app ran."""

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
    accept: Certainty = "sure",
    yes: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    grants: Collection[str] = (),
    interaction: Interaction = NO_INTERACTION,
) -> Answer:
    """Decides a request, runs the app if the decision allows it, and returns the answer.

    Args:
        workspace: the library.
        request: what was asked.
        accept: how certain a match must be to run; `likely` holds for apps that only compute.
        yes: run without confirmation, if no argument is missing.
        dry_run: decide only; run and record nothing.
        progress: shows the building of the index.
        grants: capabilities for this run only.
        interaction: how to ask the person.

    Raises:
        UsageError: the request is empty or too long, or `accept` is neither `sure` nor `likely`.
        PermissionNeeded: the app declares a capability that is not granted.
    """
    began = time.perf_counter()
    check_request(request)
    if accept not in CERTAINTIES:
        raise UsageError(f"accept must be {' or '.join(CERTAINTIES)}, not {accept!r}")
    request = _timed(workspace, request)
    router = borrow_router(workspace, progress=progress)
    opened = time.perf_counter()
    attach = interaction.attach
    with closing(router):
        decision, readings = router.decide(request, accept)
        if attach is not None and not _is_sure(decision) and (text := attach()):
            request = replace(request, attachment=text)
            decision, readings = router.decide(request, accept)
    decided = time.perf_counter()
    execution = None
    if not dry_run:
        call = _confirmed(decision, yes=yes, confirm=interaction.confirm)
        if call is not None:
            execution = _run(workspace, call, request, grants=grants, permit=interaction.permit)
    timings = (
        ("open", opened - began),
        ("decide", decided - opened),
        ("run", time.perf_counter() - decided),
    )
    answer = Answer(
        request=request, decision=decision, readings=readings, execution=execution, timings=timings
    )
    if not dry_run:
        _record(workspace, answer)
    return answer


def ask_written(
    workspace: Workspace,
    request: Request,
    written: Committed,
    *,
    accept: Certainty = "sure",
    yes: bool = False,
    grants: Collection[str] = (),
    interaction: Interaction = NO_INTERACTION,
) -> Answer:
    """Runs the app that was just written for a request, at the merged commit, and returns the answer.

    No other app is considered. If the app's own tests contain this request word for word, their arguments are
    used; otherwise the request is read as usual. The other parameters are those of `ask`.

    Raises:
        NoMatch: the request does not resolve to a call of this app, or the person did not confirm the call.
        PermissionNeeded: the app declares a capability that is not granted.
    """
    request = _timed(workspace, request)
    app = read.load(workspace.home, written.name, written.commit)
    stated = _stated_arguments(app, request)
    readings: tuple[CandidateMatch, ...] = ()
    if stated is not None:
        reason = "the app's own tests contain this request, word for word"
        decision: Decision = Use(app=app.name, arguments=stated, sure=1.0, reasons=(reason,))
    else:
        with closing(borrow_router(workspace)) as router:
            decision, readings = router.decide_for(request, app.name, accept)
    call = _confirmed(decision, yes=yes, confirm=interaction.confirm)
    if call is None:
        raise _unresolved(written, decision)
    execution = _run(
        workspace, call, request, revision=written.commit, grants=grants, permit=interaction.permit
    )
    answer = Answer(request=request, decision=decision, readings=readings, execution=execution)
    _record(workspace, answer)
    return answer


def _is_sure(decision: Decision) -> bool:
    return isinstance(decision, Use) and decision.certainty == "sure"


def _timed(workspace: Workspace, request: Request) -> Request:
    """Returns the request with the time at which it was asked; its run has the same time."""
    if request.asked_ms is not None:
        return request
    return replace(request, asked_ms=int(workspace.clock() * 1000))


def _stated_arguments(app: App, request: Request) -> Arguments | None:
    """Returns the arguments that an app's tests state for a request; None if they state none or several.

    Dates that depend on today are those of today.
    """
    stated = {
        canonical(dict(phrase.arguments)): phrase.arguments
        for phrase in app.phrases
        if phrase.fits
        and phrase.request.strip() == request.text.strip()
        and phrase.attachment == request.attachment
    }
    if len(stated) != 1:
        return None
    [arguments] = stated.values()
    return arguments_now(request, app.manifest, learn(app.manifest, app.phrases), tuple(arguments))


def _unresolved(written: Committed, decision: Decision) -> NoMatch:
    """Returns the error for a request that does not resolve to a call of the app written for it."""
    reasons = [f"\n  {reason}" for reason in decision.reasons]
    if isinstance(decision, Ask) and decision.missing:
        reasons.append(f"\n  missing: {', '.join(decision.missing)}")
    return NoMatch(
        f"{written.name} was written for this request but did not run:"
        f" its arguments are not certain{''.join(reasons)}",
        hint=f"mapp show {written.name} lists its arguments; then run: mapp exec {written.name} NAME=VALUE",
        code="MAPP-0310",
    )


def check_request(request: Request) -> None:
    """Raises UsageError if a request is empty, too long or not valid text."""
    if not request.text.strip():
        raise UsageError("the request is empty", hint='try: mapp run "what is 240 euros plus 20% VAT"')
    if len(request.text) > MAX_REQUEST_LENGTH:
        raise UsageError(
            f"the request is too long: {len(request.text):,} characters, the limit is {MAX_REQUEST_LENGTH:,}",
            hint="attach a long text as a file: mapp run REQUEST --input FILE",
        )
    checked(request.text, what="the request")


def refusal(answer: Answer, *, source: str | None = None) -> NoMatch:
    """Returns the error that says why nothing ran, which apps are nearest, and which command to run next.

    `source` is the origin of the attachment: a path, or `-` for standard input.
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
            hint = f"if this is right, add --yes or run: {call}"
        return NoMatch(f"not sure enough to run {decision.app}\n{reasons}", hint=hint, code="MAPP-0310")
    message = f"no app in the library does this\n{reasons}"
    ways = [
        f"nearest: {names or 'none'}",
        f"have one written: {suggested_command('compile', answer.request.text)}",
        "write it yourself: mapp new NAME",
    ]
    return NoMatch(message, hint="\n  ".join(ways))


def _confirmed(decision: Decision, *, yes: bool, confirm: Confirm | None) -> Use | Ask | None:
    """Returns the decision if its call may run: it is certain, or complete and confirmed."""
    match decision:
        case Use():
            return decision
        case Ask(missing=(), arguments=arguments) if arguments:
            return decision if yes or (confirm is not None and confirm(decision)) else None
        case _:
            return None


def _run(
    workspace: Workspace,
    call: Use | Ask,
    request: Request,
    *,
    revision: str | None = None,
    grants: Collection[str],
    permit: Permit | None,
) -> Execution:
    return execute(
        workspace,
        call.app,
        dict(call.arguments),
        revision=revision,
        request=request.text,
        grants=grants,
        permit=permit,
        now_ms=request.asked_ms,
    )


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
