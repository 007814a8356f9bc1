"""The app passes the gate here, not only on its author's machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

_MAX_SHOWN: Final = 5


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.gate is None or submission.release is None:
        return
    verdict, shown = submission.gate(), 0
    for result in verdict.results:
        if result.passed:
            continue
        for problem in result.problems[:_MAX_SHOWN]:
            shown += 1
            yield Objection(message=f"{result.check}: {problem}", fix=problem.reproduce or "mapp test APP")
    if not verdict.passed and not shown:
        yield Objection(message="the gate did not pass", fix="mapp test APP shows why")


CHECK = RegistryCheck(
    name="gate",
    reason="A verdict that came with the app is a claim; this one was derived where the author has no say.",
    stage="gate",
    run=_objections,
)
