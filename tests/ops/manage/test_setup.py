from __future__ import annotations

from pathlib import Path

import pytest

from mapp.library import read
from mapp.library.lockfile import read_lock
from mapp.starter import bundle
from support.apps import app
from support.library import Built, fsck, git
from support.processes import holder, kill
from support.terminal import mapp

FEW = ("leap-year", "percent-of", "vat")


@pytest.fixture(autouse=True)
def _few_starter_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    monkeypatch.setattr(bundle, "names", lambda: FEW)


def test_the_first_command_installs_the_starter_apps() -> None:
    assert [row["name"] for row in mapp("list", "--json").json["apps"]] == list(FEW)
    assert {row.source for row in read_lock(Built().home.lock_file).values()} == {"starter"}
    fsck(Built().home.root)


def test_commit_ids_are_the_same_in_every_library(world: Path) -> None:
    mapp("list")
    mapp("--library", str(world / "second"), "list")

    assert (world / "second" / "mapp.lock").read_bytes() == Built().home.lock_file.read_bytes()


def test_an_app_that_was_removed_stays_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    mapp("remove", "vat")
    monkeypatch.setattr(bundle, "digest", lambda: "another")

    assert [row["name"] for row in mapp("list", "--json").json["apps"]] == ["leap-year", "percent-of"]


def test_an_app_that_the_user_changed_stays_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    mapp("list")
    mine = Built().put(app("vat").version("2.0.0"))
    monkeypatch.setattr(bundle, "digest", lambda: "another")
    mapp("list")

    assert git(Built().repository("vat"), "rev-parse", "main") == mine.commit


def test_an_app_that_changed_in_the_bundle_is_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    mapp("list")
    newer = app("vat").version("1.5.0").files
    real = bundle.files
    monkeypatch.setattr(bundle, "files", lambda name: newer if name == "vat" else real(name))
    monkeypatch.setattr(bundle, "digest", lambda: "another")
    mapp("list")

    assert len(list(read.history(Built().home, "vat"))) == 2
    assert read_lock(Built().home.lock_file)["vat"].version == "1.5.0"


def test_the_users_own_app_of_the_same_name_is_left_alone() -> None:
    mine = Built().put(app("vat"))
    mapp("list")

    assert git(Built().repository("vat"), "rev-parse", "main") == mine.commit


def test_git_locks_of_a_killed_set_up_are_swept(world: Path) -> None:
    mapp("list")
    (Built().home.root / "starter.json").unlink()
    git(Built().repository("vat"), "update-ref", "-d", "refs/tags/v1.0.0")
    (Built().repository("vat") / "refs" / "tags" / "v1.0.0.lock").write_bytes(b"")
    kill(holder(Built().home.holds, "setup"))

    assert mapp("list").code == 0
    assert git(Built().repository("vat"), "tag") == "v1.0.0"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"commits": 5}', '{"commits": {"vat": 5}}', "\x00"])
def test_a_damaged_marker_is_ignored(text: str) -> None:
    mapp("list")
    (Built().home.root / "starter.json").write_text(text)

    assert mapp("list").code == 0
    assert mapp("exec", "vat", "price=240").out == "288\n"
