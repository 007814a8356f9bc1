"""A yank is merged by a person, not by an unattended job."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if submission.waited is None or before is None or after is None:
        return
    open_before = {row.version for row in before.versions if row.yanked is None}
    for row in after.versions:
        if row.yanked is not None and row.version in open_before:
            yield Objection(
                message=f"it yanks {before.name} {row.version}, and nobody has looked at it",
                fix="ask a maintainer to merge it: mapp registry merge",
            )


CHECK = RegistryCheck(
    name="reviewed-yank",
    reason="A new version proves that its author controls the remote; a yank proves nothing, and takes an "
    "app away from everybody.",
    stage="entry",
    run=_objections,
)
