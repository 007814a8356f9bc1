"""The commands, to be typed into a shell, that show again what a check found."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Final

from mapp.model.values import JSONValue
from mapp.validate.trial import Trial

TOTAL: Final = "total"
"""The property of every app: any valid input ends in a valid output or a declared error."""


def run_command(trial: Trial, arguments: Mapping[str, JSONValue]) -> str:
    """Returns the command that shows what the app makes of an input.

    A run is enough where the app lies in the library and needs nothing but its input; otherwise it is tried
    as it was here: from the same folder, at the same time and with the same answers.
    """
    if trial.called is not None or not trial.pure:
        return property_command(trial, TOTAL, arguments)
    return f"printf %s {_quoted(arguments)} | mapp exec {trial.app.name} --input -"


def property_command(trial: Trial, name: str, arguments: Mapping[str, JSONValue]) -> str:
    """Returns the command that puts one predicate, or `total`, to an input."""
    return f"{trial_command(trial)} --property {name} --input {_quoted(arguments)}"


def trial_command(trial: Trial) -> str:
    """Returns the command that puts the app through the gate again."""
    return f"mapp test {shlex.quote(trial.called or trial.app.name)}"


def _quoted(arguments: Mapping[str, JSONValue]) -> str:
    return shlex.quote(json.dumps(dict(arguments)))
