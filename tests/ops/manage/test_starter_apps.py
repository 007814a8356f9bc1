from __future__ import annotations

import json

import pytest

from mapp.git.repository import Repository
from mapp.library.landing import LANDED, read_landing
from mapp.library.lockfile import read_lock
from mapp.ops.manage.starter_apps import install, sweep
from mapp.starter import bundle
from support.library import Built, fsck

FEW = ("slugify", "vat")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    monkeypatch.setattr(bundle, "names", lambda: FEW)
    return Built()


def _nothing(_: int, __: int) -> None:
    pass


def test_every_installed_app_is_pinned_and_its_landing_is_recorded(built: Built) -> None:
    assert install(built.workspace, {}, "digest", _nothing) == FEW

    pins = read_lock(built.home.lock_file)
    assert set(pins) == set(FEW)
    for name, entry in pins.items():
        repository = Repository.open(built.repository(name))
        landing = read_landing(repository, LANDED)
        assert landing is not None
        assert (entry.source, landing.source) == ("starter", "starter")
        assert entry.commit == landing.new == repository.tip()
    fsck(built.home.root)


def test_progress_is_reported_and_the_marker_is_written(built: Built) -> None:
    seen: list[tuple[int, int]] = []

    install(built.workspace, {}, "digest", lambda done, total: seen.append((done, total)))

    assert seen == [(1, 2), (2, 2)]
    marker = json.loads(built.home.starter_marker.read_text())
    assert marker["digest"] == "digest"
    assert set(marker["commits"]) == set(FEW)


def test_sweeping_removes_git_locks_of_the_starter_apps(built: Built) -> None:
    install(built.workspace, {}, "digest", _nothing)
    left = built.repository("vat") / "refs" / "heads" / "main.lock"
    left.write_bytes(b"")

    sweep(built.home)

    assert not left.exists()
