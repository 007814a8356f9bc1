"""An app stays at its remote."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if before is not None and after is not None and before.remote != after.remote:
        yield Objection(
            message=f"{before.name} is published from {before.remote}, not from {after.remote}",
            fix=f"publish from there (--remote {shlex.quote(before.remote)}), or ask a maintainer to "
            "override this check",
        )


CHECK = RegistryCheck(
    name="same-remote",
    reason="A moved remote hands an app, and the trust in it, to the owner of the new address.",
    stage="entry",
    run=_objections,
)
