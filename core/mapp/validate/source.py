"""Static rules: what a source must be before anything of it is run."""

from __future__ import annotations

from mapp.model.verdict import Finding, Result
from mapp.sandbox.executor import Inspection, Killed, Threw
from mapp.validate.trial import Trial, result


def check_source(trial: Trial) -> Result:
    """Says whether the source parses and defines `main`, and the predicates parse."""
    problems = []
    app = trial.app
    for path, source in (("main.js", app.source), ("tests/properties.js", app.properties)):
        found = trial.executor.inspect(source) if source else Inspection(functions=())
        if isinstance(found, Threw):
            problems.append(Finding(path=path, message=f"{found.name}: {found.message}"))
        elif isinstance(found, Killed):
            problems.append(Finding(path=path, message=f"does not finish loading: {found.detail}"))
        elif path == "main.js" and "main" not in found.functions:
            problems.append(Finding(path=path, message="defines no function main(input, host)"))
    return result("source", 2 if app.properties else 1, problems)
