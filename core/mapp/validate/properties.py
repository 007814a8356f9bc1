"""Properties: predicates over inputs drawn from the schema, and that every valid input ends well."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.model.app import App
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.model.verdict import Finding, Result
from mapp.sandbox.contract import job_for, judge, program_of
from mapp.sandbox.executor import Job, Killed, Program, Returned, Threw, Unserialisable
from mapp.validate.trial import NOW, SEED, Arguments, Trial, describe, result, short, skipped

BUDGET_MS: Final = 2000
TOTAL: Final = "total"


def check_total(trial: Trial) -> Result:
    """Says whether every drawn input ends in a valid output or a declared error."""
    return _checked(trial, "total", (TOTAL,))


def check_properties(trial: Trial) -> Result:
    """Says whether every predicate holds for every drawn input.

    The smallest counterexample that Hypothesis finds is the evidence.
    """
    if not trial.predicates:
        return skipped("properties", "tests/properties.js defines none")
    return _checked(trial, "properties", trial.predicates)


def _checked(trial: Trial, check: str, names: tuple[str, ...]) -> Result:
    problems = []
    # One pass tries everything on each input; only what failed there is shrunk, each on its own.
    for name in sorted(_failing(trial, names)):
        found = _counterexample(trial, name)
        if found is not None:
            problems.append(Finding(path=f"property {name}" if name != TOTAL else "main.js", message=found))
    return result(check, trial.inputs, problems)


class _Counterexample(Exception):
    """An input for which something does not hold."""


def faults(trial: Trial, arguments: Arguments, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields which of `total` and the predicates fail for one input, each with how."""
    job = job_for(trial.app, arguments, now_ms=NOW, seed=SEED)
    outcome = judge(trial.app.manifest, trial.executor.run(job))
    for name in names:
        fault = _fault(trial, name, job.arguments[0], outcome)
        if fault:
            yield name, fault


def broken(trial: Trial, app: App, pairs: Sequence[tuple[Arguments, Outcome]]) -> list[bool]:
    """Returns for inputs and what an app made of them whether they break a predicate of the app on trial."""
    other = replace(trial, app=replace(app, properties=trial.app.properties))
    return [
        any(_fault(other, name, canonical(dict(arguments)), outcome) for name in trial.predicates)
        for arguments, outcome in pairs
    ]


def _fault(trial: Trial, name: str, text: str, outcome: Outcome) -> str:
    if name == TOTAL:
        return describe(outcome) if isinstance(outcome, Failed) else ""
    if name.startswith("meta_"):
        return _verdict(trial, name, (text,), subject=True)
    if name.startswith("throws_"):
        return _refusal(trial, name, text, outcome)
    if not isinstance(outcome, Value):
        return ""
    return _verdict(trial, name, (text, canonical(outcome.output)), subject=False)


def _refusal(trial: Trial, name: str, text: str, outcome: Outcome) -> str:
    refused = isinstance(outcome, Declared) and outcome.error == name.removeprefix("throws_")
    answer = _answer(trial, name, (text,), subject=False)
    if answer in ("true", "false"):
        return "" if (answer == "true") == refused else f"is {answer}, but the app gave {describe(outcome)}"
    return answer


def _verdict(trial: Trial, name: str, texts: tuple[str, ...], *, subject: bool) -> str:
    answer = _answer(trial, name, texts, subject=subject)
    shown = f" with the output {short(texts[1])}" if len(texts) > 1 else ""
    return "" if answer == "true" else f"is {answer}{shown}"


def _answer(trial: Trial, name: str, texts: tuple[str, ...], *, subject: bool) -> str:
    job = Job(
        program=Program(source=trial.app.properties),
        entry=name,
        arguments=texts,
        now_ms=NOW,
        seed=SEED,
        wall_ms=BUDGET_MS,
        subject=program_of(trial.app) if subject else None,
        host=False,
    )
    match trial.executor.run(job):
        case Returned(json=text):
            return text
        case Threw(name=error, message=message):
            return f"{error}: {message}"
        case Unserialisable(message=message) | Killed(detail=message):
            return message


def _failing(trial: Trial, names: tuple[str, ...]) -> set[str]:
    failing: set[str] = set()

    def note(arguments: Arguments) -> None:
        left = [name for name in names if name not in failing]
        failing.update(name for name, _ in faults(trial, arguments, left))

    return failing if _drawn(trial, note) else set(names)


def _counterexample(trial: Trial, name: str) -> str | None:
    def refuse(arguments: Arguments) -> None:
        for _, fault in faults(trial, arguments, [name]):
            raise _Counterexample(f"{fault} for {short(json.dumps(arguments, ensure_ascii=False))}")

    try:
        return None if _drawn(trial, refuse) else "no input could be drawn from the schema"
    except _Counterexample as found:
        return str(found)


def _drawn(trial: Trial, attempt: Callable[[Arguments], None]) -> bool:
    """Calls `attempt` with drawn inputs, the same ones each time; returns whether any could be drawn."""
    import hypothesis
    from hypothesis import HealthCheck, Phase
    from hypothesis.configuration import set_hypothesis_home_dir

    from mapp.validate.strategies import inputs as drawn

    # What Hypothesis keeps on disk does not belong into the folder that a person stands in.
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "mapp-hypothesis")
    settings = hypothesis.settings(
        max_examples=trial.inputs,
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
    def tried(arguments: Arguments) -> None:
        attempt(arguments)

    try:
        tried()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return False  # bounds, or a length and its items, leave nothing to draw
    return True
