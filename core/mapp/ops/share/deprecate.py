"""Deprecates published versions of an app: everybody sees a note, and nothing is refused."""

from __future__ import annotations

from mapp.errors import NotFound, UsageError
from mapp.ops.share.publish import Target, listed_entry, one_line, parsed_version
from mapp.ops.share.registry_place import RegistryPlace, find_registry, mirrored
from mapp.ops.share.submit import Submitted, submit
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry


def deprecate(
    workspace: Workspace,
    name: str,
    target: Target,
    *,
    version: str = "",
    why: str | None,
    use: str = "",
) -> tuple[RegistryPlace, Submitted]:
    """Advises against one published version of an app, or all of them, or takes that back.

    Args:
        workspace: the library; the app need not be in it.
        name: the app.
        target: the registry, and how to change it.
        version: one version; empty for all that are published now. Later ones are not deprecated.
        why: the reason, which everybody sees; None takes a deprecation back.
        use: another app of the registry to use instead; may be empty.

    Raises:
        NotFound: the registry does not list the app, the version or the other app.
        UsageError: the version or the reason cannot be used.
        SubmissionRefused: a check of the registry refuses it.
    """
    wanted = parsed_version(version) if version else None
    reason = None if why is None else one_line(why, "the reason")
    if reason is None and use:
        raise UsageError("--use names what to use instead of a deprecated version", hint="leave it out")
    place = find_registry(workspace, target.registry, allow_plain=target.allow_plain)
    registry = mirrored(workspace, place).registry
    known = listed_entry(registry, place, name, wanted)
    if use and (use == name or not registry.has(use)):
        raise NotFound(f"{place} does not list {use} beside {name}", hint="check the spelling")

    def change(before: Entry | None) -> Entry:
        return (before or known).with_deprecation(wanted, reason, use)

    done = submit(
        workspace, place, name, change, lambda row: row, direct=target.direct, override=target.override
    )
    return place, done
