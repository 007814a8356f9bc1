from __future__ import annotations

from pathlib import Path

from mapp.share.checks.all_checks import CHECKS
from support.library import git
from support.terminal import mapp


def test_a_registry_is_made_and_its_index_can_be_generated_again(tmp_path: Path) -> None:
    made = mapp("registry", "init", str(tmp_path / "team"), "--json")
    assert made.code == 0 and made.json["name"] == "team"
    git(tmp_path / "team", "update-ref", "-d", "refs/heads/index")
    assert mapp("registry", "verify-index", str(tmp_path / "team")).code == 6
    assert "the index of" in mapp("registry", "index", str(tmp_path / "team")).out
    assert mapp("registry", "verify-index", str(tmp_path / "team"), "--json").code == 0


def test_every_check_is_listed_with_its_reason() -> None:
    rows = mapp("registry", "check", "--list", "--json").json["checks"]
    assert [row["check"] for row in rows] == list(CHECKS)
    assert CHECKS["one-file"].reason in mapp("registry", "check", "--list").out


def test_labels_must_be_json(tmp_path: Path) -> None:
    mapp("registry", "init", str(tmp_path / "team"))
    found = mapp("registry", "check", str(tmp_path / "team"), "--labels", "override: gate")
    assert found.code == 2 and "it is not JSON" in found.err


def test_a_registry_without_a_change_has_nothing_to_check(tmp_path: Path) -> None:
    mapp("registry", "init", str(tmp_path / "team"))
    found = mapp("registry", "check", str(tmp_path / "team"), "--labels", "null")
    assert found.code == 8 and "nothing changes" in found.err


def test_a_folder_that_is_no_registry_says_how_to_make_one(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "empty.git")
    found = mapp("registry", "merge", str(tmp_path / "empty.git"))
    assert found.code == 8 and "mapp registry init FOLDER" in found.err
