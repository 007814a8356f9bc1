"""A pinned app stays where it is, and what speaks against that is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import MappError, NotFound, UsageError
from mapp.library.lockfile import read_entry, read_lock
from mapp.library.repair import repair
from mapp.model.version import Version
from mapp.ops.share.install import Options as InstallOptions
from mapp.ops.share.pin import Pinned, pin_app, unpin_app
from mapp.ops.share.sync import Synced, sync
from mapp.ops.share.update import Options, Row, outdated, update
from support.apps import app
from support.library import library
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and 1.1.0; the older one is installed."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    found.list(author.entry)
    found.use()
    found.install("vat@1.0.0")
    return found


def pinned(shared: SharedWorld, text: str) -> Pinned:
    workspace = shared.workspace
    try:
        return pin_app(workspace, text, InstallOptions())
    finally:
        workspace.close()


def updated(shared: SharedWorld) -> Row:
    workspace = shared.workspace
    try:
        (row,) = update(workspace, (), Options())
        return row
    finally:
        workspace.close()


def yank(shared: SharedWorld, version: str) -> None:
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    shared.list(entry.with_yank(Version.parse(version), "it rounds wrongly"))


def test_update_leaves_a_pinned_app_alone_until_it_is_unpinned(shared: SharedWorld) -> None:
    assert not pinned(shared, "vat").moved
    row = updated(shared)
    assert (row.state, row.version, row.to) == ("pinned", "1.0.0", "1.1.0")
    assert "mapp unpin vat" in row.reason and shared.locked("vat").version == "1.0.0"
    (told,) = outdated(shared.workspace)
    assert (told.state, told.to) == ("pinned", "1.1.0")

    unpin_app(shared.workspace, "vat")

    assert updated(shared).state == "updated" and not shared.locked("vat").pinned


def test_another_version_is_installed_and_pinned(shared: SharedWorld) -> None:
    found = pinned(shared, "vat@1.1")
    assert (found.moved, found.entry.version, found.entry.pinned) == (True, "1.1.0", True)
    assert [row.state for row in outdated(shared.workspace)] == ["current"]
    back = pinned(shared, "vat@1.0.0")
    assert (back.moved, back.entry.version) == (True, "1.0.0")


def test_the_pin_is_in_the_lock_and_survives_whatever_rewrites_the_block(shared: SharedWorld) -> None:
    pinned(shared, "vat")
    home = shared.workspace.home
    assert "pinned = true" in home.lock_file.read_text()
    entry = read_entry(home.lock_file, "vat")
    assert entry == read_lock(home.lock_file)["vat"] and entry is not None and entry.pinned
    shared.install("vat@1.1.0")
    assert shared.locked("vat").pinned, "another version by the person's word stays pinned"
    repair(home)
    assert shared.locked("vat").pinned


def test_a_yank_and_an_advisory_of_a_pinned_version_are_told(shared: SharedWorld) -> None:
    pinned(shared, "vat")
    yank(shared, "1.0.0")
    row = updated(shared)
    assert row.state == "pinned" and row.yanked == "it rounds wrongly" and "was yanked" in row.reason
    assert pinned(shared, "vat").yanked == "it rounds wrongly"
    text = 'advisory = 1\napp = "vat"\nseverity = "malicious"\nsummary = "It leaks."\nfixed = "1.1.0"\n'
    shared.builder.write({"advisories/vat-1.toml": text.encode()})
    shared.write_index()
    assert "calls it malicious: It leaks." in updated(shared).reason
    assert mapp("exec", "vat", "number=1").code == 6, "a pin does not run what is malicious"


def test_a_yanked_version_cannot_be_pinned_anew(shared: SharedWorld) -> None:
    yank(shared, "1.1.0")
    with pytest.raises(MappError) as refused:
        pinned(shared, "vat@1.1.0")
    assert refused.value.code == "MAPP-0204" and not shared.locked("vat").pinned


@pytest.mark.parametrize("text", ["vat@x", "vat@", "vat@1.2.3.4"])
def test_what_is_not_a_version_is_refused(shared: SharedWorld, text: str) -> None:
    with pytest.raises(UsageError):
        pinned(shared, text)


def test_only_apps_from_elsewhere_are_pinned() -> None:
    built = library().app("double").build()
    with pytest.raises(NotFound):
        pin_app(built.workspace, "double", PLAIN)
    with pytest.raises(NotFound):
        unpin_app(built.workspace, "double")


def test_sync_leaves_a_pinned_app_alone_and_the_projects_lock_as_it_is(
    shared: SharedWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    rows = ["library = 1", "[apps]", f'vat = {{ registry = "file://{shared.url}", version = "1.1.0" }}', ""]
    (folder / "mapp-library.toml").write_text("\n".join(rows))

    def synced() -> Synced:
        workspace = shared.workspace
        try:
            return sync(workspace, folder, PLAIN)
        finally:
            workspace.close()

    synced()
    lock = (folder / "mapp.lock").read_bytes()
    pinned(shared, "vat@1.0.0")
    found = synced()
    assert found.pinned == ("vat",) and not found.lock_changed
    assert shared.locked("vat").version == "1.0.0" and (folder / "mapp.lock").read_bytes() == lock
    pinned(shared, "vat@1.1.0")
    assert synced().pinned == () and b"pinned = " not in (folder / "mapp.lock").read_bytes()


def test_the_commands_say_what_they_did(shared: SharedWorld) -> None:
    assert mapp("pin", "vat").out.startswith("pinned vat 1.0.0 (")
    assert mapp("outdated").out.startswith("pinned vat 1.0.0 -> 1.1.0: to unpin it: mapp unpin vat")
    assert mapp("update").code == 0
    found = mapp("unpin", "vat", "--json").json
    assert (found["pinned"], found["version"]) == (False, "1.0.0")
    assert mapp("pin", "vat", "--json").json["pinned"] is True
