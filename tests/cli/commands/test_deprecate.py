from __future__ import annotations

from pathlib import Path

import pytest

from support.apps import app
from support.sharing import SharedWorld
from support.terminal import mapp


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    found = SharedWorld(tmp_path / "served")
    author = found.author("vat")
    author.release(app("vat"))
    found.list(author.entry)
    found.use()
    return found


def test_a_deprecation_is_seen_by_whoever_installs_it_and_taken_back(shared: SharedWorld) -> None:
    done = mapp("deprecate", "vat@1.0.0", "--to", "team", "--why", "No longer \u202ekept.", "--direct")
    assert done.code == 2, "such a reason does not reach anybody"
    words = ("deprecate", "vat@1.0.0", "--to", "team", "--direct")
    done = mapp(*words, "--why", "No longer kept.")
    assert (done.code, done.out) == (0, "deprecated vat 1.0.0 in team\n"), done.err
    assert "already" in mapp(*words, "--why", "No longer kept.").out
    found = mapp("install", "vat")
    assert found.code == 0 and "vat 1.0.0 is deprecated: No longer kept." in found.err
    assert "is deprecated" in mapp("outdated").err
    assert mapp("outdated", "--json").json["outdated"][0]["note"].startswith("vat 1.0.0 is deprecated")
    undone = mapp(*words, "--undo", "--json").json
    assert (undone["changed"], undone["deprecated"]) == (True, False)
    assert "is deprecated" not in mapp("outdated").err


@pytest.mark.parametrize("words", [(), ("--why", "x", "--undo")])
def test_either_a_reason_or_an_undo_is_needed(shared: SharedWorld, words: tuple[str, ...]) -> None:
    done = mapp("deprecate", "vat", "--to", "team", *words)
    assert done.code == 2 and "--why" in done.err and "--undo" in done.err


def test_an_advisory_is_shown_published_and_found(shared: SharedWorld) -> None:
    words = ("registry", "advise", "vat", "--to", "team", "--severity", "malicious", "--summary", "It leaks.")
    assert mapp("install", "vat").code == 0
    assert mapp("exec", "vat", "number=2").code == 0
    shown = mapp(*words, "--dry-run")
    assert shown.code == 0 and shown.out.startswith("would publish vat-"), shown.err
    done = mapp(*words, "--json").json
    assert (done["affected"], done["changed"], done["dry_run"]) == (["1.0.0"], True, False)
    assert done["advisory"]["severity"] == "malicious"
    assert "published already" in mapp(*words).out
    assert mapp("audit").code == 6
    refused = mapp("exec", "vat", "number=2")
    assert refused.code == 6 and "[MAPP-0657]" in refused.err
    assert mapp(*words, "--versions", "3.0.0").code != 0
