"""The time of a version is after the one before, and not far from now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import time_text
from mapp.share.submission import Submission

MAX_AHEAD: Final = 600
"""Seconds that a clock may be fast."""
MAX_AGE: Final = 30 * 86_400
"""Seconds from a publication to its merge."""


def _objections(submission: Submission) -> Iterator[Objection]:
    known = () if submission.before is None else submission.before.versions
    last = max((row.time for row in known), default=0)
    for row in submission.added:
        fix = "set the clock of your machine, then publish again"
        if row.time > submission.now + MAX_AHEAD:
            yield Objection(message=f"its time, {time_text(row.time)}, is in the future", fix=fix)
        elif row.time < submission.now - MAX_AGE:
            yield Objection(
                message=f"its time, {time_text(row.time)}, is more than {MAX_AGE // 86_400} days ago", fix=fix
            )
        elif row.time < last:
            yield Objection(
                message=f"its time, {time_text(row.time)}, is before that of an earlier version", fix=fix
            )


CHECK = RegistryCheck(
    name="plausible-time",
    reason="Clients wait some days before they take a fresh version; a false date would skip that.",
    stage="entry",
    run=_objections,
)
