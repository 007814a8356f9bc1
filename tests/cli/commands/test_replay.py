from __future__ import annotations

from support.apps import app
from support.library import library
from support.terminal import mapp


def test_a_replay_is_equal_and_at_another_commit_different() -> None:
    built = library().app("double").build()
    run = mapp("exec", "double", "number=2", "--json").json["run"]
    built.put(app("double").version("1.0.1").source("function main(input) { return input.number * 3; }\n"))

    assert mapp("replay", run).out.startswith("equal (double at ")
    found = mapp("replay", run, "--commit", "main")
    assert (found.code, found.out.startswith("different")) == (1, True)


def test_a_missing_run_is_an_error() -> None:
    assert (mapp("replay", "fff").code, "mapp runs lists them" in mapp("replay", "fff").err) == (1, True)
