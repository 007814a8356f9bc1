"""Properties: predicates over inputs drawn from the schema, and the property `total` of every app."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from mapp.model.app import App
from mapp.model.arguments import without_defaults
from mapp.model.outcome import Failed, Outcome, outcome_name
from mapp.model.values import JSONValue, canonical
from mapp.model.verdict import Finding, Result
from mapp.sandbox.executors.recorded import UNAVAILABLE
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
"""How many failed predicates are shown with a counterexample; the others are only named."""


def check_total(trial: Trial) -> Result:
    """Checks that every drawn input, and every edge case, gives a valid output or a declared error."""
    rows = rows_of(trial)
    if not rows:
        return result("total", 0, [Finding(path="mapp.toml", message=trial.undrawn)])
    kinds: dict[str, ExampleRow] = {}
    for row in _new_failures(trial, [*rows, *_edge_rows(trial)]):
        kinds.setdefault(outcome_name(row.outcome), row)
    problems = []
    for kind, row in sorted(kinds.items()):
        small = row if is_late(row.outcome) else _smaller(trial, row, partial(_fails_by, kind))
        message = f"{describe(small.outcome)} for {short(_text(trial, small.arguments))}"
        command = run_command(trial, without_defaults(trial.app.manifest, small.arguments))
        problems.append(_finding("main.js", message, small, command))
        remember(trial.counterexamples, trial.app.manifest, [small.arguments])
    late = sum(is_late(row.outcome) for row in rows) >= LATE
    return result("total", len(rows), problems, {SPENT: "the app takes too long"} if late else None)


def _new_failures(trial: Trial, rows: Sequence[ExampleRow]) -> list[ExampleRow]:
    """Returns the rows that fail; of a heal, without what the old version does not catch either.

    That its host does not answer is not what a heal is about.
    """
    failed = [row for row in rows if isinstance(row.outcome, Failed)]
    unanswered = [row for row in failed if _is_unanswered(row.outcome)]
    if trial.kind != "heal" or trial.base is None or not unanswered:
        return failed
    before = trial.attempt(trial.base, [row.arguments for row in unanswered])
    known = {id(row) for row, old in zip(unanswered, before, strict=True) if _is_unanswered(old)}
    return [row for row in failed if id(row) not in known]


def _is_unanswered(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.message.startswith(f"HostError: {UNAVAILABLE.message}")


def check_properties(trial: Trial) -> Result:
    """Checks that every predicate holds for every drawn input; the smallest counterexample is the evidence.

    Edge cases are for the predicates that do not run the app, which take much less time.
    The evidence lists as `silent` the predicates that tested nothing: a `throws_` that was never true, a
    `meta_` that never ran the app, a `prop_` without an output.
    """
    if not trial.predicates:
        return skipped("properties", "tests/properties.js defines none")
    rows = rows_of(trial)
    if not rows:
        return skipped("properties", trial.undrawn)
    found = answers(trial.executor, trial.app, trial.predicates, rows)
    broken = {name: rows[said.broken[0]] for name, said in found.items() if said.broken}
    quick = [
        name for name, said in found.items() if not (said.broken or said.ended or name.startswith("meta_"))
    ]
    edges = _edge_rows(trial)
    more = answers(trial.executor, trial.app, quick, edges)
    broken |= {name: edges[said.broken[0]] for name, said in more.items() if said.broken}
    found |= {name: replace(found[name], telling=found[name].telling + more[name].telling) for name in more}
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


def _edge_rows(trial: Trial) -> list[ExampleRow]:
    """Returns the edge cases with the app's outcomes; of a heal, only those that the old version gets right.

    A heal cures one failure: others that nobody has met yet are not its business.
    """
    rows = [
        ExampleRow(arguments=arguments, outcome=outcome, clock_and_seed=trial.clock_and_seed(arguments))
        for arguments, outcome in zip(trial.edge_inputs, trial.edge_outcomes, strict=False)
    ]
    if trial.kind != "heal" or trial.base is None:
        return rows
    before = trial.base_edge_outcomes[: len(rows)]
    was_broken = broken(
        trial, trial.base, [(row.arguments, old) for row, old in zip(rows, before, strict=True)]
    )
    return [
        row
        for row, old, broke in zip(rows, before, was_broken, strict=True)
        if not isinstance(old, Failed) and not broke
    ]


def rows_of(trial: Trial) -> list[ExampleRow]:
    """Returns the inputs of a trial with the app's outcomes, earlier counterexamples first.

    Counterexamples only add inputs, so a verdict can be derived again without them.
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
    """Returns for each pair of input and outcome whether it breaks a predicate of the app under test."""
    return [bool(names) for names in broken_predicates(trial, app, pairs)]


def broken_predicates(
    trial: Trial, app: App, pairs: Sequence[tuple[Arguments, Outcome]]
) -> list[tuple[str, ...]]:
    """Returns for each pair of input and outcome which predicates of the app under test it breaks."""
    other = replace(app, properties=trial.app.properties)
    rows = [
        ExampleRow(arguments=dict(arguments), outcome=outcome, clock_and_seed=trial.clock_and_seed(arguments))
        for arguments, outcome in pairs
    ]
    found = answers(trial.executor, other, trial.predicates, rows)
    return [tuple(name for name, said in found.items() if at in said.broken) for at in range(len(rows))]


def tried(trial: Trial, name: str, arguments: Arguments) -> tuple[Outcome, str]:
    """Runs the app on one input; returns the outcome and how a predicate or `total` fails, "" if it holds."""
    row = _tried(trial, [arguments])[0]
    if name == TOTAL:
        return row.outcome, describe(row.outcome) if isinstance(row.outcome, Failed) else ""
    return row.outcome, fault(trial.executor, trial.app, name, row)


def counterexample(trial: Trial, name: str, arguments: Arguments, said: str) -> Finding:
    """Returns the finding for an input for which a predicate fails; `said` is how it fails."""
    message = f"{said} for {short(_text(trial, arguments))}"
    command = property_command(trial, name, without_defaults(trial.app.manifest, arguments))
    evidence = canonical(arguments)
    return Finding(path=f"property {name}", message=message, reproduce=command, evidence=evidence)


def _counterexample(trial: Trial, name: str, row: ExampleRow, *, slow: bool) -> Finding:
    """Returns a counterexample for a predicate, shrunk unless the predicate is slow."""
    first = fault(trial.executor, trial.app, name, row)
    if not first:
        message = "fails after other inputs but holds alone: a predicate must not keep state between calls"
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
    """Returns the simplest row that breaks the same predicate."""
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


def _text(trial: Trial, arguments: Arguments) -> str:
    return json.dumps(without_defaults(trial.app.manifest, arguments), ensure_ascii=False)
