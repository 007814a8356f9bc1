"""A library goes to another machine in one file, exactly, and a hostile file changes nothing."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.errors import IntegrityError, PermissionNeeded
from mapp.library.lockfile import read_lock
from mapp.library.pins import set_grants
from mapp.ops.share.whole_library import ROOT, export_library, import_library
from mapp.ops.workspace import Workspace
from support.apps import app
from support.library import Built, fsck, library, state
from support.terminal import mapp

STORE = "function main(input, host) { host.store.set('n', 7); return host.store.get('n'); }\n"


@pytest.fixture
def built() -> Built:
    """Returns a library with two apps, one of them with a grant and a store."""
    made = library().app("double").app("count").stating(capabilities={"store": {"max_kb": 1}}).source(STORE)
    found = made.build()
    set_grants(found.home, "count", ("store",))
    assert mapp("exec", "count", "number=1").code == 0
    return found


def elsewhere(folder: Path) -> Workspace:
    return Workspace(config=load_config(library=folder))


def imported(file: Path, folder: Path, *, agree: bool = True) -> Path:
    import_library(elsewhere(folder), file, agree=lambda _: agree)
    return folder


def kept(root: Path) -> dict[str, str]:
    """Returns what an export carries: everything but the journal and what a database writes beside it."""
    return {name: value for name, value in state(root).items() if not name.startswith("stores/")}


def test_the_imported_library_is_the_exported_one(built: Built, tmp_path: Path) -> None:
    file = tmp_path / "all.tar.gz"
    done = export_library(built.workspace, file)
    assert done.apps == ("count", "double") and not done.journal

    new = imported(file, tmp_path / "new")

    assert kept(new) == kept(built.home.root)
    fsck(new)
    assert mapp("--library", str(new), "exec", "count", "number=1").out == "7\n"
    assert read_lock(new / "mapp.lock")["count"].granted == ("store",)
    assert len(mapp("--library", str(new), "operations", "--json").json["operations"]) == 2


def test_the_journal_comes_only_when_asked_for(built: Built, tmp_path: Path) -> None:
    without, full = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"
    assert mapp("library", "export", str(without)).out.startswith("exported 2 apps")
    assert mapp("library", "export", str(full), "--journal", "--json").json["journal"] is True
    for file, runs in ((without, 0), (full, 1)):
        folder = tmp_path / file.stem
        assert mapp("--library", str(folder), "library", "import", str(file), "--yes").code == 0
        assert len(mapp("--library", str(folder), "runs", "--json").json["runs"]) == runs


def test_nothing_is_imported_over_apps_or_without_a_yes(built: Built, tmp_path: Path) -> None:
    file = tmp_path / "all.tar.gz"
    export_library(built.workspace, file)
    before = built.state()
    refused = mapp("library", "import", str(file), "--yes")
    assert refused.code == 1 and "--library FOLDER" in refused.err and built.state() == before
    with pytest.raises(PermissionNeeded):
        imported(file, tmp_path / "new", agree=False)
    assert mapp("--library", str(tmp_path / "new"), "library", "import", str(file)).code == 7
    assert not (tmp_path / "new" / "apps").exists()
    assert mapp("library", "import", str(tmp_path / "no.tar.gz")).code == 1


def _row(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    row = tarfile.TarInfo(name)
    row.type, row.linkname = kind, link
    return row


HOSTILE: dict[str, Callable[[], tarfile.TarInfo]] = {
    "a path upwards": lambda: _row(f"{ROOT}apps/../../evil"),
    "an absolute path": lambda: _row("/tmp/evil"),
    "another root": lambda: _row("evil/format"),
    "a symbolic link": lambda: _row(f"{ROOT}apps/double.git/HEAD", tarfile.SYMTYPE, "/etc/passwd"),
    "a hard link": lambda: _row(f"{ROOT}mapp.lock", tarfile.LNKTYPE, "/etc/passwd"),
    "a device": lambda: _row(f"{ROOT}journal.sqlite", tarfile.CHRTYPE),
    "a pipe": lambda: _row(f"{ROOT}journal.sqlite", tarfile.FIFOTYPE),
    "a hook": lambda: _row(f"{ROOT}apps/double.git/hooks/post-update"),
    "alternates": lambda: _row(f"{ROOT}apps/double.git/objects/info/alternates"),
    "a settings file": lambda: _row(f"{ROOT}config.toml"),
    "a file twice": lambda: _row(f"{ROOT}format"),
    "an app of another name": lambda: _row(f"{ROOT}apps/..git/HEAD"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_changes_nothing(what: str, tmp_path: Path) -> None:
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for row in (_row(f"{ROOT}format"), HOSTILE[what]()):
            archive.addfile(row, io.BytesIO(b""))
    with pytest.raises(IntegrityError):
        imported(file, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["locks"]
    assert {path.name for path in tmp_path.iterdir()} <= {"evil.tar.gz", "new", "world"}


@pytest.mark.parametrize("data", [b"", b"not an archive", b"\x1f\x8b\x08\x00"])
def test_a_damaged_file_is_refused(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.tar.gz"
    file.write_bytes(data)
    with pytest.raises(IntegrityError) as refused:
        imported(file, tmp_path / "new")
    assert refused.value.code == "MAPP-0658"


def test_an_app_that_is_not_what_the_lock_names_is_refused(built: Built, tmp_path: Path) -> None:
    lock = built.home.lock_file
    lock.write_text(lock.read_text().replace('content = "sha256:', 'content = "sha256:0', 1))
    export_library(built.workspace, tmp_path / "all.tar.gz")
    with pytest.raises(IntegrityError, match="count"):
        imported(tmp_path / "all.tar.gz", tmp_path / "new")


def test_apps_of_an_exported_library_can_be_changed_and_undone(built: Built, tmp_path: Path) -> None:
    export_library(built.workspace, tmp_path / "all.tar.gz")
    new = imported(tmp_path / "all.tar.gz", tmp_path / "new")
    assert mapp("--library", str(new), "remove", "double").code == 0
    assert mapp("--library", str(new), "undo").code == 0
    assert app("double").name in mapp("--library", str(new), "list").out
