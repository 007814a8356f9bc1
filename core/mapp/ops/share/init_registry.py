"""Makes a new registry: a git repository from the template, with its first commit and its index."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp import distribution
from mapp.distribution import Source
from mapp.errors import AlreadyExists, UsageError
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.model.names import app_name_fault
from mapp.share.index_branch import update_index
from mapp.share.registry import Registry

_TEMPLATE: Final = "registry_template"
_NAME: Final = "registry-name"
"""What the template calls itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRegistry:
    """A registry that was made: its folder, name and first commit."""

    folder: Path
    name: str
    commit: str

    def to_dict(self) -> dict[str, Any]:
        """Returns the registry as `registry init --json` prints it."""
        return {"folder": str(self.folder), "name": self.name, "commit": self.commit}


def init_registry(folder: Path, signature: Signature, *, name: str = "", bare: bool = False) -> NewRegistry:
    """Makes a registry in a new or empty folder. A kill leaves nothing there.

    Args:
        folder: where; with `bare`, the repository itself, as a server keeps it.
        signature: who makes the first commit.
        name: the registry's name; by default the folder's.
        bare: make a repository without a working tree.

    Raises:
        AlreadyExists: the folder is not empty.
        UsageError: the name is not valid.
    """
    name = name or _name_from(folder)
    if fault := app_name_fault(name):
        raise UsageError(f"{name!r} {fault}", hint="choose the registry's name: --name NAME")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyExists(f"{folder} exists and is not empty", hint="choose another folder")
    files = dict(template_files(name, distribution.source()))
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.parent / f".new-{uuid.uuid4().hex[:12]}"
    try:
        git = building if bare else building / ".git"
        text = f"registry: {name}\n"
        repository, commit = Repository.create(git, files, text, signature)
        update_index(Registry(repository, commit))
        if not bare:
            repository.check_out(building, files)
        if folder.exists():
            folder.rmdir()  # empty, as checked above
        building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return NewRegistry(folder=folder, name=name, commit=commit)


def template_files(name: str, source: Source | None) -> Iterator[tuple[str, bytes]]:
    """Yields the files of a new registry: path and content.

    The workflows install mapp from one commit; without a `source`, the forge's variables name it.
    """
    values = {_NAME: name}
    if source is not None:
        values |= {
            "${{ vars.MAPP_REPOSITORY }}": source.repository,
            "${{ vars.MAPP_COMMIT }}": f'"{source.commit}"',
        }
    root = Path(__file__).parents[2] / _TEMPLATE
    for path in sorted(root.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for key, value in values.items():
                text = text.replace(key, value)
            yield path.relative_to(root).as_posix(), text.encode()


def _name_from(folder: Path) -> str:
    """Returns a folder's name as the name of a registry: `My Apps.git` is `my-apps`."""
    text = folder.absolute().name.removesuffix(".git").lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
