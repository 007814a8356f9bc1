from __future__ import annotations

from support.apps import app
from support.library import git, library
from support.terminal import mapp


def test_an_app_whose_lock_is_right_stays_as_it_is() -> None:
    library().app("double").build()

    found = mapp("relock", "double")

    assert (found.code, found.out.startswith("double is already locked at ")) == (0, True)
    assert mapp("relock", "double", "--json").json["changed"] is False


def test_a_commit_made_with_git_is_accepted_after_its_checks() -> None:
    built = library().app("double").build()
    older_lock = built.home.lock_file.read_bytes()
    built.put(app("double").version("1.0.1").example({"number": 3}, output=6))
    built.home.lock_file.write_bytes(older_lock)  # as if git had moved main
    commit = git(built.repository("double"), "rev-parse", "main")
    refused = mapp("exec", "double", "number=2")
    assert (refused.code, "mapp relock double" in refused.err) == (6, True)

    found = mapp("relock", "double")

    assert found.code == 0, found.err
    assert found.out == f"double 1.0.1 is locked at {commit[:10]}\n"
    assert "  ok     source (" in found.err
    assert mapp("exec", "double", "number=2").out == "4\n"


def test_a_missing_app_cannot_be_relocked() -> None:
    assert mapp("relock", "nothing").code == 1
