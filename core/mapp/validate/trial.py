"""One app under test: what every check may look at, computed once and shared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import EXAMPLES, REGRESSIONS, App, Example
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.recording import Exchange, Recording
from mapp.model.request import TESTS_ASKED_MS
from mapp.model.values import JSONValue, canonical, same
from mapp.model.verdict import Finding, GateKind, Result
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, Inspection, run_batch
from mapp.sandbox.executors.recorded import RecordedBroker, RecordedExecutor, Stand, same_calls
from mapp.validate.generate.answers import MAX_CHANGES, ChangedAnswer, changed_answers, form_of
from mapp.validate.generate.constants import constants_of
from mapp.validate.generate.drawing import draw
from mapp.validate.generate.edge_cases import edge_cases
from mapp.validate.generate.inputs import Drawn
from mapp.validate.time_limit import BATCH

NOW: Final = TESTS_ASKED_MS
"""The time in test runs, unless an example sets another: 2023-11-14T22:13:20Z."""
SEED: Final = 1
MAX_OFFSET_MS: Final = 10 * 365 * 86_400_000
"""Drawn inputs run at times up to ten years before or after `NOW`."""
INPUTS: Final = 100
"""How many inputs are drawn for one app."""
EDGE_INPUTS: Final = 200
"""How many edge cases an app runs on besides the drawn inputs, at most two for each of those."""
FEW: Final = 3
WAVE: Final = 25
"""How many drawn inputs run in one batch."""
FIRST_WAVE: Final = 8
"""So many inputs run first when two versions are compared, and each time twice as many, at most `BATCH`."""
LATE: Final = 5
"""After this many timeouts the remaining inputs are skipped."""
MAX_TIMEOUTS: Final = 20
"""So many timeouts are waited for when two versions are compared: the old one may be the one that hangs."""
_NOT_RUN: Final = Failed(kind="wall", message=f"not run, after {MAX_TIMEOUTS} other inputs had timed out")
SPENT: Final = "spent"
"""The evidence key under which a check says why the remaining checks are skipped."""
OUT_OF_TIME: Final = "out_of_time"
"""The evidence key of a check during which the time limit of the trial was reached."""
PREDICATE_PREFIXES: Final = ("prop_", "meta_", "throws_")

Arguments = dict[str, JSONValue]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodRun:
    """A recorded run of the version to be replaced that returned a value, or refused with `error`.

    `confirmed`: a person said that the answer was right.
    """

    run: str
    arguments: Arguments
    output: JSONValue
    now_ms: int
    seed: int
    exchanges: tuple[Exchange, ...] = ()
    error: str | None = None
    confirmed: bool = False

    @property
    def outcome(self) -> Outcome:
        """Returns how the run ended."""
        return Value(output=self.output) if self.error is None else Declared(error=self.error, meaning="")


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedRun:
    """A recorded run that failed in the way that a heal is for; `right` is what a person said is right."""

    run: str
    arguments: Arguments
    now_ms: int
    seed: int
    exchanges: tuple[Exchange, ...] = ()
    right: Example | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """How well an app's requests are routed: how many were counted, and what went wrong."""

    counted: int
    problems: tuple[Finding, ...] = ()
    evidence: tuple[tuple[str, JSONValue], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRun:
    """An example whose recorded answer was changed: what the app gave before, and what it gives now."""

    place: str
    example: Example
    arguments: Arguments
    recording: Recording
    change: ChangedAnswer
    good: Value
    outcome: Outcome


Resolve = Callable[[App], Resolved]


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherEngines:
    """The engines to compare with (name and executor), and the reasons why others were left out."""

    executors: tuple[tuple[str, Executor], ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Trial:
    """One app, the app that it replaces, and everything needed to test it.

    Attributes:
        app: the app under test.
        executor: runs it.
        files: its whole tree (path -> bytes).
        base: the app on `main` that it replaces; None for a new app.
        base_files: the whole tree of the base (path -> bytes).
        kind: selects the checks.
        seed: seed of the drawn inputs.
        inputs: how many inputs are drawn.
        runs: recorded good runs of the base. The caller provides them: the gate does not know the journal.
        failed_runs: recorded runs that failed in the way that a heal is for.
        resolve: scores the routing of the app's requests. The gate does not know the router either.
        second_environment: opens a sandbox with other environment variables and another memory layout.
        others: opens the other engines.
        accept_engine_difference: a person accepts that other engines give different results.
        blind: the author of the code has not seen the held-back examples.
        keep: a folder for drawn inputs and counterexamples, reused by later trials; it can be deleted.
        folder: the app's folder if it is not tested as it is in the library; suggested commands name it.
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
    failed_runs: Sequence[FailedRun] = ()
    resolve: Resolve | None = None
    second_environment: Callable[[], Executor] | None = None
    others: Callable[[], OtherEngines] | None = None
    accept_engine_difference: bool = False
    blind: bool = False
    keep: Path | None = None
    folder: str | None = None

    def __post_init__(self) -> None:
        """Answers host calls from the apps' recordings only, so that no check reaches the outside.

        A heal is held to what the hosts answered before: only its regressions see the answers that it is for.
        """
        apps = [app for app in (self.app, self.base) if app is not None]
        if any(app.manifest.capabilities.calls for app in apps):
            known = [self.base] if self.kind == "heal" and self.base is not None else apps
            recorded = [row for app in known for recording in app.recordings for row in recording.exchanges]
            self.executor = RecordedExecutor(self.executor, recorded)
            if (second := self.second_environment) is not None:
                self.second_environment = lambda: RecordedExecutor(second(), recorded)

    @cached_property
    def predicates(self) -> tuple[str, ...]:
        """Returns the names of the predicates in `tests/properties.js`, in the order of the file."""
        found = (
            self.executor.inspect(self.app.properties) if self.app.properties else Inspection(functions=())
        )
        names = found.functions if isinstance(found, Inspection) else ()
        return tuple(name for name in names if name.startswith(PREDICATE_PREFIXES))

    @property
    def pure(self) -> bool:
        """Returns whether the app declares no capability at all."""
        return not self.app.manifest.capabilities.names

    @cached_property
    def drawing(self) -> Drawn:
        """Returns the inputs drawn from the input schema, or the reason why there are none."""
        return self._draw(self.app)

    @property
    def drawn(self) -> tuple[Arguments, ...]:
        """Returns complete inputs drawn from the input schema, the same for a seed; () if none fits."""
        return self.drawing.inputs

    @property
    def undrawn(self) -> str:
        """Returns why no input was drawn; "" if some were."""
        return self.drawing.why

    @property
    def counterexamples(self) -> Path | None:
        """Returns the folder of the counterexamples found by earlier trials."""
        return self.keep / "counterexamples" if self.keep is not None else None

    def _draw(self, app: App, count: int | None = None) -> Drawn:
        seeds = [dict(row.input) for row in app.examples]
        keep = self.keep / "drawn" if self.keep is not None else None
        return draw(app.manifest, count or self.inputs, seed=self.seed, examples=seeds, keep=keep)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Returns the app's outcomes for the drawn inputs; stops early after `LATE` timeouts."""
        found: list[Outcome] = []
        for start in range(0, len(self.drawn), WAVE):
            wave = self.drawn[start : start + WAVE]
            found += self.retry_timeouts(wave, self.attempt(self.app, wave))
            if sum(map(is_late, found)) >= LATE:
                break
        return tuple(found)

    @cached_property
    def edge_inputs(self) -> tuple[Arguments, ...]:
        """Returns complete inputs close to the examples and to the constants of the source.

        Those of a blind trial do not come from held-back examples, which they would give away.
        """
        rows, most = (*self.app.examples, *self.app.regressions), min(EDGE_INPUTS, 2 * self.inputs)
        shown = [dict(row.input) for row in rows if not (self.blind and row.held_back)]
        given = [*filter(None, map(self.accepted, shown)), *self.drawn[:FEW]]
        return edge_cases(self.app.manifest, given, constants_of(self.app.source), most=most)

    @cached_property
    def edge_outcomes(self) -> tuple[Outcome, ...]:
        """Returns the app's outcomes for the edge inputs; none if drawn inputs time out already."""
        if not self.drawn or sum(map(is_late, self.outcomes)) >= LATE:
            return ()
        return self.retry_timeouts(self.edge_inputs, self.attempt(self.app, self.edge_inputs))

    @cached_property
    def base_edge_outcomes(self) -> tuple[Outcome, ...]:
        """Returns the outcomes of the replaced app for the edge inputs; none if there is no such app."""
        return self.attempt(self.base, self.edge_inputs) if self.base is not None else ()

    def drawn_for(self, app: App, count: int | None = None) -> tuple[Arguments, ...]:
        """Returns inputs drawn from the schema of another version, as many as for the app unless stated."""
        return self._draw(app, count).inputs

    def accepted(self, arguments: Arguments) -> Arguments | None:
        """Returns the complete input of a call; None if the app does not accept it."""
        try:
            return with_defaults(self.app.manifest, arguments)
        except InvalidArguments:
            return None

    def retry_timeouts(self, inputs: Sequence[Arguments], outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Returns the outcomes of inputs, with timeouts retried one at a time.

        On a busy machine any run can time out now and then; one that never ends times out again.
        """
        found = list(outcomes)
        late = [place for place, outcome in enumerate(outcomes) if is_late(outcome)]
        for place in late[:LATE]:
            found[place] = self.attempt(self.app, [inputs[place]])[0]
        return tuple(found)

    def milliseconds(self, app: App, inputs: Sequence[Arguments]) -> list[float]:
        """Returns how long an app runs on each of these inputs, all at the same time and with one seed."""
        complete = [with_defaults(app.manifest, dict(arguments)) for arguments in inputs]
        jobs = [job_for(app, arguments, now_ms=NOW, seed=SEED) for arguments in complete]
        return [ran.wall_ms for ran in run_batch(self.executor, jobs)]

    def attempt(self, app: App, inputs: Sequence[Arguments]) -> tuple[Outcome, ...]:
        """Runs an app on complete inputs, each with its own clock and seed, and returns the outcomes.

        After `MAX_TIMEOUTS` timeouts the remaining inputs are not run and count as timed out.
        """
        found: list[Outcome] = []
        wave = FIRST_WAVE
        while len(found) < len(inputs):
            if sum(map(is_late, found)) >= MAX_TIMEOUTS:
                return (*found, *[_NOT_RUN] * (len(inputs) - len(found)))
            jobs = []
            for arguments in inputs[len(found) : len(found) + wave]:
                now, seed = self.clock_and_seed(arguments)
                jobs.append(job_for(app, arguments, now_ms=now, seed=seed))
            found += [judge(app.manifest, result) for result in run_batch(self.executor, jobs)]
            wave = min(2 * wave, BATCH)
        return tuple(found)

    def clock_and_seed(self, arguments: Arguments) -> tuple[int, int]:
        """Returns time (ms since 1970-01-01 UTC) and seed for an input, always the same for one source.

        They come from a hash of the source. A source cannot contain its own hash, so an app cannot detect
        that it is being tested. Apps without `clock` and `random` get `NOW` and `SEED` for every input.
        """
        if not (self.app.manifest.capabilities.clock or self.app.manifest.capabilities.random):
            return NOW, SEED
        text = f"{self.app.source}\0{canonical(arguments)}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        away = int.from_bytes(digest[:8], "big") % (2 * MAX_OFFSET_MS) - MAX_OFFSET_MS
        return NOW + away, int.from_bytes(digest[8:12], "big")

    def example(self, app: App, row: Example, executor: Executor | None = None) -> Outcome | None:
        """Runs an app on an example's input and returns the outcome; None if the input does not fit."""
        try:
            arguments = with_defaults(app.manifest, dict(row.input))
        except InvalidArguments:
            return None
        return self._answered(app, row, arguments, self.recording_of(app, row), executor)

    def _answered(
        self,
        app: App,
        row: Example,
        filled: Arguments,
        recording: Recording | None,
        executor: Executor | None = None,
    ) -> Outcome:
        """Runs an app on complete arguments with the clock, seed and recording of an example."""
        now, seed = row.now, row.seed
        if recording is not None:
            now, seed = (recording.now if now is None else now), (recording.seed if seed is None else seed)
        job = job_for(app, filled, now_ms=NOW if now is None else now, seed=SEED if seed is None else seed)
        broker = None if recording is None else RecordedBroker(recording.exchanges, otherwise=Stand())
        return judge(app.manifest, (executor or self.executor).run(job, broker))

    def recording_of(self, app: App, row: Example) -> Recording | None:
        """Returns the recording that an example names, also if only the other version has it."""
        known = (*app.recordings, *self.app.recordings, *(self.base.recordings if self.base else ()))
        return next((found for found in known if found.name == row.recording), None)

    def answered(
        self, app: App, row: Example, arguments: Arguments, recording: Recording
    ) -> tuple[Outcome, bool]:
        """Runs an app with the answers of a recording, and the clock and seed of an example.

        Returns the outcome, and whether every call was recorded: if not, other answers belong to the input.
        """
        now = recording.now if row.now is None else row.now
        seed = recording.seed if row.seed is None else row.seed
        job = job_for(app, arguments, now_ms=NOW if now is None else now, seed=SEED if seed is None else seed)
        broker = RecordedBroker(recording.exchanges, again=True, otherwise=Stand())
        outcome = judge(app.manifest, self.executor.run(job, broker))
        known = {exchange.asked for exchange in recording.exchanges}
        return outcome, all(made.asked in known or made.name.startswith("store.") for made in broker.made)

    @cached_property
    def example_answers(self) -> tuple[tuple[str, Example, Recording], ...]:
        """Returns each example and regression with its place, and the recording that answers its calls.

        If it names none, the recording holds the calls that the app makes, answered from all recordings.
        """
        found = []
        for path, rows in ((EXAMPLES, self.app.examples), (REGRESSIONS, self.app.regressions)):
            for number, row in enumerate(rows, 1):
                recording = self.recording_of(self.app, row) or self._made(row)
                found.append((f"{path}:{number}", row, recording))
        return tuple(found)

    def _made(self, row: Example) -> Recording:
        """Returns the calls that the app makes for an example, answered from all recordings."""
        if not self.app.manifest.capabilities.calls:
            return Recording(name="")
        recorded = [exchange for found in self.app.recordings for exchange in found.exchanges]
        broker = RecordedBroker(recorded, again=True, otherwise=Stand())
        try:
            arguments = with_defaults(self.app.manifest, dict(row.input))
        except InvalidArguments:
            return Recording(name="")
        now, seed = (NOW if row.now is None else row.now), (SEED if row.seed is None else row.seed)
        self.executor.run(job_for(self.app, arguments, now_ms=now, seed=seed), broker)
        return Recording(name="", exchanges=tuple(broker.made))

    @cached_property
    def answer_runs(self) -> tuple[AnswerRun, ...]:
        """Returns the app's outcomes for changed answers of the host, at most `MAX_CHANGES`."""
        return self.answer_runs_of(self.app)

    def answer_runs_of(self, app: App, *, held_back: bool = False) -> tuple[AnswerRun, ...]:
        """Runs an app on the recorded examples that it meets with a value, each with one answer changed.

        Only the first of several recordings with answers of the same shape is changed. With `held_back`,
        examples that the coder has not seen are used too.
        """
        found: list[AnswerRun] = []
        seen: set[str] = set()
        for place, row, recording in self.example_answers:
            if not recording.exchanges or (self.blind and row.held_back and not held_back):
                continue
            form = "\n".join(map(form_of, recording.exchanges))
            good = None if form in seen else self.example(app, row)
            if not isinstance(good, Value) or not meets(row, good):
                continue
            seen.add(form)
            filled = with_defaults(app.manifest, dict(row.input))
            for change in changed_answers(recording):
                if len(found) == MAX_CHANGES:
                    return tuple(found)
                found.append(
                    AnswerRun(
                        place=place,
                        example=row,
                        arguments=filled,
                        recording=recording,
                        change=change,
                        good=good,
                        outcome=self._answered(app, row, filled, change.applied(recording)),
                    )
                )
        return tuple(found)

    def repeat(self, run: GoodRun) -> str:
        """Repeats a recorded run and returns how the app differs from it; "" if it does not."""
        try:
            arguments = with_defaults(self.app.manifest, run.arguments)
        except InvalidArguments as error:
            return f"its input does not fit anymore: {'; '.join(map(str, error.problems))}"
        outcome, made = self._repeated(self.app, run, arguments)
        if run.error is not None:
            alike = isinstance(outcome, Declared) and outcome.error == run.error
            return "" if alike else f"gave the error {run.error} before, and gives {describe(outcome)} now"
        if isinstance(outcome, Value) and same(outcome.output, run.output):
            alike = made is None or same_calls(run.exchanges, made)
            return "" if alike else "it makes different host calls"
        return f"gave {short(canonical(run.output))} before, and gives {describe(outcome)} now"

    def again(self, app: App, run: GoodRun | FailedRun, executor: Executor | None = None) -> Outcome | None:
        """Repeats a recorded run on an app and returns the outcome; None if its input does not fit."""
        try:
            arguments = with_defaults(app.manifest, run.arguments)
        except InvalidArguments:
            return None
        return self._repeated(app, run, arguments, executor)[0]

    def _repeated(
        self,
        app: App,
        run: GoodRun | FailedRun,
        arguments: Arguments,
        executor: Executor | None = None,
    ) -> tuple[Outcome, Sequence[Exchange] | None]:
        """Returns the outcome of a recorded run on an app, and the host calls if the app may make any."""
        job = job_for(app, arguments, now_ms=run.now_ms, seed=run.seed)
        broker = RecordedBroker(run.exchanges) if app.manifest.capabilities.calls else None
        outcome = judge(app.manifest, (executor or self.executor).run(job, broker))
        return outcome, None if broker is None else broker.made


def result(
    check: str,
    counted: int,
    problems: Sequence[Finding],
    evidence: Mapping[str, JSONValue] | None = None,
) -> Result:
    """Returns the result of a check: failed if there are problems, else passed."""
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
    """Returns whether a run timed out."""
    return isinstance(outcome, Failed) and outcome.kind in ("wall", "cpu")


def meets(example: Example, outcome: Outcome) -> bool:
    """Returns whether an outcome is the one that an example expects.

    If nobody has stated the right outcome, any valid one is; predicates are not asked here.
    """
    match outcome:
        case Value(output=output):
            return example.valid is not None or (example.error is None and same(output, example.output))
        case Declared(error=error):
            return example.valid == "any" or (example.valid is None and example.error == error)
        case Failed():
            return False


def describe(outcome: Outcome) -> str:
    """Returns a short description of an outcome."""
    match outcome:
        case Value(output=output):
            return short(canonical(output))
        case Declared(error=error):
            return f"the error {error}"
        case Failed(kind=kind, message=message, problems=problems):
            return short("; ".join([f"{kind}: {message}", *map(str, problems)]))


def wanted(example: Example) -> str:
    """Returns a short description of the outcome that an example expects."""
    if example.valid is not None:
        return "a valid output" if example.valid == "output" else "a valid output or a declared error"
    return f"the error {example.error}" if example.error is not None else short(canonical(example.output))


def short(text: str, longest: int = 400) -> str:
    """Returns a text, cut off if it is longer than `longest` characters."""
    return text if len(text) <= longest else f"{text[: longest - 40]} … ({len(text):,} characters)"
