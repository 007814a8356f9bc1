"""A new app does not do what a listed one does already."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.twins is None or submission.after is None or not submission.is_new_name:
        return
    for twin in submission.twins():
        known = submission.registry.entry(twin.name)
        place = "" if known is None else f" (git clone {shlex.quote(known.remote)})"
        what = (
            f"{twin.agreeing} of {twin.compared} telling inputs give the same answer"
            if twin.compared
            else f"{twin.code:.0%} of its code is the same"
        )
        yield Objection(
            message=f"{submission.after.name} does what {twin.name} does: {what}",
            fix=f"extend {twin.name} instead{place}; if yours differs where it matters, add examples that "
            "show how, or ask a maintainer to override this check",
        )


CHECK = RegistryCheck(
    name="similar-app",
    reason="Two apps for one job split reviews and fixes, and a copy with one changed line hides among them.",
    stage="compare",
    run=_objections,
)
