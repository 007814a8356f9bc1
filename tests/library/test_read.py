from __future__ import annotations

import pytest

from mapp.errors import IntegrityError, InvalidApp, NotFound, UsageError
from mapp.library import read
from mapp.library.read import DamagedApp, Listed
from support.apps import app
from support.library import git, library


def test_a_missing_library_has_no_apps() -> None:
    from support.library import Built

    assert read.names(Built().home) == ()
    assert list(read.listing(Built().home)) == []


def test_a_damaged_app_does_not_hide_the_others() -> None:
    built = library().app("double").app("other").build()
    (built.repository("double") / "HEAD").unlink()

    found = list(read.listing(built.home))

    assert [type(row) for row in found] == [DamagedApp, Listed]


def test_other_files_are_not_listed() -> None:
    built = library().app("double").build()
    (built.home.apps / "Not-A-Name.git").mkdir()
    (built.home.apps / ".new-1-x").mkdir()

    assert read.names(built.home) == ("double",)


def test_a_missing_app_is_an_error_with_similar_names() -> None:
    built = library().app("double").build()

    with pytest.raises(NotFound) as caught:
        read.load(built.home, "duoble")

    assert caught.value.hint == "did you mean double?"


@pytest.mark.parametrize("name", ["..", "../double", "a/b", "", "/etc", "Double", "double.git", "con"])
def test_a_name_never_leads_out_of_the_library(name: str) -> None:
    built = library().app("double").build()

    with pytest.raises(UsageError):
        read.load(built.home, name)


def test_an_older_version_is_read_as_it_was() -> None:
    built = library().app("double").build()
    built.put(app("double").version("1.0.1").source("function main() { return 1; }\n"))

    assert "input.number * 2" in read.load(built.home, "double", "1.0.0").source
    assert "return 1" in read.load(built.home, "double", "main").source
    with pytest.raises(NotFound):
        read.load(built.home, "double", "2.0.0")


def test_a_repository_without_main_is_an_error() -> None:
    built = library().app("double").build()
    git(built.repository("double"), "update-ref", "-d", "refs/heads/main")

    with pytest.raises(NotFound, match="no branch main"):
        read.load(built.home, "double")


def test_a_main_that_is_a_blob_is_an_error() -> None:
    built = library().app("double").build()
    blob = git(built.repository("double"), "hash-object", "-w", "--stdin", stdin=b"x")
    (built.repository("double") / "refs" / "heads" / "main").write_text(blob + "\n")

    with pytest.raises(IntegrityError):
        read.load(built.home, "double")


@pytest.mark.parametrize(
    "content", ["", "zzz\n", "ref: refs/heads/main\n", "0" * 40 + "\n", "ref: refs/heads/../../x\n"]
)
def test_a_damaged_ref_is_an_error_and_not_a_crash(content: str) -> None:
    from mapp.errors import MappError

    built = library().app("double").build()
    (built.repository("double") / "refs" / "heads" / "main").write_text(content)

    with pytest.raises(MappError):
        read.load(built.home, "double")


def test_a_repository_without_the_apps_files_is_not_an_app() -> None:
    built = library().app("double").build()
    tree = git(built.repository("double"), "mktree", stdin=b"")
    commit = git(
        built.repository("double"),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.com",
        "commit-tree",
        tree,
        "-m",
        "x",
    )
    git(built.repository("double"), "update-ref", "refs/heads/main", commit)

    with pytest.raises(InvalidApp) as caught:
        read.load(built.home, "double")

    assert {problem.path for problem in caught.value.problems} == {"mapp.toml", "main.js"}
