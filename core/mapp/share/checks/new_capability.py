"""A version that may do more than the one before is held until a maintainer agrees."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.model.capabilities import QUIET
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    follows = submission.follows
    if follows is None:
        return
    for row in submission.added:
        wider = sorted(set(row.capabilities) - set(follows.capabilities) - set(QUIET))
        if wider:
            major = "" if row.version.major > follows.version.major else ", and without a major version"
            yield Objection(
                message=f"{row.version} may do more than {follows.version}{major}: {', '.join(wider)}",
                fix="say in the submission why the app needs it; a maintainer then overrides this check",
            )


CHECK = RegistryCheck(
    name="new-capability",
    reason="An app that many trust is worth most to an attacker when it gets one more power in an update.",
    stage="entry",
    run=_objections,
)
