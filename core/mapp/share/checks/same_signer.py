"""A version is signed by whom the registry expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import PublishedVersion
from mapp.share.signing import allowed_keys
from mapp.share.submission import Submission

TRUSTED: Final = "trust/allowed_signers"


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
                fix="sign with an SSH key: git config --global gpg.format ssh, then "
                "git config --global user.signingkey FILE",
            )
        elif submission.policy.signatures_required and not _is_allowed(submission, row):
            yield Objection(
                message=f"version {row.version} is {_said(row.signer)}, which this registry does not allow",
                fix=f"ask a maintainer to add your public key to {TRUSTED}",
            )


def _is_allowed(submission: Submission, row: PublishedVersion) -> bool:
    text = (submission.registry.file(TRUSTED) or b"").decode("utf-8", "replace")
    return any(
        key.fingerprint == row.signer and key.after <= submission.now < key.before
        for key in allowed_keys(text)
    )


def _said(signer: str) -> str:
    return f"signed with {signer}" if signer else "not signed"


CHECK = RegistryCheck(
    name="same-signer",
    reason="A stolen password or token alone must not publish a version.",
    stage="entry",
    run=_objections,
)
