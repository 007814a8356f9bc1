"""Two people and a registry behind a real server: publish, install, update, yank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.git.commit import Signature
from mapp.ops.share.init_registry import init_registry
from support import git_servers
from support.apps import app
from support.git_servers import GitServer
from support.library import Built, library
from support.terminal import mapp
from support.verdicts import passing

WHO = Signature(name="Mia", email="mia@example.org", time=1_796_047_000)
THRICE = "function main(input) { return input.number + input.number + input.number; }\n"


@pytest.fixture(params=["daemon", pytest.param("web", marks=pytest.mark.sweep)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GitServer]:
    folder = tmp_path / "served"
    folder.mkdir()
    with getattr(git_servers, request.param)(folder) as found:
        found.create("double.git")
        init_registry(folder / "registry.git", WHO, name="team", bare=True)
        git_servers.run("git", "-C", str(folder / "registry.git"), "config", "http.receivepack", "true")
        yield found


class Person:
    """Somebody with a library of their own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch

    def says(self, *words: str, code: int = 0) -> str:
        """Runs a command in this person's library and returns its output."""
        for name, place in (("HOME", "library"), ("CACHE", "cache"), ("CONFIG", "config.toml")):
            self.monkeypatch.setenv(f"MAPP_{name}", str(self.folder / place))
        found = mapp(*words)
        assert found.code == code, f"{' '.join(words)}: {found.out}{found.err}"
        return found.out + found.err

    def library(self) -> Built:
        """Returns the library."""
        self.says("list")
        built = library().build()
        assert built.workspace.config.library == load_config().library
        return built


def test_what_one_person_publishes_another_installs_updates_and_loses(
    server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bea = Person(tmp_path / "ada", monkeypatch), Person(tmp_path / "bea", monkeypatch)
    draft = app("double")
    ada.library().put(draft, verdict=passing(draft))
    for person in (ada, bea):
        person.says("registry", "add", "team", server.url("registry.git"), "--allow-git")
    ada.says("publish", "double", "--to", "team", "--remote", server.url("double.git"), "--direct", "--yes")

    bea.says("install", "team:double", "--yes")
    assert bea.says("exec", "double", "number=2").startswith("4")
    assert "1.0.0" in bea.says("list")

    second = app("double").version("1.0.1").source("function main(input) { return 2 * input.number; }\n")
    ada.library().put(second, verdict=passing(second))
    ada.says("publish", "double", "--to", "team", "--direct", "--yes")
    bea.says("update", "--yes")
    assert "1.0.1" in bea.says("list")
    assert "nothing" in ada.says("publish", "double", "--to", "team", "--dry-run")

    ada.says("yank", "double", "1.0.1", "--to", "team", "--reason", "rounds wrong", "--direct")
    assert "rounds wrong" in bea.says("audit", code=1)
    ada.says("registry", "verify-index", "team")
