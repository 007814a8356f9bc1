"""Without a person, a submission is merged only after some time."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.waited is None or not submission.added:
        return
    policy = submission.policy
    needed = policy.new_name_hours * 3600 if submission.is_new_name else policy.new_version_minutes * 60
    if (left := needed - submission.waited) > 0:
        what = "a new name" if submission.is_new_name else "a new version"
        yield Objection(
            message=f"{what} waits {_shown(needed)}; {_shown(left)} are left",
            fix="wait, or ask a maintainer to merge it now: mapp registry merge",
        )


def _shown(seconds: int) -> str:
    """Returns a duration in its largest fitting unit, rounded up."""
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{-(-seconds // size)} {unit}"
    return f"{seconds} seconds"


CHECK = RegistryCheck(
    name="waiting-time",
    reason="Most malicious packages are found within days; so nothing goes out at once that nobody has seen.",
    stage="entry",
    run=_objections,
)
