from __future__ import annotations

from pathlib import Path

from support.apps import app
from support.library import git, library
from support.terminal import mapp


def test_the_folder_is_printed_alone_and_holds_the_app() -> None:
    library().app("double").build()

    found = mapp("path", "double")

    assert (Path(found.out.strip()) / "main.js").read_bytes() == app().files["main.js"]
    assert found.err == ""


def test_edits_are_kept_and_a_newer_version_of_the_app_is_reported() -> None:
    built = library().app("double").build()
    folder = Path(mapp("path", "double").out.strip())
    (folder / "main.js").write_text("// mine\n")
    built.put(app("double").version("1.0.1"))

    found = mapp("path", "double", "--json").json

    assert (found["edited"], found["behind"]) == (True, True)
    assert "has changed since" in mapp("path", "double").err
    assert (folder / "main.js").read_text() == "// mine\n"


def test_the_json_answer_has_the_commit_and_the_state_of_the_checkout() -> None:
    built = library().app("double").build()

    found = mapp("path", "double", "--json").json

    commit = git(built.repository("double"), "rev-parse", "main")
    assert (found["commit"], found["edited"], found["behind"]) == (commit, False, False)
    assert (Path(found["path"]) / "main.js").read_bytes() == app().files["main.js"]
