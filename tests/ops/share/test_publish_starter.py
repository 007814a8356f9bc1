"""Making the registry of the starter apps, and bringing it up to date, behind a real git server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import InvalidInput, MappError
from mapp.git.repository import Repository
from mapp.library.lockfile import read_lock
from mapp.ops.share import publish, publish_starter, submit
from mapp.share.index_branch import INDEX, verify_index
from mapp.share.remote import push as really_push
from support.apps import Draft, app
from support.git_servers import daemon
from support.library import Built, git
from support.starter_registry import StarterRegistry
from support.terminal import mapp

TRIPLE = "function main(input) { return input.number * 3; }\n"


def triple() -> Draft:
    return app("triple").source(TRIPLE).stating(description="Multiplies a number by three.")


def newer() -> Draft:
    return app("double").version("1.0.1").source("function main(input) { return 2 * input.number; }\n")


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StarterRegistry]:
    folder = tmp_path / "served"
    folder.mkdir()
    with daemon(folder) as server:
        server.create("starter.git")
        found = StarterRegistry(server=server)
        found.ships(monkeypatch, app("double"), triple())
        yield found


def states(rows: list[publish_starter.Row]) -> dict[str, str]:
    return {row.app: f"{row.version} {row.state}" for row in rows}


def ensure_complete(starter: StarterRegistry, *names: str) -> None:
    """Checks that the registry, its index and the refs of the apps agree."""
    repository = Repository.open(starter.path)
    verify_index(repository, index=str(repository.tip(INDEX)), main=starter.now.commit)
    assert tuple(starter.now.names()) == names
    for name in names:
        last = starter.entry(name).versions[-1]
        assert starter.refs[f"refs/heads/{name}/main"] == starter.refs[f"refs/tags/{last.tag}"] == last.commit
        assert f"refs/notes/{name}/mapp/verdicts" in starter.refs


def test_an_empty_repository_becomes_the_registry_and_new_versions_continue_the_apps_history(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="has no branch main"):
        starter.publishes(tmp_path, dry_run=True)
    assert starter.refs == {}
    assert states(starter.publishes(tmp_path)) == {"double": "1.0.0 published", "triple": "1.0.0 published"}
    ensure_complete(starter, "double", "triple")
    assert starter.entry("double").remote == starter.url
    first, before = starter.entry("double").versions[0], starter.refs

    assert states(starter.publishes(tmp_path)) == {"double": "1.0.0 listed", "triple": "1.0.0 listed"}
    assert starter.refs == before

    monkeypatch.setenv("MAPP_STARTER", "true")
    mapp("list")
    assert read_lock(Built().home.lock_file)["double"].commit == first.commit, "the commit of the set-up"

    starter.ships(monkeypatch, newer())
    assert states(starter.publishes(tmp_path, dry_run=True)) == {
        "double": "1.0.1 new",
        "triple": "1.0.0 listed",
    }
    assert starter.refs == before
    assert states(starter.publishes(tmp_path)) == {"double": "1.0.1 published", "triple": "1.0.0 listed"}
    ensure_complete(starter, "double", "triple")
    second = starter.entry("double").versions[-1]
    assert Repository.open(starter.path).info(second.commit).parents == (first.commit,)
    changed = set(starter.refs.items()) - set(before.items())
    assert {name for name, _ in changed} == {
        "refs/heads/double/main",
        "refs/heads/index",
        "refs/heads/main",
        "refs/notes/double/mapp/verdicts",
        "refs/tags/double/v1.0.1",
    }

    starter.ships(monkeypatch, app("double"))
    assert states(starter.publishes(tmp_path))["double"] == "1.0.0 listed"
    starter.ships(monkeypatch, app("double").version("0.1.0"))
    assert states(starter.publishes(tmp_path))["double"] == "0.1.0 newer"


def test_a_version_with_other_content_stops_before_anything_is_pushed(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.publishes(tmp_path)
    before = starter.refs
    starter.ships(monkeypatch, newer().version("1.0.0"), triple().version("1.0.1"))
    with pytest.raises(InvalidInput, match="starter apps have changed") as caught:
        starter.publishes(tmp_path)
    assert [str(row) for row in caught.value.problems] == ["double: 1.0.0 is published with other content"]
    assert starter.refs == before


def test_a_moved_tag_of_the_last_version_stops_the_next_one(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.publishes(tmp_path)
    git(starter.path, "update-ref", "refs/tags/double/v1.0.0", starter.refs["refs/heads/triple/main"])
    before = starter.refs
    starter.ships(monkeypatch, newer())
    with pytest.raises(MappError, match="was moved") as caught:
        starter.publishes(tmp_path)
    assert caught.value.code == "MAPP-0612" and starter.refs == before


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("number", range(1, 7))
def test_what_ends_at_any_push_is_finished_by_running_it_again(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    del starter.shipped["triple"]
    starter.ships(monkeypatch)
    calls = [0]

    def push(*given: Any, **more: Any) -> None:
        calls[0] += 1
        really_push(*given, **more)
        if calls[0] == number:
            raise Killed

    with monkeypatch.context() as patched:
        for module in (publish, publish_starter, submit):
            patched.setattr(module, "push", push)
        with pytest.raises(Killed):
            starter.publishes(tmp_path)
    starter.publishes(tmp_path)
    ensure_complete(starter, "double")
    assert len(starter.entry("double").versions) == 1


CHILD = """
import sys
from mapp.ops.share import publish_starter
from mapp.starter import bundle
bundle.names = lambda: ("leap-year", "percent-of", "vat")
sys.exit(publish_starter.main(sys.argv[1:]))
"""


def test_a_killed_process_leaves_a_registry_that_the_next_one_completes(
    starter: StarterRegistry, world: Path
) -> None:
    words = [sys.executable, "-u", "-c", CHILD, starter.url, "--allow-git"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "leap-year 1.0.0: published\n"
        process.kill()
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[0] == "leap-year 1.0.0: listed"
    ensure_complete(starter, "leap-year", "percent-of", "vat")


@pytest.mark.parametrize("words", [[], ["a", "b"], ["a", "--all"]])
def test_other_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert publish_starter.main(words) == 2
    assert "ADDRESS is one git repository" in capsys.readouterr().err


def test_an_error_is_told_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert publish_starter.main([str(tmp_path / "none")]) != 0
    assert "git init --bare" in capsys.readouterr().err
