"""All starter apps, published as mapp ships them; one is improved, and a new library takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapp.git.identity import tree_id
from mapp.index.embedders import choose_embedder
from mapp.library.lockfile import read_lock
from mapp.model.app import MANIFEST, SOURCE
from mapp.ops.index.shipped import Shipped
from mapp.ops.index.training_data import background_key
from mapp.ops.manage.record_starter import current_verdict
from mapp.starter import bundle
from support.git_servers import daemon
from support.library import Built
from support.starter_registry import StarterRegistry
from support.terminal import mapp


@pytest.mark.sweep
def test_all_starter_apps_are_published_and_one_is_improved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, files = bundle.names(), bundle.files("vat")
    folder = tmp_path / "served"
    folder.mkdir()
    with daemon(folder) as server:
        server.create("starter.git")
        starter = StarterRegistry(server=server)
        assert [row.state for row in starter.publishes(tmp_path)] == ["published"] * len(names)
        starter.use(monkeypatch)
        assert mapp("run", "vat of 100 at 20%").out.strip() == "120"
        entries = read_lock(Built().home.lock_file)
        assert {name: entry.commit for name, entry in entries.items()} == {
            name: starter.entry(name).versions[0].commit for name in names
        }
        assert mapp("outdated").out == ""

        files[MANIFEST] = files[MANIFEST].replace(b'version = "1.0.0"', b'version = "1.0.1"')
        files[SOURCE] = b"// Improved.\n" + files[SOURCE]
        with monkeypatch.context() as patched:
            real, verdicts = bundle.files, bundle.verdicts()
            patched.setattr(bundle, "files", lambda name: dict(files) if name == "vat" else real(name))
            verdicts["vat"] = current_verdict("vat", Built().workspace, {})
            patched.setattr(bundle, "verdicts", lambda: verdicts)
            states = {row.app: row.state for row in starter.publishes(tmp_path)}
        assert [name for name, state in states.items() if state != "listed"] == ["vat"]

        assert "available vat 1.0.0 -> 1.0.1" in mapp("outdated").out
        updated = mapp("update", "--json").json["updated"]
        assert {row["app"] for row in updated if row["state"] == "updated"} == {"vat"}
        trees = {name: entry.tree for name, entry in read_lock(Built().home.lock_file).items()}
        assert trees["vat"] == tree_id(files)
        assert Shipped().cues(trees).keys() == set(names) - {"vat"}
        trained = Shipped().recogniser(trees, choose_embedder(), background_key())
        assert trained is not None and (trained.changed, trained.gone) == (("vat",), ())
        assert mapp("run", "vat of 100 at 20%").out.strip() == "120"
        assert mapp("runs", "--json").json["runs"][0]["version"] == "1.0.1"
        assert mapp("audit").code == 0
        assert mapp("undo").code == 0
        assert read_lock(Built().home.lock_file) == entries
