"""The commands for apps from elsewhere, as a person types them."""

import json
from pathlib import Path

import pytest

from support.apps import app
from support.rates import covered
from support.sharing import SharedWorld
from support.terminal import mapp


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` and `rates`, which wants a host."""
    found = SharedWorld(tmp_path / "served")
    for draft in (app("vat"), covered()):
        author = found.author(draft.name)
        author.release(draft)
        found.list(author.entry)
    return found


def test_the_whole_way_from_a_registry_to_an_update(shared: SharedWorld) -> None:
    assert mapp("registry", "add", "team", shared.url).code == 7
    assert mapp("registry", "add", "team", f"{shared.folder}/vat.git", "--allow-git").code == 8
    assert mapp("registry", "add", "team", f"{shared.folder}/gone.git", "--allow-git").code == 4
    assert mapp("registry", "list").out == "", "what is not a registry is not added"
    added = mapp("registry", "add", "team", shared.url, "--allow-git", "--json")
    assert added.code == 0, added.err
    assert added.json["added"]["name"] == "team"
    assert mapp("registry", "list").out.startswith("team")

    installed = mapp("install", "team:vat", "--json")
    assert installed.code == 0, installed.err
    (row,) = installed.json["installed"]
    assert set(row) == {"app", "version", "commit", "content", "source", "granted"}
    assert installed.json["schema"] == 1
    assert mapp("exec", "vat", "number=21").out == "42\n"
    assert mapp("fsck").code == 0

    author = shared.author("vat")
    author.entry = shared.builder.now.entry("vat")
    author.release(app("vat").stating(description="Doubles."), "1.1.0")
    shared.list(author.entry)
    assert mapp("outdated").out == "available vat 1.0.0 -> 1.1.0\n"
    assert mapp("update").out.startswith("updated vat 1.0.0 -> 1.1.0")
    assert mapp("audit", "--json").json == {"schema": 1, "ok": True, "findings": []}

    assert mapp("remove", "vat").code == 0
    assert mapp("exec", "vat", "number=21").code == 1
    assert mapp("restore", "vat").code == 0
    assert mapp("exec", "vat", "number=21").out == "42\n"


def test_exit_codes_say_what_kind_of_refusal_it_is(shared: SharedWorld) -> None:
    mapp("registry", "add", "team", shared.url, "--allow-git")
    assert mapp("install", "nothing").code == 1
    assert mapp("install", "NOT A NAME").code == 2
    consent = mapp("install", "rates", "--json")
    assert consent.code == 7
    assert consent.json["error"]["code"] == "MAPP-0741"
    assert mapp("install", "rates", "--yes").code == 0
    shared.author("vat").move_tag("1.0.0", app("vat").stating(description="Else.").files)
    moved = mapp("install", "vat")
    assert moved.code == 6
    assert "MAPP-0612" in moved.err
    (shared.folder / "registry.git").rename(shared.folder / "gone.git")
    assert mapp("install", "vat").code == 4
    assert mapp("update", "--json").code == 4


def test_changed_content_ends_fsck_and_a_run_with_six(shared: SharedWorld) -> None:
    mapp("registry", "add", "team", shared.url, "--allow-git")
    mapp("install", "vat")
    home = shared.workspace.home
    content = shared.locked("vat").content
    home.lock_file.write_text(home.lock_file.read_text().replace(content, "sha256:" + "0" * 64))
    for words in (("fsck",), ("fsck", "vat", "--json"), ("exec", "vat", "number=1")):
        assert mapp(*words).code == 6, words
    assert mapp("fsck", "--json").json["ok"] is False


def test_an_audit_ends_with_the_kind_of_what_it_found(shared: SharedWorld) -> None:
    mapp("registry", "add", "team", shared.url, "--allow-git")
    mapp("install", "vat")
    text = 'advisory = 1\napp = "vat"\nseverity = "malicious"\nsummary = "It leaks."\n'
    shared.builder.write({"advisories/vat-1.toml": text.encode()})
    shared.write_index()
    assert mapp("audit").code == 6
    assert json.loads(mapp("audit", "--sarif").out)["runs"][0]["results"][0]["ruleId"] == "malicious"
    assert mapp("exec", "vat", "number=1").code == 6
