"""Hand-overs of an app to another remote or another key, signed with the key of the versions so far.

What is signed is the hand-over as canonical JSON, with the names of the registry and of the app, in a
namespace of its own: a signature on a tag, or on a hand-over elsewhere, proves nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mapp.model.values import canonical
from mapp.share.entry import Entry, Transfer
from mapp.share.signing import sign_statement, statement_signer
from mapp.share.submission import Submission

NAMESPACE: Final = "mapp-transfer"
FIX: Final = (
    "let the present author run mapp transfer, with the key of the versions so far; "
    "a maintainer can override this check"
)


def signed_transfer(transfer: Transfer, registry: str, app: str, key: str) -> tuple[Transfer, str]:
    """Returns a hand-over with a signature, and the fingerprint of the key; `registry` is its name.

    Raises:
        MappError: ssh-keygen could not sign with the key.
    """
    signature, signer = sign_statement(_statement(transfer, registry, app), key, NAMESPACE)
    return replace(transfer, signature=signature), signer


def added_transfers(submission: Submission) -> tuple[Transfer, ...]:
    """Returns the hand-overs that a submission adds."""
    before, after = submission.before, submission.after
    return () if before is None or after is None else after.transfers[len(before.transfers) :]


def transfer_faults(submission: Submission, before: Entry, transfer: Transfer) -> Iterator[str]:
    """Yields why a hand-over does not hold; it must be the present signer who signed it."""
    after = submission.after
    assert after is not None
    if transfer.after != before.versions[-1].version:
        yield f"it is about the versions up to {transfer.after}, not {before.versions[-1].version}"
    if (transfer.from_remote, transfer.to_remote) != (before.remote, after.remote):
        yield f"it says {transfer.from_remote} -> {transfer.to_remote}, and the entry {after.remote}"
    if not before.signer:
        yield f"no version of {before.name} is signed, so nobody can prove to be its author"
    elif before.signer != _signer(submission, transfer):
        yield f"it is not signed with {before.signer}, the key of {before.name} so far"


def _signer(submission: Submission, transfer: Transfer) -> str:
    if not transfer.signature or submission.after is None:
        return ""
    statement = _statement(transfer, submission.registry.description().name, submission.after.name)
    return statement_signer(statement, transfer.signature, NAMESPACE)


def _statement(transfer: Transfer, registry: str, app: str) -> bytes:
    document = transfer.to_dict()
    del document["signature"]
    return canonical({**document, "registry": registry, "app": app}).encode()
