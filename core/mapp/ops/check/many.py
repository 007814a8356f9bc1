"""What is put on trial: apps of the library by their names, folders that hold one, several at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from mapp.library import read as catalogue
from mapp.library.app_folder import read_folder
from mapp.model.verdict import Verdict
from mapp.ops.check.gate import USUAL, Options, Watch, examined
from mapp.ops.workspace import Workspace


def files_of(workspace: Workspace, what: str) -> dict[str, bytes]:
    """Returns the files of an app (path -> bytes), named as the library does or by its folder.

    Raises:
        NotFound: there is no such app or folder.
        IntegrityError: the app's tree holds what mapp does not read.
        InvalidApp: the folder holds links or other things that cannot be added.
    """
    if (folder := folder_of(what)) is not None:
        return read_folder(Path(folder))[0]
    return catalogue.snapshot(workspace.home, what, only=None).files


def folder_of(what: str) -> str | None:
    """Returns the folder that a text names, None for the name of an app: `.` and separators mean folders."""
    return what if what in (".", "..") or os.sep in what or "/" in what else None


def examine_all(
    workspace: Workspace,
    names: Sequence[str],
    *,
    options: Options = USUAL,
    jobs: int | None = None,
    watch: Callable[[str], Watch],
) -> Iterator[tuple[str, Verdict]]:
    """Yields each app or folder with its verdict, in the order of the names; several are tried at once.

    Args:
        workspace: the library.
        names: apps and folders, see `files_of`.
        options: how hard each is tried.
        jobs: how many are tried at a time; one for each core by default.
        watch: returns for a name what is told its results, from any thread.

    Raises:
        NotFound, InvalidApp, IntegrityError: one of them is no app that can be read; none is tried further.
    """
    read = [(name, files_of(workspace, name)) for name in names]
    jobs = min(jobs or os.cpu_count() or 1, len(read)) or 1
    workspace.executor.warm()

    def trial(name: str, files: dict[str, bytes]) -> Verdict:
        return examined(workspace, files, options=options, watch=watch(name), called=folder_of(name))[1]

    with ThreadPoolExecutor(jobs) as threads:
        pending: list[tuple[str, Future[Verdict]]] = [
            (name, threads.submit(trial, name, files)) for name, files in read
        ]
        try:
            for name, future in pending:
                yield name, future.result()
        finally:
            for _, future in pending:
                future.cancel()
