"""One repository that holds several apps, and the registry that lists them, behind a real git server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mapp.config import load_config
from mapp.errors import IntegrityError, UsageError
from mapp.git.repository import MAIN, Repository
from mapp.library.commit_app import message, put
from mapp.library.lockfile import read_lock
from mapp.model.app import REGRESSIONS
from mapp.ops.share.audit import audit
from mapp.ops.share.check_registry import check_all, revalidate
from mapp.ops.share.install import Options, install
from mapp.ops.share.mirror import mirror
from mapp.ops.share.propose import propose
from mapp.ops.share.publish import Published, Target, publish
from mapp.ops.share.rename import rename
from mapp.ops.share.update import Options as UpdateOptions
from mapp.ops.share.update import Row, update
from mapp.ops.share.upstream import Target as Upstream
from mapp.ops.workspace import Workspace
from mapp.share.index_branch import update_index
from mapp.share.proposal import commit_entry
from mapp.share.registries import add_registry
from support.apps import Draft, app
from support.git_servers import GitServer, daemon
from support.healing import verdict_on_heal
from support.library import SOMEBODY, Built, git, proposal
from support.publishing import Story
from support.terminal import mapp
from support.verdicts import passing

pytestmark = pytest.mark.usefixtures("without_gate")
TRIPLE = "function main(input) { return input.number * 3; }\n"


@dataclass
class Together:
    """A repository `registry.git` on a server, with a registry, and the apps of one author in it."""

    server: GitServer
    story: Story

    @property
    def url(self) -> str:
        return self.server.url("registry.git")

    def publishes(self, draft: Draft, *, released: bool = True, **more: Any) -> Published:
        """Releases a draft in the author's library, and publishes it."""
        if released:
            self.story.releases(draft)
        given = {"registry": self.url, "remote": self.url, "shared": True, "allow_plain": True, **more}
        return publish(self.story.built.workspace, draft.name, Target(direct=True, **given))

    @property
    def refs(self) -> dict[str, str]:
        return self.story.refs(self.story.registry)

    @property
    def consumer(self) -> Workspace:
        """Returns the library that the environment names."""
        return Workspace(config=load_config())

    def installs(self, *texts: str) -> None:
        add_registry(self.consumer.config.config_file, "team", self.url, allow_plain=True)
        workspace = self.consumer
        install(workspace, texts, Options(allow_plain=True))
        workspace.close()

    def updates(self, *names: str) -> list[Row]:
        workspace = self.consumer
        rows = list(update(workspace, names, UpdateOptions()))
        workspace.close()
        return rows

    def found(self) -> list[tuple[str, str]]:
        """Returns what `audit` finds: app and rule."""
        return [(row.app, row.rule) for row in audit(self.consumer)]

    def lists(self, name: str, **changes: Any) -> None:
        """Puts a changed last version of an app into the registry, without checks."""
        entry = self.story.entry(name)
        last = replace(entry.versions[-1], **changes)
        changed = replace(entry, versions=(*entry.versions[:-1], last))
        commit = commit_entry(self.story.now, changed, "changed\n", SOMEBODY)
        Repository.open(self.story.registry).set_ref(MAIN, commit)
        update_index(self.story.now)

    def moves(self, ref: str) -> str:
        """Points a ref of the repository to another commit, and returns that."""
        repository = Repository.open(self.story.registry)
        tree = repository.write_tree(app("vat").source(TRIPLE).files)
        other = repository.commit_tree(tree, "moved\n", SOMEBODY, parents=(), ref=None)
        repository.set_ref(ref, other)
        return other


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Together, Path]]:
    """Gives a registry that lists `vat` and `tax`, and a copy of its folder."""
    folder, copy = (tmp_path_factory.mktemp(name) for name in ("served", "copy"))
    with daemon(folder) as server:
        found = Together(server=server, story=Story(folder))
        found.publishes(app("vat"))
        found.publishes(app("tax").source(TRIPLE))
        shutil.copytree(folder, copy, dirs_exist_ok=True, symlinks=True)
        yield found, copy
        found.story.close()


@pytest.fixture
def together(published: tuple[Together, Path]) -> Together:
    """Returns that registry as it was published."""
    found, copy = published
    shutil.rmtree(found.server.folder)
    shutil.copytree(copy, found.server.folder, symlinks=True)
    return found


def test_each_app_has_a_branch_tags_and_verdicts_of_its_own_beside_the_registry(together: Together) -> None:
    together.publishes(app("vat").version("1.0.1").stating(description="Doubles a number."))
    vat, tax = together.story.entry("vat"), together.story.entry("tax")
    assert [row.tag for row in vat.versions] == ["vat/v1.0.0", "vat/v1.0.1"]
    assert set(together.refs) == {
        "refs/heads/index",
        "refs/heads/main",
        "refs/heads/tax/main",
        "refs/heads/vat/main",
        "refs/notes/tax/mapp/verdicts",
        "refs/notes/vat/mapp/verdicts",
        "refs/tags/tax/v1.0.0",
        "refs/tags/vat/v1.0.0",
        "refs/tags/vat/v1.0.1",
    }
    assert together.refs["refs/heads/vat/main"] == vat.versions[-1].commit
    assert together.refs["refs/tags/tax/v1.0.0"] == tax.versions[0].commit
    assert together.refs["refs/heads/main"] == together.story.now.commit
    assert not together.publishes(app("vat"), released=False).to_dict()["changed"]


def test_a_later_version_keeps_the_form_without_being_told(together: Together) -> None:
    newer = app("vat").version("1.0.1").stating(description="Doubles any number.")
    together.publishes(newer, shared=False, remote="")
    assert together.refs["refs/tags/vat/v1.0.1"] == together.story.entry("vat").versions[-1].commit


def test_a_listed_app_does_not_change_the_form(together: Together) -> None:
    own = together.server.create("own.git")
    together.publishes(app("own").source(TRIPLE), remote=together.server.url("own.git"), shared=False)
    with pytest.raises(UsageError, match="a repository of its own"):
        together.publishes(app("own").version("1.0.1").source(TRIPLE), remote="")
    assert set(together.story.refs(own)) == {
        "refs/heads/main",
        "refs/notes/mapp/verdicts",
        "refs/tags/v1.0.0",
    }


@pytest.mark.parametrize("name", ["main", "index", "submit"])
def test_an_app_that_is_called_like_a_branch_of_a_registry_needs_its_own_repository(
    together: Together, name: str
) -> None:
    before = together.refs
    with pytest.raises(UsageError, match="needs a repository of its own"):
        together.publishes(app(name))
    assert together.refs == before


def test_install_update_try_audit_and_mirror_find_an_app_among_others(
    together: Together, tmp_path: Path
) -> None:
    together.installs("vat", "team:tax@1.0.0")
    together.publishes(app("vat").version("1.0.1").stating(description="Doubles a number."))
    told = mapp("outdated", "--json").json["outdated"]
    assert [(row["app"], row["state"], row["to"]) for row in told] == [
        ("tax", "current", "1.0.0"),
        ("vat", "available", "1.0.1"),
    ]
    assert [row.state for row in together.updates()] == ["current", "updated"]
    home = together.consumer.home
    locked, entry = read_lock(home.lock_file)["vat"], together.story.entry("vat")
    assert (locked.commit, locked.version) == (entry.versions[-1].commit, "1.0.1")
    repository = Repository.open(home.repository("vat"))
    assert set(repository.refs("refs/tags/")) == {"v1.0.0", "v1.0.1"}, "its own repository has no prefix"
    assert together.found() == []
    assert mapp("fsck").code == 0
    done = mirror(together.consumer, tmp_path / "apps.bundle")
    assert [row.name for row in done.entries] == ["tax", "vat"]
    home.root.rename(tmp_path / "away")
    together.consumer.home.root.mkdir(parents=True)
    install(together.consumer, ["team:vat"], Options(mirror=tmp_path / "apps.bundle", offline=True))
    assert read_lock(home.lock_file)["vat"].commit == locked.commit


def test_a_heal_is_proposed_on_a_branch_of_the_app(together: Together) -> None:
    together.installs("vat")
    built = Built()
    repository = Repository.open(built.home.repository("vat"))
    base = str(repository.tip())
    case = json.dumps({"input": {"number": 1000}, "output": 2000})
    draft = app("vat").version("1.0.1").file(REGRESSIONS, case + "\n")
    trailers = {
        "Mapp-Operation": "heal",
        "Mapp-Incident": "0190-abc",
        "Mapp-Verdict": "passed",
        "Mapp-Base": base,
    }
    verdict = verdict_on_heal(passing(draft), repository.tree_of(base))
    put(built.home, proposal(draft, message("vat: 1.0.1", trailers), verdict=verdict))
    done = propose(together.consumer, "vat", Upstream())
    assert done.sending.branch == "vat/heal/0190-abc"
    assert together.refs["refs/heads/vat/heal/0190-abc"] == done.sending.commit
    assert not propose(together.consumer, "vat", Upstream()).changed


def test_a_rename_goes_on_under_the_new_name(together: Together, examined_at_once: None) -> None:
    target = Target(registry=together.url, direct=True, allow_plain=True)
    rename(together.story.built.workspace, "vat", "sales-levy", target)
    new, old = together.story.entry("sales-levy"), together.story.entry("vat")
    assert (new.versions[0].tag, old.renamed_to) == ("sales-levy/v1.0.1", "sales-levy")
    assert together.refs["refs/heads/sales-levy/main"] == new.versions[0].commit
    assert together.refs["refs/heads/vat/main"] == old.versions[0].commit


def test_checks_of_the_registry_read_the_same_refs(together: Together) -> None:
    assert check_all(together.story.registry) == 2
    workspace = together.story.built.workspace
    reviews = dict(revalidate(workspace, together.story.registry, "main"))
    assert set(reviews) == {"tax", "vat"} and reviews["vat"].passed
    assert [row.check for row in reviews["tax"].with_status("refused")] == ["gate"], "it triples"
    together.moves("refs/tags/vat/v1.0.0")
    found = dict(revalidate(workspace, together.story.registry, "main"))["vat"]
    assert "as-published" in [row.check for row in found.with_status("refused")]


def test_another_apps_release_under_the_right_tag_is_refused(together: Together) -> None:
    git(together.story.registry, "update-ref", "refs/tags/vat/v1.0.0", "refs/tags/tax/v1.0.0")
    with pytest.raises(IntegrityError, match="was moved"):
        together.installs("vat")
    tax = together.story.entry("tax").versions[0]
    together.lists("vat", commit=tax.commit, tree=tax.tree, content=tax.content, interface=tax.interface)
    with pytest.raises(IntegrityError, match="its name is tax"):
        together.installs("vat")
    assert not together.consumer.home.repository("vat").exists()


def test_a_branch_with_the_name_of_the_tag_is_not_taken_for_it(together: Together) -> None:
    together.moves("refs/heads/vat/v1.0.0")
    together.installs("vat")
    locked = read_lock(together.consumer.home.lock_file)["vat"]
    assert locked.commit == together.story.entry("vat").versions[0].commit
    assert together.found() == []


def test_a_tag_that_was_moved_after_the_install_is_found_and_stops_updates(together: Together) -> None:
    together.installs("vat")
    before = read_lock(together.consumer.home.lock_file)["vat"]
    other = together.moves("refs/tags/vat/v1.0.0")
    assert ("vat", "moved") in together.found()
    together.lists("vat", commit=other)
    (row,) = together.updates("vat")
    assert (row.state, row.error is not None and row.error.code) == ("failed", "MAPP-0612")
    git(together.story.registry, "update-ref", "-d", "refs/tags/vat/v1.0.0")
    assert read_lock(together.consumer.home.lock_file)["vat"] == before


def test_a_tag_that_is_gone_is_told(together: Together) -> None:
    together.installs("vat")
    git(together.story.registry, "update-ref", "-d", "refs/tags/vat/v1.0.0")
    assert together.found() == [("vat", "vanished")]


def test_a_published_version_does_not_become_another_commit(together: Together) -> None:
    together.moves("refs/tags/vat/v1.0.1")
    with pytest.raises(IntegrityError, match=r"has refs/tags/vat/v1\.0\.1 at") as caught:
        together.publishes(app("vat").version("1.0.1").stating(description="Doubles any number."))
    assert caught.value.code == "MAPP-0612"
