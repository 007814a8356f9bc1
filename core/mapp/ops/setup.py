"""Sets a new library up: the starter apps are committed on first use, the same on every machine."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from mapp.config import write_whole
from mapp.errors import MappError
from mapp.git.repository import Repository, Signature
from mapp.library.change import entry_of, message, pin
from mapp.library.holding import holding
from mapp.library.home import Home
from mapp.library.lockfile import Entry
from mapp.model.app import read_app
from mapp.ops.workspace import Workspace
from mapp.starter import bundle

MARKER: Final = "starter.json"

Advance = Callable[[int, int], None]
Progress = Callable[[str], AbstractContextManager[Advance]]


@contextlib.contextmanager
def _no_progress(_: str):  # type: ignore[no-untyped-def]  # a generator of one trivial function
    yield lambda done, total: None


def ensure_library(workspace: Workspace, *, progress: Progress = _no_progress) -> tuple[str, ...]:
    """Installs the starter apps that a library lacks, and returns their names.

    Apps that a person removed stay removed; apps that a person changed stay as they are. A kill leaves
    some of them installed, and the next call installs the rest.
    """
    if not workspace.config.starter:
        return ()
    digest = bundle.digest()
    if _marker(workspace.home).get("digest") == digest:
        return ()
    with holding(workspace.home.holds, "setup", tell=workspace.tell):
        marker = _marker(workspace.home)
        if marker.get("digest") == digest:
            return ()
        with progress("Setting up the starter apps") as advance:
            return _install(workspace, marker, digest, advance)


def _install(
    workspace: Workspace, marker: dict[str, object], digest: str, advance: Advance
) -> tuple[str, ...]:
    known = marker.get("commits")
    before = known if isinstance(known, dict) else {}
    names = bundle.names()
    entries: list[Entry] = []
    commits: dict[str, str] = {}
    for done, name in enumerate(names, 1):
        entry = _install_one(workspace.home, name, before.get(name))
        if entry is not None:
            entries.append(entry)
        commits[name] = entry.commit if entry else str(before.get(name, ""))
        advance(done, len(names))
    pin(workspace.home, *entries, tell=workspace.tell)
    document = {"digest": digest, "commits": commits}
    write_whole(workspace.home.root / MARKER, json.dumps(document, indent=1).encode())
    return tuple(entry.name for entry in entries)


def _install_one(home: Home, name: str, before: str | None) -> Entry | None:
    """Returns what was installed, or None where the person's own state has to stay."""
    files = bundle.files(name)
    app = read_app(files, strict=False)
    who = Signature(name="mapp", email="mapp@localhost", time=bundle.BORN)
    text = message(
        f"{name}: {app.manifest.version}",
        {"Mapp-Operation": "starter", "Mapp-Verdict": "passed"},
        body=app.manifest.description,
    )
    path = home.repository(name)
    if not path.exists():
        if before is not None:
            return None
        repository, commit = Repository.create(path, files, text, who)
    else:
        repository = Repository.open(path)
        tip = repository.tip()
        same = tip is not None and repository.info(tip).tree == repository.write_tree(files)
        if not same and tip != before:
            return None
        if tip is None:
            raise MappError(f"{path} has no branch main", hint=f"mapp remove {name}")
        commit = tip if same else repository.commit(files, text, who, parents=(tip,))
    version = f"v{app.manifest.version}"
    if version not in repository.tags():
        repository.tag(version, commit)
    tree = repository.info(commit).tree
    return entry_of(app, files, commit=commit, tree=tree, source="starter")


def _marker(home: Home) -> dict[str, object]:
    try:
        found = json.loads((home.root / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
