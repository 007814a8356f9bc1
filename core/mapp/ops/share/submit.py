"""Brings one changed entry into a registry: directly, or as a submission for its maintainers.

Both are one commit that changes one file. A race with another publisher is resolved by fetching, checking and
committing again, so that both end up in. Whatever is interrupted can be repeated: what is there already is
left alone.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import AlreadyExists, Busy, InvalidInput, MappError, Problem
from mapp.git.repository import MAIN
from mapp.ops.share.registry_place import RegistryPlace, mirrored
from mapp.ops.workspace import Workspace
from mapp.share.checks.all_checks import CHECKS, Review, review
from mapp.share.entry import Entry, entry_path
from mapp.share.index_branch import INDEX, index_commit, source_of
from mapp.share.mirror import SUBMISSIONS, Mirror
from mapp.share.proposal import OVERRIDE, Step, commit_entry, steps, subject
from mapp.share.remote import Update, push
from mapp.share.submission import Submission

RACED: Final = "MAPP-0575"
TRIES: Final = 60
"""How often a raced push is repeated."""
_MAX_PAUSE: Final = 1.0

Change = Callable[[Entry | None], Entry]
"""Returns the entry to write, from the one in the registry; may raise if that makes no sense."""
Fill = Callable[[Submission], Submission]
"""Adds to a submission what the checks need beyond the registry: the release, and the one before."""


class SubmissionRefused(InvalidInput):
    """A registry's checks refuse a change; `review` has their results."""

    code = "MAPP-0860"

    def __init__(self, message: str, found: Review) -> None:
        rows = [
            Problem(path=row.check, message=f"{objection.message}; {objection.fix}")
            for row in found.with_status("refused")
            for objection in row.objections
        ]
        hint = "fix each listed problem; mapp registry check --list says what each check is for"
        super().__init__(message, rows, hint=hint)
        self.review = found


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """Where a change is now: a ref of the registry. `changed` is False if it was there before."""

    ref: str
    commit: str
    changed: bool


def reviewed(
    workspace: Workspace,
    mirror: Mirror,
    name: str,
    change: Change,
    fill: Fill,
    *,
    override: Collection[str] = (),
) -> tuple[Entry | None, Entry, Review]:
    """Returns an app's entry before and after a change, and what the registry's checks say about it.

    If nothing changes, no check runs.
    """
    registry = mirror.registry
    before = registry.entry(name)
    after = change(before)
    if after == before:
        return before, after, Review(results=())
    submission = Submission(
        registry=registry,
        policy=registry.policy(CHECKS),
        paths=(entry_path(after.name),),
        before=before,
        after=after,
        now=int(workspace.clock()),
    )
    return before, after, review(fill(submission), override=override)


def submit(
    workspace: Workspace,
    place: RegistryPlace,
    name: str,
    change: Change,
    fill: Fill,
    *,
    direct: bool,
    override: Collection[str] = (),
) -> Submitted:
    """Checks a change of one entry and pushes it; returns where it is.

    With `direct` it goes to `main`, and the index follows; else to a branch `submit/<name>/<version>`.

    Raises:
        SubmissionRefused: a check refuses it.
        RemoteFailed, RemoteRefused: see `mapp.share.remote.push`.
        Busy: other publishers were faster too often.
    """
    for number in range(TRIES):
        mirror = mirrored(workspace, place, submissions=not direct)
        before, after, found = reviewed(workspace, mirror, name, change, fill, override=override)
        ref = MAIN if direct else submission_ref(after, before)
        if after == before:
            if direct:
                publish_index(workspace, place)
            return Submitted(ref=MAIN, commit=mirror.main, changed=False)
        if not found.passed:
            raise SubmissionRefused(f"{place} does not accept {subject(after, before)}", found)
        old = mirror.main if direct else mirror.refs.get(ref)
        if old is not None and not direct and _submitted_alike(mirror, old, after):
            return Submitted(ref=ref, commit=old, changed=False)
        said = subject(after, before) + _trailers(found)
        commit = commit_entry(mirror.registry, after, said, workspace.signature())
        if pushed(mirror, ref, old, commit):
            if direct:
                publish_index(workspace, place)
            return Submitted(ref=ref, commit=commit, changed=True)
        pause(workspace, number)
    raise too_busy(place)


def submission_ref(after: Entry, before: Entry | None) -> str:
    """Returns the branch for a change: `submit/<name>/<version>`, or e.g. `submit/<name>/yank-<version>`."""
    step = (steps(after, before) or [Step(verb="", what=str(after.versions[-1].version))])[-1]
    return f"{SUBMISSIONS}{after.name}/{step.verb}{'-' * bool(step.verb)}{step.what}"


def pushed(mirror: Mirror, ref: str, old: str | None, new: str) -> bool:
    """Pushes a commit by compare-and-swap; returns False if somebody else was faster."""
    try:
        push(mirror.repository.path, mirror.url, [Update(ref=ref, old=old, new=new)], access=mirror.access)
    except MappError as error:
        if error.code != RACED:
            raise
        return False
    return True


def publish_index(workspace: Workspace, place: RegistryPlace, *, fresh: bool = False) -> str:
    """Brings the index of a registry up to its `main` and returns the index's commit.

    The last of several publishers brings in all that is on `main` by then.
    """
    for number in range(TRIES):
        mirror = mirrored(workspace, place)
        state = index_commit(mirror.registry, mirror.index, fresh=fresh)
        if not state.changed or pushed(mirror, INDEX, mirror.index, state.commit):
            return state.commit
        pause(workspace, number)
    raise too_busy(place)


def index_is_current(mirror: Mirror) -> bool:
    """Returns whether the index was generated from the `main` that the mirror knows."""
    return mirror.index is not None and source_of(mirror.repository, mirror.index) == mirror.main


def pause(workspace: Workspace, number: int) -> None:
    """Waits a random time that grows with the number of the try, so that racing publishers spread out."""
    longest = min(_MAX_PAUSE, 0.02 * 2 ** min(number, 10))
    workspace.sleep(random.Random(workspace.seed()).uniform(0, longest))


def _submitted_alike(mirror: Mirror, tip: str, after: Entry) -> bool:
    """Returns whether a submitted branch has the same entry but for the time.

    Raises:
        AlreadyExists: it proposes something else.
    """
    from mapp.share.registry import Registry

    known = None
    with contextlib.suppress(MappError):
        known = Registry(mirror.repository, tip).entry(after.name)
    if known is not None and _timeless(known) == _timeless(after):
        return True
    raise AlreadyExists(
        f"another change of {after.name} with the same version is submitted already, at {tip[:10]}",
        hint="ask a maintainer to drop it, or publish the next version",
        code="MAPP-0861",
    )


def _timeless(entry: Entry) -> Entry:
    versions = tuple(replace(row, time=0) for row in entry.versions)
    transfers = tuple(replace(row, time=0, signature="") for row in entry.transfers)
    return replace(entry, versions=versions, transfers=transfers)


def _trailers(found: Review) -> str:
    rows = [f"{OVERRIDE}: {name}" for name in found.overridden]
    return "\n" if not rows else "\n\n" + "\n".join(rows) + "\n"


def too_busy(place: RegistryPlace) -> Busy:
    """Returns the error for a registry that others changed too often in the meantime."""
    return Busy(f"other publishers of {place} were faster {TRIES} times", hint="run the command again")
