"""Shell commands that reproduce what a check found."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Final

from mapp.model.values import JSONValue
from mapp.validate.trial import Trial

TOTAL: Final = "total"
"""The property of every app: any valid input gives a valid output or a declared error."""


def run_command(trial: Trial, arguments: Mapping[str, JSONValue]) -> str:
    """Returns the command that runs the app on an input.

    `mapp exec` is enough for an app in the library that declares no capability. Otherwise the command repeats
    the trial: from the same folder, at the same time and with the same answers to host calls.
    """
    if trial.folder is not None or not trial.pure:
        return property_command(trial, TOTAL, arguments)
    return f"printf %s {_quoted(arguments)} | mapp exec {trial.app.name} --input -"


def property_command(trial: Trial, name: str, arguments: Mapping[str, JSONValue]) -> str:
    """Returns the command that checks one predicate, or `total`, on an input."""
    return f"{trial_command(trial)} --property {name} --input {_quoted(arguments)}"


def trial_command(trial: Trial) -> str:
    """Returns the command that runs the gate on the app again."""
    return f"mapp test {shlex.quote(trial.folder or trial.app.name)}"


def _quoted(arguments: Mapping[str, JSONValue]) -> str:
    return shlex.quote(json.dumps(dict(arguments)))
