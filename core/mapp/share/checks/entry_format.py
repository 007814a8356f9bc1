"""The proposed entry can be read, and is where it belongs."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.fault:
        yield Objection(message=submission.fault, fix="publish with mapp, which writes it: mapp publish APP")
    elif submission.after is None and submission.before is not None:
        yield Objection(
            message=f"it deletes the entry of {submission.before.name}",
            fix="to withdraw a version: mapp yank APP VERSION; an entry stays, so that its name stays taken",
        )


CHECK = RegistryCheck(
    name="entry-format",
    reason="Every client must read an entry in the same way, and a name that was published stays taken.",
    stage="entry",
    run=_objections,
)
