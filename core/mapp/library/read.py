"""Reads apps from a library."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mapp.errors import MappError, NotFound
from mapp.git.commit import Commit
from mapp.git.repository import Repository, tip_stamp
from mapp.git.tree import Snapshot, list_entries, read_snapshot
from mapp.library.paths import Home
from mapp.model.app import (
    EXAMPLES,
    MANIFEST,
    PHRASES,
    PROPERTIES,
    RECORDING,
    REGRESSIONS,
    SOURCE,
    App,
    read_app,
)
from mapp.model.names import app_name_fault
from mapp.model.version import Version

RUNNABLE = frozenset([MANIFEST, SOURCE])

LEARNED = "*learned*"
"""The key of `stamps` for what the library learned; no app can have that name."""


class _Whole:
    """The paths of everything that `load` reads: some named files, and any number of recordings."""

    named = frozenset([MANIFEST, SOURCE, EXAMPLES, PHRASES, PROPERTIES, REGRESSIONS])

    def __contains__(self, path: object) -> bool:
        return path in self.named or (isinstance(path, str) and RECORDING.fullmatch(path) is not None)


WHOLE = _Whole()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One app as `mapp list` shows it."""

    name: str
    version: str
    commit: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DamagedApp:
    """An app whose repository cannot be read, with the error."""

    name: str
    error: MappError


def names(home: Home) -> tuple[str, ...]:
    """Returns the names of the apps in a library, sorted; empty if there is no library yet."""
    try:
        with os.scandir(home.apps) as entries:
            found = [entry.name.removesuffix(".git") for entry in entries if entry.name.endswith(".git")]
    except FileNotFoundError:
        return ()
    return tuple(sorted(name for name in found if not app_name_fault(name)))


def stamps(home: Home) -> dict[str, str]:
    """Returns, for each app, a text that changes when its `main` moves, and one for what was learned."""
    found = {name: tip_stamp(home.apps / f"{name}.git") for name in names(home)}
    with contextlib.suppress(FileNotFoundError):
        about = home.learned_file.stat()
        found[LEARNED] = f"{about.st_mtime_ns}.{about.st_size}.{about.st_ino}"
    return found


def open_repository(home: Home, name: str) -> Repository:
    """Returns the repository of an app.

    Raises:
        NotFound: there is no such app; the hint lists similar names.
        IntegrityError: it is not a repository, or mapp refuses it.
    """
    return Repository.open(repository_of(home, name))


def repository_of(home: Home, name: str) -> Path:
    """Returns the folder of an app's repository without reading it; raises NotFound as `open_repository`."""
    path = home.repository(name)
    if not path.is_dir():
        near = difflib.get_close_matches(name, names(home), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "mapp list shows the apps"
        raise NotFound(f"there is no app {name!r} in the library", hint=hint, code="MAPP-0201")
    return path


def snapshot(
    home: Home, name: str, revision: str | None = None, *, only: Container[str] | None = WHOLE
) -> Snapshot:
    """Returns the files of an app at `main`, or at another revision."""
    repository = open_repository(home, name)
    commit = repository.tip() if revision is None else repository.resolve(revision)
    if commit is None:
        raise NotFound(
            f"{name} has no branch main", hint=f"remove the app, which keeps a copy: mapp remove {name}"
        )
    return read_snapshot(repository, commit, only=only)


def load(home: Home, name: str, revision: str | None = None) -> App:
    """Returns an app with its tests.

    Raises:
        NotFound: no such app or revision.
        IntegrityError: its tree contains something that mapp refuses to read.
        InvalidApp: its files are not valid.
    """
    found = snapshot(home, name, revision)
    return read_app(found.files, commit=found.commit, tree=found.tree)


def load_runnable(
    home: Home, name: str, revision: str | None = None, *, only: Container[str] = RUNNABLE
) -> App:
    """Returns an app with only what a run needs: manifest and source, and what else `only` contains.

    Raises as `load` does.
    """
    found = snapshot(home, name, revision, only=only)
    return read_app(found.files, commit=found.commit, tree=found.tree, strict=False)


def blobs(home: Home, name: str) -> dict[str, str]:
    """Returns the blob ids of an app's files on `main`, by path."""
    repository = open_repository(home, name)
    tip = repository.tip()
    return (
        {}
        if tip is None
        else {row.path: row.blob for row in list_entries(repository, repository.tree_of(tip))}
    )


def listing(home: Home) -> Iterator[Listed | DamagedApp]:
    """Yields every app of the library, damaged ones as `DamagedApp`."""
    for name in names(home):
        try:
            app = load_runnable(home, name)
            yield Listed(
                name=name,
                version=str(app.manifest.version),
                commit=app.commit,
                description=app.manifest.description,
            )
        except MappError as error:
            yield DamagedApp(name=name, error=error)


def history(home: Home, name: str) -> Iterator[Commit]:
    """Yields the commits on an app's `main`, newest first."""
    repository = open_repository(home, name)
    tip = repository.tip()
    if tip is not None:
        yield from repository.history(tip)


def landings(home: Home, name: str) -> Iterator[Commit]:
    """Yields the commits that `main` has pointed to, newest first: versions, without drafts."""
    yield from without_drafts(history(home, name))


def without_drafts(commits: Iterable[Commit]) -> Iterator[Commit]:
    """Yields the commits of a first-parent history, newest first, without the drafts at its end.

    A compiled app's `main` starts on top of its drafts: the contract with stub code, and each attempt.
    Drafts carry the same change id as the commit that landed, and only drafts come before them.
    """
    rows = list(commits)
    change = _compile_of(rows[-1]) if rows else None
    kept = len(rows)
    while change is not None and kept > 0 and _compile_of(rows[kept - 1]) == change:
        kept -= 1
    yield from rows[: kept if change is None else kept + 1]


def _compile_of(commit: Commit) -> str | None:
    """Returns the id of the compile that a commit belongs to, or None."""
    trailers = commit.trailers
    return trailers.get("Mapp-Change") if trailers.get("Mapp-Operation") == "compile" else None


def earlier(home: Home, name: str) -> Commit | None:
    """Returns the newest commit of `main` whose content differs from the current one, or None."""
    commits = landings(home, name)
    newest = next(commits, None)
    return None if newest is None else next((row for row in commits if row.tree != newest.tree), None)


def released(home: Home, name: str) -> dict[Version, str]:
    """Returns an app's released versions, lowest first, each with its commit id."""
    found = {}
    for tag, commit in open_repository(home, name).tags().items():
        with contextlib.suppress(ValueError):  # users may add tags of their own
            found[Version.parse(tag.removeprefix("v"))] = commit
    return dict(sorted(found.items()))
