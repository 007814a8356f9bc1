"""An app stays at its remote, unless its author hands it over."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission
from mapp.share.transfer import FIX, added_transfers, transfer_faults


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.past, submission.after
    if before is None or after is None or before.remote == after.remote:
        return
    handed = added_transfers(submission)
    if not handed:
        yield Objection(
            message=f"{before.name} is published from {before.remote}, not from {after.remote}",
            fix=f"publish from there (--remote {shlex.quote(before.remote)}), hand it over first (mapp "
            "transfer), or ask a maintainer to override this check",
        )
    for fault in transfer_faults(submission, before, handed[-1]) if handed else ():
        yield Objection(message=f"the transfer to {after.remote} does not hold: {fault}", fix=FIX)


CHECK = RegistryCheck(
    name="same-remote",
    reason="A moved remote hands an app, and the trust in it, to the owner of the new address.",
    stage="entry",
    run=_objections,
)
