"""What changes an entry without a new version is merged by a person, not by an unattended job."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if submission.waited is None or before is None or after is None:
        return
    known = {row.version: (row.deprecated, row.use) for row in before.versions}
    for row in after.versions:
        if row.version in known and known[row.version] != (row.deprecated, row.use):
            yield _unseen(f"changes the deprecation of {after.name} {row.version}")
    if after.renamed_to != before.renamed_to:
        yield _unseen(f"renames {after.name} to {after.renamed_to}")
    if after.publisher != before.publisher:
        yield _unseen(f"changes who publishes {after.name}")
    if after.transfers != before.transfers:
        yield _unseen(f"hands {after.name} over to {after.remote}")


def _unseen(what: str) -> Objection:
    return Objection(
        message=f"it {what}, and nobody has looked at it",
        fix="ask a maintainer to merge it: mapp registry merge",
    )


CHECK = RegistryCheck(
    name="reviewed-change",
    reason="A new version proves that its author controls the remote. A remark on an old one proves nothing, "
    "and a hand-over ends the author's say.",
    stage="entry",
    run=_objections,
)
