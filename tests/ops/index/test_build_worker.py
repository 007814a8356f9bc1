"""The process that builds the index reports each step as a line of JSON."""

from __future__ import annotations

import io
import json
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from mapp.config import load_config
from mapp.index import generations
from mapp.index.search import open_index
from mapp.library.compiled_requests import record_choice
from mapp.model.request import Request
from mapp.ops.index import build_worker
from mapp.ops.index.refresh import AGAIN
from mapp.ops.index.training_data import VerbatimExtra
from mapp.route import per_app_table
from support.embedders import HashedWords
from support.library import SOMEBODY, Built, library

Work = Callable[[Built], tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def work(world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Work:
    """Returns a function that builds an index without training; it returns the exit code and the lines."""
    monkeypatch.setattr(build_worker, "load_config", lambda **_: load_config())
    monkeypatch.setattr(build_worker, "choose_embedder", lambda _: HashedWords())
    monkeypatch.setattr(build_worker, "extras", lambda *_: ())

    def work(built: Built) -> tuple[int, list[dict[str, Any]]]:
        job = {
            "library": str(built.home.root),
            "cache": str(world / "cache"),
            "embedder": "hashed-words",
            "store": "auto",
            "fresh": False,
        }
        code = build_worker.main(json.dumps(job))
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return work


def test_the_steps_come_first_and_the_status_last(work: Work) -> None:
    built = library().app("one").app("two").build()
    code, lines = work(built)
    assert code == 0
    assert len(lines) > 1
    assert all(line["done"] <= line["total"] for line in lines[:-1])
    assert lines[-1]["status"]["state"] == "ready"
    assert lines[-1]["status"]["apps"] == 2
    index = open_index(built.home.index, HashedWords())
    assert index is not None
    with closing(index):
        assert index.apps == ("one", "two")


def test_a_damaged_repository_is_skipped_with_a_message(work: Work) -> None:
    built = library().app("one").build()
    built.repository("broken").mkdir()
    code, lines = work(built)
    assert code == 0
    (said,) = (line["tell"] for line in lines if "tell" in line)
    assert said.startswith("skipped broken")
    assert lines[-1]["status"]["apps"] == 1


def test_the_files_of_the_index_are_private(work: Work) -> None:
    built = library().app("one").build()
    work(built)
    generation = generations.current(built.home.index)
    assert generation is not None
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [generation, *generation.iterdir()]}
    assert len(modes) > 2
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}


def test_a_failure_is_the_exit_code_and_a_line_on_standard_error(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = library().app("one").build()
    said = io.StringIO()
    monkeypatch.setattr(generations, "_LOCK_SECONDS", 0.05)
    monkeypatch.setattr(sys, "stderr", said)
    built.home.index.mkdir()
    with FileLock(built.home.index / "lock"):
        code, lines = work(built)
    assert code != 0
    assert "another process is building" in said.getvalue()
    assert not any("status" in line for line in lines)


def test_an_app_is_read_again_on_demand_although_its_tree_is_the_same(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = library().app("one").app("two").build()
    monkeypatch.setattr(build_worker, "extras", lambda vectors, shipped, words: (VerbatimExtra(words),))
    work(built)
    record_choice(built.home, "two", "do as usual", SOMEBODY)
    (built.home.index / AGAIN).write_text("two")

    assert work(built)[0] == 0

    index = open_index(built.home.index, HashedWords())
    assert index is not None
    with closing(index):
        path = index.extra(per_app_table.VERBATIM_FILE)
    assert path is not None and not (built.home.index / AGAIN).exists()
    with closing(per_app_table.Verbatim(path)) as known:
        assert known.compiled_for(Request(text="Do as usual!")) == ("two",)
