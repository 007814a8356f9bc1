"""What is put on trial: apps of the library by their names, and folders that hold one."""

from __future__ import annotations

import os
from pathlib import Path

from mapp.library import catalogue
from mapp.ops.folder import read_folder
from mapp.ops.workspace import Workspace


def files_of(workspace: Workspace, what: str) -> dict[str, bytes]:
    """Returns the files of an app (path -> bytes), named as the library does or by its folder.

    A text with a separator, or `.`, is a folder.

    Raises:
        NotFound: there is no such app or folder.
        IntegrityError: the app's tree holds what mapp does not read.
        InvalidApp: the folder holds links or other things that cannot be added.
    """
    if what == "." or os.sep in what or "/" in what:
        return read_folder(Path(what))[0]
    return catalogue.snapshot(workspace.home, what, only=None).files
