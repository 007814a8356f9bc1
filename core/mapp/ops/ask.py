"""Answers a request in plain words: retrieve, judge, fill, decide, and run the one app that does it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mapp.errors import InvalidArguments, MappError, NoMatch, UsageError
from mapp.model.decision import Ask, Decision, Use, decision_name, decision_to_dict
from mapp.model.manifest import Manifest
from mapp.model.request import LONGEST_REQUEST, Candidate, Request
from mapp.model.values import checked
from mapp.ops.execute import Execution, execute
from mapp.ops.grants import Permit
from mapp.ops.indexing import Progress, open_fresh
from mapp.ops.workspace import Workspace
from mapp.route import lessons, recognise, verbatim
from mapp.route.closely import read_closely, read_verbatim
from mapp.route.cues import Cues
from mapp.route.decide import Reading, decide
from mapp.route.lessons import Lessons
from mapp.route.verbatim import Verbatim

if TYPE_CHECKING:
    from mapp.index.search import Index

READ_CLOSELY: Final = 5
"""How many candidates are filled before the decision."""
RETRIEVED: Final = 100

Named = TypeVar("Named", Candidate, Reading)
Confirm = Callable[[Ask], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came of a request: the decision, and the run where there was one."""

    request: Request
    decision: Decision
    readings: tuple[Reading, ...] = ()
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


class Router:
    """What turns requests into decisions, loaded once and used for many.

    It reads one generation of the index; `close` it when the library may have changed. Without `by_heart`
    requests that the tests of an app hold word for word are judged like any other: to measure on them.
    """

    def __init__(self, index: Index, *, by_heart: bool = True) -> None:
        self._index = index
        self._verbatim = Verbatim(_extra(index, verbatim.FILE)) if by_heart else None
        self._lessons = Lessons(_extra(index, lessons.FILE))
        self._recogniser = recognise.load(_extra(index, recognise.FILE))
        self._known: dict[str, tuple[Manifest, Cues]] = {}

    def decide(self, request: Request) -> tuple[Decision, tuple[Reading, ...]]:
        """Returns the decision on a request, and the candidates as they were read."""
        vector = self._index.vector(request.text)
        candidates = self._index.search(request.text, RETRIEVED, vector=vector)
        judged = self._recogniser.judge(vector, request.text, candidates)[:READ_CLOSELY]
        readings = tuple(read_closely(request, *self._about(row.app), row.probability) for row in judged)
        if (stated := self._stated(request)) is not None:
            candidates = (Candidate(app=stated.app, score=1.0), *_others(candidates, stated.app))
            readings = (stated, *_others(readings, stated.app))
        return decide(request, candidates, readings, self._recogniser.bands), readings

    def close(self) -> None:
        """Closes the files."""
        self._lessons.close()
        if self._verbatim is not None:
            self._verbatim.close()
        self._index.close()

    def _stated(self, request: Request) -> Reading | None:
        """Returns the reading of a request that one app's tests hold word for word."""
        found = self._verbatim.of(request) if self._verbatim is not None else None
        with suppress(InvalidArguments):
            return None if found is None else read_verbatim(self._about(found[0])[0], found[1])
        return None

    def _about(self, app: str) -> tuple[Manifest, Cues]:
        if app not in self._known:
            self._known[app] = (self._index.card(app).manifest, self._lessons.of(app))
        return self._known[app]


def _others(rows: tuple[Named, ...], app: str) -> tuple[Named, ...]:
    return tuple(row for row in rows if row.app != app)


def _extra(index: Index, name: str) -> Path:
    path = index.extra(name)
    if path is None:
        raise MappError(f"the index lacks {name}", hint="mapp index rebuild --fresh")
    return path


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


def check_request(request: Request) -> None:
    """Raises UsageError when a request is no text that can be decided on."""
    if not request.text.strip():
        raise UsageError("the request is empty", hint='try: mapp run "what is 240 euros plus 20% VAT"')
    if len(request.text) > LONGEST_REQUEST:
        raise UsageError(
            f"the request has {len(request.text):,} characters, at most {LONGEST_REQUEST:,} are read",
            hint="attach long texts: mapp run REQUEST --input FILE",
        )
    checked(request.text, what="the request")


def refusal(answer: Answer) -> NoMatch:
    """Returns the error that says why nothing ran, which apps are nearest, and what to type next."""
    decision = answer.decision
    names = ", ".join(candidate.app for candidate in decision.candidates)
    reasons = "\n".join(f"  {reason}" for reason in decision.reasons)
    if isinstance(decision, Ask):
        call = " ".join(f"{name}={value}" for name, value in decision.arguments)
        if decision.missing:
            hint = f"say {' and '.join(decision.missing)} too, or: mapp exec {decision.app} {call}".rstrip()
        else:
            hint = f"run it with --yes if that is right, or: mapp exec {decision.app} {call}".rstrip()
        return NoMatch(f"not sure enough to run {decision.app}\n{reasons}", hint=hint, code="MAPP-0310")
    message = f"no app in the library does this\n{reasons}"
    wanted = json.dumps(answer.request.text, ensure_ascii=False)
    ways = [
        f"nearest: {names or 'none'}",
        f"to have one written: mapp compile {wanted}",
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
