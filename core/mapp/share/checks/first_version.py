"""The first published version of an app is a usual first version."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.model.version import Version
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.past is not None:
        return
    for row in submission.added:
        if not _usual(row.version):
            assert submission.after is not None
            yield Objection(
                message=f"{row.version} is an unusual first version",
                fix=f"publish the first release (mapp publish {submission.after.name} --revision 1.0.0) and "
                "then the later ones",
            )


def _usual(version: Version) -> bool:
    """Returns whether it is 0.0.1, 0.1.0 or a major release."""
    small = Version(major=0, minor=0, patch=1), Version(major=0, minor=1, patch=0)
    return version in small or (version.major > 0 and version.minor == version.patch == 0)


CHECK = RegistryCheck(
    name="first-version",
    reason="A first version with a history that nobody can see is often a copy of another app.",
    stage="entry",
    run=_objections,
)
