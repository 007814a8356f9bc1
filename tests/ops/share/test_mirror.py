"""One file brings the locked releases to a machine without a network, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.errors import MappError, NotFound
from mapp.ops.share.install import Options, install
from mapp.ops.share.mirror import mirror
from mapp.ops.share.sync import sync
from mapp.ops.workspace import Workspace
from support.apps import app
from support.library import library
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Returns a mirror of `vat` 1.1.0 from a registry and `tax` 1.0.0 from a git address."""
    shared = SharedWorld(tmp_path / "served")
    author = shared.author("vat")
    author.release(app("vat"))
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    shared.list(author.entry)
    tax = shared.author("tax")
    tax.release(app("tax"))
    shared.use()
    shared.install("vat", f"git+file://{tax.path}")
    library().app("mine").build()
    path = tmp_path / "apps.bundle"
    done = mirror(shared.workspace, path)
    assert [(row.name, row.version) for row in done.entries] == [("tax", "1.0.0"), ("vat", "1.1.0")]
    assert [name for name, _ in done.left_out] == ["mine"]
    folder = tmp_path / "project"
    folder.mkdir()
    row = f'vat = {{ registry = "file://{shared.url}", version = "1" }}'
    (folder / "mapp-library.toml").write_text("\n".join(["library = 1", "[apps]", row, ""]))
    workspace = shared.workspace
    sync(workspace, folder, PLAIN)
    workspace.close()
    shutil.rmtree(shared.folder)
    shutil.rmtree(shared.workspace.home.root)
    return path


def installed(bundle: Path, *texts: str) -> list[tuple[str, str, str]]:
    """Installs from the mirror into the empty library."""
    workspace = Workspace(config=load_config())
    try:
        found = install(workspace, texts, Options(mirror=bundle, offline=True))
        return [(row.entry.name, row.entry.version, row.entry.source[:9]) for row in found.rows]
    finally:
        workspace.close()


@pytest.mark.usefixtures("without_gate")
def test_apps_are_installed_from_the_file_alone(bundle: Path) -> None:
    assert installed(bundle, "vat@1.1", "tax") == [
        ("vat", "1.1.0", "registry+"),
        ("tax", "1.0.0", "git+file:"),
    ]
    assert mapp("exec", "vat", "number=4").out == "8\n"
    assert mapp("fsck").code == 0
    with pytest.raises(NotFound):
        installed(bundle, "vat@1.0.0")


@pytest.mark.usefixtures("without_gate")
def test_a_project_is_synced_from_the_file_alone(bundle: Path) -> None:
    folder = bundle.with_name("project")
    found = mapp("sync", str(folder), "--mirror", str(bundle), "--frozen")
    assert found.code == 0 and found.out.startswith("installed vat 1.1.0"), found.err
    lock = folder / "mapp.lock"
    lock.write_text(lock.read_text().replace('content = "sha256:', 'content = "sha256:0'))
    shutil.rmtree(load_config().library)
    refused = mapp("sync", str(folder), "--mirror", str(bundle))
    assert refused.code == 1 and "does not have vat 1.1.0" in refused.err


def test_a_mirror_whose_lock_lies_about_a_release_is_refused(bundle: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.git"
    subprocess.run(["git", "clone", "-q", "--mirror", bundle, forged], check=True)

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", forged, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("update-ref", "refs/mirror/apps/vat/v1.1.0", git("rev-parse", "refs/mirror/apps/tax/v1.0.0"))
    git("bundle", "create", "-q", str(tmp_path / "forged.bundle"), "--all")
    with pytest.raises(MappError) as refused:
        installed(tmp_path / "forged.bundle", "vat")
    assert refused.value.exit_code == 6


@pytest.mark.parametrize("content", [None, b"", b"not a bundle\n"])
def test_what_is_not_a_mirror_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.bundle"
    if content is not None:
        path.write_bytes(content)
    found = mapp("install", "vat", "--mirror", str(path))
    assert found.code in (4, 6), found.err


def test_the_command_says_what_it_wrote_and_what_it_left_out(tmp_path: Path) -> None:
    library().app("mine").build()
    found = mapp("mirror", str(tmp_path / "a.bundle"), "--json").json
    assert found["apps"] == [] and found["left_out"][0]["app"] == "mine"
