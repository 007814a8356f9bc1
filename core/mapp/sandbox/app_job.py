"""Turns an app and its arguments into a job, and the job's result into an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from mapp.model.app import App
from mapp.model.manifest import Manifest
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.validation import violations
from mapp.model.values import InvalidValue, JSONValue, canonical, parse
from mapp.sandbox.executor import Job, Killed, Program, Result, Returned, Threw, Unserialisable


def job_for(app: App, arguments: Mapping[str, JSONValue], *, now_ms: int, seed: int) -> Job:
    """Returns the job that calls an app's `main` with complete arguments, within the app's limits."""
    return Job(
        program=program_of(app),
        arguments=(canonical(dict(arguments)),),
        now_ms=now_ms,
        seed=seed,
        wall_ms=app.manifest.limits.wall_ms,
        memory_mb=app.manifest.limits.memory_mb,
        output_kb=app.manifest.limits.output_kb,
    )


def program_of(app: App) -> Program:
    """Returns an app's source with its capabilities."""
    return Program(source=app.source, capabilities=app.manifest.capabilities)


def judge(manifest: Manifest, result: Result) -> Outcome:
    """Returns the outcome of a result, judged by the app's contract."""
    match result:
        case Returned(json=text):
            return _judge_output(manifest, text)
        case Threw(name="Error", message=message) if message in manifest.error_codes:
            return Declared(error=message, meaning=dict(manifest.errors)[message])
        case Threw(name=name, message=message):
            return Failed(kind="threw", message=f"{name}: {message}")
        case Unserialisable(message=message):
            return Failed(kind="invalid_output", message=message)
        case Killed(reason=reason, detail=detail):
            return Failed(kind=reason, message=detail)
        case _:
            assert_never(result)


def _judge_output(manifest: Manifest, text: str) -> Outcome:
    try:
        output = parse(text, what="the output", longest=max(len(text), 1), doubles=True)
    except InvalidValue as error:
        return Failed(kind="invalid_output", message=error.message, problems=error.problems)
    problems = violations(manifest.output, output)
    if problems:
        message = "the output does not fit the schema that the app declares"
        return Failed(kind="invalid_output", message=message, problems=problems)
    return Value(output=output)
