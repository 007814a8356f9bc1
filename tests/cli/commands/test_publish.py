from __future__ import annotations

from pathlib import Path

import pytest

from mapp.git.commit import Signature
from mapp.ops.share.init_registry import init_registry
from support.apps import app
from support.library import Built, git, library
from support.terminal import mapp
from support.verdicts import passing

WHO = Signature(name="Mia", email="mia@example.org", time=1_796_047_000)


@pytest.fixture
def built(tmp_path: Path) -> Built:
    init_registry(tmp_path / "registry", WHO, name="team")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "double.git")
    found = library().build()
    found.put(app("double"), verdict=passing(app("double")))
    return found


def publish(folder: Path, *more: str) -> tuple[str, ...]:
    where = ("--to", str(folder / "registry"), "--remote", str(folder / "double.git"))
    return ("publish", "double", *where, *more)


def test_a_dry_run_shows_what_would_be_pushed_and_what_objects(built: Built, tmp_path: Path) -> None:
    found = mapp(*publish(tmp_path, "--dry-run"))
    assert found.code == 0, found.err
    assert "double 1.0.0 would be published; nothing was pushed" in found.out
    assert "push refs/tags/v1.0.0 of file://" in found.err
    assert "warning    licence" in found.err and "fix: add a file LICENSE" in found.err
    assert git(tmp_path / "double.git", "for-each-ref") == ""


def test_nothing_is_pushed_when_nobody_can_be_asked(built: Built, tmp_path: Path) -> None:
    found = mapp(*publish(tmp_path, "--direct"))
    assert found.code == 7 and "--yes" in found.err
    assert git(tmp_path / "double.git", "for-each-ref") == ""


def test_a_publication_and_its_yank_as_json(built: Built, tmp_path: Path) -> None:
    found = mapp(*publish(tmp_path, "--direct", "--yes", "--json"))
    assert found.code == 0, found.err
    assert found.json["schema"] == 1 and found.json["changed"] and found.json["review"]["passed"]
    assert (tmp_path / "registry/apps/do/double.toml").is_file()
    again = mapp(*publish(tmp_path, "--direct", "--yes", "--json"))
    assert (again.code, again.json["changed"]) == (0, False)
    yank = ("yank", "double", "1.0.0", "--to", str(tmp_path / "registry"), "--reason", "wrong", "--direct")
    assert mapp(*yank, "--json").json["changed"] is True
    assert "yanked already" in mapp(*yank).out
    assert "yanked already" in mapp("registry", *yank).out, "maintainers find it among their commands, too"


def test_a_refusal_names_each_check_with_its_fix(built: Built, tmp_path: Path) -> None:
    built.put(app("install"), verdict=passing(app("install")))
    where = ("--to", str(tmp_path / "registry"), "--remote", str(tmp_path / "double.git"), "--yes")
    found = mapp("publish", "install", *where)
    assert found.code == 8
    assert "name-taken: install is a command of mapp; choose another name" in found.err
    assert "[MAPP-0860]" in found.err


def test_a_submission_is_checked_merged_and_indexed_by_a_maintainer(built: Built, tmp_path: Path) -> None:
    assert "as submit/double/1.0.0" in mapp(*publish(tmp_path, "--yes")).out
    registry = str(tmp_path / "registry")
    checked = mapp("registry", "check", registry, "--head", "submit/double/1.0.0", "--no-gate")
    assert checked.code == 0 and "double: is accepted" in checked.out
    assert "double/1.0.0: waiting" in mapp("registry", "merge", registry, "--unattended", "--no-gate").out
    assert "double/1.0.0: merged" in mapp("registry", "merge", registry, "--no-gate").out
    assert "there is nothing to merge" in mapp("registry", "merge", registry).out
    assert mapp("registry", "verify-index", registry).code == 0
    assert "1 entries are valid" in mapp("registry", "check", registry, "--all").out
