"""Checkouts: an app's files in a folder where the user can edit them.

A run never reads a checkout; `mapp add` checks the changes and commits them.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.library.locks import holding
from mapp.ops.workspace import Workspace
from mapp.plain_files import read_plain, write_whole

BASE: Final = ".mapp-base.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkout:
    """A checkout and its state: `edited` by the user, or `behind` the library's `main`."""

    folder: Path
    commit: str
    edited: bool
    behind: bool


def checkout(workspace: Workspace, name: str) -> Checkout:
    """Returns an app's checkout; creates it, or updates it unless it was edited.

    Raises:
        NotFound: there is no such app.
        InvalidApp: the checkout contains links or other files that cannot be added.
    """
    home = workspace.home
    found = read.snapshot(home, name, only=None)
    folder = home.checkouts / name
    with holding(home.holds, f"{name}-checkout", tell=workspace.tell):
        base = _base(folder)
        if base is None:
            _write(folder, found.files, found.commit)
            return Checkout(folder=folder, commit=found.commit, edited=False, behind=False)
        files, _ = read_folder(folder)
        edited = files != read.snapshot(home, name, base, only=None).files
        behind = base != found.commit
        if files == found.files or (behind and not edited):
            _write(folder, found.files, found.commit)
            return Checkout(folder=folder, commit=found.commit, edited=False, behind=False)
        return Checkout(folder=folder, commit=base, edited=edited, behind=behind)


def _base(folder: Path) -> str | None:
    try:
        return str(json.loads(read_plain(folder / BASE))["commit"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(folder: Path, files: dict[str, bytes], commit: str) -> None:
    """Writes a new checkout next to the old one and swaps them, so a kill never leaves half of one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.parent / f".new-{folder.name}-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    for path, data in files.items():
        target = building / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    write_whole(building / BASE, json.dumps({"commit": commit}).encode())
    if folder.exists():
        aside = folder.parent / f".old-{folder.name}-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        building.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        building.rename(folder)
