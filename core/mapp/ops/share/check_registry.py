"""Checks what a branch or pull request changes in a registry, or every entry that it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mapp.errors import InvalidInput, MappError, NotFound, Problem, UsageError
from mapp.git.repository import Repository, discover
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import judged, trial_of
from mapp.ops.run.permissions import ensure_isolated_stranger
from mapp.ops.share.registry_place import access_for
from mapp.ops.share.similar import find_twins
from mapp.ops.workspace import Workspace
from mapp.share.checks.all_checks import CHECKS, CheckResult, Review, review
from mapp.share.checks.check import Objection
from mapp.share.entry import Entry, PublishedVersion, entry_path
from mapp.share.proposal import Proposed, proposed
from mapp.share.registry import Registry
from mapp.share.release import ensure_all_released, fetch_release
from mapp.share.remote import Access
from mapp.share.submission import Release, Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryChecked:
    """The review of a change between two commits of a registry."""

    base: str
    head: str
    proposed: Proposed
    review: Review

    @property
    def name(self) -> str:
        """Returns the app that the change is about; empty if it is about none."""
        entry = self.proposed.after or self.proposed.before
        return "" if entry is None else entry.name

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `registry check --json` prints it."""
        return {
            "schema": 1,
            "base": self.base,
            "head": self.head,
            "app": self.name or None,
            "paths": list(self.proposed.paths),
            **self.review.to_dict(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Examiner:
    """How releases are looked at: where they are fetched, and whether their code runs."""

    workspace: Workspace
    access: Access
    run_gate: bool = True

    def submission(
        self, main: Registry, found: Proposed, *, waited: int | None = None, fetch: bool = True
    ) -> Submission:
        """Returns a submission with everything that the checks need.

        Raises:
            InvalidInput: the registry's policy is not valid.
            RemoteFailed, RemoteRefused, IntegrityError, InvalidApp: the app's remote does not give the
                release, or a remote that an app is handed over to lacks one.
        """
        submission = Submission(
            registry=main,
            policy=main.policy(CHECKS),
            paths=found.paths,
            before=found.before,
            after=found.after,
            fault=found.fault,
            now=int(self.workspace.clock()),
            waited=waited,
        )
        before, after = found.before, found.after
        if fetch and before is not None and after is not None and before.remote != after.remote:
            ensure_all_released(after, self.access)
        if not fetch or found.after is None or len(submission.added) != 1:
            return submission
        release = self.release(found.after, submission.added[0].tag)
        follows, past, earlier = submission.follows, submission.past, None
        if follows is not None and past is not None:
            earlier = self.release(past, follows.tag)
        full = replace(submission, release=release, replaced=earlier)
        if not self.run_gate:
            return full
        twins = partial(find_twins, self.workspace, full, release, self.release)
        return replace(full, gate=partial(self.verdict, release, earlier), twins=twins)

    def release(self, entry: Entry, tag: str) -> Release:
        """Fetches a release of an app."""
        folder = self.workspace.config.cache / "fetched"
        now = int(self.workspace.clock())
        return fetch_release(entry.remote, tag, folder=folder, now=now, access=self.access)

    def verdict(self, release: Release, earlier: Release | None) -> Verdict:
        """Runs the gate on a release, compared with the one before; nothing is kept.

        Raises:
            SandboxUnavailable, PermissionNeeded: this machine isolates a stranger's app too weakly.
        """
        ensure_isolated_stranger(self.workspace, release.app.name)
        base = None if earlier is None else (earlier.app, earlier.files)
        trial = trial_of(
            self.workspace,
            release.app,
            release.files,
            base=base,
            kind="add" if base is None else "edit",
        )
        return judged(trial, release.published.tree, None)


def check_change(
    workspace: Workspace,
    folder: Path,
    *,
    base: str,
    head: str = "HEAD",
    override: Collection[str] = (),
    fetch: bool = True,
    run_gate: bool = True,
) -> RegistryChecked:
    """Checks what the commits from `base` to `head` change in the registry in a folder.

    With `fetch` off, only the registry's files are looked at; with `run_gate` off, no code of an app runs.

    Raises:
        NotFound: there is no repository, or no such revision.
        InvalidInput: the registry's policy is not valid.
    """
    repository = discover(folder)
    main, tip = Registry(repository, repository.resolve(base)), repository.resolve(head)
    found = proposed(main, tip)
    examiner = Examiner(workspace=workspace, access=_access(repository), run_gate=run_gate)
    result = examine(examiner, main, found, override=override, fetch=fetch)
    return RegistryChecked(base=main.commit, head=tip, proposed=found, review=result)


def examine(
    examiner: Examiner,
    main: Registry,
    found: Proposed,
    *,
    override: Collection[str] = (),
    waited: int | None = None,
    fetch: bool = True,
) -> Review:
    """Returns the review of a proposed change. The cheap checks come first: they may spare the fetch."""
    first = review(examiner.submission(main, found, waited=waited, fetch=False), override=override)
    if not fetch or not first.passed:
        return first
    try:
        submission = examiner.submission(main, found, waited=waited)
    except MappError as error:
        return _unreachable(first, error)
    return review(submission, override=override)


def _access(repository: Repository) -> Access:
    """Returns what is allowed for the apps of a clone: plain transports if it was itself cloned by one."""
    try:
        return access_for(repository.remote_url("origin"))
    except UsageError:  # not a clone, or by an address that mapp does not use
        return Access(allow_plain=True)


def check_all(folder: Path, head: str = "HEAD") -> int:
    """Checks every entry of a registry by itself, and its policy; returns how many entries there are.

    Raises:
        InvalidInput: lists each file that is not valid.
        NotFound: there is no repository, or no such revision.
    """
    repository = discover(folder)
    registry = Registry(repository, repository.resolve(head))
    registry.description()
    registry.policy(CHECKS)
    problems = list(_faulty(registry))
    if problems:
        raise InvalidInput(f"{len(problems)} entries are not valid", problems, code="MAPP-0160")
    return len(registry.names())


def revalidate(
    workspace: Workspace, folder: Path, head: str = "HEAD", *, shard: tuple[int, int] = (1, 1)
) -> Iterator[tuple[str, Review]]:
    """Yields what the checks say now of the newest version of each app of a shard (number, count).

    Raises:
        NotFound: there is no repository, or no such revision.
    """
    repository = discover(folder)
    registry = Registry(repository, repository.resolve(head))
    examiner = Examiner(workspace=workspace, access=_access(repository))
    number, count = shard
    for place, name in enumerate(registry.names()):
        entry = registry.entry(name)
        if place % count == number - 1 and entry is not None and entry.latest is not None:
            yield name, _revalidated(examiner, registry, entry, entry.latest)


def _revalidated(examiner: Examiner, registry: Registry, entry: Entry, latest: PublishedVersion) -> Review:
    """Returns the review of a version as if it alone were added now; only the checks of an app count."""
    rest = tuple(row for row in entry.versions if row.version < latest.version)
    before = replace(entry, versions=rest) if rest else None
    after = replace(entry, versions=(*rest, latest))
    found = Proposed(paths=(entry_path(entry.name),), before=before, after=after)
    empty = Review(
        results=tuple(CheckResult(check=name, status="skipped") for name in CHECKS),
    )
    try:
        full = review(examiner.submission(registry, found))
    except MappError as error:
        return _unreachable(empty, error)
    kept = ("as-published", "gate")
    return Review(results=tuple(row for row in full.results if row.check in kept))


def _faulty(registry: Registry) -> Iterator[Problem]:
    for name in registry.names():
        try:
            registry.entry(name)
        except InvalidInput as error:
            detail = "; ".join(map(str, error.problems)) or error.message
            yield Problem(path=entry_path(name), message=detail)


def _unreachable(first: Review, error: MappError) -> Review:
    """Returns a review in which `as-published` refuses, because the release cannot be had."""
    objection = Objection(
        message=f"the release cannot be read: {error.message}",
        fix=error.hint or "push the tag and make the remote readable, then submit again",
    )
    rows = (
        CheckResult(check=row.check, status="refused", objections=(objection,))
        if row.check == "as-published"
        else row
        for row in first.results
    )
    return Review(results=tuple(rows))


def default_base(folder: Path) -> str:
    """Returns the revision that a working copy's changes are compared with: `origin/main`, else `main`.

    Raises:
        NotFound: there is neither.
    """
    repository = discover(folder)
    for name in ("origin/main", "main"):
        try:
            repository.resolve(name)
        except NotFound:
            continue
        return name
    raise NotFound(f"{folder} has no branch main", hint="name the base: --base REVISION")
