from __future__ import annotations

from pathlib import Path

import pytest

from mapp.errors import IntegrityError, InvalidInput
from mapp.git.repository import MAIN
from mapp.git.tree import find_entry
from mapp.share.entry import parse_line
from mapp.share.index_branch import (
    INDEX,
    IndexState,
    entry_in,
    index_tree,
    read_shard,
    shard_of,
    source_of,
    update_index,
    verify_index,
)
from mapp.share.registry import Registry, read_file
from support.registries import RegistryBuilder, entry, published

NAMES = [f"app-{number}" for number in range(40)]


@pytest.fixture
def registry(tmp_path: Path) -> RegistryBuilder:
    return RegistryBuilder(tmp_path / "registry.git").commit(*(entry(name) for name in NAMES))


def verified(registry: RegistryBuilder) -> IndexState:
    repository = registry.repository
    return verify_index(repository, index=repository.tip(INDEX), main=repository.tip(MAIN))


def test_every_app_is_found_in_its_shard_and_the_lines_are_sorted(registry: RegistryBuilder) -> None:
    state = update_index(registry.now)
    for name in NAMES:
        shard = read_shard(registry.repository, state.commit, name)
        assert entry_in(shard, name) == entry(name)
        names = [parse_line(line).name for line in shard.splitlines()]
        assert names == sorted(names)
    assert entry_in(read_shard(registry.repository, state.commit, "app"), "app") is None
    assert source_of(registry.repository, state.commit) == registry.now.commit


def test_a_name_in_another_apps_text_is_not_found() -> None:
    quoting = entry("vat", remote='/srv/{"entry":1,"name":"tax",x')
    assert entry_in(quoting.to_line(), "tax") is None
    assert entry_in(quoting.to_line() + entry("tax").to_line(), "tax") == entry("tax")


def test_the_index_is_the_same_whether_updated_or_generated_anew(registry: RegistryBuilder) -> None:
    update_index(registry.now)
    registry.commit(entry("app-3", "1.0.0", "1.1.0"), entry("new-app"))
    registry.remove("app-5")
    state = update_index(registry.now)
    assert state.changed and state.tree == index_tree(Registry(registry.repository, state.source))
    assert entry_in(read_shard(registry.repository, state.commit, "app-5"), "app-5") is None
    assert verified(registry).commit == state.commit


def test_an_update_without_changes_writes_nothing(registry: RegistryBuilder) -> None:
    first = update_index(registry.now)
    again = update_index(registry.now)
    assert (again.changed, again.commit) == (False, first.commit)
    assert update_index(registry.now, fresh=True).changed is False


def test_an_update_keeps_the_shards_without_changes(registry: RegistryBuilder) -> None:
    first = update_index(registry.now)
    registry.commit(entry("app-3", "1.0.0", "1.1.0"))
    second = update_index(registry.now)
    trees = [registry.repository.tree_of(state.commit) for state in (first, second)]
    same = [read_file(registry.repository, tree, shard_of("app-4")) for tree in trees]
    assert same[0] == same[1] is not None
    assert first.tree != second.tree


def test_clients_get_the_rules_the_keys_and_the_advisories(registry: RegistryBuilder) -> None:
    registry.write({"registry.toml": b'registry = 1\nname = "team"\n', "advisories/A-1.toml": b"x = 1\n"})
    state = update_index(registry.now)
    for path in ("registry.toml", "advisories/A-1.toml"):
        assert read_file(registry.repository, state.tree, path) == registry.now.file(path)
    assert find_entry(registry.repository, state.tree, "apps") is None


def test_an_index_that_main_does_not_give_is_found_out(registry: RegistryBuilder) -> None:
    state = update_index(registry.now)
    repository = registry.repository
    forged = repository.write_tree({shard_of("app-1"): entry("app-1", "9.9.9").to_line()})
    text = repository.info(state.commit).message
    commit = repository.commit_tree(forged, text, registry.who, parents=(state.commit,), ref=None)
    repository.set_ref(INDEX, commit)
    with pytest.raises(IntegrityError, match="but main at"):
        verified(registry)
    update_index(registry.now, fresh=True)
    assert verified(registry).tree == state.tree


def test_an_index_of_a_commit_outside_main_is_found_out(registry: RegistryBuilder) -> None:
    base = registry.now.commit
    registry.commit(entry("other"))
    update_index(registry.now)
    registry.repository.move_ref(MAIN, registry.now.commit, base)
    with pytest.raises(IntegrityError, match="which main does not contain"):
        verified(registry)


def test_an_index_survives_a_rewritten_main(registry: RegistryBuilder) -> None:
    update_index(registry.now)
    registry.repository.set_ref(INDEX, _orphan(registry))
    state = update_index(registry.now)
    assert state.tree == index_tree(registry.now)


def _orphan(registry: RegistryBuilder) -> str:
    text = f"index\n\nMapp-Source: {'0' * 40}\n"
    tree = registry.repository.write_tree({"registry.toml": b""})
    return registry.repository.commit_tree(tree, text, registry.who, parents=(), ref=None)


def test_a_registry_without_an_index_says_how_to_make_one(registry: RegistryBuilder) -> None:
    with pytest.raises(IntegrityError) as caught:
        verified(registry)
    assert caught.value.hint == "to generate it: mapp registry index"


def test_an_entry_at_anothers_path_stops_the_index(registry: RegistryBuilder) -> None:
    registry.write({"apps/va/vat.toml": entry("tax").to_toml()})
    with pytest.raises(InvalidInput, match="is about tax, which belongs in"):
        update_index(registry.now)


@pytest.mark.parametrize("path", ["apps/vat.toml", "apps/xx/vat.toml", "apps/va/VAT.toml", "apps/va/vat"])
def test_an_entry_outside_its_place_is_refused(registry: RegistryBuilder, path: str) -> None:
    registry.write({path: entry("vat").to_toml()})
    with pytest.raises(IntegrityError, match="is not the entry of an app"):
        registry.now.names()


def test_a_yank_reaches_the_index(registry: RegistryBuilder) -> None:
    one = entry("app-1").with_version(published("1.1.0"))
    registry.commit(one.with_yank(published("1.1.0").version, "leaks"))
    state = update_index(registry.now)
    found = entry_in(read_shard(registry.repository, state.commit, "app-1"), "app-1")
    assert found is not None and found.latest is not None and str(found.latest.version) == "1.0.0"
