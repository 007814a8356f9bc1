"""Landing: the one transaction by which an app's `main` moves.

A landing first checks the verdict, writes the commit, and records an intent in `refs/mapp/landing`: the old
and the new commit of `main`. Then `main` moves, which is the commit point. Then it tags the release, pins the
commit in the lock file, and records the end in `refs/mapp/landed`. With the intent, the operation log gets a
step (see `mapp.library.operations`). If a landing is killed, the next command finds the intent and finishes.
So if `main` differs from the lock file, either an intent explains it, or something other than mapp moved it,
and the app does not run.

The intent is a git tag object on the new commit: `git cat-file -p refs/mapp/landing` shows it.
`git clone --mirror` copies it; a fetch from another repository does not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mapp.errors import AlreadyExists, IntegrityError, InvalidApp, MappError, Problem
from mapp.git import loose
from mapp.git.commit import Signature, trailers_of
from mapp.git.durable_files import sync_folder
from mapp.git.repository import MAIN, Repository, unflushed
from mapp.git.tree import read_snapshot
from mapp.library.format import stamp_new
from mapp.library.lockfile import STARTER, LockEntry, read_entry, read_lock
from mapp.library.locks import Tell, holding
from mapp.library.paths import CANARY, Home
from mapp.library.pins import entry_of, pin, unpin
from mapp.library.read import open_repository
from mapp.library.verdicts import is_forced, prove, read_verdict
from mapp.model.app import App, read_app
from mapp.model.verdict import Verdict
from mapp.suggested_commands import suggested_git

if TYPE_CHECKING:
    from mapp.library.operations import Operation

LANDING: Final = "refs/mapp/landing"
LANDED: Final = "refs/mapp/landed"
"""The last landing that was started, and the last one that ended."""
RELEASES: Final = "refs/mapp/releases/"
"""The releases that came from elsewhere: `vX.Y.Z` -> commit. A tag of that name may be of this library."""
REPLACED: Final = "refs/mapp/replaced/"
"""The changes of this library that a newer release took the place of: commit -> itself, so git keeps it."""
OLD, SOURCE, GRANTED = "Mapp-Old", "Mapp-Source", "Mapp-Granted"
NOTHING: Final = "none"
MOVED: Final = "MAPP-0631"
_MAX_SOURCE_LENGTH: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """The result of a write; `changed` is False if the app already had exactly this content."""

    name: str
    version: str
    commit: str
    tree: str
    changed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What is to land: an app with all its files, the commit's message (`text`) and author, and its verdict.

    Without a `verdict`, a passing one must be recorded already. `source` says where the app comes from.
    `granted` are the capabilities that the person granted it for this landing, beyond those it has.
    `operation` is what the operation log records; by default what the trailers of `text` say.
    """

    app: App
    files: Mapping[str, bytes]
    text: str
    signature: Signature
    verdict: Verdict | None = None
    source: str = "local"
    granted: tuple[str, ...] = ()
    operation: Operation | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """A recorded landing: `main` moves from `old` (None for a new app) to `new`, with these new grants."""

    old: str | None
    new: str
    source: str
    granted: tuple[str, ...] = ()


def create(home: Home, proposal: Proposal, *, tell: Tell | None = None) -> Committed:
    """Adds a new app as a new repository. The caller holds the app's lock.

    The commit point is the rename of the finished repository.

    Raises:
        AlreadyExists: the app exists.
        InvalidApp, IntegrityError: the tree has no passing verdict; see `mapp.library.verdicts.prove`.
    """
    _forget(home, proposal.app.name, tell)
    stamp_new(home)

    def finish_building(repository: Repository) -> None:
        commit = repository.tip()
        assert commit is not None
        prove_here(repository, proposal, repository.tree_of(commit))
        _intend(home, repository, proposal, old=None, new=commit)

    path, text, who = home.repository(proposal.app.name), proposal.text, proposal.signature
    repository, commit = Repository.create(path, proposal.files, text, who, finish=finish_building)
    return finish(home, repository, proposal, commit, tell=tell)


def land(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    *,
    old: str | None,
    since: str | None,
    parents: tuple[str, ...],
    tell: Tell | None = None,
) -> Committed:
    """Moves an app's `main` from `old` to a new commit of the proposal. The caller holds the app's lock.

    `since` is the commit that landed last: equal to `old`, unless something other than mapp moved `main`.

    Raises:
        Busy: `main` is no longer at `old`, or a running git process holds it.
        InvalidApp, IntegrityError: the tree has no passing verdict; see `mapp.library.verdicts.prove`.
    """
    _land(home, repository, proposal, old=old, since=since, parents=parents)
    commit = repository.tip()
    assert commit is not None
    return finish(home, repository, proposal, commit, tell=tell)


def bring_in(
    home: Home, place: Path, proposal: Proposal, *, parent: str, hint: str, tell: Tell | None = None
) -> Committed:
    """Adds a new app whose repository was built elsewhere. The caller holds both locks.

    The commit point is the rename. After a kill it can be repeated; finished steps are skipped.

    Raises:
        AlreadyExists: the app exists; `hint` says what to do.
        InvalidApp, IntegrityError: the tree has no passing verdict; see `mapp.library.verdicts.prove`.
    """
    repository = Repository.open(place)
    if repository.tip() is None:
        _land(home, repository, proposal, old=None, since=None, parents=(parent,))
    else:
        prove_here(repository, proposal, repository.tree_of(parent))
    commit = repository.tip()
    assert commit is not None
    tag_release(repository, proposal.app, commit)
    return _move_in(home, repository, proposal, commit, hint=hint, tell=tell)


def bring_in_release(
    home: Home, place: Path, proposal: Proposal, *, commit: str, hint: str, tell: Tell | None = None
) -> Committed:
    """Adds a new app from a fetched repository: `main` becomes the fetched commit itself.

    The caller holds the app's lock. The commit point is the rename.

    Raises:
        AlreadyExists: the app exists; `hint` says what to do.
        InvalidApp, IntegrityError: the tree has no passing verdict; see `mapp.library.verdicts.prove`.
    """
    with unflushed(place):
        repository = Repository.open(place)
        prove_here(repository, proposal, repository.tree_of(commit))
        record_release(repository, str(proposal.app.manifest.version), commit)
        _intend(home, repository, proposal, old=None, new=commit)
        repository.create_ref(MAIN, commit)
        tag_release(repository, proposal.app, commit)
    return _move_in(home, repository, proposal, commit, hint=hint, tell=tell)


def _move_in(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    commit: str,
    *,
    hint: str,
    tell: Tell | None,
) -> Committed:
    """Moves a finished repository to the library's apps."""
    app = proposal.app
    target = home.repository(app.name)
    if target.exists():
        raise AlreadyExists(f"an app called {app.name} is in the library already", hint=hint)
    _forget(home, app.name, tell)
    stamp_new(home)
    target.parent.mkdir(parents=True, exist_ok=True)
    repository.path.rename(target)
    sync_folder(target.parent)
    return finish(home, Repository.open(target), proposal, commit, tell=tell)


def land_release(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    *,
    old: str,
    commit: str,
    tell: Tell | None = None,
) -> Committed:
    """Moves an app's `main` to a fetched commit, whose objects are in the repository already.

    The caller holds the app's lock. Commits that only this library has stay reachable by `REPLACED`.

    Raises:
        Busy: `main` is no longer at `old`, or a running git process holds it.
        InvalidApp, IntegrityError: the tree has no passing verdict; see `mapp.library.verdicts.prove`.
    """
    record_release(repository, str(proposal.app.manifest.version), commit)
    return land_again(home, repository, proposal, old=old, commit=commit, tell=tell)


def land_again(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    *,
    old: str,
    commit: str,
    tell: Tell | None = None,
) -> Committed:
    """Moves an app's `main` to a commit that the repository has, such as one that an update replaced.

    The commit takes the tag of its version. Else as `land_release`.
    """
    _claim_tag(repository, str(proposal.app.manifest.version), commit, old=old)
    prove_here(repository, proposal, repository.tree_of(commit))
    _intend(home, repository, proposal, old=old, new=commit)
    repository.move_ref(MAIN, old, commit)
    return finish(home, repository, proposal, commit, tell=tell)


def record_release(repository: Repository, version: str, commit: str) -> None:
    """Records the commit of a release that came from elsewhere. The caller holds the app's lock.

    Raises:
        IntegrityError: that version was another commit before.
    """
    known = release_of(repository, version)
    if known is None:
        repository.create_ref(f"{RELEASES}v{version}", commit)
    elif known != commit:
        raise IntegrityError(
            f"{version} of {repository.path.stem} was {known[:10]} before, and is {commit[:10]} now",
            hint="nothing was changed; a release never changes: ask the author",
            code="MAPP-0612",
        )


def claim_release(repository: Repository, version: str, commit: str, *, old: str) -> None:
    """Records a release from elsewhere that is about to replace `old`, and gives it the tag of its version.

    A change of this library may have that tag; it stays reachable by `REPLACED`. The caller holds the app's
    lock.

    Raises:
        IntegrityError: that version was another commit before.
    """
    record_release(repository, version, commit)
    _claim_tag(repository, version, commit, old=old)


def _claim_tag(repository: Repository, version: str, commit: str, *, old: str) -> None:
    """Gives a commit the tag of its version; what is of this library and loses it, or `main`, is kept."""
    if not is_release(repository, old):
        repository.set_ref(f"{REPLACED}{old}", old)
    tag = f"refs/tags/v{version}"
    if (tagged := repository.tip(tag)) == commit:
        return
    if tagged is not None:
        repository.set_ref(f"{REPLACED}{tagged}", tagged)
    repository.set_ref(tag, commit)


def release_of(repository: Repository, version: str) -> str | None:
    """Returns the commit of a release that came from elsewhere, or None."""
    return repository.tip(f"{RELEASES}v{version}")


def is_release(repository: Repository, commit: str) -> bool:
    """Returns whether a commit is a release that came from elsewhere, without changes of this library."""
    return commit in repository.refs(RELEASES).values()


def base_release(repository: Repository, commit: str) -> str | None:
    """Returns the release that a commit is built on: itself, or the nearest ancestor.

    That is one from elsewhere, or one that came with mapp.
    """
    releases = set(repository.refs(RELEASES).values())
    return next(
        (
            row.id
            for row in repository.history(commit)
            if row.id in releases or row.trailers.get("Mapp-Operation") == STARTER
        ),
        None,
    )


def _land(
    home: Home,
    repository: Repository,
    proposal: Proposal,
    *,
    old: str | None,
    since: str | None,
    parents: tuple[str, ...],
) -> None:
    tree = repository.write_tree(proposal.files)
    prove_here(repository, proposal, tree)
    new = repository.commit_tree(tree, proposal.text, proposal.signature, parents=parents, ref=None)
    _intend(home, repository, proposal, old=since, new=new)
    if old is not None and trailers_of(proposal.text).get("Mapp-Operation") == "heal":
        repository.set_ref(CANARY, new)  # it counts from the moment when `main` is there too
    repository.move_ref(MAIN, old, new)


def close_canary(home: Home, name: str, commit: str, *, tell: Tell | None = None) -> None:
    """Ends the canary of a heal, so that the version before it is no longer on stand-by; can be repeated."""
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        if repository.tip(CANARY) == commit:
            repository.delete_ref(CANARY, commit)


def prove_here(repository: Repository, proposal: Proposal, tree: str) -> None:
    """Records the verdict, and checks that it passed and that the version is not taken."""
    ensure_free(repository, proposal.app, tree, proposal.text)
    prove(repository, tree, proposal.text, proposal.signature, proposal.verdict)


def _intend(home: Home, repository: Repository, proposal: Proposal, *, old: str | None, new: str) -> None:
    _record_step(home, repository, proposal, old=old, new=new)
    record_intent(
        repository,
        old=old,
        new=new,
        source=proposal.source,
        signature=proposal.signature,
        granted=proposal.granted,
    )


def _record_step(
    home: Home, repository: Repository, proposal: Proposal, *, old: str | None, new: str
) -> None:
    """Adds what is about to land to the operation log."""
    from mapp.library.operations import Operation, record_step  # a run lands nothing

    name = proposal.app.name
    before = None if old is None else read_entry(home.lock_file, name)
    if (before.commit if before is not None else None) != old:
        return  # the lock file does not know what is replaced, so there is nothing to go back to
    kept = before.granted if before is not None else ()
    entry = entry_of(
        proposal.app,
        proposal.files,
        commit=new,
        tree=repository.tree_of(new),
        source=before.source if before is not None and proposal.source == "local" else proposal.source,
        granted=(*kept, *proposal.granted),
    )
    kind = trailers_of(proposal.text).get("Mapp-Operation", "add")
    operation = proposal.operation or Operation(kind=kind, by=proposal.signature)
    entry = replace(entry, pinned=before is not None and before.pinned)
    record_step(repository, operation, app=name, before=before, after=entry)


def record_intent(
    repository: Repository,
    *,
    old: str | None,
    new: str,
    source: str,
    signature: Signature,
    granted: tuple[str, ...] = (),
) -> None:
    """Records that `main` is about to move. The caller holds the app's lock."""
    trailers = f"{OLD}: {old or NOTHING}\n{SOURCE}: {source}\n"
    trailers += f"{GRANTED}: {' '.join(granted)}\n" if granted else ""
    subject = f"{repository.path.stem} lands {new[:10]}"
    repository.write_tag(LANDING, new, f"{subject}\n\n{trailers}", signature)


def finish(
    home: Home, repository: Repository, proposal: Proposal, commit: str, *, tell: Tell | None = None
) -> Committed:
    """Tags the release, pins it and records the end, after `main` has moved. It can be repeated."""
    app, tree = proposal.app, repository.tree_of(commit)
    tag_release(repository, app, commit)
    entry = entry_of(
        app, proposal.files, commit=commit, tree=tree, source=proposal.source, granted=proposal.granted
    )
    pin(home, entry, declared=app.manifest.capabilities.names, tell=tell)
    record_end(repository)
    version = str(app.manifest.version)
    return Committed(name=app.name, version=version, commit=commit, tree=tree, changed=True)


def record_end(repository: Repository) -> None:
    """Records the end of the last landing, if `main` is at its commit."""
    last = repository.tip(LANDING)
    if last is None or repository.tip(LANDED) == last:
        return
    landing = read_landing(repository)
    if landing is not None and landing.new == repository.tip():
        repository.set_ref(LANDED, last)


def read_landing(repository: Repository, ref: str = LANDING) -> Landing | None:
    """Returns the landing recorded in `ref`, or None.

    Raises:
        IntegrityError: the ref does not hold a landing.
    """
    tip = repository.tip(ref)
    if tip is None:
        return None
    kind, data = repository.raw(tip)
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    first, _, new = head.partition("\n")[0].partition(" ")
    known = trailers_of(message)
    old, source = known.get(OLD, ""), known.get(SOURCE, "")
    if kind != loose.TAG or first != "object" or not old or not 0 < len(source) <= _MAX_SOURCE_LENGTH:
        raise IntegrityError(f"{ref} of {repository.path.stem} does not hold a landing", code=MOVED)
    granted = tuple(known.get(GRANTED, "").split())
    return Landing(old=None if old == NOTHING else old, new=new, source=source, granted=granted)


def ensure_landed(home: Home, name: str, commit: str, *, tell: Tell | None = None) -> None:
    """Checks that the tip of `main` has landed; usually the lock file alone answers that.

    An interrupted landing is finished. If that cannot be written, the recorded intent is enough.

    Raises:
        IntegrityError: something other than mapp moved `main`.
    """
    try:
        entry = read_entry(home.lock_file, name)
    except IntegrityError:  # damaged; a run does not wait for `mapp doctor --repair` to rebuild it
        _explained(open_repository(home, name), commit, None)
        return
    if entry is not None and entry.commit == commit:
        return
    with contextlib.suppress(OSError):
        settle(home, name, tell=tell)
        return
    _explained(open_repository(home, name), commit, entry)


def settle(home: Home, name: str, *, tell: Tell | None = None) -> bool:
    """Finishes an app's interrupted landing, and returns whether there was one.

    Raises:
        IntegrityError: `main` differs from the lock file, and no landing explains it.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        return settle_held(home, repository, tell=tell)


def settle_held(home: Home, repository: Repository, *, tell: Tell | None = None) -> bool:
    """Does the work of `settle`. The caller holds the app's lock."""
    entry, tip = read_lock(home.lock_file).get(repository.path.stem), repository.tip()
    if tip is None or (entry is not None and entry.commit == tip):
        return False
    landing = _explained(repository, tip, entry)
    found = read_snapshot(repository, tip)
    app = read_app(found.files, commit=tip, tree=found.tree, strict=False)
    tag_release(repository, app, tip)
    pinned = entry_of(
        app, found.files, commit=tip, tree=found.tree, source=landing.source, granted=landing.granted
    )
    pin(home, pinned, declared=app.manifest.capabilities.names, tell=tell)
    record_end(repository)
    return True


def is_explained(home: Home, name: str, tip: str) -> bool:
    """Returns whether the tip of `main` has landed, even if the lock file lags; changes nothing."""
    entry = read_entry(home.lock_file, name)
    if entry is not None and entry.commit == tip:
        return True
    try:
        _explained(open_repository(home, name), tip, entry)
    except IntegrityError:
        return False
    return True


def adopt(home: Home, name: str, *, tell: Tell | None = None) -> None:
    """Records what has landed in an app from before landings were recorded.

    That is the commit in the lock file. It is also a tree with a passing verdict on top of that commit, or in
    an app that the lock file lacks: an older mapp left those when it was killed. Anything else stays
    unexplained.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        entry, tip = read_lock(home.lock_file).get(name), repository.tip()
        if tip is None:
            return
        named = entry is not None and entry.commit == tip
        if read_landing(repository) is not None:
            if named:
                record_end(repository)
            return
        info = repository.info(tip)
        old = info.parents[0] if info.parents and entry is not None else None
        follows = entry is None or entry.commit == old
        if not (named or (follows and _is_proven(repository, info.tree, info.message))):
            return
        who = Signature(name="mapp", email="mapp@localhost", time=max(info.time, 0))
        source = "local" if entry is None else entry.source
        record_intent(repository, old=old, new=tip, source=source, signature=who)
        if named:
            record_end(repository)


def _explained(repository: Repository, tip: str, entry: LockEntry | None) -> Landing:
    """Returns the landing of a commit that is on `main` although the lock file does not name it.

    If the lock file was lost, the last landing that ended takes its place.

    Raises:
        IntegrityError: no landing explains it.
    """
    last, ended = read_landing(repository), read_landing(repository, LANDED)
    locked = entry.commit if entry is not None else ended.new if ended is not None else None
    if entry is None and ended is not None and locked == tip:
        return replace(ended, granted=())  # the lost lock file had the grants; they may have been revoked
    if last is not None and last.new == tip and (locked is None or last.old == locked):
        return last
    raise moved(repository.path, tip, locked)


def _is_proven(repository: Repository, tree: str, message: str) -> bool:
    if is_forced(message):
        return True
    try:
        known = read_verdict(repository, tree)
    except MappError:
        return False
    return known is not None and (known.passed or known.forced)


def moved(path: Path, tip: str, locked: str | None) -> IntegrityError:
    """Returns the error for a `main` that something other than mapp moved."""
    name = path.stem
    back = "" if locked is None else f"; to undo: {suggested_git(path, 'update-ref', MAIN, locked)}"
    return IntegrityError(
        f"main of {name} is at {tip[:10]}, but mapp.lock says {locked[:10] if locked else 'nothing'}: "
        "something other than mapp moved it",
        hint=f"to check and accept it: mapp relock {name}{back}",
        code=MOVED,
    )


def ensure_free(repository: Repository, app: App, tree: str, text: str) -> None:
    """Raises InvalidApp if the version was released with another tree, unless `text` says forced."""
    released = repository.tip(f"refs/tags/v{app.manifest.version}")
    if released is None or is_forced(text) or repository.tree_of(released) == tree:
        return
    raise InvalidApp(
        f"{app.name} {app.manifest.version} is already released with other content",
        [Problem(path="mapp.toml: version", message=f"{app.manifest.version} is commit {released[:10]}")],
        hint="to set a free version: mapp bump",
        code="MAPP-0821",
    )


def tag_release(repository: Repository, app: App, commit: str) -> None:
    """Tags a commit with the app's version, unless that version is already released."""
    name = f"v{app.manifest.version}"
    if repository.tip(f"refs/tags/{name}") is None:
        repository.tag(name, commit)


def _forget(home: Home, name: str, tell: Tell | None) -> None:
    """Drops the pin and grants of an app that no longer exists, as a killed `remove` leaves them."""
    if read_entry(home.lock_file, name) is not None and not home.repository(name).exists():
        unpin(home, name, tell)


def relock(home: Home, name: str, proposal: Proposal, *, commit: str, tell: Tell | None = None) -> Committed:
    """Accepts the tip of an app's `main`, whatever moved it, if it has a passing verdict.

    Raises:
        IntegrityError: `main` is no longer at `commit`.
        InvalidApp: it has no passing verdict, or its version is already released with other content.
        NotFound: there is no such app.
    """
    with holding(home.holds, name, tell=tell) as abandoned:
        repository = open_repository(home, name)
        repository.sweep(abandoned=abandoned)
        entry = read_lock(home.lock_file).get(name)
        if repository.tip() != commit:
            raise IntegrityError(
                f"main of {name} has moved in the meantime", hint=f"to check again: mapp relock {name}"
            )
        prove_here(repository, proposal, repository.tree_of(commit))
        old = None if entry is None else entry.commit
        if old != commit:
            _intend(home, repository, proposal, old=old, new=commit)
        return finish(home, repository, proposal, commit, tell=tell)
