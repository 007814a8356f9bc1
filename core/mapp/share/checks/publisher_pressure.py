"""One publisher does not add very many names in a day."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.history import new_names_since
from mapp.share.remote_owner import owner_of
from mapp.share.submission import Submission

DAY = 86_400


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.after is None:
        return
    owner, most = owner_of(submission.after.remote), submission.policy.new_names_a_day
    count = 0
    for name in new_names_since(submission.registry, submission.now - DAY):
        known = submission.registry.entry(name)
        count += known is not None and owner_of(known.remote) == owner
    if count >= most:
        yield Objection(
            message=f"{owner} has added {count} names within a day; this registry allows {most}",
            fix="publish the others tomorrow, or ask a maintainer to override this check",
        )


CHECK = RegistryCheck(
    name="publisher-pressure",
    reason="Campaigns publish hundreds of clones at once, faster than anybody can look at them.",
    stage="entry",
    run=_objections,
)
