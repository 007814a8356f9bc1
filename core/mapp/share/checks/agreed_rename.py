"""A rename is said by both entries, the new one first, and never changes."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import Entry
from mapp.share.submission import Submission

_FIX = "publish the new name first, then finish: mapp rename OLD NEW"


def _objections(submission: Submission) -> Iterator[Objection]:
    before, after = submission.before, submission.after
    if after is None:
        return
    if before is None:
        yield from _new(submission, after)
        return
    if after.renamed_from != before.renamed_from:
        yield Objection(
            message="it changes what the app was called before", fix="leave renamed_from as it is"
        )
    if before.renamed_to and (after.renamed_to != before.renamed_to or submission.added):
        yield Objection(
            message=f"{before.name} is called {before.renamed_to} now, for good",
            fix=f"publish new versions as {before.renamed_to}",
        )
    elif after.renamed_to != before.renamed_to:
        other = submission.registry.entry(after.renamed_to) if after.renamed_to else None
        if other is None or other.renamed_from != after.name:
            yield Objection(
                message=f"{after.renamed_to} is not listed as a new name of {after.name}", fix=_FIX
            )


def _new(submission: Submission, after: Entry) -> Iterator[Objection]:
    past = submission.past
    if after.renamed_to:
        yield Objection(message="a new app is renamed already", fix="leave renamed_to out")
    if after.renamed_from and (past is None or past.name == after.name):
        yield Objection(message=f"{after.renamed_from}, its earlier name, is not listed", fix=_FIX)
    elif past is not None and past.renamed_to not in ("", after.name):
        yield Objection(message=f"{past.name} is called {past.renamed_to} now", fix=_FIX)


CHECK = RegistryCheck(
    name="agreed-rename",
    reason="A stranger's app that calls itself the new name of a known one would inherit its users.",
    stage="entry",
    run=_objections,
)
