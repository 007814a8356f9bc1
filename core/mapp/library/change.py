"""Writing apps into a library: every operation has one ref update, or one rename, as its commit point."""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mapp.errors import Busy, InvalidApp, MappError, NotFound, Problem
from mapp.git.repository import Repository, Signature, sync_folder
from mapp.git.tree import read_snapshot
from mapp.library.catalogue import WHOLE, names, open_repository, snapshot
from mapp.library.holding import Tell, alive, holding
from mapp.library.home import Home
from mapp.library.lockfile import Entry, read_lock, write_lock
from mapp.library.removed import Removed
from mapp.library.verdicts import is_forced, prove, read_verdict
from mapp.model.app import App, content_hash, read_app
from mapp.model.capabilities import QUIET
from mapp.model.interface import interface_hash
from mapp.model.verdict import Verdict

TRIES: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What a write left behind; `changed` is False when the app was already exactly so."""

    name: str
    version: str
    commit: str
    tree: str
    changed: bool


def message(subject: str, trailers: Mapping[str, str], body: str = "") -> str:
    """Returns a commit message with `Mapp-…` trailers; line breaks in values become spaces."""
    lines = [f"{name}: {' '.join(value.split())}" for name, value in trailers.items() if value]
    parts = [subject, body, "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def put(
    home: Home,
    app: App,
    files: Mapping[str, bytes],
    text: str,
    signature: Signature,
    *,
    source: str = "local",
    check: Callable[[App], None] | None = None,
    verdict: Verdict | None = None,
    tell: Tell | None = None,
) -> Committed:
    """Commits an app's files on its `main`, makes the release tag, and pins it in the lock file.

    `check` is called with the app that stands there now and raises to refuse the change; it runs under
    the app's lock, so what it saw is what is replaced. The `verdict` is recorded before `main` moves; without
    one, a passing verdict must be there already. Only a message with the trailer `Mapp-Verdict: forced…`
    brings in what is not proven.

    Raises:
        InvalidApp: no passing verdict is recorded for exactly this tree, and nothing says that it was forced.
        Busy: another process kept changing the app.
        IntegrityError: the lock file, the notes or the repository is damaged.
    """

    def proven(repository: Repository, tree: str) -> None:
        ensure_free(repository, app, tree, text)
        prove(repository, tree, text, signature, verdict)

    with holding(home.holds, app.name, tell=tell) as abandoned:
        read_lock(home.lock_file)  # a damaged one is told before git moves, not after
        path = home.repository(app.name)
        if not path.exists():
            repository, commit = Repository.create(
                path, files, text, signature, finish=lambda new: proven(new, new.write_tree(files))
            )
            changed = True
        else:
            repository = Repository.open(path)
            if abandoned:
                repository.sweep()
            commit, changed = _committed(repository, files, text, signature, check, proven)
        tag_release(repository, app, commit)
        tree = repository.tree_of(commit)
        entry = entry_of(app, files, commit=commit, tree=tree, source=source)
        pin(home, entry, declared=app.manifest.capabilities.names, tell=tell)
    version = str(app.manifest.version)
    return Committed(name=app.name, version=version, commit=commit, tree=tree, changed=changed)


def _committed(
    repository: Repository,
    files: Mapping[str, bytes],
    text: str,
    signature: Signature,
    check: Callable[[App], None] | None,
    proven: Callable[[Repository, str], None],
) -> tuple[str, bool]:
    tree = repository.write_tree(files)
    for _ in range(TRIES):
        tip = repository.tip()
        if tip is not None:
            if repository.tree_of(tip) == tree:
                if read_verdict(repository, tree) is None:
                    proven(repository, tree)
                return tip, False
            if check is not None:
                check(_current(repository, tip))
        proven(repository, tree)
        try:
            parents = () if tip is None else (tip,)
            return repository.commit_tree(tree, text, signature, parents=parents), True
        except Busy:
            continue
    raise Busy(
        f"main of {repository.path.stem} kept moving or is locked by git",
        hint="if no git command is running there, remove refs/heads/main.lock in the repository",
    )


def _current(repository: Repository, tip: str) -> App:
    found = read_snapshot(repository, tip, only=WHOLE)
    return read_app(found.files, commit=found.commit, tree=found.tree)


def ensure_free(repository: Repository, app: App, tree: str, text: str) -> None:
    """Raises InvalidApp when the app's version was released with another tree, unless `text` says forced."""
    released = repository.tip(f"refs/tags/v{app.manifest.version}")
    if released is None or is_forced(text) or repository.tree_of(released) == tree:
        return
    raise InvalidApp(
        f"{app.name} {app.manifest.version} was released before, with other content",
        [Problem(path="mapp.toml: version", message=f"{app.manifest.version} is commit {released[:10]}")],
        hint="mapp bump sets a version that is free",
        code="MAPP-0821",
    )


def tag_release(repository: Repository, app: App, commit: str) -> None:
    """Tags a commit with the app's version, unless that version was released before."""
    name = f"v{app.manifest.version}"
    if name not in repository.tags():
        repository.tag(name, commit)


def entry_of(app: App, files: Mapping[str, bytes], *, commit: str, tree: str, source: str) -> Entry:
    """Returns the lock entry that pins an app; only what can do no harm is granted by adding it."""
    return Entry(
        name=app.name,
        source=source,
        version=str(app.manifest.version),
        commit=commit,
        tree=tree,
        content=content_hash(files),
        interface=interface_hash(app.manifest),
        granted=tuple(name for name in app.manifest.capabilities.names if name in QUIET),
    )


def pin(
    home: Home, *entries: Entry, declared: tuple[str, ...] | None = None, tell: Tell | None = None
) -> None:
    """Writes entries into the lock file; those that are there keep their source and what was granted.

    What an app no longer declares is no longer granted either, where `declared` says what it declares.
    """
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        for entry in entries:
            before = known.get(entry.name)
            keep = before is not None and entry.source == "local"
            kept = before.granted if before is not None else ()
            granted = {*entry.granted, *(name for name in kept if declared is None or name in declared)}
            source = before.source if keep and before else entry.source
            known[entry.name] = replace(entry, source=source, granted=tuple(sorted(granted)))
        write_lock(home.lock_file, known)


def remove(home: Home, name: str, *, tell: Tell | None = None) -> Path:
    """Takes an app out of the library and returns where its repository is kept.

    Raises:
        NotFound: when there is no such app.
    """
    open_repository(home, name)
    with holding(home.holds, name, tell=tell):
        kept = home.removed / f"{name}-{uuid.uuid4().hex[:8]}.git"
        kept.parent.mkdir(parents=True, exist_ok=True)
        entry = read_lock(home.lock_file).get(name)
        row = Removed(name=name, repository=kept, at=time.time(), entry=entry)
        for left in home.removed.glob(f"{name}-*.json"):  # of a remove that was killed before it began
            if not left.with_suffix(".git").exists():
                left.unlink(missing_ok=True)
        row.write()
        try:
            home.repository(name).rename(kept)
        except FileNotFoundError:
            row.note.unlink(missing_ok=True)
            raise NotFound(f"{name} was removed by another process meanwhile") from None
        with contextlib.suppress(FileNotFoundError):  # the next app of that name must not find it
            home.store(name).rename(kept.with_suffix(".sqlite"))
        sync_folder(home.apps)
        _unpin(home, name, tell)
    return kept


def set_grants(home: Home, name: str, granted: tuple[str, ...], *, tell: Tell | None = None) -> None:
    """Writes what is granted to an app into the lock file; raises NotFound if it is not pinned there."""
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        if name not in known:
            raise NotFound(f"{name} is not in {home.lock_file}", hint="mapp doctor --repair writes it anew")
        known[name] = replace(known[name], granted=tuple(sorted(granted)))
        write_lock(home.lock_file, known)


def _unpin(home: Home, name: str, tell: Tell | None) -> None:
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        known.pop(name, None)
        write_lock(home.lock_file, known)


def repair(home: Home, *, tell: Tell | None = None) -> tuple[str, ...]:
    """Makes the lock file agree with the repositories and removes what killed writers left.

    Returns the names of the apps whose pins changed. It never needs to be run by hand for the library to
    work: a run reads the repositories, not the lock.
    """
    for folder in (home.apps, home.changes):
        sweep_new(folder)
    with holding(home.holds, "mapp.lock", tell=tell):
        known = read_lock(home.lock_file)
        there = {name: _pinned(home, name, known.get(name)) for name in names(home)}
        good = {name: entry for name, entry in there.items() if entry is not None}
        changed = [name for name in {*known, *good} if known.get(name) != good.get(name)]
        write_lock(home.lock_file, good)
    return tuple(sorted(changed))


def sweep_new(folder: Path) -> None:
    """Removes the repositories below a folder that a killed writer had not finished."""
    for left in folder.glob(".new-*"):
        if not alive(int(left.name.split("-")[1])):
            shutil.rmtree(left, ignore_errors=True)


def pinned_now(home: Home, name: str) -> Entry | None:
    """Returns the lock entry of an app that has none, as it stands on `main`; None if it cannot be read."""
    return _pinned(home, name, None)


def _pinned(home: Home, name: str, before: Entry | None) -> Entry | None:
    try:
        found = snapshot(home, name, only=None)
        app = read_app(found.files, commit=found.commit, tree=found.tree)
    except MappError:
        return before
    source = before.source if before else "local"
    entry = entry_of(app, found.files, commit=found.commit, tree=found.tree, source=source)
    if before is None:
        return entry
    return replace(entry, granted=tuple(sorted({*before.granted} & {*app.manifest.capabilities.names})))
