"""Sets the version in an app's `mapp.toml` that its changes require."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidManifest, NotFound
from mapp.git.identity import tree_id
from mapp.library import read
from mapp.model.app import MANIFEST
from mapp.model.version import Level, Version
from mapp.ops.manage.checkout import checkout
from mapp.ops.manage.diff import Demand, Side, demand, folder_side, side, trial_between
from mapp.ops.workspace import Workspace
from mapp.plain_files import write_whole

_KEY: Final = r"""^([ \t]*(?:{0}|"{0}"|'{0}')[ \t]*=[ \t]*)(["'])([^"'\n]*)\2"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bumped:
    """The result of a bump: the folder's version before and after, and why.

    `demand` is None if there is nothing to compare: a new app, or one that did not change.
    """

    app: str
    folder: Path
    before: Version
    after: Version
    base: Version | None
    demand: Demand | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `bump --json` prints it."""
        return {
            "app": self.app,
            "folder": str(self.folder),
            "before": str(self.before),
            "version": str(self.after),
            "changed": self.before != self.after,
            "base": None if self.base is None else str(self.base),
            "level": None if self.demand is None else self.demand.level.name.lower(),
            "reasons": [] if self.demand is None else list(self.demand.reasons),
        }


def bump(workspace: Workspace, what: str, *, dry_run: bool = False) -> Bumped:
    """Sets the version that an app in a folder needs to replace the one on `main`.

    `what` is a folder (a text with a separator, or `.`) or an app's name, which means its checkout. The
    version follows from the differences in interface and behaviour; a higher version that the user chose
    stays. With `dry_run` nothing is written.

    Raises:
        NotFound: there is no such app or folder.
        InvalidApp: the folder does not contain a valid app.
        InvalidManifest: the version cannot be replaced without changing other text.
    """
    folder = _folder(workspace, what)
    new = folder_side(folder)
    needed, old = _needed(workspace, new)
    before = new.app.manifest.version
    after = _chosen(workspace, new, old, needed)
    if after != before and not dry_run:
        path = folder / MANIFEST
        text = new.files[MANIFEST].decode("utf-8")
        write_whole(path, with_version(text, after).encode("utf-8"))
    base = None if old is None else old.app.manifest.version
    return Bumped(app=new.app.name, folder=folder, before=before, after=after, base=base, demand=needed)


def with_version(text: str, version: Version) -> str:
    """Returns a manifest's text with another version and everything else unchanged.

    Raises:
        InvalidManifest: the version is not on its own line.

    >>> with_version('name = "a"  # mine\\nversion = "1.0.0"\\n', Version.parse("1.1.0"))
    'name = "a"  # mine\\nversion = "1.1.0"\\n'
    """
    return _with_text(text, "version", str(version))


def with_name(text: str, name: str) -> str:
    """Returns a manifest's text with another name and everything else unchanged.

    Raises:
        InvalidManifest: the name is not on its own line.
    """
    return _with_text(text, "name", name)


def _with_text(text: str, key: str, value: str) -> str:
    wanted = {**tomllib.loads(text), key: value}
    for found in re.finditer(_KEY.format(key), text, re.MULTILINE):
        start, end = found.span(3)
        changed = f"{text[:start]}{value}{text[end:]}"
        if _says(changed, wanted):  # it is the top-level key, not a line in a string or table
            return changed
    raise InvalidManifest(
        f"the {key} in {MANIFEST} cannot be replaced",
        hint=f'write it on a line of its own: {key} = "{value}"',
    )


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _folder(workspace: Workspace, what: str) -> Path:
    if what == "." or os.sep in what or "/" in what:
        return Path(what)
    return checkout(workspace, what).folder


def _needed(workspace: Workspace, new: Side) -> tuple[Demand | None, Side | None]:
    try:
        old = side(workspace, new.app.name)
    except NotFound:
        return None, None
    if tree_id(new.files) == old.app.tree:
        return None, old
    return demand(trial_between(workspace, old, new)), old


def _chosen(workspace: Workspace, new: Side, old: Side | None, needed: Demand | None) -> Version:
    """Returns the version to set: the current one if it is high enough, else the lowest that is.

    After a rollback, a version higher than `main`'s may be released already; then the lowest above that.
    """
    own = new.app.manifest.version
    if old is None or needed is None:
        return own
    taken = read.released(workspace.home, new.app.name)
    if own >= needed.least and own not in taken:
        return own
    highest = max([old.app.manifest.version, *taken])
    if highest == old.app.manifest.version:
        return needed.least
    return max(needed.least, highest.bumped(_level_after(workspace, new, taken[highest])))


def _level_after(workspace: Workspace, new: Side, commit: str) -> Level:
    """Returns the level of the change compared with the highest release."""
    return demand(trial_between(workspace, side(workspace, new.app.name, commit), new)).level
