"""What `mapp doctor` reports on a healthy and on a damaged library, and what it repairs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.errors import MappError
from mapp.library.lockfile import read_lock
from mapp.library.pins import unpin
from mapp.ops.manage import doctor
from mapp.ops.manage.doctor import Diagnosis, examine, repair_library
from support.apps import app
from support.library import Built, library
from support.terminal import mapp


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().app("double").app("other").build()
    yield made
    made.workspace.close()


def found(built: Built) -> dict[str, Diagnosis]:
    return {row.what: row for row in examine(built.workspace)}


def test_a_healthy_library_passes_every_check(built: Built) -> None:
    mapp("index", "rebuild")
    mapp("exec", "double", "number=1")
    rows = found(built)

    engine_and_library = {"sandbox", "engines", "apps", "repositories", "lock", "journal", "index"}
    assert set(rows) == {"python", "packages", *engine_and_library}
    assert [row.what for row in rows.values() if row.state == "failed"] == []
    assert rows["apps"].detail.startswith("2 apps in ")
    assert rows["lock"].detail == "2 apps pinned" and rows["journal"].detail.startswith("1 runs in ")
    assert "isolation:" in rows["sandbox"].detail


def test_a_damaged_app_is_named_and_other_checks_pass(built: Built) -> None:
    (built.repository("other") / "HEAD").unlink()
    row = found(built)["apps"]

    assert row.state == "failed" and row.detail.startswith("other: ")


def test_an_outdated_lock_file_is_a_warning_with_the_fix(built: Built) -> None:
    unpin(built.home, "other", None)
    row = found(built)["lock"]

    assert (row.state, row.detail) == ("warning", "differs for other: mapp doctor --repair")


def test_a_pin_without_an_app_is_reported(built: Built) -> None:
    built.repository("other").rename(built.home.root / "elsewhere.git")

    assert found(built)["lock"].detail.startswith("differs for other")


def test_a_damaged_lock_file_and_journal_are_reported_and_do_not_stop_the_checks(built: Built) -> None:
    built.home.lock_file.write_text("<<<<<<< HEAD\n")
    built.home.journal.write_bytes(b"no database at all, " * 100)
    rows = found(built)

    assert rows["lock"].state == rows["journal"].state == "failed"
    assert rows["apps"].state == "ok"


@pytest.mark.parametrize("error", [MappError("no"), OSError("no"), RuntimeError("no"), ImportError("no")])
def test_a_check_that_raises_is_reported_as_failed(
    built: Built, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def look(_: object) -> tuple[str, str]:
        raise error

    monkeypatch.setattr(doctor, "_CHECKS", {"this": look, "that": lambda _: ("ok", "fine")})

    assert [(row.what, row.state, row.detail) for row in examine(built.workspace)] == [
        ("this", "failed", "no"),
        ("that", "ok", "fine"),
    ]


def test_repaired_apps_are_named_and_grants_stay(built: Built) -> None:
    built.put(app("count").stating(capabilities={"store": {"max_kb": 1}}))
    assert mapp("grant", "count", "store").code == 0
    good = built.home.lock_file.read_bytes()
    tree = read_lock(built.home.lock_file)["double"].tree
    built.home.lock_file.write_text(good.decode().replace(tree, "0" * 40, 1))

    assert repair_library(built.workspace) == ("double",)
    assert built.home.lock_file.read_bytes() == good
    assert repair_library(built.workspace) == ()


def test_an_unreadable_lock_file_is_moved_aside_and_rebuilt(built: Built) -> None:
    good = built.home.lock_file.read_bytes()
    built.home.lock_file.write_text("<<<<<<< HEAD\n")

    assert repair_library(built.workspace) == ("double", "other")
    assert built.home.lock_file.read_bytes() == good
    assert (built.home.root / "mapp.lock.damaged").read_text() == "<<<<<<< HEAD\n"
