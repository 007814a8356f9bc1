"""Answers a request in plain words: decides which app does it, and runs that app."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from mapp.errors import MappError, NoMatch, UsageError
from mapp.library import read
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.decision import Arguments, Ask, Certainty, Decision, Use, decision_name, decision_to_dict
from mapp.model.outcome import Value
from mapp.model.request import MAX_REQUEST_LENGTH, Request
from mapp.model.values import canonical, checked
from mapp.ops.index.borrow_router import borrow_router
from mapp.ops.index.refresh import Progress
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.learn import learn_choice
from mapp.ops.run.permissions import Permit
from mapp.ops.run.question import Question, Supply, question_about, supplied
from mapp.ops.workspace import Workspace
from mapp.route.decide.decide import CandidateMatch
from mapp.route.decide.evaluate import arguments_now
from mapp.route.fill.cues import learn
from mapp.route.read.language import other_language
from mapp.suggested_commands import suggested_call, suggested_command

if TYPE_CHECKING:
    from mapp.library.landing import Committed


Confirm = Callable[[Ask], bool]
Attach = Callable[[], str | None]
CERTAINTIES: Final[tuple[str, ...]] = get_args(Certainty)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interaction:
    """How to ask the person; a question that is None is never asked.

    `confirm` asks about a call, `supply` for a missing argument, `permit` for missing capabilities. `attach`
    returns a text that could be attached; it is called only if no app is sure to do the request without one.
    """

    confirm: Confirm | None = None
    supply: Supply | None = None
    permit: Permit | None = None
    attach: Attach | None = None


NO_INTERACTION: Final = Interaction()
_MISSING: Final = frozenset({"missing-argument", "relative-date"})
"""Vetoes that a value from the person answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The answer to a request: the decision, and the run if an app ran.

    `questions` are about the arguments that are missing. `confirmed` says that a person saw the call and
    agreed to it before it ran.
    """

    request: Request
    decision: Decision
    readings: tuple[CandidateMatch, ...] = ()
    execution: Execution | None = None
    questions: tuple[Question, ...] = ()
    confirmed: bool = False
    timings: tuple[tuple[str, float], ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Returns the answer as `run --json` prints it."""
        ran = self.execution.to_dict() if self.execution else {}
        decided = decision_to_dict(self.decision)
        return {
            **decided,
            "arguments": ran.get("arguments", decided["arguments"]),
            "questions": [question.to_dict() for question in self.questions],
            "output": ran.get("output"),
            "outcome": ran.get("outcome"),
            "version": ran.get("version"),
            "commit": ran.get("commit"),
            "run": ran.get("run"),
            "doubt": ran.get("doubt", []),
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
    check_request(request)
    if accept not in CERTAINTIES:
        raise UsageError(f"accept must be {' or '.join(CERTAINTIES)}, not {accept!r}")
    asker = _Asker(workspace=workspace, yes=yes, interaction=interaction, grants=grants)
    with workspace.span("mapp.request", dry_run=dry_run or None) as span:
        answer = _answered(asker, request, accept, dry_run=dry_run, progress=progress)
        if span is not None:
            matched = answer.execution is not None
            span.set(decision=decision_name(answer.decision), matched=matched)
    if not dry_run:
        _record(workspace, answer)
    return answer


def _answered(
    asker: _Asker, request: Request, accept: Certainty, *, dry_run: bool, progress: Progress | None
) -> Answer:
    """Returns the answer to a request, with the times that its stages took; records nothing but a run."""
    began, workspace = time.perf_counter(), asker.workspace
    request = _timed(workspace, request)
    router = borrow_router(workspace, progress=progress)
    opened = time.perf_counter()
    attach = asker.interaction.attach
    with closing(router):
        decision, readings = router.decide(request, accept, span=workspace.span)
        if attach is not None and not _is_sure(decision) and (text := attach()):
            request = replace(request, attachment=text)
            decision, readings = router.decide(request, accept, span=workspace.span)
    decided = time.perf_counter()
    decision = _with_language(request, decision)
    answer = Answer(request=request, decision=decision, readings=readings)
    answer = _asking(workspace, answer) if dry_run else asker.settled(answer)
    timings = (
        ("open", opened - began),
        ("decide", decided - opened),
        ("run", time.perf_counter() - decided),
    )
    return replace(answer, timings=timings)


def _with_language(request: Request, decision: Decision) -> Decision:
    """Adds to a decision that runs nothing that the request is in another language, if it seems to be."""
    if isinstance(decision, Use) or not (language := other_language(request.text)):
        return decision
    told = f"this seems to be in {language}; requests are read in English"
    return replace(decision, reasons=(*decision.reasons, told))


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
    answer = Answer(request=request, decision=decision, readings=readings)
    asker = _Asker(
        workspace=workspace, yes=yes, interaction=interaction, grants=grants, revision=written.commit
    )
    answer = asker.settled(answer)
    if answer.execution is None:
        raise _unresolved(written, answer)
    _record(workspace, answer, written=True)
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


def _unresolved(written: Committed, answer: Answer) -> NoMatch:
    """Returns the error for a request that does not resolve to a call of the app written for it."""
    reasons = [f"\n  {reason}" for reason in answer.decision.reasons]
    reasons += [f"\n  {question}" for question in answer.questions]
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


def refusal(answer: Answer, *, source: str | None = None, listed: Sequence[str] = ()) -> NoMatch:
    """Returns the error that says why nothing ran, which apps are nearest, and which command to run next.

    `source` is the origin of the attachment: a path, or `-` for standard input. `listed` are lines about apps
    that could be installed.
    """
    decision, request = answer.decision, answer.request
    compiling = suggested_command("compile", request.text)
    if isinstance(decision, Ask):
        return _must_ask(answer, decision, compiling, source)
    names = ", ".join(candidate.app for candidate in decision.candidates)
    reasons = "\n".join(f"  {reason}" for reason in decision.reasons)
    message = f"no app in the library does this\n{reasons}"
    ways = [
        *listed,
        f"nearest: {names or 'none'}",
        f"have one written: {compiling}",
        "write it yourself: mapp new NAME",
    ]
    return NoMatch(message, hint="\n  ".join(ways))


def _must_ask(answer: Answer, decision: Ask, compiling: str, source: str | None) -> NoMatch:
    """Returns the error for a call that a person must confirm or complete."""

    def call(app: str, arguments: Arguments) -> str:
        return suggested_call(app, arguments, attachment=answer.request.attachment, source=source)

    reasons = list(_beside_missing(answer, decision))
    if decision.either:
        given = {row.app: row.arguments for row in answer.readings}
        message = "more than one app was compiled for this request"
        ways = [f"run one of them: {call(name, given.get(name, ()))}" for name in decision.either]
    elif decision.missing:
        message = f"{decision.app} needs to know more"
        reasons = [*map(str, answer.questions), *reasons]
        missing = " ".join(f"{name}=…" for name in decision.missing)
        ways = [
            f"add {' and '.join(decision.missing)} to the request, or run:"
            f" {call(decision.app, decision.arguments)} {missing}",
            f"if {decision.app} is not what you want, have an app written: {compiling}",
        ]
    else:
        message = f"not sure enough to run {decision.app}"
        ways = [
            f"if this is right, add --yes or run: {call(decision.app, decision.arguments)}",
            f"if not, have an app written: {compiling}",
        ]
    text = "\n".join([message, *(f"  {reason}" for reason in reasons)])
    return NoMatch(text, hint="\n  ".join(ways), code="MAPP-0310")


def _asking(workspace: Workspace, answer: Answer) -> Answer:
    """Returns an answer with the questions about what is missing."""
    return replace(answer, questions=_questions(workspace, answer.decision))


def _questions(workspace: Workspace, decision: Decision) -> tuple[Question, ...]:
    """Returns the questions about what is missing from a call."""
    if not isinstance(decision, Ask) or not decision.missing or decision.either:
        return ()
    manifest = read.load_runnable(workspace.home, decision.app).manifest
    return tuple(question_about(manifest, key, decision.arguments) for key in decision.missing)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asker:
    """Settles what a decision leaves open with the person, and runs the call."""

    workspace: Workspace
    yes: bool
    interaction: Interaction
    grants: Collection[str]
    revision: str | None = None

    def settled(self, answer: Answer) -> Answer:
        """Returns the answer with the run, if the decision or the person allows one."""
        match answer.decision:
            case Use() as use:
                return replace(answer, execution=self._run(use, answer.request))
            case Ask(either=names) as asked if names:
                return self._choose(answer, asked)
            case Ask(missing=()) as asked:
                return self._confirm(answer, asked, needed=not self.yes)
            case Ask() as asked:
                return self._complete(answer, asked)
            case _:
                return answer

    def _choose(self, answer: Answer, asked: Ask) -> Answer:
        """Asks about one app after the other; `--yes` does not say which one."""
        for reading in answer.readings:
            if reading.app in asked.either:
                missing = reading.filling.missing
                one = replace(
                    asked,
                    app=reading.app,
                    arguments=tuple(reading.filling.arguments.items()) if missing else reading.arguments,
                    missing=missing,
                )
                settled = self._complete(answer, one, needed=True) if missing else self._confirm(answer, one)
                if settled.execution is not None:
                    return settled
        return answer

    def _confirm(self, answer: Answer, asked: Ask, *, needed: bool = True) -> Answer:
        """Runs a complete call, after asking the person where that is needed."""
        match = _reading_of(answer, asked.app)
        if not asked.arguments and not (match is not None and match.complete):
            return answer
        confirm = self.interaction.confirm
        if needed and (confirm is None or not confirm(asked)):
            return answer
        execution = self._run(asked, answer.request)
        return replace(answer, decision=asked, execution=execution, confirmed=needed)

    def _complete(self, answer: Answer, asked: Ask, *, needed: bool = False) -> Answer:
        """Asks for the missing arguments, and runs the call that they complete.

        Who types a value has agreed to the app. The call is only shown first if the app has effects, or if
        something else counts against it.
        """
        answer = replace(answer, questions=_questions(self.workspace, replace(asked, either=())))
        supply = self.interaction.supply
        if supply is None or self.yes:
            return answer
        manifest = read.load_runnable(self.workspace.home, asked.app, self.revision).manifest
        arguments = supplied(manifest, asked, answer.request, supply)
        if arguments is None:
            return answer
        reasons = _beside_missing(answer, asked)
        match = _reading_of(answer, asked.app)
        others = match is None or any(veto.name not in _MISSING for veto in match.vetoes)
        completed = replace(
            asked,
            arguments=tuple(with_defaults(manifest, dict(arguments)).items()),
            missing=(),
            reasons=reasons,
        )
        return self._confirm(
            answer, completed, needed=needed or others or match is None or not match.harmless
        )

    def _run(self, call: Use | Ask, request: Request) -> Execution:
        return execute(
            self.workspace,
            call.app,
            dict(call.arguments),
            revision=self.revision,
            request=request.text,
            grants=self.grants,
            permit=self.interaction.permit,
            now_ms=request.asked_ms,
        )


def _beside_missing(answer: Answer, asked: Ask) -> tuple[str, ...]:
    """Returns the reasons to ask, without those that only say what is missing: the questions do."""
    match = _reading_of(answer, asked.app)
    vetoes = match.vetoes if match is not None else ()
    missing = {veto.reason for veto in vetoes if veto.name in _MISSING}
    return tuple(reason for reason in asked.reasons if reason not in missing)


def _reading_of(answer: Answer, app: str) -> CandidateMatch | None:
    return next((row for row in answer.readings if row.app == app), None)


def _learn(workspace: Workspace, request: Request, execution: Execution) -> None:
    """Has the router learn a call that a person saw and agreed to, if it gave a value."""
    if request.attachment is None and isinstance(execution.outcome, Value):
        values = dict(execution.arguments)
        learn_choice(workspace, request.text, execution.app, values, run=execution.run)


def _record(workspace: Workspace, answer: Answer, *, written: bool = False) -> None:
    """Writes the decision into the journal; `written` says that the app was just written for the request."""
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
        **({"written": True} if written else {}),
    }
    run = answer.execution.run if answer.execution else None
    if answer.confirmed and answer.execution is not None:
        _learn(workspace, answer.request, answer.execution)
    try:
        workspace.journal.decided(answer.request.text, decision_name(answer.decision), evidence, run)
    except (sqlite3.Error, OSError, MappError) as error:
        workspace.tell(f"the decision could not be written into the journal: {error}")
