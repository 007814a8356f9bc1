"""The outcome of a run: a value, a declared refusal, or a classified failure. Never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, assert_never

from mapp.errors import Problem
from mapp.model.values import JSONValue

FailureKind: TypeAlias = Literal["threw", "invalid_output", "wall", "cpu", "memory", "output", "crash"]

HOST_FAULT: Final = "host_fault"
"""The journal's outcome for a run that failed because of the machine, not the app."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """The app returned an output that its schema accepts."""

    output: JSONValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """The app refused with an error that its manifest declares; `meaning` is the manifest's sentence."""

    error: str
    meaning: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """The app broke its contract or its budget."""

    kind: FailureKind
    message: str
    problems: tuple[Problem, ...] = ()


Outcome: TypeAlias = Value | Declared | Failed


def outcome_name(outcome: Outcome) -> str:
    """Returns the name that the journal and `--json` use: `ok`, `error:CODE` or the failure's kind."""
    match outcome:
        case Value():
            return "ok"
        case Declared(error=error):
            return f"error:{error}"
        case Failed(kind=kind):
            return kind
        case _:
            assert_never(outcome)


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """Returns an outcome as a JSON object with its name under `outcome`."""
    match outcome:
        case Value(output=output):
            return {"outcome": "ok", "output": output}
        case Declared(error=error, meaning=meaning):
            return {"outcome": f"error:{error}", "meaning": meaning}
        case Failed(kind=kind, message=message, problems=problems):
            places = [{"path": problem.path, "message": problem.message} for problem in problems]
            return {"outcome": kind, "message": message, "problems": places}
        case _:
            assert_never(outcome)


def outcome_from_dict(document: dict[str, Any]) -> Outcome:
    """Returns the outcome that `outcome_to_dict` wrote."""
    name = document["outcome"]
    if name == "ok":
        return Value(output=document["output"])
    if name.startswith("error:"):
        return Declared(error=name.removeprefix("error:"), meaning=document["meaning"])
    problems = tuple(Problem(**place) for place in document["problems"])
    return Failed(kind=name, message=document["message"], problems=problems)
