"""Examples and regressions: outcomes stated by a person or by the author of the tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapp.model.app import EXAMPLES, REGRESSIONS, App, Example
from mapp.model.values import canonical
from mapp.model.verdict import Finding, Result
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
        if outcome is not None and not meets(row, outcome):  # the check `rows` reports inputs that do not fit
            message = f"gave {describe(outcome)} instead of {wanted(row)}"
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
