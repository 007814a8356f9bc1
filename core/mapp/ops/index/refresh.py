"""Keeps the index up to date with the repositories; an index in doubt is rebuilt.

A child process builds it: a damaged file or a native library cannot crash the command there, and the memory
is freed afterwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final, Literal

from mapp.errors import MappError
from mapp.library import read
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain, write_whole

if TYPE_CHECKING:
    from mapp.index.entry import Head, IndexStatus
    from mapp.index.search import Index

STAMPS: Final = "stamps.json"
AGAIN: Final = "again"
"""The file that names an app for the next build to read again."""

Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


def open_fresh(workspace: Workspace, *, progress: Progress | None = None) -> Index:
    """Returns the open index, updated first if an app's `main` has moved.

    Raises:
        MappError: the index cannot be built. The result is never a silently empty index.
    """
    return open_with_stamps(workspace, progress=progress)[0]


def open_with_stamps(
    workspace: Workspace, *, progress: Progress | None = None, extras: Collection[str] = ()
) -> tuple[Index, dict[str, str]]:
    """Returns the open index, and the apps' stamps: while they are the same, the index is up to date.

    An index without one of the additional files in `extras` is rebuilt. Raises as `open_fresh` does.
    """
    from mapp.index.search import open_index

    stamps = read.stamps(workspace.home)
    opened = open_index(workspace.home.index, workspace.embedder)
    if opened is not None:
        if all(opened.extra(name) for name in extras):
            if _known_stamps(workspace) == stamps:
                return opened, stamps
            if opened.heads() == {head.app: head for head in heads(workspace)}:
                _note_stamps(workspace, stamps)
                return opened, stamps
        opened.close()
    # An app may move during the build. Stamps from before it then differ, and the next request looks again.
    stamps = read.stamps(workspace.home)
    rebuild(workspace, progress=progress)
    opened = open_index(workspace.home.index, workspace.embedder)
    if opened is None:
        raise MappError(
            "the new index cannot be opened", hint="to rebuild it: mapp index rebuild; then: mapp doctor"
        )
    return opened, stamps


def catch_up(workspace: Workspace, *, again: str = "", progress: Progress | None = None) -> None:
    """Updates the index now, so that the next request does not wait; a failure is only reported.

    The app `again` is read again although its `main` has not moved: its notes have changed.
    """
    try:
        if again:
            workspace.home.index.mkdir(parents=True, exist_ok=True)
            write_whole(workspace.home.index / AGAIN, again.encode())
            rebuild(workspace, progress=progress)
        else:
            open_fresh(workspace, progress=progress).close()
    except MappError as error:
        workspace.tell(f"the next request will build the index: {error.message}")


def rebuild(workspace: Workspace, *, fresh: bool = False, progress: Progress | None = None) -> IndexStatus:
    """Updates the index in a child process and returns its status.

    Args:
        workspace: the library.
        fresh: copy nothing from the current index; vectors still come from the cache.
        progress: shows the progress.

    Raises:
        MappError: the child failed twice, the second time without copying anything.
    """
    from mapp.index.entry import IndexStatus

    stamps = read.stamps(workspace.home)
    if progress is None:
        answer = _build(workspace, fresh=fresh, advance=lambda done, total: None)
    else:
        with progress("Indexing apps") as advance:
            answer = _build(workspace, fresh=fresh, advance=advance)
    _note_stamps(workspace, stamps)
    return IndexStatus(**answer)


def describe_index(workspace: Workspace) -> tuple[Literal["ok", "warning", "failed"], str]:
    """Returns the state of the index, and a sentence about it."""
    found = status(workspace)
    if found.state == "ready":
        return "ok", f"{found.apps} apps, {found.embedder}, {found.store}, {found.bytes / 2**20:.1f} MiB"
    return "warning", f"{found.state}: {found.reason}; the next request rebuilds it"


def status(workspace: Workspace) -> IndexStatus:
    """Returns the status of the index compared with the repositories; hashes every file."""
    from mapp.index.search import status as look

    return look(workspace.home.index, heads(workspace), thorough=True)


def heads(workspace: Workspace) -> list[Head]:
    """Returns the commit and tree of every readable app, with what the library learned about it.

    A damaged app is reported and skipped.
    """
    from mapp.index.entry import Head
    from mapp.library.learned import LearnedRows

    found = []
    lessons = LearnedRows(workspace.home, workspace.tell)
    for name in read.names(workspace.home):
        try:
            repository = read.open_repository(workspace.home, name)
            tip = repository.tip()
            if tip is not None:
                tree = lessons.tree(name, repository.tree_of(tip))
                found.append(Head(app=name, commit=tip, tree=tree))
        except MappError as error:
            workspace.tell(f"skipped {name}: {error}")
    return found


def _build(workspace: Workspace, *, fresh: bool, advance: Callable[[int, int], None]) -> dict[str, Any]:
    answer, why = _run_child(workspace, fresh=fresh, advance=advance)
    if answer is None and not fresh:
        answer, why = _run_child(workspace, fresh=True, advance=advance)
    if answer is None:
        raise MappError(f"the index could not be built: {why}", hint="mapp doctor", code="MAPP-0500")
    return answer


def _run_child(
    workspace: Workspace, *, fresh: bool, advance: Callable[[int, int], None]
) -> tuple[dict[str, Any] | None, str]:
    config = workspace.config
    job = {
        "library": str(config.library),
        "cache": str(config.cache),
        "embedder": config.embedder,
        "store": config.store,
        "fresh": fresh,
    }
    command = [sys.executable, "-m", "mapp.ops.index.build_worker", json.dumps(job)]
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    answer: dict[str, Any] | None = None
    with child:
        assert child.stdout is not None and child.stderr is not None
        for line in child.stdout:
            document = json.loads(line)
            if "done" in document:
                advance(document["done"], document["total"])
            elif "tell" in document:
                workspace.tell(document["tell"])
            else:
                answer = document["status"]
        why = child.stderr.read().strip()
    if child.returncode != 0:
        return None, why.splitlines()[-1] if why else f"the process ended with {child.returncode}"
    return answer, why


def _known_stamps(workspace: Workspace) -> dict[str, str]:
    """Returns the stamps with which the current index was last found up to date; empty if in doubt."""
    try:
        found = json.loads(read_plain(workspace.home.index / STAMPS, follow=True))
        in_use = read_plain(workspace.home.index / "CURRENT", follow=True).decode("ascii").strip()
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict) or found.get("generation") != in_use:
        return {}
    return dict(found.get("stamps", {}))


def _note_stamps(workspace: Workspace, stamps: Mapping[str, str]) -> None:
    try:
        in_use = read_plain(workspace.home.index / "CURRENT", follow=True).decode("ascii").strip()
        document = {"generation": in_use, "stamps": dict(stamps)}
        write_whole(workspace.home.index / STAMPS, json.dumps(document).encode())
    except OSError:
        return  # only a shortcut: without it every repository is opened
