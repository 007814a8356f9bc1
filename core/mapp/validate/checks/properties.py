"""Properties: predicates over inputs drawn from the schema, and that every valid input ends well."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from mapp.model.app import App
from mapp.model.outcome import Failed, Outcome
from mapp.model.values import JSONValue, canonical
from mapp.model.verdict import Finding, Result
from mapp.validate.evaluation import ExampleRow, answers, fault
from mapp.validate.generate.counterexamples import remember, remembered
from mapp.validate.generate.shrink import shrunk
from mapp.validate.repro_commands import TOTAL, property_command, run_command
from mapp.validate.trial import (
    LATE,
    SPENT,
    Arguments,
    Trial,
    describe,
    is_late,
    result,
    short,
    skipped,
)

MAX_SHOWN: Final = 5
"""How many predicates that fail are shown with a counterexample; the others are only named."""


def check_total(trial: Trial) -> Result:
    """Says whether every drawn input ends in a valid output or a declared error."""
    rows = rows_of(trial)
    if not rows:
        return result("total", 0, [Finding(path="mapp.toml", message=trial.undrawn)])
    kinds: dict[str, ExampleRow] = {}
    for row in rows:
        if isinstance(row.outcome, Failed):
            kinds.setdefault(row.outcome.kind, row)
    problems = []
    for kind, row in sorted(kinds.items()):
        small = row if is_late(row.outcome) else _smaller(trial, row, partial(_fails_by, kind))
        message = f"{describe(small.outcome)} for {short(_text(trial, small.arguments))}"
        problems.append(_finding("main.js", message, small, run_command(trial, _own(trial, small.arguments))))
        remember(trial.counterexamples, trial.app.manifest, [small.arguments])
    late = sum(is_late(row.outcome) for row in rows) >= LATE
    return result("total", len(rows), problems, {SPENT: "the app takes too long"} if late else None)


def check_properties(trial: Trial) -> Result:
    """Says whether every predicate holds for every drawn input; the smallest counterexample is the evidence.

    Which predicates had nothing to say (a `throws_` that was never true, a `meta_` that never ran the app, a
    `prop_` without an output) stands in the evidence as `silent`.
    """
    if not trial.predicates:
        return skipped("properties", "tests/properties.js defines none")
    rows = rows_of(trial)
    if not rows:
        return skipped("properties", trial.undrawn)
    found = answers(trial.executor, trial.app, trial.predicates, rows)
    broken = {name: rows[said.broken[0]] for name, said in found.items() if said.broken}
    problems = []
    for number, (name, row) in enumerate(sorted(broken.items())):
        if number < MAX_SHOWN:
            problems.append(_counterexample(trial, name, row, slow=found[name].ended))
        else:
            problems.append(_named(name, row))
    evidence: dict[str, JSONValue] = {}
    if silent := [name for name, said in found.items() if not said.telling]:
        evidence["silent"] = [*silent]
    if any(said.ended for said in found.values()):
        evidence[SPENT] = "predicates take too long or need too much memory"
    return result("properties", len(trial.drawn), problems, evidence)


def rows_of(trial: Trial) -> list[ExampleRow]:
    """Returns the inputs of a trial with what the app makes of them; what once broke something comes first.

    That only ever adds to what is tried: a verdict can be derived again without it.
    """
    known = {canonical(row) for row in trial.drawn}
    kept = remembered(trial.counterexamples, trial.app.manifest)
    return [
        *_tried(trial, [row for row in kept if canonical(row) not in known]),
        *(
            ExampleRow(arguments=arguments, outcome=outcome, clock_and_seed=trial.clock_and_seed(arguments))
            for arguments, outcome in zip(trial.drawn, trial.outcomes, strict=False)
        ),
    ]


def broken(trial: Trial, app: App, pairs: Sequence[tuple[Arguments, Outcome]]) -> list[bool]:
    """Returns for inputs and what an app made of them whether they break a predicate of the app on trial."""
    other = replace(app, properties=trial.app.properties)
    rows = [
        ExampleRow(arguments=dict(arguments), outcome=outcome, clock_and_seed=trial.clock_and_seed(arguments))
        for arguments, outcome in pairs
    ]
    found = answers(trial.executor, other, trial.predicates, rows)
    hit = {at for said in found.values() for at in said.broken}
    return [at in hit for at in range(len(rows))]


def tried(trial: Trial, name: str, arguments: Arguments) -> tuple[Outcome, str]:
    """Returns what the app makes of one input, and how a predicate or `total` fails for it, if it does."""
    row = _tried(trial, [arguments])[0]
    if name == TOTAL:
        return row.outcome, describe(row.outcome) if isinstance(row.outcome, Failed) else ""
    return row.outcome, fault(trial.executor, trial.app, name, row)


def counterexample(trial: Trial, name: str, arguments: Arguments, said: str) -> Finding:
    """Returns what is told of an input for which a predicate fails as is said."""
    message = f"{said} for {short(_text(trial, arguments))}"
    command = property_command(trial, name, _own(trial, arguments))
    evidence = canonical(arguments)
    return Finding(path=f"property {name}", message=message, reproduce=command, evidence=evidence)


def _counterexample(trial: Trial, name: str, row: ExampleRow, *, slow: bool) -> Finding:
    """Returns what breaks a predicate, made small unless each trial of it takes long."""
    first = fault(trial.executor, trial.app, name, row)
    if not first:
        message = "fails after other inputs and holds alone: it must not keep anything between calls"
        return _finding(f"property {name}", message, row, property_command(trial, name, row.arguments))
    small = row if slow else _smaller(trial, row, lambda rows: _breaks(trial, name, rows))
    said = first if small is row else fault(trial.executor, trial.app, name, small)
    if not said:
        small, said = row, first
    remember(trial.counterexamples, trial.app.manifest, [small.arguments])
    return counterexample(trial, name, small.arguments, said)


def _named(name: str, row: ExampleRow) -> Finding:
    return Finding(path=f"property {name}", message=f"does not hold for {short(row.text)}")


def _finding(path: str, message: str, row: ExampleRow, command: str) -> Finding:
    return Finding(path=path, message=message, reproduce=command, evidence=canonical(row.arguments))


def _smaller(trial: Trial, row: ExampleRow, breaks: Callable[[list[ExampleRow]], list[bool]]) -> ExampleRow:
    """Returns the simplest row that breaks the same."""
    kept: dict[str, ExampleRow] = {row.text: row}

    def asked(inputs: Sequence[Arguments]) -> list[bool]:
        rows = _tried(trial, inputs)
        kept.update((found.text, found) for found in rows)
        return breaks(rows)

    return kept[canonical(shrunk(trial.app.manifest, row.arguments, asked))]


def _tried(trial: Trial, inputs: Sequence[Arguments]) -> list[ExampleRow]:
    outcomes = trial.attempt(trial.app, inputs)
    return [
        ExampleRow(arguments=arguments, outcome=outcome, clock_and_seed=trial.clock_and_seed(arguments))
        for arguments, outcome in zip(inputs, outcomes, strict=True)
    ]


def _fails_by(kind: str, rows: Sequence[ExampleRow]) -> list[bool]:
    return [isinstance(row.outcome, Failed) and row.outcome.kind == kind for row in rows]


def _breaks(trial: Trial, name: str, rows: Sequence[ExampleRow]) -> list[bool]:
    hit = set(answers(trial.executor, trial.app, [name], rows)[name].broken)
    return [at in hit for at in range(len(rows))]


def _own(trial: Trial, arguments: Arguments) -> Arguments:
    """Returns an input without what the manifest's defaults say already."""
    return {name: value for name, value in arguments.items() if not _is_default(trial, name, value)}


def _is_default(trial: Trial, name: str, value: JSONValue) -> bool:
    argument = trial.app.manifest.argument(name)
    if argument is None or not argument.schema.has_default:
        return False
    return canonical(argument.schema.default) == canonical(value)  # type: ignore[arg-type]  # has_default


def _text(trial: Trial, arguments: Arguments) -> str:
    return json.dumps(_own(trial, arguments), ensure_ascii=False)
