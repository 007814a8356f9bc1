"""Two people and a registry behind a real server: an app is published, installed, healed, and comes back.

Over a local path, a coder writes the heal and the gate judges it, here and at the author's. Over the other
transports, the heal is landed with its verdict and the gate says yes at once, so that only what reaches the
server is tested.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.library.commit_app import message, put
from mapp.model.app import REGRESSIONS
from mapp.ops.manage import relock
from mapp.ops.share.init_registry import init_registry
from mapp.validate.trial import Trial
from support import git_servers
from support.apps import Draft
from support.git_servers import GitServer
from support.healing import double, verdict_on_heal
from support.library import Built, git, library, proposal
from support.sharing import this_engine
from support.terminal import mapp
from support.verdicts import passing, passing_on

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs sh and git's servers")

WHO = Signature(name="Mia", email="mia@example.org", time=1_796_047_000)
FIXED = "function main(input, host) {\n  return input.number * 2;\n}\n"
WHOLE = "local"
"""The transport over which the gate runs."""


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[GitServer]:
    with git_servers.started(request.param, tmp_path_factory) as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        found.create("double.git")
        registry = found.folder / "registry.git"
        init_registry(registry, WHO, name="team", bare=True)
        git(registry, "config", "http.receivepack", "true")
        if request.param != WHOLE:
            monkeypatch.setattr(relock, "judged", judged)
        yield found


def judged(trial: Trial, tree: str, _: object) -> object:
    """Stands in for the gate."""
    return passing_on(trial.app, tree)


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

    def releases(self, draft: Draft) -> None:
        """Releases a draft with a recorded verdict; the gate would find its bug."""
        self.library().put(draft, verdict=replace(passing(draft), engine=this_engine()))

    def heals(self, folder: Path) -> None:
        """Has a failing app healed by a coder, and agrees to the cost and to the merge."""
        folder.mkdir()
        (folder / "fix.sh").write_text(f"cat > main.js <<'END'\n{FIXED}END\n")
        self.says("config", "coder", f"agent:sh {folder / 'fix.sh'}")
        self.says("config", "coder_price", "0.02")
        assert "code_bug" in self.says("incidents")
        self.says("heal", "double", "--yes")

    def lands_a_heal(self, version: str) -> None:
        """Lands the same heal, with a verdict that says that it passed."""
        built = self.library()
        repository = Repository.open(built.home.repository("double"))
        tip = str(repository.tip())
        failing = {"input": {"number": 1000}, "output": 2000}
        draft = double(FIXED).version(version).file(REGRESSIONS, json.dumps(failing) + "\n")
        trailers = {
            "Mapp-Operation": "heal",
            "Mapp-Incident": "0190-abc",
            "Mapp-Verdict": "passed",
            "Mapp-Base": tip,
        }
        verdict = verdict_on_heal(passing(draft), repository.tree_of(tip))
        put(built.home, proposal(draft, message(f"double: {version}", trailers), verdict=verdict))


@pytest.fixture
def people(server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Person]:
    """Returns Ada, who has published `double` 1.0.0, and Bea, who has installed it."""
    ada, bea = Person(tmp_path / "ada", monkeypatch), Person(tmp_path / "bea", monkeypatch)
    ada.releases(double())
    for person in (ada, bea):
        person.says("registry", "add", "team", server.url("registry.git"), "--allow-git")
    ada.says("publish", "double", "--to", "team", "--remote", server.url("double.git"), "--direct", "--yes")
    bea.says("install", "team:double", "--yes")
    assert bea.says("exec", "double", "number=2").startswith("4")
    return ada, bea


@pytest.mark.parametrize(
    "server",
    ["local", "daemon", *(pytest.param(kind, marks=pytest.mark.sweep) for kind in ("password", "ssh"))],
    indirect=True,
)
def test_an_app_is_published_installed_yanked_healed_and_comes_back(
    server: GitServer, people: tuple[Person, Person], tmp_path: Path
) -> None:
    ada, bea = people
    ada.releases(double().version("1.0.1").file("README.md", "Doubles.\n"))
    ada.says("publish", "double", "--to", "team", "--direct", "--yes")
    bea.says("update", "--yes")
    assert "1.0.1" in bea.says("list")
    assert "nothing" in ada.says("publish", "double", "--to", "team", "--dry-run")

    ada.says("yank", "double", "1.0.1", "--to", "team", "--reason", "rounds wrong", "--direct")
    assert "rounds wrong" in bea.says("audit", code=1)
    bea.says("rollback", "double", "--force")
    assert "1.0.0" in bea.says("list")
    bea.says("update", "--yes")

    assert "too much" in bea.says("exec", "double", "number=1000", code=1)
    if server.base == str(server.folder):
        bea.heals(tmp_path / "coder")
    else:
        bea.lands_a_heal("1.0.2")
    comes_back(server, ada, bea, tmp_path / "clone")
    for person in (ada, bea):
        person.says("fsck")
    ada.says("registry", "verify-index", "team")


@pytest.mark.parametrize("server", ["password", "ssh"], indirect=True)
def test_a_heal_comes_back_over_a_server_that_asks_who_one_is(
    server: GitServer, people: tuple[Person, Person], tmp_path: Path
) -> None:
    people[1].lands_a_heal("1.0.1")
    comes_back(server, *people, tmp_path / "clone")


def comes_back(server: GitServer, ada: Person, bea: Person, clone: Path) -> None:
    """Bea proposes her heal; Ada merges it on the server, takes it over and publishes; Bea's is dropped."""
    assert bea.says("exec", "double", "number=1000").startswith("2000")
    sent = json.loads(bea.says("propose", "double", "--yes", "--json"))
    assert (sent["remote"].removeprefix("file://"), sent["changed"]) == (server.url("double.git"), True)

    merged_on_the_server(server.folder / "double.git", sent["branch"], clone)
    refused = ada.says("publish", "double", "--to", "team", "--direct", "--yes", code=9)
    assert "MAPP-0862" in refused and "mapp relock double" in refused
    fetch = [server.url("double.git"), "main:main"]
    git(ada.library().repository("double"), *server_words(server), "fetch", "-q", *fetch)
    ada.says("relock", "double")
    ada.says("publish", "double", "--to", "team", "--direct", "--yes")

    bea.says("update", "--yes")
    assert sent["version"] in bea.says("list")
    assert "nothing to propose" in bea.says("propose", "double", "--yes", code=1)
    assert bea.says("exec", "double", "number=1000").startswith("2000")


def merged_on_the_server(repository: Path, branch: str, clone: Path) -> None:
    """Merges a branch into `main`, as a person does on a forge."""
    git(repository, "clone", "-q", str(repository), str(clone))
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    git(clone, *who, "merge", "-q", "--no-ff", "-X", "theirs", "-m", "Take the heal", f"origin/{branch}")
    git(clone, "push", "-q", "origin", "main")


def server_words(server: GitServer) -> list[str]:
    """Returns what git itself needs to be let in by the server that asks for a password."""
    if "MAPP_GIT_CREDENTIALS" not in server.environment:
        return []
    wanted = base64.b64encode(f"{git_servers.USER}:{git_servers.PASSWORD}".encode()).decode()
    return ["-c", f"http.extraHeader=Authorization: Basic {wanted}"]
