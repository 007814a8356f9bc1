"""The index follows the repositories, and a child process that fails is tried once more."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mapp.errors import MappError
from mapp.ops.index import refresh
from support.apps import app
from support.library import library


def test_the_index_is_built_only_when_an_app_has_moved(builds: list[bool]) -> None:
    built = library().app("one").build()
    for wanted in (1, 1):
        refresh.open_fresh(built.workspace).close()
        assert len(builds) == wanted
    built.put(app("two"))
    index = refresh.open_fresh(built.workspace)
    assert index.apps == ("one", "two")
    index.close()
    assert len(builds) == 2


@pytest.mark.parametrize("content", [None, "", "[]", '{"generation": "gen-other", "stamps": {}}'])
def test_doubtful_stamps_are_written_again_without_a_build(builds: list[bool], content: str | None) -> None:
    built = library().app("one").build()
    refresh.rebuild(built.workspace)
    path = built.home.index / refresh.STAMPS
    known = json.loads(path.read_text())
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    refresh.open_fresh(built.workspace).close()
    assert json.loads(path.read_text()) == known
    assert len(builds) == 1


def test_the_state_of_the_index_is_described(builds: list[bool]) -> None:
    built = library().app("one").build()
    assert refresh.describe_index(built.workspace)[0] == "warning"
    refresh.rebuild(built.workspace)
    state, said = refresh.describe_index(built.workspace)
    assert (state, said.startswith("1 apps, hashed-words, exact, ")) == ("ok", True)
    built.put(app("two"))
    state, said = refresh.describe_index(built.workspace)
    assert (state, said) == ("warning", "behind: changed apps: 1; the next request rebuilds it")


def test_a_damaged_repository_is_reported_and_left_out() -> None:
    built = library().app("one").build()
    built.repository("broken").mkdir()
    said: list[str] = []
    built.workspace.tell = said.append
    assert [head.app for head in refresh.heads(built.workspace)] == ["one"]
    assert [text.split(":")[0] for text in said] == ["skipped broken"]


def child(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Replaces Python by a shell script that notes its job; returns the file with the jobs."""
    program, jobs = folder / "python", folder / "jobs"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$3\" >> '{jobs}'\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    return jobs


def test_a_failed_build_is_tried_again_without_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = """echo '{"tell": "skipped one"}'; echo '{"done": 1, "total": 2}'"""
    status = """echo '{"status": {"state": "ready", "apps": 7}}'"""
    fails = """case "$3" in *'"fresh": false'*) exit 3;; esac"""
    jobs = child(tmp_path, monkeypatch, f"{fails}; {answer}; {status}")
    built = library().build()
    said: list[str] = []
    built.workspace.tell = said.append
    steps: list[tuple[int, int]] = []

    @contextmanager
    def progress(title: str) -> Iterator[Callable[[int, int], None]]:
        said.append(title)
        yield lambda done, total: steps.append((done, total))

    assert refresh.rebuild(built.workspace, progress=progress).apps == 7
    assert [json.loads(line)["fresh"] for line in jobs.read_text().splitlines()] == [False, True]
    assert said == ["Indexing apps", "skipped one"]
    assert steps == [(1, 2)]


@pytest.mark.parametrize(
    ("script", "why"),
    [("echo first >&2; echo 'no space left' >&2; exit 1", "no space left"), ("kill -9 $$", "ended with -9")],
)
def test_a_build_that_fails_twice_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, why: str
) -> None:
    jobs = child(tmp_path, monkeypatch, script)
    built = library().build()
    with pytest.raises(MappError, match=f"could not be built: .*{why}") as caught:
        refresh.rebuild(built.workspace)
    assert caught.value.code == "MAPP-0500"
    assert len(jobs.read_text().splitlines()) == 2
    said: list[str] = []
    built.workspace.tell = said.append
    refresh.catch_up(built.workspace)
    assert len(said) == 1
    assert said[0].startswith("the next request will build the index: ")
