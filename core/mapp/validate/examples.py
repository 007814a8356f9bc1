"""Examples: what a person, or the author of the tests, says must come out."""

from __future__ import annotations

import json
import shlex

from mapp.model.app import App, Example
from mapp.model.verdict import Finding, Result
from mapp.validate.trial import Trial, describe, meets, result, skipped, wanted


def check_examples(trial: Trial) -> Result:
    """Runs every example and compares what comes out."""
    app = trial.app
    if not app.examples:
        return skipped("examples", "there are none")
    problems = []
    for number, row in enumerate(app.examples, 1):
        outcome = trial.example(app, row)
        if outcome is not None and not meets(row, outcome):  # `rows` tells of inputs that do not fit
            problems.append(
                Finding(
                    path=f"tests/examples.jsonl:{number}",
                    message=f"gave {describe(outcome)} instead of {wanted(row)}",
                    reproduce=reproduction(app, row),
                )
            )
    return result("examples", len(app.examples), problems)


def reproduction(app: App, row: Example) -> str:
    """Returns the command that runs an example's input."""
    return f"mapp exec {app.name} {shlex.quote(json.dumps(dict(row.input), ensure_ascii=False))}"
