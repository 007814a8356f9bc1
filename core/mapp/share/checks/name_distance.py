"""A new name differs from every other one by several letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.name_distance import near, skeleton
from mapp.share.remote_owner import same_owner
from mapp.share.submission import Submission

SHORT: Final = 4
"""Up to this length, names may be one edit closer: there are few names of three letters."""


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.after is None or submission.policy.distance < 1:
        return
    name, names = submission.after.name, submission.registry.names()
    least = submission.policy.distance - (len(name) <= SHORT)
    looks = skeleton(name)
    alike = ((other, 0) for other in names if other != name and skeleton(other) == looks)
    found = {**dict(near(name, names, least - 1)), **dict(alike)}
    for other, distance in sorted(found.items(), key=lambda row: (row[1], row[0])):
        if not _by_the_same(submission, other):
            what = f"{distance} of at least {least} letters differ" if distance else "they look the same"
            yield Objection(
                message=f"{name} is too close to {other}: {what}",
                fix="choose a name that says how your app differs; if it does the same, improve "
                f"{other} instead; a maintainer can override this check",
            )
            return


def _by_the_same(submission: Submission, other: str) -> bool:
    """Returns whether the owner of a remote or of a key gives a name like one of their own."""
    known, after = submission.registry.entry(other), submission.after
    assert known is not None and after is not None
    if other == after.renamed_from:
        return True
    keys = {row.signer for row in known.versions} - {""}
    return same_owner(known.remote, after.remote) or any(row.signer in keys for row in after.versions)


CHECK = RegistryCheck(
    name="name-distance",
    reason="Names one typing error away from a popular one are how most malicious packages are installed.",
    stage="entry",
    run=_objections,
)
