"""Published versions never change; a submission adds one at the end, or yanks some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if after is None:
        return
    if len(submission.added) > 1:
        yield Objection(
            message=f"it adds {len(submission.added)} versions at once",
            fix="publish one version at a time, oldest first: mapp publish APP --revision VERSION",
        )
    if before is None:
        if any(row.yanked is not None for row in after.versions):
            yield Objection(message="it adds a version that is yanked already", fix="remove the key yanked")
        return
    known = {row.version: row for row in after.versions}
    for old in before.versions:
        new = known.get(old.version)
        if new is None:
            yield Objection(
                message=f"it removes version {old.version}",
                fix=f"restore the block; to withdraw the version: mapp yank {before.name} {old.version}",
            )
        elif replace(new, yanked=old.yanked) != old:
            changed = [key for key in old.to_dict() if new.to_dict()[key] != old.to_dict()[key]]
            yield Objection(
                message=f"it changes {', '.join(changed)} of version {old.version}, which is published",
                fix="restore the block and publish a new version with the change",
            )
        elif old.yanked is not None and new.yanked is None:
            yield Objection(
                message=f"it takes back the yank of version {old.version}",
                fix="publish a new version instead; a yank stays",
            )
    if tuple(row.version for row in after.versions[: len(before.versions)]) != tuple(
        row.version for row in before.versions
    ):
        yield Objection(message="it reorders the versions", fix="append the new block at the end of the file")
    if any(row.yanked is not None for row in submission.added):
        yield Objection(message="it adds a version that is yanked already", fix="remove the key yanked")


CHECK = RegistryCheck(
    name="append-only",
    reason="What was published is what everybody gets: 76 of 77 tags of one popular action were moved to "
    "malicious code.",
    stage="entry",
    run=_objections,
)
