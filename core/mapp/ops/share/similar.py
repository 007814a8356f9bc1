"""Looks for listed apps that do what a new one does: fetches the likely ones and runs both in the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapp.errors import MappError
from mapp.ops.run.permissions import ensure_isolated_stranger
from mapp.ops.workspace import Workspace
from mapp.share.candidates import candidates
from mapp.share.entry import Entry
from mapp.share.remote_owner import same_owner
from mapp.share.submission import Release, Submission, Twin

SECONDS: Final = 60.0
"""How long the runs of one comparison may take."""

Fetch = Callable[[Entry, str], Release]
"""Returns a release of a listed app by its tag."""


def find_twins(workspace: Workspace, submission: Submission, release: Release, fetch: Fetch) -> list[Twin]:
    """Returns the listed apps of other owners that do what a new app does.

    An app that cannot be fetched, or takes too long, is left out: it must not block the others.

    Raises:
        SandboxUnavailable, PermissionNeeded: this machine isolates a stranger's app too weakly.
    """
    from mapp.validate.similarity import is_trivial

    entry = submission.after
    if entry is None or not submission.is_new_name or is_trivial(release.app.source):
        return []
    ensure_isolated_stranger(workspace, release.app.name)
    found = []
    for name in candidates(submission.registry, entry):
        known = submission.registry.entry(name)
        if known is None or known.latest is None or known == submission.past or _by_one(known, entry):
            continue
        try:
            other = fetch(known, known.latest.tag)
            if other.published.content == known.latest.content:
                found += _twin(workspace, name, release, other)
        except MappError:
            continue
    return found


def _twin(workspace: Workspace, name: str, new: Release, listed: Release) -> list[Twin]:
    from mapp.validate.similarity import likeness
    from mapp.validate.time_limit import TimeBudget, TimeLimitedExecutor
    from mapp.validate.trial import Trial

    executor = TimeLimitedExecutor(workspace.executor, TimeBudget(SECONDS))
    trial = Trial(
        app=new.app, executor=executor, files=new.files, base=listed.app, base_files=listed.files, kind="edit"
    )
    found = likeness(trial)
    twin = Twin(name=name, code=found.code, compared=found.compared, agreeing=found.agreeing)
    return [twin] if found.same else []


def _by_one(known: Entry, entry: Entry) -> bool:
    """Returns whether two apps have one owner, as far as their remotes and keys tell."""
    keys = {row.signer for row in known.versions} - {""}
    return same_owner(known.remote, entry.remote) or any(row.signer in keys for row in entry.versions)
