"""What a person has granted to apps, and what has to be asked before a run."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mapp.errors import PermissionNeeded, UsageError
from mapp.library import read
from mapp.library.lockfile import read_lock
from mapp.library.paths import Home
from mapp.model.capabilities import QUIET
from mapp.model.manifest import Manifest
from mapp.suggested_commands import suggested_command

Permit = Callable[[str, tuple[str, ...]], bool]
"""Asks the person whether an app may have some capabilities."""


def granted(home: Home, name: str) -> frozenset[str]:
    """Returns what is granted to an app; one that is not pinned has what needs no grant."""
    entry = read_lock(home.lock_file).get(name)
    return frozenset(QUIET if entry is None else entry.granted)


def grant(home: Home, name: str, capabilities: Collection[str]) -> tuple[str, ...]:
    """Grants capabilities to an app and returns all that are granted now.

    Raises:
        UsageError: the app does not declare one of them.
        NotFound: there is no such app.
    """
    declared = read.load_runnable(home, name).manifest.capabilities.names
    for capability in capabilities:
        if capability not in declared:
            known = ", ".join(declared) or "nothing"
            raise UsageError(f"{name} does not declare {capability!r}", hint=f"it declares {known}")
    now = tuple(sorted(granted(home, name) & {*declared} | {*capabilities}))
    _write(home, name, now)
    return now


def revoke(home: Home, name: str, capabilities: Collection[str]) -> tuple[str, ...]:
    """Takes capabilities back, all if none is named, and returns those that are left.

    Raises:
        UsageError: one of them is not granted.
    """
    before = granted(home, name)
    for capability in capabilities:
        if capability not in before:
            raise UsageError(f"{capability!r} is not granted to {name}")
    now = tuple(sorted(before - {*capabilities})) if capabilities else ()
    _write(home, name, now)
    return now


def ensure_granted(
    home: Home, manifest: Manifest, once: Collection[str] = (), permit: Permit | None = None
) -> frozenset[str]:
    """Returns what an app may use in one run: what is granted, and `once` for this run alone.

    Raises:
        PermissionNeeded: it declares more, and the person was not there or said no.
        UsageError: `once` names what it does not declare.
    """
    name, declared = manifest.name, manifest.capabilities.names
    if not declared and not once:
        return frozenset()
    for capability in once:
        if capability not in declared:
            raise UsageError(f"{name} does not declare {capability!r}")
    have = (granted(home, name) | {*once}) & {*declared}
    missing = tuple(capability for capability in declared if capability not in have)
    if not missing:
        return frozenset(have)
    if permit is not None and permit(name, missing):
        return frozenset({*grant(home, name, missing), *once} & {*declared})
    raise PermissionNeeded(
        f"{name} may not use {', '.join(missing)} yet", hint=suggested_command("grant", name, *missing)
    )


def _write(home: Home, name: str, capabilities: tuple[str, ...]) -> None:
    from mapp.library.commit_app import set_grants  # a run never writes, and this reads libgit2's binding

    set_grants(home, name, capabilities)
