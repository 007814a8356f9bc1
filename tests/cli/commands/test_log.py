from __future__ import annotations

from support.apps import app
from support.library import git, library
from support.terminal import mapp


def test_commits_are_listed_newest_first_up_to_a_limit() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.0.1"))
    tip = git(built.repository("double"), "rev-parse", "main")

    rows = mapp("log", "double", "--json").json["commits"]

    assert (len(rows), rows[0]["commit"], rows[0]["parents"]) == (2, tip, [rows[1]["commit"]])
    assert len(mapp("log", "double", "-n", "1").out.splitlines()) == 1
    assert mapp("log", "double").out.startswith(tip[:10])


def test_a_missing_app_has_no_history() -> None:
    library().app("double").build()

    assert (mapp("log", "duoble").code, "did you mean double?" in mapp("log", "duoble").err) == (1, True)
