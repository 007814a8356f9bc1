"""What a person has granted to apps, and the checks before a run."""

from __future__ import annotations

from collections.abc import Callable, Collection

from mapp.errors import PermissionNeeded, UsageError
from mapp.library import read
from mapp.library.lockfile import read_lock
from mapp.library.paths import Home
from mapp.model.capabilities import QUIET
from mapp.model.manifest import Manifest
from mapp.ops.workspace import Workspace
from mapp.sandbox.engine import ENGINES, installed
from mapp.sandbox.executor import is_enough
from mapp.sandbox.executors.select import too_little
from mapp.suggested_commands import suggested_command

Permit = Callable[[str, tuple[str, ...]], bool]
"""Asks the person whether an app may have some capabilities."""


def granted(home: Home, name: str) -> frozenset[str]:
    """Returns the capabilities granted to an app; without a pin, only those that need no grant."""
    entry = read_lock(home.lock_file).get(name)
    return frozenset(QUIET if entry is None else entry.granted)


def grant(home: Home, name: str, capabilities: Collection[str]) -> tuple[str, ...]:
    """Grants capabilities to an app and returns all capabilities granted now.

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
    """Revokes capabilities, all if none is named, and returns those that remain.

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
    """Returns the capabilities of an app in one run: those granted, and `once` for this run only.

    Raises:
        PermissionNeeded: it declares more, and the person could not be asked or said no.
        UsageError: `once` names a capability that the app does not declare.
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
    from mapp.library.pins import set_grants  # loads libgit2, which a run does not need

    set_grants(home, name, capabilities)


def is_third_party(home: Home, name: str, *, unpinned: bool = True) -> bool:
    """Returns whether an app is third-party; `unpinned` is the answer for an app that is not in the lock.

    Raises:
        IntegrityError: the lock is damaged.
    """
    entry = read_lock(home.lock_file).get(name)
    return unpinned if entry is None else entry.is_third_party


def ensure_isolated(workspace: Workspace, name: str, *, unpinned: bool = True) -> None:
    """Refuses to run an app under weaker isolation than the settings require.

    An app that is not in the lock counts as third-party, unless `unpinned` is False: a folder that a person
    adds is the person's own.

    Raises:
        SandboxUnavailable: the isolation is too weak; the error names the setting. Nothing was started.
        PermissionNeeded: a third-party app would reach services on this machine, or would run on an engine
            with public faults and no kernel isolation to contain them.
    """
    if workspace.allow_loopback and is_third_party(workspace.home, name, unpinned=unpinned):
        raise PermissionNeeded(
            f"{name} is a third-party app, which may never reach services on this machine",
            hint="run it without --allow-loopback",
            code="MAPP-0710",
        )
    config, isolation = workspace.config, workspace.executor.isolation
    if not is_enough(isolation, config.isolation):
        raise too_little(isolation, config.isolation, "isolation")
    if not is_enough(isolation, "full") and is_third_party(workspace.home, name, unpinned=unpinned):
        ensure_isolated_stranger(workspace, name)


def ensure_isolated_stranger(workspace: Workspace, name: str) -> None:
    """Refuses to run an app that is surely third-party, whatever the library has under its name.

    Raises:
        SandboxUnavailable, PermissionNeeded: see `ensure_isolated`.
    """
    config, isolation = workspace.config, workspace.executor.isolation
    if is_enough(isolation, "full"):
        return
    if not is_enough(isolation, config.isolation_strangers):
        raise too_little(isolation, config.isolation_strangers, "isolation_strangers")
    _ensure_sound(workspace, name)


def _ensure_sound(workspace: Workspace, name: str) -> None:
    from mapp.sandbox.engine_faults import listed, public_faults

    chosen, executor = workspace.config.engine, workspace.executor
    faults = public_faults(executor, chosen, workspace.config.cache)
    if faults:
        other = next((row for row in installed() if row != chosen), None)
        hint = (
            f"run it on the other engine: mapp config engine {other}" if other else ENGINES["quickjs-ng"].hint
        )
        raise PermissionNeeded(
            f"{name} is a third-party app. The engine {executor.engine} has public faults ({listed(faults)}),"
            f" and the isolation {executor.isolation!r} of this machine does not contain them.",
            hint=hint,
            code="MAPP-0411",
        )


def strangers_run(workspace: Workspace) -> bool:
    """Returns whether this machine isolates well enough for third-party apps."""
    return is_enough(workspace.executor.isolation, workspace.config.isolation_strangers)
