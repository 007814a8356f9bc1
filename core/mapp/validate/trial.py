"""One app on trial: what every check may look at, computed once and shared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import App, Example
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.recording import Exchange, Recording
from mapp.model.values import JSONValue, canonical, same
from mapp.model.verdict import Finding, GateKind, Result
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, Inspection, run_batch
from mapp.sandbox.executors.recorded import RecordedBroker, RecordedExecutor, Stand, same_calls
from mapp.validate.generate.drawing import draw
from mapp.validate.generate.inputs import Drawn

NOW: Final = 1_700_000_000_000
"""What the clock shows while tests run, unless an example says otherwise: 2023-11-14T22:13:20Z."""
SEED: Final = 1
FURTHEST: Final = 10 * 365 * 86_400_000
"""Inputs that are drawn are tried up to ten years before and after that time."""
INPUTS: Final = 100
"""How many inputs are drawn for the properties of one app."""
WAVE: Final = 25
LATE: Final = 5
"""After so many runs that did not end in time the others are not waited for."""
SPENT: Final = "spent"
"""Under this name a check's evidence says why nothing further is tried."""
LAWS: Final = ("prop_", "meta_", "throws_")

Arguments = dict[str, JSONValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodRun:
    """A run of the journal that ended in a value at the version that is to be replaced."""

    run: str
    arguments: Arguments
    output: JSONValue
    now_ms: int
    seed: int
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """How the requests of an app fare: how many were looked at, and what went wrong."""

    counted: int
    problems: tuple[Finding, ...] = ()
    evidence: tuple[tuple[str, JSONValue], ...] = ()


Resolve = Callable[[App], Resolved]


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherEngines:
    """The engines to compare with (name and executor), and why others are left out."""

    executors: tuple[tuple[str, Executor], ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Trial:
    """One app, what it is to replace, and the means to try it.

    `files` and `base_files` are the whole trees (path -> bytes); `base` is the app that stands on `main`
    now, None for a new one. `runs` are recorded good runs of the base; `resolve` says how the app's requests
    fare in the router. Both are handed in, since the gate knows neither journal nor router. `elsewhere` opens
    a sandbox whose processes have another environment and another layout in memory. `others` opens the other
    engines; `may_differ` says that a person accepts what they make of the app. `blind` says that the
    code was written by somebody who was not shown the held-back examples. `keep` is a folder for what later
    trials start from, drawn inputs and counterexamples; it may be deleted at any time. `called` is the folder
    of an app that is not tried as it lies in the library, which commands name then.
    """

    app: App
    executor: Executor
    files: Mapping[str, bytes] = field(default_factory=dict)
    base: App | None = None
    base_files: Mapping[str, bytes] = field(default_factory=dict)
    kind: GateKind = "add"
    seed: int = SEED
    inputs: int = INPUTS
    runs: Sequence[GoodRun] = ()
    resolve: Resolve | None = None
    second_environment: Callable[[], Executor] | None = None
    others: Callable[[], OtherEngines] | None = None
    may_differ: bool = False
    blind: bool = False
    keep: Path | None = None
    called: str | None = None

    def __post_init__(self) -> None:
        """Has host calls answered from the recordings of the apps: a check reaches nothing."""
        apps = [app for app in (self.app, self.base) if app is not None]
        if any(app.manifest.capabilities.calls for app in apps):
            recorded = [row for app in apps for recording in app.recordings for row in recording.exchanges]
            self.executor = RecordedExecutor(self.executor, recorded)
            if (elsewhere := self.second_environment) is not None:
                self.second_environment = lambda: RecordedExecutor(elsewhere(), recorded)

    @cached_property
    def predicates(self) -> tuple[str, ...]:
        """Returns the names of the predicates that `tests/properties.js` defines, in their order."""
        found = (
            self.executor.inspect(self.app.properties) if self.app.properties else Inspection(functions=())
        )
        names = found.functions if isinstance(found, Inspection) else ()
        return tuple(name for name in names if name.startswith(LAWS))

    @property
    def pure(self) -> bool:
        """Returns whether the app declares neither clock nor chance nor anything outside."""
        return not self.app.manifest.capabilities.names

    @cached_property
    def drawing(self) -> Drawn:
        """Returns complete inputs drawn from the input schema, or why there are none."""
        return self._draw(self.app)

    @property
    def drawn(self) -> tuple[Arguments, ...]:
        """Returns complete inputs drawn from the input schema, the same for a seed; () if none fits."""
        return self.drawing.inputs

    @property
    def undrawn(self) -> str:
        """Returns why no input was drawn, in words."""
        return self.drawing.why

    @property
    def counterexamples(self) -> Path | None:
        """Returns the folder of the inputs that once broke something."""
        return self.keep / "counterexamples" if self.keep is not None else None

    def _draw(self, app: App) -> Drawn:
        seeds = [dict(row.input) for row in app.examples]
        keep = self.keep / "drawn" if self.keep is not None else None
        return draw(app.manifest, self.inputs, seed=self.seed, examples=seeds, keep=keep)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Returns what the app makes of the drawn inputs: of all, unless it is late for `LATE` of them."""
        found: list[Outcome] = []
        for start in range(0, len(self.drawn), WAVE):
            wave = self.drawn[start : start + WAVE]
            found += self.again(wave, self.attempt(self.app, wave))
            if sum(map(is_late, found)) >= LATE:
                break
        return tuple(found)

    def drawn_for(self, app: App) -> tuple[Arguments, ...]:
        """Returns as many inputs drawn from the schema of another version."""
        return self._draw(app).inputs

    def again(self, inputs: Sequence[Arguments], outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Returns the outcomes of inputs, where the app was late once it was tried again, alone.

        A machine that is busy makes anything late now and then; what never ends is late again.
        """
        found = list(outcomes)
        late = [place for place, outcome in enumerate(outcomes) if is_late(outcome)]
        for place in late[:LATE]:
            found[place] = self.attempt(self.app, [inputs[place]])[0]
        return tuple(found)

    def attempt(self, app: App, inputs: Sequence[Arguments]) -> tuple[Outcome, ...]:
        """Returns what an app makes of complete inputs, each at a time and with a seed of its own."""
        jobs = []
        for arguments in inputs:
            now, seed = self.clock_and_seed(arguments)
            jobs.append(job_for(app, arguments, now_ms=now, seed=seed))
        return tuple(judge(app.manifest, result) for result in run_batch(self.executor, jobs))

    def clock_and_seed(self, arguments: Arguments) -> tuple[int, int]:
        """Returns time (ms since 1970-01-01 UTC) and seed for an input: the same for the same source.

        They come from the hash of the source, which no source can know of itself: an app that is right only
        while it is tested would have to. What is pure does not notice, and gets the same for all.
        """
        if not (self.app.manifest.capabilities.clock or self.app.manifest.capabilities.random):
            return NOW, SEED
        told = f"{self.app.source}\0{canonical(arguments)}"
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
        away = int.from_bytes(digest[:8], "big") % (2 * FURTHEST) - FURTHEST
        return NOW + away, int.from_bytes(digest[8:12], "big")

    def example(self, app: App, row: Example) -> Outcome | None:
        """Returns what an app makes of an example's input; None if it does not fit the input schema."""
        try:
            arguments = with_defaults(app.manifest, dict(row.input))
        except InvalidArguments:
            return None
        recording = self._recording(app, row)
        now, seed = row.now, row.seed
        if recording is not None:
            now, seed = (recording.now if now is None else now), (recording.seed if seed is None else seed)
        job = job_for(app, arguments, now_ms=NOW if now is None else now, seed=SEED if seed is None else seed)
        broker = None if recording is None else RecordedBroker(recording.exchanges, otherwise=Stand())
        return judge(app.manifest, self.executor.run(job, broker))

    def _recording(self, app: App, row: Example) -> Recording | None:
        """Returns the recording that an example names; one that only the old version has counts too."""
        known = (*app.recordings, *self.app.recordings, *(self.base.recordings if self.base else ()))
        return next((found for found in known if found.name == row.recording), None)

    def repeat(self, run: GoodRun) -> str:
        """Returns how the app, given a recorded run again, differs from it; an empty text if it does not."""
        try:
            arguments = with_defaults(self.app.manifest, run.arguments)
        except InvalidArguments as error:
            return f"its input does not fit any more: {'; '.join(map(str, error.problems))}"
        job = job_for(self.app, arguments, now_ms=run.now_ms, seed=run.seed)
        broker = RecordedBroker(run.exchanges) if self.app.manifest.capabilities.calls else None
        outcome = judge(self.app.manifest, self.executor.run(job, broker))
        if isinstance(outcome, Value) and same(outcome.output, run.output):
            alike = broker is None or same_calls(run.exchanges, broker.made)
            return "" if alike else "it asks its host for something else"
        return f"gave {short(canonical(run.output))} before, and gives {describe(outcome)} now"


def result(
    check: str,
    counted: int,
    problems: Sequence[Finding],
    evidence: Mapping[str, JSONValue] | None = None,
) -> Result:
    """Returns the result of a check that looked at something: failed if there are problems."""
    return Result(
        check=check,
        status="failed" if problems else "passed",
        counted=counted,
        problems=tuple(problems),
        evidence=tuple((evidence or {}).items()),
    )


def skipped(check: str, why: str) -> Result:
    """Returns the result of a check that had nothing to look at."""
    return Result(check=check, status="skipped", evidence=(("why", why),))


def is_late(outcome: Outcome | None) -> bool:
    """Returns whether a run was ended because it took too long."""
    return isinstance(outcome, Failed) and outcome.kind in ("wall", "cpu")


def meets(example: Example, outcome: Outcome) -> bool:
    """Returns whether an outcome is what an example asks for."""
    match outcome:
        case Value(output=output):
            return example.error is None and same(output, example.output)
        case Declared(error=error):
            return example.error == error
        case Failed():
            return False


def describe(outcome: Outcome) -> str:
    """Returns an outcome in a few words."""
    match outcome:
        case Value(output=output):
            return short(canonical(output))
        case Declared(error=error):
            return f"the error {error}"
        case Failed(kind=kind, message=message, problems=problems):
            return short("; ".join([f"{kind}: {message}", *map(str, problems)]))


def wanted(example: Example) -> str:
    """Returns what an example asks for in a few words."""
    return f"the error {example.error}" if example.error is not None else short(canonical(example.output))


def short(text: str, longest: int = 400) -> str:
    """Returns a text, its end cut off where it is too long to show."""
    return text if len(text) <= longest else f"{text[: longest - 40]} … ({len(text):,} characters)"
