"""A submission changes one file: the entry of one app."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import entry_path
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.paths:
        yield Objection(message="nothing changes", fix="publish a new version: mapp publish APP")
        return
    own = "" if submission.after is None else entry_path(submission.after.name)
    others = [path for path in submission.paths if path != own]
    if own and others:
        yield Objection(
            message=f"besides {own} it changes {_listed(others)}",
            fix=f"keep {own} alone in this submission; propose other changes separately",
        )
    elif not own and len(submission.paths) > 1:
        yield Objection(
            message=f"it changes {len(submission.paths)} files: {_listed(others)}",
            fix="submit one app at a time, and nothing but its entry",
        )


def _listed(paths: list[str]) -> str:
    shown = ", ".join(paths[:3])
    return shown if len(paths) <= 3 else f"{shown} and {len(paths) - 3} more"


CHECK = RegistryCheck(
    name="one-file",
    reason="A change to the policy, the workflows or another app must not ride along with a publication.",
    stage="entry",
    run=_objections,
)
