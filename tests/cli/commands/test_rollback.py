from __future__ import annotations

from support.apps import app
from support.library import Built, library
from support.terminal import mapp

TRIPLE = "function main(input) { return input.number * 3; }\n"


def _two_versions() -> Built:
    built = library().app("double").build()
    built.put(app("double").version("2.0.0").source(TRIPLE).file("tests/examples.jsonl", ""))
    return built


def test_the_previous_version_runs_again() -> None:
    _two_versions()

    found = mapp("rollback", "double")

    assert found.code == 0, found.err
    assert found.out.startswith("rolled back double from 2.0.0 (")
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_a_dry_run_commits_nothing() -> None:
    _two_versions()

    assert "nothing was committed (--dry-run)" in mapp("rollback", "double", "--dry-run").out
    assert mapp("exec", "double", "number=2").out == "6\n"


def test_the_current_version_needs_no_rollback() -> None:
    _two_versions()

    assert mapp("rollback", "double", "--to", "2.0.0").out.startswith("double is already at 2.0.0")
    assert mapp("rollback", "double", "--to", "2.0.0", "--json").json["changed"] is False
