"""Hands a published app over: later versions come from another remote, or are signed with another key."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.errors import UsageError
from mapp.ops.share.publish import Target, listed_entry
from mapp.ops.share.registry_place import RegistryPlace, find_registry, mirrored, own_address
from mapp.ops.share.submit import Submitted, submit
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry, Transfer, remote_fault
from mapp.share.release import ensure_all_released
from mapp.share.remote import Access
from mapp.share.signing import fingerprint_of, signing_key
from mapp.share.transfer import signed_transfer

_FINGERPRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def transfer(
    workspace: Workspace, name: str, target: Target, *, signer: str = ""
) -> tuple[RegistryPlace, Transfer, Submitted]:
    """Hands an app over, signed with the key of its versions so far; the app need not be in the library.

    Args:
        workspace: the library, for its settings and caches.
        name: the app.
        target: the registry, how to change it, and the new remote; without one, the remote stays.
        signer: the key of later versions, a fingerprint or a file with a public key; by default it stays.

    Raises:
        NotFound: the registry does not list the app.
        UsageError: nothing would change, the key cannot be used, or git does not sign with an SSH key.
        RemoteRefused: the new remote lacks a version that is listed (MAPP-0612).
        SubmissionRefused: a check of the registry refuses it, such as for another key than the present one.
    """
    place = find_registry(workspace, target.registry, allow_plain=target.allow_plain)
    registry = mirrored(workspace, place).registry
    known, title = listed_entry(registry, place, name, None), registry.description().name
    plain = target.allow_plain or place.access.allow_plain
    remote = own_address(target.remote, allow_plain=plain) if target.remote else known.remote
    if fault := remote_fault(remote):
        raise UsageError(f"the remote {remote!r} {fault}")
    to_signer = _fingerprint(signer) if signer else known.signer
    key, now = signing_key(), int(workspace.clock())
    if known.signer and key is None:
        raise UsageError(
            f"a transfer is signed with the key of the versions so far, {known.signer}",
            hint="git config --global gpg.format ssh, then git config --global user.signingkey FILE",
        )
    if not known.transfers and (remote, to_signer) == (known.remote, known.signer):
        raise UsageError(f"{name} is there already", hint="name another remote (--remote) or key (--signer)")
    ensure_all_released(replace(known, remote=remote), Access(allow_plain=plain or bool(target.remote)))
    made: list[Transfer] = []

    def change(before: Entry | None) -> Entry:
        entry = before or known
        if entry.transfers and (remote, to_signer) == (entry.remote, entry.signer):
            made.append(entry.transfers[-1])
            return entry
        row = Transfer(
            after=entry.versions[-1].version,
            from_remote=entry.remote,
            to_remote=remote,
            from_signer=entry.signer,
            to_signer=to_signer,
            time=now,
        )
        if key is not None:
            row = signed_transfer(row, title, name, key)[0]
        made.append(row)
        return replace(entry, remote=remote, transfers=(*entry.transfers, row))

    done = submit(
        workspace, place, name, change, lambda row: row, direct=target.direct, override=target.override
    )
    return place, made[-1], done


def _fingerprint(text: str) -> str:
    """Returns the fingerprint that a person typed, or that of the public key in a file."""
    if _FINGERPRINT.fullmatch(text):
        return text
    try:
        return fingerprint_of(Path(text).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{text!r} is neither a fingerprint nor the file of a public key: {error}",
            hint="ssh-keygen -lf FILE shows the fingerprint of a key",
        ) from None
