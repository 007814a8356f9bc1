"""Examples and regressions: outcomes stated by a person or by the author of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapp.model.app import EXAMPLES, REGRESSIONS, App, Example
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Outcome
from mapp.model.values import canonical
from mapp.model.verdict import Finding, Result
from mapp.validate.checks.properties import broken_predicates
from mapp.validate.repro_commands import run_command
from mapp.validate.trial import LATE, Trial, describe, is_late, meets, result, short, skipped, wanted


def check_examples(trial: Trial) -> Result:
    """Runs the examples and regressions; in a blind trial, only those that the coder has seen."""
    rows = [row for row in numbered(trial.app) if not (trial.blind and row[1].held_back)]
    return result("examples", len(rows), failing(trial, rows)) if rows else skipped("examples", "none")


def check_held_back(trial: Trial) -> Result:
    """Runs the examples that the coder has not seen, and reports only how many of them fail."""
    rows = [row for row in numbered(trial.app) if row[1].held_back]
    if not trial.blind or not rows:
        return skipped("held-back", "every example was shown" if not trial.blind else "none is held back")
    count = len(failing(trial, rows))
    message = f"{count} of {len(rows)} held-back examples fail"
    problems = [Finding(path=EXAMPLES, message=message)] if count else []
    return result("held-back", len(rows), problems, {"failed": count})


def numbered(app: App) -> Iterator[tuple[str, Example]]:
    """Yields every example and regression with its place, e.g. `tests/examples.jsonl:3`."""
    for path, rows in ((EXAMPLES, app.examples), (REGRESSIONS, app.regressions)):
        for number, row in enumerate(rows, 1):
            yield f"{path}:{number}", row


def failing(trial: Trial, rows: Iterable[tuple[str, Example]], app: App | None = None) -> list[Finding]:
    """Returns a finding for every row with another outcome; skips inputs that do not fit.

    After `LATE` timeouts the remaining rows are skipped.
    """
    app = app or trial.app
    found: list[Finding] = []
    late = 0
    for place, row in rows:
        outcome = trial.example(app, row)
        if outcome is None:
            continue  # the check `rows` reports inputs that do not fit
        if message := _fault(trial, app, row, outcome):
            found.append(
                Finding(
                    path=place,
                    message=message,
                    reproduce=run_command(trial, dict(row.input)),
                    evidence=f"input {short(canonical(dict(row.input)))}",
                )
            )
            late += is_late(outcome)
            if late >= LATE:
                break
    return found


def _fault(trial: Trial, app: App, row: Example, outcome: Outcome) -> str:
    """Returns how an outcome is wrong; a row without a stated outcome is right if no predicate breaks."""
    if not meets(row, outcome):
        return f"gave {describe(outcome)} instead of {wanted(row)}"
    if row.valid is None:
        return ""
    names = broken_predicates(trial, app, [(with_defaults(app.manifest, dict(row.input)), outcome)])[0]
    return f"gave {describe(outcome)}, which breaks {names[0]}" if names else ""
