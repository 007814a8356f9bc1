"""A new version is the next patch, minor or major after a published one."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.model.version import Level
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    past = submission.past
    if past is None:
        return
    known = [row.version for row in past.versions]
    for row in submission.added:
        allowed = {version.bumped(level) for version in known for level in Level} - set(known)
        if row.version not in allowed:
            usual = sorted({max(known).bumped(level) for level in Level})
            yield Objection(
                message=f"version {row.version} does not follow {max(known)}",
                fix=f"publish the versions between them first (mapp publish {past.name} "
                f"--revision VERSION), or choose {', '.join(map(str, usual))}: mapp bump",
            )


CHECK = RegistryCheck(
    name="sequential-version",
    reason="A jump such as 1.2.0 to 99.0.0 outbids every other source of that name and hides what changed.",
    stage="entry",
    run=_objections,
)
