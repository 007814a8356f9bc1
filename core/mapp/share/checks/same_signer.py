"""A version is signed by whom the registry expects."""

from __future__ import annotations

from collections.abc import Iterator

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission


def _objections(submission: Submission) -> Iterator[Objection]:
    known = () if submission.before is None else submission.before.versions
    signed = [row for row in known if row.signer]
    for row in submission.added:
        if signed and row.signer != signed[-1].signer:
            yield Objection(
                message=f"version {row.version} is {_said(row.signer)}, but version {signed[-1].version} was "
                f"signed with {signed[-1].signer}",
                fix="sign the tag with the same key, or ask a maintainer to override this check",
            )
        elif not row.signer and submission.policy.signatures_required:
            yield Objection(
                message=f"version {row.version} is not signed, and this registry requires it",
                fix="configure an SSH key in git: git config gpg.format ssh, git config user.signingkey FILE",
            )


def _said(signer: str) -> str:
    return f"signed with {signer}" if signer else "not signed"


CHECK = RegistryCheck(
    name="same-signer",
    reason="A stolen password or token alone must not publish a version.",
    stage="entry",
    run=_objections,
)
