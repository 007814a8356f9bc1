"""Tests several apps at once, given by their names in the library or by their folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import USUAL, Options, Watch, examined
from mapp.ops.workspace import Workspace


def files_of(workspace: Workspace, what: str) -> dict[str, bytes]:
    """Returns the files of an app (path -> bytes), given by its name in the library or by its folder.

    Raises:
        NotFound: there is no such app or folder.
        IntegrityError: the app's tree contains something that mapp refuses to read.
        InvalidApp: the folder contains links or other things that cannot be added.
    """
    if (folder := folder_of(what)) is not None:
        return read_folder(Path(folder))[0]
    return read.snapshot(workspace.home, what, only=None).files


def folder_of(what: str) -> str | None:
    """Returns `what` if it is a folder (`.`, `..` or a path with a separator), None if it is an app name."""
    return what if what in (".", "..") or os.sep in what or "/" in what else None


def examine_all(
    workspace: Workspace,
    names: Sequence[str],
    *,
    options: Options = USUAL,
    jobs: int | None = None,
    watch: Callable[[str], Watch],
) -> Iterator[tuple[str, Verdict]]:
    """Yields each app or folder with its verdict, in the order of the names; several run in parallel.

    Args:
        workspace: the library.
        names: apps and folders, see `files_of`.
        options: how each is tested.
        jobs: how many run in parallel; one per core by default.
        watch: returns the listener for the results of a name; it is called from any thread.

    Raises:
        NotFound, InvalidApp, IntegrityError: one of them cannot be read; none is tested then.
    """
    chosen = [(name, files_of(workspace, name)) for name in names]
    jobs = min(jobs or os.cpu_count() or 1, len(chosen)) or 1
    workspace.executor.warm()

    def trial(name: str, files: dict[str, bytes]) -> Verdict:
        return examined(
            workspace, files, options=replace(options, folder=folder_of(name)), watch=watch(name)
        )[1]

    with ThreadPoolExecutor(jobs) as threads:
        pending: list[tuple[str, Future[Verdict]]] = [
            (name, threads.submit(trial, name, files)) for name, files in chosen
        ]
        try:
            for name, future in pending:
                yield name, future.result()
        finally:
            for _, future in pending:
                future.cancel()
