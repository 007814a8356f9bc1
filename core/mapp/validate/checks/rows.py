"""Checks that the rows of an app's tests fit the manifest's schemas."""

from __future__ import annotations

from mapp.errors import InvalidArguments
from mapp.model.app import App, Example
from mapp.model.arguments import with_defaults
from mapp.model.validation import violations
from mapp.model.values import JSONValue
from mapp.model.verdict import Finding, Result
from mapp.validate.checks.examples import numbered
from mapp.validate.trial import Trial, result


def check_rows(trial: Trial) -> Result:
    """Checks that examples, regressions and requests fit the manifest's schemas."""
    app = trial.app
    problems: list[Finding] = []
    for place, example in numbered(app):
        problems += _example_problems(app, example, place)
    for number, phrase in enumerate(app.phrases, 1):
        if phrase.fits:
            problems += _argument_problems(app, dict(phrase.arguments), f"tests/requests.jsonl:{number}")
    count = len(app.examples) + len(app.regressions) + len(app.phrases)
    return result("rows", count, problems)


def _example_problems(app: App, example: Example, path: str) -> list[Finding]:
    problems = _argument_problems(app, dict(example.input), f"{path} input")
    if example.error is not None and example.error not in app.manifest.error_codes:
        problems.append(Finding(path=f"{path} error", message=f"{example.error!r} is not declared"))
    if example.error is None and example.valid is None:
        found = violations(app.manifest.output, example.output)
        problems += [
            Finding(path=f"{path} output.{row.path}".rstrip("."), message=row.message) for row in found
        ]
    return problems


def _argument_problems(app: App, arguments: dict[str, JSONValue], path: str) -> list[Finding]:
    try:
        with_defaults(app.manifest, arguments)
    except InvalidArguments as error:
        return [Finding(path=f"{path}.{row.path}".rstrip("."), message=row.message) for row in error.problems]
    return []
