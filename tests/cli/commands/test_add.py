from __future__ import annotations

import pytest

from mapp.config import load_config
from support.apps import app
from support.terminal import mapp


@pytest.fixture
def folder() -> str:
    """Returns a folder with an app that passes its checks."""
    mapp("new", "greeting")
    return "greeting"


def test_an_app_that_passes_is_committed_and_each_check_is_shown(folder: str) -> None:
    found = mapp("add", folder)

    assert (found.code, found.out.startswith("added greeting 0.1.0 (")) == (0, True)
    assert "  ok     source (" in found.err
    assert mapp("exec", "greeting", "name=Ada").out == "Hello, Ada!\n"


def test_a_dry_run_checks_and_commits_nothing(folder: str) -> None:
    found = mapp("add", folder, "--dry-run")

    assert "greeting passes; nothing was committed (--dry-run)" in found.err
    assert mapp("list", "--json").json["apps"] == []


def test_the_json_report_has_the_commit_and_no_progress(folder: str) -> None:
    found = mapp("add", folder, "--json")

    assert (found.json["app"], found.json["passed"], found.json["changed"]) == ("greeting", True, True)
    assert mapp("log", "greeting", "--json").json["commits"][0]["commit"] == found.json["commit"]
    assert "source" not in found.err


def test_a_failing_app_is_committed_only_by_force() -> None:
    draft = app("double").source("function main() { return 'no number'; }\n")
    folder = str(draft.write(load_config().library.parent / "work/double"))

    assert mapp("add", folder).code == 8
    forced = mapp("add", folder, "--force")
    assert (forced.code, "added by force: not every check passes" in forced.err) == (0, True)
