"""Renders results that several commands show."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from mapp.model.outcome import Declared, Failed, Value
from mapp_cli.console import Console
from mapp_cli.questions import show_questions

if TYPE_CHECKING:
    from mapp.model.decision import Arguments
    from mapp.model.values import JSONValue
    from mapp.model.verdict import Result, Verdict
    from mapp.ops.manage.add import Added
    from mapp.ops.run.execute import Execution

FAILED = 1
MAX_PROBLEMS = 5
MAX_VALUE = 80
"""The longest value of a call, in characters, that is shown in full."""
MARKS = {"passed": "ok    ", "failed": "FAILED", "skipped": "-     "}


def show_execution(console: Console, execution: Execution, *, as_json: bool) -> int:
    """Shows the result of a run and returns the exit code."""
    if as_json:
        console.json(execution.to_dict())
        return 0 if isinstance(execution.outcome, Value) else FAILED
    return show_outcome(console, execution)


def show_outcome(console: Console, execution: Execution) -> int:
    """Shows an outcome as text and returns the exit code."""
    match execution.outcome:
        case Value(output=output):
            console.value(output)
            if execution.doubt:
                show_doubt(console, execution)
            return 0
        case Declared(error=error, meaning=meaning):
            console.error(f"{execution.app} refused: {meaning} ({error})")
        case Failed(kind=kind, message=message, problems=problems):
            console.error(f"{execution.app} failed ({kind}): {message}")
            for problem in problems:
                console.tell(f"  {problem}")
            console.hint(f"mapp runs --app {execution.app} --failed shows its input (run {execution.run})")
        case _:
            assert_never(execution.outcome)
    return FAILED


def show_doubt(console: Console, execution: Execution) -> None:
    """Warns that an answer breaks the app's own predicates."""
    names = ", ".join(execution.doubt)
    console.warn(f"this answer may be wrong: it breaks {names} of {execution.app}")
    console.hint(f"mapp incidents shows why; say which it is: mapp wrong or mapp right {execution.run}")


def call_in_words(app: str, arguments: Arguments) -> str:
    """Returns a call on one line, long values shortened.

    >>> call_in_words("discount", (("price", 80), ("percent", 15)))
    'discount price=80 percent=15'
    """
    return " ".join([app, *(f"{name}={_shortened(value)}" for name, value in arguments)])


def _shortened(value: JSONValue) -> str:
    # A text is cut before it is quoted: an attachment can have 16 MiB.
    if isinstance(value, str) and len(value) > MAX_VALUE:
        return json.dumps(f"{value[:MAX_VALUE]}…", ensure_ascii=False)
    text = json.dumps(value, ensure_ascii=False)
    return text if isinstance(value, str) or len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


def show_check(console: Console, result: Result, *, details: bool = True) -> None:
    """Shows one check's result; without `details`, only its status."""
    console.tell(f"  {MARKS[result.status]} {result.check} ({result.counted})")
    if details:  # a passed check has problems too if a person accepted them
        for problem in result.problems[:MAX_PROBLEMS]:
            console.tell(f"         {problem}")
            if problem.reproduce:
                console.tell(f"           {problem.reproduce}")
        if len(result.problems) > MAX_PROBLEMS:
            console.tell(f"         … and {len(result.problems) - MAX_PROBLEMS} more")


def score_in_words(results: Sequence[Result]) -> str:
    """Returns the mutation score with what was tried for it; "" if it was not measured."""
    from mapp.model.verdict import mutation_score

    score = mutation_score(tuple(results))
    if score is None:
        return ""
    known = next(dict(result.evidence) for result in results if result.check == "mutation")
    kinds = known.get("operators")
    tried = f"{known.get('mutants')} faults" + (f" of {len(kinds)} kinds" if isinstance(kinds, dict) else "")
    tried += f" on {known['inputs']} inputs" if "inputs" in known else ""
    found = (
        f"{known.get('killed')} noticed, {known.get('survived')} not, {known.get('undecided')} without effect"
    )
    return f"mutation score {score:.0%}: tried {tried}: {found}"


def show_verdict(console: Console, verdict: Verdict) -> None:
    """Shows all checks, the mutation score, and what the tests leave open."""
    for result in verdict.results:
        show_check(console, result)
    if score := score_in_words(verdict.results):
        console.tell(f"  {score}")
    show_questions(console, verdict.questions)


class Checks:
    """Shows the results of checks as they come, and what the tests leave open at the end."""

    def __init__(self, console: Console, *, details: bool) -> None:
        self._console = console
        self._details = details
        self._results: dict[str, Result] = {}
        self._began = time.monotonic()
        self._running = ""

    def starting(self, check: str) -> None:
        """Shows on a terminal which check is running, and for how long the checks have been."""
        self._running = check
        self._console.status(self._line)

    def _line(self) -> str:
        return f"checking {self._running} · {time.monotonic() - self._began:.1f} s"

    def __call__(self, result: Result) -> None:
        """Shows one result."""
        self._results[result.check] = result
        show_check(self._console, result, details=self._details)

    def conclude(self, hint: str = "") -> None:
        """Shows the mutation score and the open questions; `hint` says how to answer them."""
        from mapp.model.verdict import questions_in

        self._console.close()
        results = tuple(self._results.values())
        if score := score_in_words(results):
            self._console.tell(f"  {score}")
        show_questions(self._console, questions_in(results), hint=hint)


def show_added(console: Console, added: Added, *, force: bool) -> None:
    """Shows the result of adding a folder."""
    for name in added.left_out:
        console.tell(f"left out: {name}")
    if force and not added.verdict.passed:
        console.error("added by force: not every check passes")
    committed = added.committed
    if committed is None:
        console.tell(f"{added.app.name} passes; nothing was committed (--dry-run)")
        return
    label = f"{committed.name} {committed.version}"
    summary = f"added {label}" if committed.changed else f"{label} is unchanged"
    console.result(f"{summary} ({committed.commit[:10]})")
