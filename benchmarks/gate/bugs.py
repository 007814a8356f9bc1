"""Which of HumanEvalFix's bugs the gate notices, and whether the right bodies pass.

Each function is submitted as a new app, once with its bug and once without. The gate *notices* a bug if a
check refuses the buggy body that does not refuse the right one, or if one of the questions shown has an input
that tells the two apart. Some right bodies contradict an example of their own prompt; they are counted apart.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.gate.corpus import tells
from benchmarks.gate.docstrings import Bug, bugs, contracts, files_of
from benchmarks.gate.patches import refusing
from benchmarks.route.figures import Cell, Part, Table, number, share
from mapp.errors import MappError
from mapp.model.app import App, read_app
from mapp.model.question import MAX_SHOWN
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import judged
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.trial import Trial

QUESTION: Final = "a question"
UNREADABLE: Final = "not an app"


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """What noticed the bug of one function, and what refused the right body; "" for nothing."""

    bug: Bug = field(repr=False)
    by: str
    refused: str
    asked: int
    why: str = ""

    @property
    def contradicts(self) -> bool:
        """Returns whether the right body does not give what an example of its prompt states."""
        return self.refused == "examples"


def measure(every: int = 1) -> Part:
    """Returns the tables of all bugs, or of one in so many."""
    rows = list(judge_all(bugs()[::every]))
    missed = ", ".join(row.bug.task for row in rows if not row.by)
    contradicted = ", ".join(row.bug.task for row in rows if row.contradicts)
    refused = ", ".join(
        f"{row.bug.task} (`{row.refused}`)" for row in rows if row.refused and not row.contradicts
    )
    notes = (
        f"Missed: {missed or 'none'}.",
        f"Right bodies that contradict an example of their prompt, not counted as passing or refused: "
        f"{contradicted or 'none'}. Other right bodies refused: {refused or 'none'}.",
    )
    return Part(tables=(noticed_table(rows), by_table(rows)), notes=notes)


def judge_all(chosen: Sequence[Bug]) -> Iterator[Noticed]:
    """Yields what the gate says of each function."""
    table = contracts()
    with open_executor() as executor:
        for at, bug in enumerate(chosen, 1):
            yield (found := judge(bug, table, executor))
            line = f"{at}/{len(chosen)} {bug.task} {bug.entry}: {found.by or 'missed'}"
            right = (
                f"refused by {found.refused}: {found.why}" if found.refused else f"{found.asked} questions"
            )
            print(f"{line}; right: {right}", file=sys.stderr, flush=True)


def judge(bug: Bug, table: Mapping[str, Any], executor: Executor) -> Noticed:
    """Returns what the gate says of one function with its bug, and without."""
    right, verdict = _verdict(files_of(bug, bug.right, table), executor)
    refused, why = _refused(verdict)
    buggy, buggy_verdict = _verdict(files_of(bug, bug.buggy, table), executor)
    by, _ = _refused(buggy_verdict)
    if by and by == refused:
        by = ""
    elif not by and right is not None and buggy is not None and buggy_verdict is not None:
        shown = buggy_verdict.questions[:MAX_SHOWN]
        by = QUESTION if any(tells(buggy, right, dict(row.arguments), executor) for row in shown) else ""
    asked = len(verdict.questions[:MAX_SHOWN]) if verdict is not None else 0
    return Noticed(bug=bug, by=by, refused=refused, asked=asked, why=why)


def _verdict(files: Mapping[str, bytes], executor: Executor) -> tuple[App | None, Verdict | None]:
    try:
        app = read_app(files)
    except MappError as error:
        print(f"not an app: {error} {error.problems if hasattr(error, 'problems') else ''}", file=sys.stderr)
        return None, None
    return app, judged(Trial(app=app, files=files, executor=executor), "", patient=False)


def _refused(verdict: Verdict | None) -> tuple[str, str]:
    """Returns the check that refused an app, and its first problem."""
    if verdict is None:
        return UNREADABLE, ""
    problems = [str(problem) for row in verdict.results if not row.passed for problem in row.problems]
    return refusing(verdict), problems[0] if problems else ""


def noticed_table(rows: Sequence[Noticed]) -> Table:
    """Returns how many bugs are noticed and how many right bodies pass, by the type of the bug."""
    lines: list[tuple[Cell, ...]] = []
    for kind in [*sorted({row.bug.kind for row in rows}), "all"]:
        group = [row for row in rows if kind in (row.bug.kind, "all")]
        noticed = share(sum(bool(row.by) for row in group), len(group))
        sound = [row for row in group if not row.contradicts]
        passed = share(sum(not row.refused for row in sound), len(sound))
        asked = number(sum(row.asked for row in group) / len(group), "score")
        lines.append((kind, noticed, passed, asked))
    headings = ("type of the bug", "noticed", "right body passes", "questions about the right body")
    return Table(title="Bugs of HumanEvalFix, as new apps", headings=headings, rows=tuple(lines))


def by_table(rows: Sequence[Noticed]) -> Table:
    """Returns what noticed the bugs."""
    counts = Counter(row.by for row in rows if row.by)
    lines = tuple(
        (name if name == QUESTION else f"`{name}`", str(count)) for name, count in counts.most_common()
    )
    return Table(title="What notices them first", headings=("check", "bugs"), rows=lines)
