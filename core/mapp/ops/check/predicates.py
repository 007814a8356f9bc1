"""Checks one predicate on one input, for example to reproduce a counterexample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapp.errors import NotFound
from mapp.model.app import read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Outcome
from mapp.model.values import JSONValue
from mapp.ops.workspace import Workspace
from mapp.validate.checks.properties import tried
from mapp.validate.repro_commands import TOTAL, property_command, run_command
from mapp.validate.trial import Trial, describe


@dataclass(frozen=True, kw_only=True, slots=True)
class PredicateResult:
    """The result of one predicate for one input; `fault` says how it fails, "" if it holds."""

    app: str
    predicate: str
    arguments: Mapping[str, JSONValue]
    outcome: Outcome
    fault: str
    command: str

    @property
    def holds(self) -> bool:
        """Returns whether the predicate holds."""
        return not self.fault

    @property
    def gave(self) -> str:
        """Returns a short description of the app's outcome."""
        return describe(self.outcome)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        return {
            "app": self.app,
            "property": self.predicate,
            "passed": self.holds,
            "input": dict(self.arguments),
            "gave": self.gave,
            "fault": self.fault,
            "reproduce": self.command,
        }


def ask_predicate(
    workspace: Workspace,
    files: Mapping[str, bytes],
    name: str,
    arguments: Mapping[str, JSONValue],
    folder: str | None = None,
) -> PredicateResult:
    """Checks a predicate of an app, or `total`, on one input; defaults are filled in.

    `folder` is the app's folder if it is not an app of the library.

    Raises:
        InvalidApp: the files (path -> bytes) are not a valid app.
        InvalidArguments: the input does not fit the app.
        NotFound: the app has no such predicate.
    """
    app = read_app(files)
    trial = Trial(app=app, files=files, executor=workspace.executor, folder=folder)
    if name != TOTAL and name not in trial.predicates:
        known = ", ".join([TOTAL, *trial.predicates])
        raise NotFound(f"{app.name} has no property {name}", hint=f"its properties are: {known}")
    filled = with_defaults(app.manifest, arguments)
    outcome, fault = tried(trial, name, filled)
    given = dict(arguments)
    command = run_command(trial, given) if name == TOTAL else property_command(trial, name, given)
    return PredicateResult(
        app=app.name, predicate=name, arguments=filled, outcome=outcome, fault=fault, command=command
    )
