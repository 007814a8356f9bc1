"""A version is signed by whom the registry expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.entry import PublishedVersion
from mapp.share.signing import allowed_keys
from mapp.share.submission import Submission
from mapp.share.transfer import FIX, added_transfers, transfer_faults

TRUSTED: Final = "trust/allowed_signers"


def _objections(submission: Submission) -> Iterator[Objection]:
    past = submission.past
    for row in submission.added:
        if past is not None and past.signer and row.signer != past.signer:
            yield Objection(
                message=f"version {row.version} is {_said(row.signer)}, but {past.name} is signed with "
                f"{past.signer}",
                fix="sign the tag with the same key; to change it, hand the app over first (mapp transfer), "
                "or ask a maintainer to override this check",
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
    for transfer in added_transfers(submission):
        for fault in transfer_faults(submission, past, transfer) if past is not None else ():
            yield Objection(message=f"the transfer to another key does not hold: {fault}", fix=FIX)


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
