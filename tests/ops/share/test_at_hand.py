"""Without a network: what the library has is enough, and what it lacks is said with its own exit code."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, MappError
from mapp.library.commit_app import remove
from mapp.ops.share.install import LockWouldChange, install
from mapp.ops.share.sync import Synced, sync
from mapp.ops.share.update import Options, Row, update
from support.apps import app
from support.library import git
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp

OFFLINE = replace(PLAIN, offline=True)
HTTP = {"http": [{"host": "api.example.com", "methods": ["GET"]}]}


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and 1.1.0, both of which the library has seen."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    found.list(author.entry)
    found.use()
    found.install("vat@1.0.0")
    found.install("vat@1.1.0")
    return found


def unreachable(shared: SharedWorld) -> None:
    """Takes every repository off the server."""
    shutil.move(shared.folder, shared.folder.with_name("gone"))


def updated(shared: SharedWorld, *, offline: bool = False, locked: bool = False) -> Row:
    workspace = shared.workspace
    try:
        (row,) = update(workspace, (), Options(offline=offline, locked=locked))
        return row
    finally:
        workspace.close()


def test_an_earlier_and_a_removed_version_are_installed_without_a_network(shared: SharedWorld) -> None:
    unreachable(shared)
    shared.install("vat@1.0.0", options=OFFLINE)
    assert shared.locked("vat").version == "1.0.0"
    remove(shared.workspace.home, "vat")
    shared.install("vat", options=OFFLINE)
    assert shared.locked("vat").version == "1.1.0"


def test_what_the_library_lacks_ends_with_the_exit_code_of_the_network(shared: SharedWorld) -> None:
    author = shared.author("vat")
    author.entry = shared.builder.now.entry("vat")
    author.release(app("vat").stating(description="Twice."), "1.2.0")
    shared.list(author.entry)
    assert mapp("outdated").code == 0  # the registry is seen
    unreachable(shared)
    with pytest.raises(MappError) as refused:
        shared.install("vat@1.2.0", options=OFFLINE)
    assert (refused.value.code, refused.value.exit_code) == ("MAPP-0576", 4)
    row = updated(shared, offline=True)
    assert row.error is not None and row.error.exit_code == 4
    assert mapp("update", "--offline").code == 4 and shared.locked("vat").version == "1.1.0"


def test_a_release_that_was_stored_without_consent_is_installed_offline(shared: SharedWorld) -> None:
    author = shared.author("vat")
    author.entry = shared.builder.now.entry("vat")
    author.release(app("vat").stating(capabilities=HTTP), "2.0.0")
    shared.list(author.entry)
    assert updated(shared).state == "held"
    unreachable(shared)
    assert updated(shared, offline=True).state == "held"


def test_a_stored_release_that_was_changed_on_disk_is_refused(shared: SharedWorld) -> None:
    unreachable(shared)
    repository = shared.workspace.home.repository("vat")
    other = git(repository, "rev-parse", "refs/mapp/releases/v1.1.0")
    git(repository, "update-ref", "refs/mapp/releases/v1.0.0", other)
    with pytest.raises((IntegrityError, MappError)) as refused:
        shared.install("vat@1.0.0", options=OFFLINE)
    assert refused.value.code in ("MAPP-0576", "MAPP-0612") and shared.locked("vat").version == "1.1.0"


def test_locked_installs_only_what_is_installed(shared: SharedWorld) -> None:
    locked = replace(PLAIN, locked=True)
    workspace = shared.workspace
    assert not install(workspace, ["vat"], locked).rows[0].changed
    with pytest.raises(LockWouldChange) as refused:
        install(workspace, ["vat@1.0.0"], locked)
    workspace.close()
    assert (refused.value.exit_code, refused.value.code) == (5, "MAPP-0580")
    shared.install("vat@1.0.0")
    row = updated(shared, locked=True)
    assert row.error is not None and row.error.exit_code == 5 and shared.locked("vat").version == "1.0.0"
    assert mapp("update", "--frozen").code == 5
    assert mapp("install", "vat@1.0.0", "--frozen").code == 0


def test_sync_works_offline_when_the_library_has_what_the_lock_names(
    shared: SharedWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    row = f'vat = {{ registry = "file://{shared.url}", version = "1.0.0" }}'
    (folder / "mapp-library.toml").write_text("\n".join(["library = 1", "[apps]", row, ""]))

    def synced(*, locked: bool = False) -> Synced:
        workspace = shared.workspace
        try:
            return sync(workspace, folder, replace(PLAIN, offline=True, locked=locked))
        finally:
            workspace.close()

    unreachable(shared)
    with pytest.raises(LockWouldChange):
        synced(locked=True)
    assert synced().to_dict()["changed"] == ["vat"]
    assert synced(locked=True).to_dict()["changed"] == []
    assert mapp("sync", str(folder), "--frozen").code == 0


@pytest.mark.usefixtures("without_gate")
def test_a_git_address_is_installed_again_offline(shared: SharedWorld) -> None:
    remove(shared.workspace.home, "vat")
    url = f"git+file://{shared.author('vat').path}"
    shared.install(url)
    remove(shared.workspace.home, "vat")
    unreachable(shared)
    shared.install(url, options=OFFLINE)
    assert (shared.locked("vat").version, shared.locked("vat").source) == ("1.1.0", url)
