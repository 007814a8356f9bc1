"""Checks a contract before any code is written for it, and before that code is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mapp.errors import InvalidApp, InvalidArguments
from mapp.model.app import EXAMPLES, PROPERTIES, SOURCE, App, Example, read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Value
from mapp.model.values import JSONValue, canonical
from mapp.model.verdict import Finding
from mapp.sandbox.executor import Executor, Killed, Threw
from mapp.validate.checks.compared import check_capabilities, check_tests_kept, check_version
from mapp.validate.checks.requests import check_requests
from mapp.validate.checks.rows import check_rows
from mapp.validate.checks.source import forbidden_calls
from mapp.validate.evaluation import ExampleRow, answers, fault
from mapp.validate.trial import Resolve, Trial, short

STAND_IN: Final = b"function main(input, host) { throw new Error('not written yet'); }\n"
"""Placeholder code for an app without a source."""
MIN_EXAMPLES: Final = 6
MIN_PREDICATES: Final = 2
MAX_SHOWN: Final = 10


def contract_faults(
    files: Mapping[str, bytes],
    executor: Executor,
    *,
    stated: Sequence[Example] = (),
    resolve: Resolve | None = None,
    base: App | None = None,
    base_files: Mapping[str, bytes] | None = None,
) -> tuple[Finding, ...]:
    """Returns the problems of a contract: manifest, examples, properties and requests, without code.

    Args:
        files: the tree so far (path -> bytes); a placeholder replaces a missing source.
        executor: runs the predicates.
        stated: examples given by the person, all of which must be among the contract's examples.
        resolve: scores the routing of the requests.
        base: the app to extend, whose tests, interface and capabilities must stay.
        base_files: its whole tree.
    """
    try:
        app = read_app({SOURCE: STAND_IN, **files})
    except InvalidApp as error:
        return tuple(Finding(path=row.path, message=row.message) for row in error.problems)
    trial = Trial(
        app=app,
        files=files,
        base=base,
        base_files=base_files or {},
        executor=executor,
        kind="expand" if base else "compile",
        resolve=resolve,
    )
    found = [*_predicates(trial)]
    if base_files is not None:
        found += _not_kept(trial)
    found += check_rows(trial).problems
    found += _missing(app, stated)
    if not found:
        found += _contradictions(trial)
    found += check_requests(trial).problems
    return tuple(found)


def _predicates(trial: Trial) -> Iterator[Finding]:
    app = trial.app
    loaded = trial.executor.inspect(app.properties)
    if isinstance(loaded, Threw):
        yield Finding(path=PROPERTIES, message=f"{loaded.name}: {loaded.message}")
    elif isinstance(loaded, Killed):
        yield Finding(path=PROPERTIES, message=f"does not finish loading: {loaded.detail}")
    elif len(trial.predicates) < MIN_PREDICATES:
        message = f"defines {len(trial.predicates)} predicates; at least {MIN_PREDICATES} are needed"
        yield Finding(path=PROPERTIES, message=message)
    yield from forbidden_calls(PROPERTIES, app.properties)
    codes = {name.removeprefix("throws_") for name in trial.predicates if name.startswith("throws_")}
    for code in sorted(codes - app.manifest.error_codes):
        yield Finding(path=PROPERTIES, message=f"throws_{code} is about an error that is not declared")
    if len(app.examples) < MIN_EXAMPLES:
        message = f"has {len(app.examples)} examples; at least {MIN_EXAMPLES} are needed"
        yield Finding(path=EXAMPLES, message=message)


def _not_kept(trial: Trial) -> Iterator[Finding]:
    """Yields what an extension changes although it must stay: no code could pass the gate then."""
    kept = "an extension keeps every old test as it is: put it back, and add new ones beside it"
    for row in check_tests_kept(trial).problems:
        yield Finding(path=row.path, message=f"{row.message}; {kept}", evidence=row.evidence)
    same = "callers rely on it: put it back, and add an optional argument or a default instead"
    for row in (*check_version(trial).problems, *check_capabilities(trial).problems):
        advice = "" if "require" in row.message else f"; {same}"
        yield Finding(path=row.path, message=f"{row.message}{advice}", evidence=row.evidence)


def _missing(app: App, stated: Sequence[Example]) -> Iterator[Finding]:
    """Yields the person's examples that the contract lacks."""
    known = {_canonical(row) for row in app.examples}
    for row in stated:
        if _canonical(row) not in known:
            yield Finding(path=EXAMPLES, message=f"lacks the person's example {short(_canonical(row))}")


def _canonical(row: Example) -> str:
    document: dict[str, JSONValue] = {"input": dict(row.input)}
    document |= {"output": row.output} if row.error is None else {"error": row.error}
    return canonical(document)


def _contradictions(trial: Trial) -> Iterator[Finding]:
    """Yields the examples that break a predicate: one of the two is wrong, and no code can satisfy both."""
    app = trial.app
    names = [name for name in trial.predicates if not name.startswith("meta_")]
    rows = [(number, _row(app, example)) for number, example in enumerate(app.examples, 1)]
    there = [(number, row) for number, row in rows if row is not None]
    found = answers(trial.executor, app, names, [row for _, row in there])
    broken = [(name, *there[at]) for name, said in found.items() for at in said.broken]
    for name, number, row in broken[:MAX_SHOWN]:
        said = fault(trial.executor, app, name, row)
        message = f"contradicts {name}, which {said} for {short(row.text, 200)}"
        yield Finding(path=f"{EXAMPLES}:{number}", message=message)


def _row(app: App, example: Example) -> ExampleRow | None:
    try:
        arguments = with_defaults(app.manifest, dict(example.input))
    except InvalidArguments:
        return None
    if example.error is not None:
        meaning = dict(app.manifest.errors).get(example.error, "")
        return ExampleRow(arguments=arguments, outcome=Declared(error=example.error, meaning=meaning))
    return ExampleRow(arguments=arguments, outcome=Value(output=example.output))
