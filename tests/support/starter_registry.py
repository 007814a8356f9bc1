"""A registry of starter apps on a git server, and a mapp that ships a few apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.git.identity import tree_id
from mapp.git.repository import MAIN, Repository
from mapp.model.app import read_app
from mapp.model.verdict import Verdict
from mapp.ops.share.publish_starter import Row, publish_starter
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry
from mapp.share.index_branch import update_index
from mapp.share.proposal import commit_entry
from mapp.share.registries import add_registry
from mapp.share.registry import Registry
from mapp.starter import bundle
from support.apps import Draft
from support.git_servers import GitServer
from support.library import SOMEBODY, git
from support.sharing import this_engine
from support.verdicts import passing_on


@dataclass
class StarterRegistry:
    """A repository `starter.git` on a server; `shipped` are the apps of the mapp that the tests run."""

    server: GitServer
    shipped: dict[str, dict[str, bytes]] = field(default_factory=dict)
    libraries: int = 0

    @property
    def path(self) -> Path:
        return self.server.folder / "starter.git"

    @property
    def url(self) -> str:
        return self.server.url("starter.git")

    def ships(self, monkeypatch: pytest.MonkeyPatch, *drafts: Draft) -> None:
        """Makes these the starter apps of mapp, in the place of others of the same names."""
        self.shipped |= {draft.name: dict(draft.files) for draft in drafts}
        use(monkeypatch, self.shipped)

    def publishes(self, folder: Path, *, dry_run: bool = False) -> list[Row]:
        """Publishes the starter apps, from a library and a cache in a folder."""
        self.libraries += 1
        settings = load_config(
            environment={
                "MAPP_HOME": str(folder / f"maker-{self.libraries}"),
                "MAPP_CACHE": str(folder / "maker-cache"),
                "MAPP_CONFIG": str(folder / "maker.toml"),
            }
        )
        workspace = Workspace(config=settings, sleep=lambda _: None)
        try:
            return list(publish_starter(workspace, self.url, allow_plain=True, dry_run=dry_run))
        finally:
            workspace.close()

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Makes it the starter registry of this test's settings, with the starter apps in the library."""
        add_registry(load_config().config_file, "starter", self.url, allow_plain=True)
        monkeypatch.setenv("MAPP_STARTER_REGISTRY", self.url)
        monkeypatch.setenv("MAPP_STARTER", "true")

    @property
    def now(self) -> Registry:
        repository = Repository.open(self.path)
        return Registry(repository, str(repository.tip()))

    def entry(self, name: str) -> Entry:
        found = self.now.entry(name)
        assert found is not None
        return found

    def lists(self, entry: Entry) -> None:
        """Puts an entry into the registry, without checks."""
        commit = commit_entry(self.now, entry, "changed\n", SOMEBODY)
        Repository.open(self.path).set_ref(MAIN, commit)
        update_index(self.now)

    @property
    def refs(self) -> dict[str, str]:
        rows = git(self.path, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return {name: identity for name, _, identity in (row.partition(" ") for row in rows)}


def use(monkeypatch: pytest.MonkeyPatch, shipped: Mapping[str, dict[str, bytes]]) -> None:
    """Makes apps (name -> path -> bytes) the starter apps of mapp, with verdicts."""

    def verdicts() -> dict[str, Verdict]:
        trees = {name: tree_id(files) for name, files in shipped.items()}
        return {
            name: replace(passing_on(read_app(shipped[name]), tree), engine=this_engine())
            for name, tree in trees.items()
        }

    digest = " ".join(tree_id(files) for _, files in sorted(shipped.items()))
    monkeypatch.setattr(bundle, "names", lambda: tuple(sorted(shipped)))
    monkeypatch.setattr(bundle, "files", lambda name: dict(shipped[name]))
    monkeypatch.setattr(bundle, "verdicts", verdicts)
    monkeypatch.setattr(bundle, "digest", lambda: digest)
