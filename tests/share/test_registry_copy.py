"""The copy of a registry: fetched once, then only what is new; never an older or another history."""

from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git.repository import Repository
from mapp.share.errors import RemoteFailed
from mapp.share.registry_copy import copy_path, last_seen, refresh
from support.registries import entry
from support.sharing import SharedWorld


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists the app `vat`."""
    found = SharedWorld(tmp_path / "served")
    found.list(entry("vat"))
    return found


def test_a_copy_has_what_the_registry_lists(shared: SharedWorld) -> None:
    home, source = shared.workspace.home, shared.use()
    assert last_seen(home, source) is None
    copy = refresh(home, source)
    assert copy.entry("vat") == entry("vat")
    assert copy.entry("nothing") is None
    again = last_seen(home, source)
    assert again is not None
    assert again.commit == copy.commit


def test_only_the_newest_commit_comes_first_and_then_what_is_new(shared: SharedWorld) -> None:
    home, source = shared.workspace.home, shared.use()
    for number in range(3):
        shared.list(entry(f"app{number}"))
    first = refresh(home, source)
    assert (copy_path(home, source) / "shallow").exists()
    shared.list(entry("another"))
    shared.list(entry("vat", "1.0.0", "1.1.0"))
    second = refresh(home, source)
    assert second.commit != first.commit
    found = second.entry("vat")
    assert found is not None
    assert len(found.versions) == 2
    assert second.entry("app1") == entry("app1")
    assert refresh(home, source).commit == second.commit
    assert list(home.registries.glob(".fetch-*")) == []


@pytest.mark.parametrize("how", ["another history", "an older commit"])
def test_a_registry_whose_history_does_not_go_on_is_refused(shared: SharedWorld, how: str) -> None:
    home, source = shared.workspace.home, shared.use()
    old = shared.builder.repository.tip("refs/heads/index")
    shared.list(entry("other"))
    seen = refresh(home, source)
    if how == "an older commit":
        shared.builder.repository.set_ref("refs/heads/index", str(old))
    else:
        shared.builder.write({"README.md": b"else\n"})
        shared.write_index(fresh=True)
    with pytest.raises(IntegrityError, match="was rewritten") as refused:
        refresh(home, source)
    assert refused.value.code == "MAPP-0653"
    kept = last_seen(home, source)
    assert kept is not None
    assert kept.commit == seen.commit


def test_a_registry_without_an_index_is_read_from_main(shared: SharedWorld) -> None:
    repository = shared.builder.repository
    repository.delete_ref("refs/heads/index", str(repository.tip("refs/heads/index")))
    copy = refresh(shared.workspace.home, shared.use())
    assert copy.commit == repository.tip()
    assert copy.entry("vat") == entry("vat")


def test_a_registry_that_is_gone_cannot_be_refreshed_but_is_remembered(shared: SharedWorld) -> None:
    home, source = shared.workspace.home, shared.use()
    refresh(home, source)
    (shared.folder / "registry.git").rename(shared.folder / "gone.git")
    with pytest.raises(RemoteFailed):
        refresh(home, source)
    kept = last_seen(home, source)
    assert kept is not None
    assert kept.entry("vat") == entry("vat")


def test_a_copy_is_a_sound_repository(shared: SharedWorld) -> None:
    home, source = shared.workspace.home, shared.use()
    refresh(home, source)
    shared.list(entry("other"))
    refresh(home, source)
    assert list(Repository.open(copy_path(home, source)).refs("refs/")) == ["mapp/seen"]
