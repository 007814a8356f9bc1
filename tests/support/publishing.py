"""A registry with a library that publishes to it, on this machine."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mapp.config import load_config
from mapp.git.commit import Signature
from mapp.git.repository import Repository
from mapp.ops.share.init_registry import init_registry
from mapp.ops.share.publish import Published, Target, publish
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry
from mapp.share.registry import Registry
from support.apps import Draft
from support.library import Built, git
from support.verdicts import passing

MAINTAINER = Signature(name="Mia", email="mia@example.org", time=1_796_047_000)


@dataclass
class Story:
    """A bare registry in a folder, and libraries that publish to it."""

    folder: Path
    clock: list[float] = field(default_factory=lambda: [1_796_047_200.0])

    opened: list[Workspace] = field(default_factory=list)

    def close(self) -> None:
        """Closes the libraries."""
        for workspace in self.opened:
            workspace.close()

    def __post_init__(self) -> None:
        self.registry = self.folder / "registry.git"
        init_registry(self.registry, MAINTAINER, name="team", bare=True)
        self.built = self.library("ada")

    def library(self, name: str) -> Built:
        """Returns a library of its own, with its own cache."""
        root = self.folder / name
        settings = load_config(
            environment={
                "MAPP_HOME": str(root / "library"),
                "MAPP_CACHE": str(root / "cache"),
                "MAPP_CONFIG": str(root / "config.toml"),
                "MAPP_STARTER": "false",
            }
        )
        workspace = Workspace(config=settings, clock=lambda: self.clock[0], sleep=lambda _: None)
        self.opened.append(workspace)
        built = Built(workspace=workspace)
        built.home.apps.mkdir(parents=True)
        return built

    def releases(self, draft: Draft, *, built: Built | None = None) -> Story:
        """The library releases a draft."""
        (built or self.built).put(draft, verdict=passing(draft))
        return self

    def remote(self, name: str) -> str:
        """Returns the address of an app's remote; makes it the first time."""
        path = self.folder / f"{name}.git"
        if not path.exists():
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
        return str(path)

    def target(self, name: str, **options: Any) -> Target:
        """Returns where an app is published."""
        return Target(**{"registry": str(self.registry), "remote": self.remote(name), **options})

    def publishes(self, name: str, *, built: Built | None = None, **options: Any) -> Published:
        """The library publishes what is on an app's `main`, or another revision."""
        more = {key: options.pop(key) for key in ("revision", "dry_run", "confirm") if key in options}
        options.setdefault("direct", True)
        workspace = (built or self.built).workspace
        return publish(workspace, name, self.target(name, **options), **more)

    @property
    def now(self) -> Registry:
        """Returns the registry at its `main`."""
        repository = Repository.open(self.registry)
        tip = repository.tip()
        assert tip is not None
        return Registry(repository, tip)

    def entry(self, name: str) -> Entry:
        """Returns an app's entry."""
        found = self.now.entry(name)
        assert found is not None
        return found

    def versions(self, name: str) -> list[str]:
        """Returns the listed versions of an app."""
        return [str(row.version) for row in self.entry(name).versions]

    def refs(self, repository: str | Path) -> dict[str, str]:
        """Returns the refs of a repository."""
        rows = git(Path(repository), "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return {name: identity for name, _, identity in (row.partition(" ") for row in rows)}
