"""A new app is not somebody else's app under a longer name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.remote_owner import same_owner
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.after is None or not submission.added:
        return
    name, new = submission.after.name, submission.added[0]
    parts = name.split("-")
    bases = {"-".join(parts[:end]) for end in range(1, len(parts))}
    bases |= {"-".join(parts[start:]) for start in range(1, len(parts))}
    for base in sorted(bases):
        known = submission.registry.entry(base) if submission.registry.has(base) else None
        if known is None or same_owner(known.remote, submission.after.remote):
            continue
        if base == submission.after.renamed_from:
            continue
        if any(row.interface == new.interface for row in known.versions):
            yield Objection(
                message=f"{name} takes and returns the same as {base}, and only its name is longer",
                fix=f"improve {base} instead: git clone {shlex.quote(known.remote)}",
            )


CHECK = RegistryCheck(
    name="clone",
    reason="Mass clones called NAME-xxxxx pose as an app that is known.",
    stage="entry",
    run=_objections,
)
