"""A library with starter apps and index, made once and copied for each page."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import filelock
import pytest

from mapp.config import load_config
from mapp.ops.index.refresh import rebuild
from mapp.ops.workspace import Workspace
from support.pages import Shell


@pytest.fixture(scope="session")
def indexed_template(starter_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a folder with an indexed library and its cache. Copy it; do not change it."""
    shared = starter_template.parent
    root = shared / "indexed-template"
    with filelock.FileLock(shared / "indexed-template.lock"):
        if not root.exists():
            building = tmp_path_factory.mktemp("indexed")
            shutil.copytree(starter_template, building / "library")
            places = {
                "MAPP_HOME": str(building / "library"),
                "MAPP_CACHE": str(building / "cache"),
                "MAPP_CONFIG": os.devnull,
            }
            rebuild(Workspace(config=load_config(environment=places)))
            building.rename(root)
    return root


@pytest.fixture
def indexed_library(indexed_template: Path, world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns the test's own indexed library."""
    monkeypatch.setenv("MAPP_STARTER", "true")
    for name in ("library", "cache"):
        shutil.copytree(indexed_template / name, world / name)
    return world / "library"


@pytest.fixture
def shell(indexed_library: Path, world: Path) -> Shell:
    """Returns a shell in an empty folder, with `mapp` and an indexed library."""
    tools = world / "tools"
    tools.mkdir()
    return Shell(world / "work", tools)
