"""What a person must agree to before an app from elsewhere may run: the capabilities that are new."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from mapp.errors import PermissionNeeded
from mapp.model.capabilities import QUIET, Capabilities
from mapp.model.http import HttpGrant
from mapp.ops.run.permissions import Permit
from mapp.share.entry import Transfer

NEEDED: Final = "MAPP-0741"


def added_capabilities(old: Capabilities, new: Capabilities) -> tuple[str, ...]:
    """Returns the capabilities of `new` that allow more than `old` did, by name; harmless ones do not count.

    A name counts as new, too, if it stays and means more: a secret that goes to another host, more tokens.
    """
    found = [name for name in new.names if name not in old.names]
    for grant in new.http:
        past = _same_host(old, grant)
        if grant.secret is not None and (past is None or past.secret != grant.secret):
            found.append(f"secret:{grant.secret.name}")
    if new.store is not None and old.store is not None and new.store.max_kb > old.store.max_kb:
        found.append("store")
    if new.llm is not None and old.llm is not None and new.llm.max_tokens > old.llm.max_tokens:
        found.append("llm")
    return tuple(name for name in dict.fromkeys(found) if name not in QUIET)


def _same_host(capabilities: Capabilities, grant: HttpGrant) -> HttpGrant | None:
    def place(row: HttpGrant) -> tuple[str, int | None, bool]:
        return row.host, row.port, row.plain

    return next((row for row in capabilities.http if place(row) == place(grant)), None)


def new_owner(transfer: Transfer | None) -> tuple[str, ...]:
    """Returns what a person agrees to, beside capabilities, when an app was handed over; else nothing."""
    if transfer is None:
        return ()
    return (f"a new owner's version, from {transfer.to_remote}",)


def ensure_consent(
    name: str, version: str, capabilities: Collection[str], *, yes: bool, permit: Permit | None, again: str
) -> None:
    """Asks the person for capabilities, and for what `new_owner` says; `again` is the command that agrees.

    Raises:
        PermissionNeeded: the person could not be asked, or said no. Nothing was changed.
    """
    asked = tuple(capabilities)
    if not asked or yes or (permit is not None and permit(f"{name} {version}", asked)):
        return
    raise PermissionNeeded(
        f"{name} {version} wants to use {', '.join(asked)}", hint=f"to allow that: {again}", code=NEEDED
    )
