"""A new name does not claim an authority that nobody gave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

RESERVED: Final = frozenset(
    (
        *("admin", "administrator", "authentic", "authorised", "authorized", "builtin"),
        *("certified", "core", "genuine", "mapp", "official", "original"),
        *("reference", "registry", "root", "safe", "secure", "standard"),
        *("starter", "support", "system", "trusted", "verified"),
    )
)
"""Words that say something about an app that only a registry could say."""


def _objections(submission: Submission) -> Iterator[Objection]:
    if not submission.is_new_name or submission.after is None:
        return
    words = set(submission.after.name.split("-"))
    if found := sorted(words & (RESERVED | set(submission.policy.reserved))):
        yield Objection(
            message=f"the name {submission.after.name} contains {', '.join(found)}, which is reserved",
            fix="choose a name that says what the app does",
        )


CHECK = RegistryCheck(
    name="reserved-word",
    reason="A name such as vat-official is trusted for a word that its author wrote.",
    stage="entry",
    run=_objections,
)
