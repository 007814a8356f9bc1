"""Starter apps that a registry improves without a release of mapp, behind a real git server."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.config import load_config
from mapp.errors import MappError
from mapp.git.repository import Repository
from mapp.library.commit_app import message, put
from mapp.library.lockfile import LockEntry, read_lock
from mapp.model.app import REGRESSIONS
from mapp.ops.manage.setup import ensure_library
from mapp.ops.share import local_changes, sources
from mapp.ops.share.audit import audit
from mapp.ops.share.install import Options as InstallOptions
from mapp.ops.share.install import install
from mapp.ops.share.propose import Proposed, propose
from mapp.ops.share.sync import sync
from mapp.ops.share.undo import undo
from mapp.ops.share.update import Options, Row, outdated, update
from mapp.ops.share.upstream import Target
from mapp.ops.workspace import Workspace
from mapp.share.app_refs import shared_refs
from mapp.share.registries import known_registries
from mapp.share.registry_copy import refresh as refresh_copy
from mapp.share.release import read_release
from support.apps import Draft, app
from support.git_servers import daemon
from support.healing import verdict_on_heal
from support.library import SOMEBODY, Built, fsck, git, proposal
from support.starter_registry import StarterRegistry
from support.terminal import mapp
from support.verdicts import passing, passing_on

THROWS = "function main(input) { if (input.number > 900) throw Error('x'); return 2 * input.number; }\n"
SUM = "function main(input) { return input.number + input.number; }\n"
CASE = b'{"input": {"number": 1000}, "output": 2000}\n'
HEAL = {"Mapp-Operation": "heal", "Mapp-Incident": "0190-abc", "Mapp-Verdict": "passed"}
HTTP = {"http": [{"host": "api.example.com", "methods": ["GET"]}]}


def shipped() -> Draft:
    return app("double").source(THROWS)


def newer(version: str = "1.0.1", source: str = SUM) -> Draft:
    return app("double").version(version).source(source)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StarterRegistry, Path]]:
    """Gives a registry with `double` and `triple` 1.0.0, and a copy of its folder."""
    folder, copy, maker = (tmp_path_factory.mktemp(name) for name in ("served", "copy", "maker"))
    with daemon(folder) as server, pytest.MonkeyPatch.context() as patched:
        server.create("starter.git")
        found = StarterRegistry(server=server)
        triple = app("triple").source("function main(input) { return input.number * 3; }\n")
        found.ships(patched, shipped(), triple.stating(description="Multiplies a number by three."))
        found.publishes(maker)
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        yield found, copy


@pytest.fixture
def starter(published: tuple[StarterRegistry, Path], monkeypatch: pytest.MonkeyPatch) -> StarterRegistry:
    """Returns that registry, which the settings name, and a library with the apps as mapp ships them."""
    made, copy = published
    shutil.rmtree(made.server.folder)
    shutil.copytree(copy, made.server.folder)
    found = StarterRegistry(server=made.server, shipped=dict(made.shipped), libraries=made.libraries)
    found.ships(monkeypatch)
    found.use(monkeypatch)
    set_up()
    return found


@contextlib.contextmanager
def opened() -> Iterator[Workspace]:
    """Gives the library that the environment names."""
    workspace = Workspace(config=load_config())
    try:
        yield workspace
    finally:
        workspace.close()


def set_up() -> None:
    with opened() as workspace:
        ensure_library(workspace)


def publishes(starter: StarterRegistry, draft: Draft, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A later mapp publishes a version, while this one stays; returns its commit."""
    with monkeypatch.context() as patched:
        later = StarterRegistry(
            server=starter.server, shipped=dict(starter.shipped), libraries=starter.libraries
        )
        later.ships(patched, draft)
        later.publishes(folder)
        starter.libraries = later.libraries
    starter.ships(monkeypatch)
    return starter.entry(draft.name).versions[-1].commit


def updated(*names: str, **options: Any) -> dict[str, Row]:
    with opened() as workspace:
        return {row.app: row for row in update(workspace, names, Options(**options))}


def told() -> dict[str, tuple[str, str]]:
    with opened() as workspace:
        return {row.app: (row.state, row.to) for row in outdated(workspace)}


def locked(name: str = "double") -> LockEntry:
    return read_lock(Built().home.lock_file)[name]


def installed(text: str) -> bool:
    """Installs an app, and returns whether that changed anything."""
    with opened() as workspace:
        (row,) = install(workspace, [text], InstallOptions()).rows
    return row.changed


def found_by_audit() -> list[tuple[str, str]]:
    with opened() as workspace:
        return [(row.app, row.rule) for row in audit(workspace)]


def taken_back() -> None:
    with opened() as workspace:
        undo(workspace)


def proposed() -> Proposed:
    with opened() as workspace:
        return propose(workspace, "double", Target())


def healed(draft: Draft) -> str:
    """Lands a heal in the library, and returns its commit."""
    built, base = Built(), locked()
    text = message("double: heal", {**HEAL, "Mapp-Base": base.commit})
    verdict = verdict_on_heal(passing(draft), base.tree)
    return put(built.home, proposal(draft, text, verdict=verdict)).commit


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every rebased change pass."""
    monkeypatch.setattr(local_changes, "judged", lambda trial, tree, _: passing_on(trial.app, tree))


def test_an_improved_app_is_told_taken_run_and_taken_back(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = locked()
    assert before.source == "starter"
    assert told() == {"double": ("current", "1.0.0"), "triple": ("current", "1.0.0")}
    assert {name: row.state for name, row in updated().items()} == {"double": "current", "triple": "current"}
    assert locked() == before, "an app from the package stays trusted like mapp"

    commit = publishes(starter, newer(), tmp_path, monkeypatch)
    assert told()["double"] == ("available", "1.0.1")
    assert mapp("exec", "double", "number=1000").code != 0
    assert updated()["double"].state == "updated"
    after = locked()
    assert (after.source, after.commit, after.version) == (f"registry+{starter.url}", commit, "1.0.1")
    assert locked("triple").source == "starter"
    assert mapp("exec", "double", "number=1000").out.strip() == "2000"
    repository = Repository.open(Built().repository("double"))
    history = [row.id for row in repository.history(commit)]
    assert history == [commit, before.commit], "the set-up made the published commit"
    assert found_by_audit() == [] and mapp("fsck").code == 0

    taken_back()
    assert locked() == before and repository.tip() == before.commit
    assert mapp("exec", "double", "number=1000").code != 0
    assert told()["double"] == ("available", "1.0.1")
    taken_back()
    assert locked() == after and repository.tip() == commit
    assert updated()["double"].state == "current"
    fsck(Built().home.root)


def test_without_the_setting_nothing_is_contacted(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishes(starter, newer(), tmp_path, monkeypatch)
    monkeypatch.delenv("MAPP_STARTER_REGISTRY")
    shutil.rmtree(starter.path)
    assert told() == {} and updated() == {} and found_by_audit() == []
    with pytest.raises(MappError, match="was not installed from a registry"):
        updated("double")


def test_a_projects_file_cannot_name_the_registry(
    starter: StarterRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAPP_STARTER_REGISTRY")
    folder = Path.cwd()
    (folder / ".mapp.toml").write_text(f'starter_registry = "{starter.url}"\n')
    with pytest.raises(MappError, match="not valid"):
        load_config(folder=folder)


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("http://example.org/starter.git", "mapp registry add starter http://example.org/starter.git"),
        ("ext::sh -c date", ""),
        ("-x", ""),
    ],
)
def test_an_address_that_is_not_allowed_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, hint: str
) -> None:
    monkeypatch.setenv("MAPP_STARTER_REGISTRY", url)
    with pytest.raises(MappError) as caught:
        known_registries(load_config())
    assert hint in caught.value.hint


def test_another_registry_may_not_be_called_like_it(
    starter: StarterRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_STARTER_REGISTRY", "https://git.example.org/mapp/starter.git")
    with pytest.raises(MappError, match="the registry starter is"):
        known_registries(load_config())
    assert mapp("registry", "remove", "starter").code == 0
    (row,) = known_registries(load_config()).values()
    assert (row.name, row.starter, row.allow_plain) == ("starter", True, False)


def test_a_heal_of_this_library_is_carried_over_to_the_newer_version(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: None
) -> None:
    heal = healed(newer("1.0.1", SUM).file(REGRESSIONS, CASE))
    assert locked().source == "starter"
    better = newer("1.1.0", THROWS).stating(description="Doubles a number that you name.")
    commit = publishes(starter, better, tmp_path, monkeypatch)
    row = updated()["double"]
    assert [fate.state for fate in row.local] == ["kept"]
    entry = locked()
    repository = Repository.open(Built().repository("double"))
    assert (entry.source, repository.info(entry.commit).parents) == (f"registry+{starter.url}", (commit,))
    assert repository.info(entry.commit).trailers["Mapp-Rebased"] == heal
    assert mapp("exec", "double", "number=1000").out.strip() == "2000"
    assert updated()["double"].state == "current"


def test_a_heal_that_the_newer_version_contains_is_dropped(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: None
) -> None:
    healed(newer("1.0.1", "function main(input) { return input.number * 2; }\n").file(REGRESSIONS, CASE))
    commit = publishes(starter, newer("1.1.0"), tmp_path, monkeypatch)
    assert [fate.state for fate in updated()["double"].local] == ["dropped"]
    assert locked().commit == commit


def test_a_heal_is_proposed_to_the_registry(starter: StarterRegistry) -> None:
    base = locked().commit
    healed(newer().file(REGRESSIONS, CASE))
    done = proposed()
    assert starter.refs["refs/heads/double/heal/0190-abc"] == done.sending.commit
    assert Repository.open(starter.path).info(done.sending.commit).parents == (base,)


def test_more_capabilities_wait_for_the_person(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapp.ops.share.place.judged", lambda trial, tree, _: passing_on(trial.app, tree))
    entry, before = starter.entry("double"), locked()
    draft = newer("2.0.0").stating(capabilities=HTTP, description="Doubles a number, asks api.example.com.")
    publishes_unchecked(starter, draft)
    row = updated()["double"]
    assert (row.state, row.needs) == ("held", ("http:api.example.com",))
    assert locked() == before
    assert updated(yes=True)["double"].state == "updated"
    assert locked().granted == ("http:api.example.com",)
    assert starter.entry("double").versions[0] == entry.versions[0]


def publishes_unchecked(starter: StarterRegistry, draft: Draft, **changes: Any) -> str:
    """Adds a version on top of the last one to the registry and the app's refs, without checks."""
    repository, refs = Repository.open(starter.path), shared_refs(draft.name)
    entry = starter.entry(draft.name)
    tree = repository.write_tree(draft.files)
    parents = (entry.versions[-1].commit,)
    commit = repository.commit_tree(tree, "better\n", SOMEBODY, parents=parents, ref=None)
    repository.set_ref(refs.main, commit)
    row = read_release(repository, commit, now=entry.versions[-1].time, refs=refs).published
    repository.set_ref(f"refs/tags/{row.tag}", commit)
    starter.lists(entry.with_version(replace(row, origin="add", **changes)))
    return commit


def test_yanks_cooldown_and_pins_count(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishes(starter, newer(), tmp_path, monkeypatch)
    monkeypatch.setenv("MAPP_COOLDOWN", "5")
    assert told()["double"] == ("waiting", "1.0.0") and updated()["double"].state == "waiting"
    monkeypatch.delenv("MAPP_COOLDOWN")
    assert mapp("pin", "double").code == 0
    assert updated()["double"].state == "pinned" and locked().version == "1.0.0"
    assert mapp("unpin", "double").code == 0
    entry = starter.entry("double")
    starter.lists(entry.with_yank(entry.versions[1].version, "wrong"))
    assert told()["double"] == ("current", "1.0.0")
    starter.lists(entry.with_yank(entry.versions[0].version, "throws"))
    assert ("double", "yanked") in found_by_audit()
    assert updated()["double"].state == "updated"


def test_an_advisory_blocks_a_starter_app(starter: StarterRegistry) -> None:
    assert mapp("exec", "double", "number=4").out.strip() == "8"
    done = mapp(
        *("registry", "advise", "double", "--to", "starter", "--severity", "malicious"),
        *("--versions", "1.0.0", "--summary", "It sends what it doubles elsewhere."),
    )
    assert done.code == 0, done.err
    assert ("double", "malicious") in found_by_audit()
    refused = mapp("exec", "double", "number=4")
    assert refused.code != 0 and "malicious" in refused.err


def test_a_moved_tag_and_a_listed_version_with_other_content_are_refused(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = locked()
    publishes(starter, newer(), tmp_path, monkeypatch)
    git(starter.path, "update-ref", "refs/tags/double/v1.0.1", starter.refs["refs/heads/triple/main"])
    row = updated()["double"]
    assert (row.state, row.error is not None and row.error.code) == ("failed", "MAPP-0612")
    entry = starter.entry("double")
    other = replace(entry.versions[0], tree=starter.entry("triple").versions[0].tree)
    starter.lists(replace(entry, versions=(replace(other, commit="1" * 40), *entry.versions[1:])))
    row = updated()["double"]
    assert row.error is not None and "as it came with mapp" in row.error.message
    assert ("double", "moved") in found_by_audit()
    assert locked() == before


def test_an_unreachable_registry_is_asked_once(
    starter: StarterRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [0]

    def refreshed(*given: Any, **more: Any) -> Any:
        calls[0] += 1
        return refresh_copy(*given, **more)

    monkeypatch.setattr(sources, "refresh", refreshed)
    shutil.rmtree(starter.path)
    assert {row.state for row in updated().values()} == {"failed"} and calls[0] == 1
    assert mapp("exec", "double", "number=4").out.strip() == "8"


def test_install_and_sync_take_the_version_over(starter: StarterRegistry, tmp_path: Path) -> None:
    before = locked()
    assert installed("starter:double")
    after = locked()
    assert after == replace(before, source=f"registry+{starter.url}"), "the same commit from another source"
    assert not installed("double")
    project = tmp_path / "project"
    project.mkdir()
    wanted = f'library = 1\n[apps]\ntriple = {{ registry = "{starter.url}" }}\n'
    (project / "mapp-library.toml").write_text(wanted)
    with opened() as workspace:
        assert sync(workspace, project, InstallOptions()).lock_changed
        assert locked("triple").source == f"registry+{starter.url}"
        assert not sync(workspace, project, InstallOptions(locked=True)).lock_changed
    assert {row.state for row in updated().values()} == {"current"}
    fsck(Built().home.root)


def test_a_person_who_changed_the_app_is_not_overruled_by_an_install(starter: StarterRegistry) -> None:
    commit = healed(newer().file(REGRESSIONS, CASE))
    with pytest.raises(MappError, match="was changed in this library"):
        installed("starter:double")
    assert locked().commit == commit


def test_another_registry_does_not_take_a_starter_app(
    starter: StarterRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAPP_STARTER_REGISTRY")
    with pytest.raises(MappError, match="in the library already, from starter"):
        installed("starter:double")


def test_a_later_mapp_does_not_touch_what_came_from_the_registry(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishes(starter, newer(), tmp_path, monkeypatch)
    updated()
    after = locked()
    for draft in (newer(), newer("1.0.2"), newer("0.9.0")):  # the same content, a newer one, an older one
        starter.ships(monkeypatch, draft)
        set_up()
        assert locked() == after
    mapp("remove", "double")
    starter.ships(monkeypatch, newer("1.0.3"))
    set_up()
    assert "double" not in read_lock(Built().home.lock_file), "removed stays removed"


def test_what_a_later_mapp_ships_is_recognised_by_its_content(
    starter: StarterRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = publishes(starter, newer(), tmp_path, monkeypatch)
    home = Built().home.root
    shutil.rmtree(home)
    starter.ships(monkeypatch, newer())
    set_up()
    assert locked().version == "1.0.1" and locked().commit != commit, "set up without the history"
    assert told()["double"] == ("current", "1.0.1") and found_by_audit() == []
    heal = healed(newer("1.0.2").file(REGRESSIONS, CASE))
    with pytest.raises(MappError, match="another commit at its author's"):
        proposed()
    better = newer("1.1.0").stating(description="Doubles a number that you name.")
    last = publishes(starter, better, tmp_path, monkeypatch)
    assert [row.commit for row in updated()["double"].local] == [heal]
    assert locked().source == f"registry+{starter.url}"
    repository = Repository.open(Built().repository("double"))
    history = [row.id for row in repository.history(locked().commit)]
    assert history[-3:] == [last, commit, starter.entry("double").versions[0].commit]
