"""What this library did to an installed app, carried over to a newer release of it.

A local change is a heal, an expansion or an edit on top of the installed release. A heal or an expansion is
identified by the tests that it adds, not by its code: if the newer release passes them, it contains the
change, which is dropped. Otherwise the change is merged with the release, file by file, and kept if the gate
passes the result on the new base. Otherwise the app stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapp.errors import InvalidApp, InvalidInput, MappError
from mapp.git.commit import Commit
from mapp.git.identity import tree_id
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.commit_app import message
from mapp.library.landing import base_release
from mapp.model.app import EXAMPLES, MANIFEST, RECORDING, REGRESSIONS, App, Example, read_app
from mapp.model.values import canonical
from mapp.model.verdict import GateKind, Verdict
from mapp.model.version import Level, Version
from mapp.ops.check.gate import Watch, failed_runs, judged, trial_of
from mapp.ops.manage.bump import with_version
from mapp.ops.workspace import Workspace
from mapp.validate.checks.healed import passes

Files = Mapping[str, bytes]
State = Literal["dropped", "kept", "held"]
MAX_CHANGES: Final = 100
"""With more commits on top of its release, an app is left as it is."""
REBASED: Final = "Mapp-Rebased"


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalChange:
    """One change of this library: the files before and after it (path -> bytes), and its commit."""

    commit: Commit
    before: Files
    after: Files

    @property
    def kind(self) -> GateKind:
        """Returns how the gate judges it: as a heal, an expansion, or an edit."""
        match self.commit.trailers.get("Mapp-Operation"):
            case "heal":
                return "heal"
            case "expand":
                return "expand"
        return "edit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What became of a local change: dropped, kept as a new commit, or held; `why` says it in words."""

    commit: str
    operation: str
    state: State
    why: str
    incident: str = ""

    @classmethod
    def of(cls, change: LocalChange, state: State, why: str) -> Fate:
        """Returns the fate of a change."""
        trailers = change.commit.trailers
        return cls(
            commit=change.commit.id,
            operation=trailers.get("Mapp-Operation", "edit"),
            state=state,
            why=why,
            incident=trailers.get("Mapp-Incident", ""),
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the fate as `update --json` prints it."""
        return {"commit": self.commit, "operation": self.operation, "state": self.state, "why": self.why}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebased:
    """A local change on a new base: the app with its files (path -> bytes), and the gate's verdict."""

    change: LocalChange
    app: App
    files: dict[str, bytes]
    verdict: Verdict

    def text(self, base: str) -> str:
        """Returns the message of its commit on a base: the original's trailers, and which commit that was."""
        own = {name: value for name, value in self.change.commit.trailers.items() if name.startswith("Mapp-")}
        trailers = {**own, REBASED: self.change.commit.id, "Mapp-Verdict": "passed", "Mapp-Base": base}
        return message(f"{self.app.name}: {self.app.manifest.version}, on a newer release", trailers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """The local changes of an app after a newer release: what became of each, and those to commit on it."""

    fates: tuple[Fate, ...]
    rebased: tuple[Rebased, ...] = ()

    @property
    def held(self) -> Fate | None:
        """Returns the change that does not fit the release, if there is one."""
        return next((row for row in self.fates if row.state == "held"), None)


def local_changes(repository: Repository, commit: str) -> list[LocalChange] | None:
    """Returns the changes between a commit and the release that it is built on, oldest first.

    What was taken back counts as not done. Returns None if there is no such release, or too many commits.
    """
    release = base_release(repository, commit)
    if release is None:
        return None
    commits: list[Commit] = []
    for row in repository.history(commit):
        commits.append(row)
        if row.id == release:
            break
        if len(commits) > MAX_CHANGES:
            return None
    kept: list[Commit] = []
    for row in reversed(commits):
        same = next((place for place, earlier in enumerate(kept) if earlier.tree == row.tree), None)
        kept = [*kept, row] if same is None else kept[: same + 1]
    files = [read_snapshot(repository, row.id).files for row in kept]
    steps = zip(kept[1:], files, files[1:], strict=False)
    return [LocalChange(commit=row, before=old, after=new) for row, old, new in steps]


def carry_over(
    workspace: Workspace,
    repository: Repository,
    changes: Sequence[LocalChange],
    onto: tuple[App, Files],
    *,
    taken: frozenset[Version] = frozenset(),
    watch: Watch | None = None,
) -> Carried:
    """Returns what becomes of local changes on a newer release; writes no commit.

    Args:
        workspace: provides the sandbox.
        repository: the app's repository; objects may be written to it.
        changes: oldest first. After the first one that is held, the others are not tried.
        onto: the release and its files (path -> bytes).
        taken: versions that a rebased change must not have.
        watch: receives the gate's results.

    Raises:
        SandboxUnavailable: this machine does not isolate a third-party app well enough.
    """
    fates, rebased = [], []
    base = onto
    for change in changes:
        found = rebase(workspace, repository, change, base, taken=taken, watch=watch)
        fates.append(found if isinstance(found, Fate) else Fate.of(change, "kept", f"as {_version(found)}"))
        if isinstance(found, Rebased):
            rebased.append(found)
            base, taken = (found.app, found.files), taken | {found.app.manifest.version}
        elif found.state == "held":
            return Carried(fates=tuple(fates))
    return Carried(fates=tuple(fates), rebased=tuple(rebased))


def rebase(
    workspace: Workspace,
    repository: Repository,
    change: LocalChange,
    onto: tuple[App, Files],
    *,
    taken: frozenset[Version] = frozenset(),
    watch: Watch | None = None,
) -> Rebased | Fate:
    """Returns a change on a new base, or why it is dropped or held.

    Arguments and errors as for `carry_over`.
    """
    app, there = onto
    release = f"{app.name} {app.manifest.version}"
    if is_contained(workspace, change, onto):
        return Fate.of(change, "dropped", f"{release} passes its tests")
    merged = merge_files(repository, change.before, change.after, there)
    if isinstance(merged, str):
        return Fate.of(change, "held", f"{merged} was changed in {release} as well")
    if merged == dict(there):
        return Fate.of(change, "dropped", f"{release} has it")
    version = _next_version(change, app.manifest.version, taken)
    try:
        text = merged[MANIFEST].decode("utf-8")
        files = {**merged, MANIFEST: with_version(text, version).encode("utf-8")}
        new = read_app(files, tree=tree_id(files))
    except (MappError, KeyError, UnicodeDecodeError) as error:
        return Fate.of(change, "held", f"it makes no valid app with {release}: {error}")
    incident = change.commit.trailers.get("Mapp-Incident", "")
    trial = trial_of(
        workspace,
        new,
        files,
        base=onto,
        kind=change.kind,
        failed_runs=failed_runs(workspace, incident) if change.kind == "heal" and incident else (),
    )
    verdict = judged(trial, tree_id(files), watch)
    if not verdict.passed:
        failed = ", ".join(row.check for row in verdict.results if not row.passed)
        return Fate.of(change, "held", f"it does not pass on {release}: {failed}")
    return Rebased(change=change, app=new, files=files, verdict=verdict)


def is_contained(workspace: Workspace, change: LocalChange, onto: tuple[App, Files]) -> bool:
    """Returns whether an app passes the tests that a heal or an expansion added, so that it contains it.

    An edit is not identified by its tests: a person may have written any for it, or none.
    """
    paths = {"heal": (REGRESSIONS,), "expand": (EXAMPLES, REGRESSIONS)}.get(change.kind, ())
    rows = [row for path in paths for row in _added_examples(change, path)]
    if not rows:
        return False
    app, there = onto
    recordings = {path: data for path, data in change.after.items() if RECORDING.fullmatch(path)}
    try:
        tested = read_app({**recordings, **there})
    except InvalidApp:
        tested = app
    trial = trial_of(workspace, tested, there, base=None, kind="edit")
    return all(passes(trial, trial.app, row) for row in rows)


def merge_files(repository: Repository, before: Files, after: Files, there: Files) -> dict[str, bytes] | str:
    """Returns files (path -> bytes) with the change from `before` to `after` made to `there`.

    Rows of tests are merged as a set, other files line by line; the version stays that of `there`. If both
    sides changed the same lines, returns the path.
    """
    try:
        before, after = (_with_version_of(there, files) for files in (before, after))
    except (MappError, KeyError, UnicodeDecodeError, ValueError):
        return MANIFEST
    found = {}
    for path in sorted({*before, *after, *there}):
        old, ours, theirs = before.get(path), after.get(path), there.get(path)
        if ours in (old, theirs):
            data = theirs
        elif theirs == old:
            data = ours
        elif path.endswith(".jsonl"):
            data = _merged_rows(old or b"", ours or b"", theirs or b"")
        elif old is None or ours is None or theirs is None:
            return path
        else:
            data = repository.merge_text(old, ours, theirs)
            if data is None:
                return path
        if data is not None:
            found[path] = data
    return found


def _with_version_of(there: Files, files: Files) -> Files:
    version = read_app(there, strict=False).manifest.version
    return {**files, MANIFEST: with_version(files[MANIFEST].decode("utf-8"), version).encode("utf-8")}


def _merged_rows(old: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Returns the rows of a JSON Lines file without those that we removed, and with those that we added."""
    before, after = set(old.splitlines()), ours.splitlines()
    removed = before - set(after)
    kept = [row for row in theirs.splitlines() if row not in removed]
    known = {*before, *kept}
    rows = [*kept, *(row for row in after if row not in known)]
    return b"".join(row + b"\n" for row in rows)


def _added_examples(change: LocalChange, path: str) -> Iterator[Example]:
    def rows(files: Files) -> Sequence[Example]:
        app = read_app(files)
        return app.regressions if path == REGRESSIONS else app.examples

    try:
        known = {canonical(row.to_dict()) for row in rows(change.before)}
        yield from (row for row in rows(change.after) if canonical(row.to_dict()) not in known)
    except InvalidInput:
        return


def _next_version(change: LocalChange, base: Version, taken: frozenset[Version]) -> Version:
    level = {"heal": Level.PATCH, "expand": Level.MINOR}.get(change.kind)
    if level is None:
        level = _level_between(change)
    version = base.bumped(level)
    while version in taken:
        version = version.bumped(level)
    return version


def _level_between(change: LocalChange) -> Level:
    """Returns the level by which an edit raised the version."""
    old, new = (read_app(files, strict=False).manifest.version for files in (change.before, change.after))
    if new.major > old.major:
        return Level.MAJOR
    return Level.MINOR if (new.major, new.minor) > (old.major, old.minor) else Level.PATCH


def _version(found: Rebased) -> Version:
    return found.app.manifest.version
