"""Every test gets its own home, git configuration, library, cache and settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import hypothesis
import pygit2
import pytest

from mapp import config
from mapp.ops.manage.setup import ensure_library
from mapp.ops.workspace import Workspace

hypothesis.settings.register_profile(
    "mapp",
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("mapp")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the long sweeps unless `-m` is given, and lifts their time limit."""
    for item in items:
        if item.get_closest_marker("sweep"):
            item.add_marker(pytest.mark.timeout(0))
    if not config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("sweep")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session", autouse=True)
def _no_git_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hides the git configuration of the user and the machine from libgit2 and git."""
    nothing = str(tmp_path_factory.mktemp("no-git-settings"))
    for level in (
        pygit2.enums.ConfigLevel.GLOBAL,
        pygit2.enums.ConfigLevel.XDG,
        pygit2.enums.ConfigLevel.SYSTEM,
    ):
        pygit2.settings.search_path[level] = nothing


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Gives every test its own folders, and fails a test that uses the default ones."""
    for name in [name for name in os.environ if name.startswith(("MAPP_", "GIT_", "XDG_", "_MAPP"))]:
        monkeypatch.delenv(name)
    root = tmp_path / "world"
    home = root / "home"
    (root / "work").mkdir(parents=True)
    home.mkdir()
    for name, value in {
        "HOME": home,
        "USERPROFILE": home,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "MAPP_HOME": root / "library",
        "MAPP_CACHE": root / "cache",
        "MAPP_CONFIG": root / "config" / "config.toml",
        "MAPP_STARTER": "false",
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(root / "work")
    monkeypatch.setattr(config, "_directory", _no_default_store)
    # A test ends before the process that would refresh its index; the next request refreshes it as well.
    monkeypatch.setattr("mapp.ops.index.background.start_detached", lambda command, log=None: None)
    yield root
    touched = [path for path in home.rglob("*") if path.name == "mapp" and "state" not in path.parts]
    assert not touched, f"the test wrote to the default folders: {touched}"


def _no_default_store(kind: str, known: object) -> Path:
    raise AssertionError(f"the test asked for the user's own {kind} directory")


@pytest.fixture(scope="session")
def starter_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a library with the starter apps, installed once for all workers. Copy it; do not change it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    root = shared / "starter-template"
    with filelock.FileLock(shared / "starter-template.lock"):
        if not (root / "starter.json").exists():
            settings = config.load_config(
                environment={
                    "MAPP_HOME": str(root),
                    "MAPP_CACHE": str(shared),
                    "MAPP_CONFIG": str(shared / "none"),
                }
            )
            ensure_library(Workspace(config=settings))
    return root


@pytest.fixture
def starter_library(starter_template: Path, world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns a library of the test's own with the starter apps."""
    monkeypatch.setenv("MAPP_STARTER", "true")
    shutil.copytree(starter_template, world / "library")
    return world / "library"


@pytest.fixture
def fill(world: Path) -> Callable[[str, str | bytes], Path]:
    """Returns a function that writes a file in the test's working folder."""

    def write(path: str, content: str | bytes) -> Path:
        target = world / "work" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    return write
