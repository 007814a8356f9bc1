"""The checks of one app, each a function from the app to a result with its evidence."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidArguments, Problem
from mapp.model.app import App, Example
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.validation import violations, with_defaults
from mapp.model.values import JSONValue, canonical, same
from mapp.sandbox.contract import job_for, judge, program_of
from mapp.sandbox.executor import Executor, Inspection, Job, Killed, Program, Returned, Threw, Unserialisable

NOW: Final = 1_700_000_000_000
"""What the clock shows while tests run, unless an example says otherwise: 2023-11-14T22:13:20Z."""
SEED: Final = 1
INPUTS: Final = 100
"""How many inputs Hypothesis draws for the properties of one app."""
BUDGET_MS: Final = 2000
TOTAL: Final = "total"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one check found; `counted` is how many things it looked at."""

    check: str
    passed: bool
    counted: int = 0
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as a JSON object."""
        return {
            "check": self.check,
            "passed": self.passed,
            "counted": self.counted,
            "problems": [{"path": row.path, "message": row.message} for row in self.problems],
        }


def check_app(app: App, executor: Executor, *, inputs: int = INPUTS) -> Iterator[Result]:
    """Yields the results of all checks, in order; what cannot be run is not tried further."""
    parsed = check_source(app, executor)
    yield parsed
    if parsed.passed:
        yield check_rows(app)
        yield check_examples(app, executor)
        yield check_properties(app, executor, inputs=inputs)


def check_source(app: App, executor: Executor) -> Result:
    """Says whether the source parses and defines `main`, and the predicates parse."""
    problems = []
    for path, source in (("main.js", app.source), ("tests/properties.js", app.properties)):
        found = executor.inspect(source) if source else Inspection(functions=())
        if isinstance(found, Threw):
            problems.append(Problem(path=path, message=f"{found.name}: {found.message}"))
        elif isinstance(found, Killed):
            problems.append(Problem(path=path, message=f"does not finish loading: {found.detail}"))
        elif path == "main.js" and "main" not in found.functions:
            problems.append(Problem(path=path, message="defines no function main(input, host)"))
    return _result("source", 2 if app.properties else 1, problems)


def check_rows(app: App) -> Result:
    """Says whether examples and requests fit the schemas that the manifest states."""
    problems: list[Problem] = []
    for number, example in enumerate(app.examples, 1):
        problems += _example_problems(app, example, f"tests/examples.jsonl:{number}")
    for number, phrase in enumerate(app.phrases, 1):
        if phrase.fits:
            problems += _argument_problems(app, dict(phrase.arguments), f"tests/requests.jsonl:{number}")
    return _result("rows", len(app.examples) + len(app.phrases), problems)


def check_examples(app: App, executor: Executor) -> Result:
    """Runs every example and compares what comes out."""
    problems = []
    for number, example in enumerate(app.examples, 1):
        try:
            arguments = with_defaults(app.manifest, dict(example.input))
        except InvalidArguments:
            continue  # `rows` has said so
        now = NOW if example.now is None else example.now
        seed = SEED if example.seed is None else example.seed
        outcome = judge(app.manifest, executor.run(job_for(app, arguments, now_ms=now, seed=seed)))
        if not _meets(example, outcome):
            message = f"gave {describe(outcome)} instead of {_wanted(example)}"
            problems.append(Problem(path=f"tests/examples.jsonl:{number}", message=message))
    return _result("examples", len(app.examples), problems)


def check_properties(app: App, executor: Executor, *, inputs: int = INPUTS) -> Result:
    """Draws inputs from the schema; each must end well, and every predicate must hold.

    The smallest counterexample that Hypothesis finds is the evidence.
    """
    trial = Trial.of(app, executor)
    problems = []
    # One pass tries everything on each input; only what failed there is shrunk, each on its own.
    for name in sorted(_failing(trial, inputs)):
        found = _counterexample(trial, inputs, name)
        if found is not None:
            problems.append(Problem(path=f"property {name}", message=found))
    return _result("properties", len(trial.names), problems)


class _Counterexample(Exception):
    """An input for which something does not hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One app under test: its predicates, and how to try one input."""

    app: App
    executor: Executor
    predicates: tuple[str, ...]

    @classmethod
    def of(cls, app: App, executor: Executor) -> Trial:
        """Returns the trial of an app, naming the predicates that its `tests/properties.js` defines."""
        found = executor.inspect(app.properties) if app.properties else Inspection(functions=())
        names = found.functions if isinstance(found, Inspection) else ()
        chosen = tuple(name for name in names if name.startswith(("prop_", "meta_", "throws_")))
        return cls(app=app, executor=executor, predicates=chosen)

    @property
    def names(self) -> tuple[str, ...]:
        """Returns what is tried: `total`, that every input ends well, and the predicates."""
        return (TOTAL, *self.predicates)

    def faults(self, arguments: dict[str, JSONValue], names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yields which of `total` and the predicates fail for one input, each with how."""
        job = job_for(self.app, arguments, now_ms=NOW, seed=SEED)
        outcome = judge(self.app.manifest, self.executor.run(job))
        for name in names:
            fault = self._fault(name, job.arguments[0], outcome)
            if fault:
                yield name, fault

    def _fault(self, name: str, text: str, outcome: Outcome) -> str:
        if name == TOTAL:
            return describe(outcome) if isinstance(outcome, Failed) else ""
        if name.startswith("meta_"):
            return self._verdict(name, (text,), subject=True)
        if name.startswith("throws_"):
            return self._refusal(name, text, outcome)
        if not isinstance(outcome, Value):
            return ""
        return self._verdict(name, (text, canonical(outcome.output)), subject=False)

    def _refusal(self, name: str, text: str, outcome: Outcome) -> str:
        refused = isinstance(outcome, Declared) and outcome.error == name.removeprefix("throws_")
        answer = self._answer(name, (text,), subject=False)
        if answer in ("true", "false"):
            return (
                "" if (answer == "true") == refused else f"is {answer}, but the app gave {describe(outcome)}"
            )
        return answer

    def _verdict(self, name: str, texts: tuple[str, ...], *, subject: bool) -> str:
        answer = self._answer(name, texts, subject=subject)
        shown = f" with the output {_short(texts[1])}" if len(texts) > 1 else ""
        return "" if answer == "true" else f"is {answer}{shown}"

    def _answer(self, name: str, texts: tuple[str, ...], *, subject: bool) -> str:
        job = Job(
            program=Program(source=self.app.properties),
            entry=name,
            arguments=texts,
            now_ms=NOW,
            seed=SEED,
            wall_ms=BUDGET_MS,
            subject=program_of(self.app) if subject else None,
            host=False,
        )
        match self.executor.run(job):
            case Returned(json=text):
                return text
            case Threw(name=error, message=message):
                return f"{error}: {message}"
            case Unserialisable(message=message) | Killed(detail=message):
                return message


def _failing(trial: Trial, inputs: int) -> set[str]:
    failing: set[str] = set()

    def note(arguments: dict[str, JSONValue]) -> None:
        left = [name for name in trial.names if name not in failing]
        failing.update(name for name, _ in trial.faults(arguments, left))

    return failing if _drawn(trial, inputs, note) else set(trial.names)


def _counterexample(trial: Trial, inputs: int, name: str) -> str | None:
    def refuse(arguments: dict[str, JSONValue]) -> None:
        for _, fault in trial.faults(arguments, [name]):
            raise _Counterexample(f"{fault} for {_short(json.dumps(arguments, ensure_ascii=False))}")

    try:
        return None if _drawn(trial, inputs, refuse) else "no input could be drawn from the schema"
    except _Counterexample as found:
        return str(found)


def _drawn(trial: Trial, inputs: int, attempt: Callable[[dict[str, JSONValue]], None]) -> bool:
    """Calls `attempt` with drawn inputs, the same ones each time; returns whether any could be drawn."""
    import hypothesis
    from hypothesis import HealthCheck, Phase
    from hypothesis.configuration import set_hypothesis_home_dir

    from mapp.validate.strategies import inputs as drawn

    # What Hypothesis keeps on disk does not belong into the folder that a person stands in.
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "mapp-hypothesis")
    settings = hypothesis.settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )

    @settings
    @hypothesis.given(drawn(trial.app.manifest))
    def tried(arguments: dict[str, JSONValue]) -> None:
        attempt(arguments)

    try:
        tried()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return False  # bounds, or a length and its items, leave nothing to draw
    return True


def describe(outcome: Outcome) -> str:
    """Returns an outcome in a few words."""
    match outcome:
        case Value(output=output):
            return _short(canonical(output))
        case Declared(error=error):
            return f"the error {error}"
        case Failed(kind=kind, message=message, problems=problems):
            return _short("; ".join([f"{kind}: {message}", *map(str, problems)]))


def _wanted(example: Example) -> str:
    return f"the error {example.error}" if example.error is not None else _short(canonical(example.output))


def _meets(example: Example, outcome: Outcome) -> bool:
    match outcome:
        case Value(output=output):
            return example.error is None and same(output, example.output)
        case Declared(error=error):
            return example.error == error
        case Failed():
            return False


def _example_problems(app: App, example: Example, path: str) -> list[Problem]:
    problems = _argument_problems(app, dict(example.input), f"{path} input")
    if example.error is not None and example.error not in app.manifest.error_codes:
        problems.append(Problem(path=f"{path} error", message=f"{example.error!r} is not declared"))
    if example.error is None:
        found = violations(app.manifest.output, example.output)
        problems += [replace(row, path=f"{path} output.{row.path}".rstrip(".")) for row in found]
    return problems


def _argument_problems(app: App, arguments: dict[str, JSONValue], path: str) -> list[Problem]:
    try:
        with_defaults(app.manifest, arguments)
    except InvalidArguments as error:
        return [replace(row, path=f"{path}.{row.path}".rstrip(".")) for row in error.problems]
    return []


def _result(check: str, counted: int, problems: list[Problem]) -> Result:
    return Result(check=check, passed=not problems, counted=counted, problems=tuple(problems))


def _short(text: str, longest: int = 400) -> str:
    return text if len(text) <= longest else f"{text[: longest - 40]} … ({len(text):,} characters)"
