"""The attempts before a compiled app landed are no versions: not for diff, rollback, log or ci."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.git.commit import Commit
from mapp.library.read import without_drafts
from mapp.ops.check.gate import Options
from mapp.ops.compile.compile import compile_app
from support.authors import RIGHT, WRONG, Decided, contract, quiet
from support.library import Built, git, library
from support.terminal import mapp

MORE = RIGHT.replace("input.number * 3", "3 * input.number")


@pytest.fixture
def compiled() -> Iterator[Built]:
    """Gives a library with an app that was compiled in three rounds."""
    built = library().build()
    coder = ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}])
    options = Options(inputs=30)
    found = compile_app(
        built.workspace,
        "multiply a number by three",
        person=Decided(),
        watch=quiet,
        name="triple",
        coder=coder,
        options=options,
    )
    assert found.committed is not None
    yield built
    built.workspace.close()


def edited(built: Built, folder: Path) -> None:
    """Replaces the compiled app by another version of itself."""
    checkout = Path(mapp("path", "triple").out.strip())
    (checkout / "main.js").write_text(MORE)
    manifest = checkout / "mapp.toml"
    manifest.write_text(manifest.read_text().replace('version = "0.1.0"', 'version = "0.1.1"'))
    done = mapp("add", str(checkout))
    assert done.code == 0, done.err


def test_a_compiled_app_has_no_earlier_version(compiled: Built) -> None:
    assert len(git(compiled.repository("triple"), "log", "--first-parent", "--format=%h").split()) > 1

    for command in ("diff", "rollback"):
        found = mapp(command, "triple")
        assert (found.code, found.out) == (1, ""), found.err
        assert "triple has no earlier version" in found.err and "stub" not in found.err


def test_log_shows_the_version_and_the_drafts_when_asked(compiled: Built) -> None:
    (version,) = mapp("log", "triple", "--json").json["commits"]
    drafts = mapp("log", "triple", "--drafts", "--json").json["commits"]

    assert version["commit"] == git(compiled.repository("triple"), "rev-parse", "main")
    assert drafts[0] == version and [row["subject"] for row in drafts[1:]][-1] == "triple: the contract"


def test_after_an_edit_the_compiled_version_is_the_earlier_one(compiled: Built, tmp_path: Path) -> None:
    landed = git(compiled.repository("triple"), "rev-parse", "main")
    edited(compiled, tmp_path)

    assert mapp("diff", "triple", "--json").json["old"]["commit"] == landed
    assert mapp("bump", "triple", "--json").json["base"] == "0.1.1"
    back = mapp("rollback", "triple", "--json").json
    assert (back["to"]["commit"], back["to"]["version"], back["changed"]) == (landed, "0.1.0", True)
    assert len(mapp("log", "triple", "--json").json["commits"]) == 3


def _commit(number: int, operation: str = "", change: str = "") -> Commit:
    trailers = "".join(
        f"{name}: {value}\n"
        for name, value in (("Mapp-Operation", operation), ("Mapp-Change", change))
        if value
    )
    return Commit(
        id=str(number),
        tree=str(number),
        parents=(),
        message=f"it\n\n{trailers}",
        author="A <a@x>",
        time=number,
    )


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([], []),
        ([("", "")], ["0"]),
        ([("compile", "a")], ["0"]),
        ([("compile", "a"), ("compile", "a"), ("compile", "a")], ["0"]),
        ([("edit", ""), ("compile", "a"), ("compile", "a")], ["0", "1"]),
        ([("expand", "b"), ("expand", "b"), ("compile", "a"), ("compile", "a")], ["0", "1", "2"]),
        # What only says that it is a draft, above a version, is shown.
        ([("compile", "a"), ("compile", "a"), ("add", "")], ["0", "1", "2"]),
        ([("compile", "b"), ("compile", "a"), ("compile", "a")], ["0", "1"]),
    ],
)
def test_only_what_lies_below_the_first_landing_is_a_draft(
    rows: list[tuple[str, str]], kept: list[str]
) -> None:
    commits = [_commit(number, *row) for number, row in enumerate(rows)]

    assert [row.id for row in without_drafts(commits)] == kept
    assert [row.id for row in without_drafts(replace(row) for row in commits)] == kept
