"""Authors and registries on a git server, for the tests of installing and updating."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from mapp.config import load_config
from mapp.git.repository import Repository
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.verdicts import record_verdict
from mapp.ops.share.install import Installed, Options, install
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry, PublishedVersion
from mapp.share.index_branch import INDEX, update_index
from mapp.share.registries import RegistrySource, add_registry
from mapp.share.release import read_release
from support.apps import Draft
from support.library import SOMEBODY
from support.registries import TIME, RegistryBuilder
from support.verdicts import passing

PLAIN = Options(allow_plain=True)


@cache
def this_engine() -> str:
    """Returns the engine of this machine, as verdicts name it."""
    workspace = Workspace(config=load_config())
    try:
        return workspace.executor.engine
    finally:
        workspace.close()


@dataclass
class Author:
    """An author's repository on a server; `url` is its address."""

    path: Path
    url: str
    entry: Entry | None = None

    def release(
        self, draft: Draft, version: str = "1.0.0", *, engine: str = "", verdict: bool = True
    ) -> PublishedVersion:
        """Commits a version on main, with a verdict, tags it, and returns what a registry would list."""
        draft.version(version)
        if not self.path.exists():
            Repository.create(self.path, draft.files, f"{draft.name} {version}\n", SOMEBODY)
        repository = Repository.open(self.path)
        tip = str(repository.tip())
        if repository.info(tip).message != f"{draft.name} {version}\n":
            tip = repository.commit(draft.files, f"{draft.name} {version}\n", SOMEBODY, parents=(tip,))
        if verdict:
            made = replace(passing(draft), version=version, engine=engine or this_engine())
            record_verdict(repository, made, SOMEBODY)
        repository.write_tag(f"refs/tags/v{version}", tip, f"{draft.name} {version}\n", SOMEBODY)
        published = replace(read_release(repository, tip, now=TIME).published, origin="add")
        rows = () if self.entry is None else self.entry.versions
        self.entry = Entry(name=draft.name, remote=self.url, versions=(*rows, published))
        return published

    def move_tag(self, version: str, files: dict[str, bytes]) -> str:
        """Points a release's tag to another commit with these files, and returns its id."""
        repository = Repository.open(self.path)
        tree = repository.write_tree(files)
        other = repository.commit_tree(tree, "moved\n", SOMEBODY, parents=(), ref=None)
        repository.set_ref(f"refs/tags/v{version}", other)
        return other


@dataclass
class SharedWorld:
    """A folder of repositories with one registry, and a library that uses it."""

    folder: Path
    base: str = ""
    builder: RegistryBuilder = field(init=False)

    def __post_init__(self) -> None:
        self.base = self.base or str(self.folder)
        self.builder = RegistryBuilder(self.folder / "registry.git")
        self.builder.write({"registry.toml": b'registry = 1\nname = "team"\n'})
        self.write_index()

    @property
    def workspace(self) -> Workspace:
        """Returns the library that the environment names."""
        return Workspace(config=load_config())

    @property
    def url(self) -> str:
        """Returns the registry's address."""
        return f"{self.base}/registry.git"

    def author(self, name: str) -> Author:
        """Returns the author of an app, with an empty repository on the server."""
        return Author(path=self.folder / f"{name}.git", url=f"{self.base}/{name}.git")

    def list(self, *entries: Entry | None) -> None:
        """Puts entries into the registry and regenerates its index, without checks."""
        self.builder.commit(*(entry for entry in entries if entry is not None))
        self.write_index()

    def write_index(self, *, fresh: bool = False) -> None:
        """Regenerates the index; `fresh` rewrites its history."""
        if fresh:
            tip = self.builder.repository.tip(INDEX)
            if tip is not None:
                self.builder.repository.delete_ref(INDEX, tip)
        update_index(self.builder.now)

    def use(self, name: str = "team") -> RegistrySource:
        """Adds the registry to the user's settings."""
        return add_registry(self.workspace.config.config_file, name, self.url, allow_plain=True)

    def install(self, *texts: str, options: Options = PLAIN) -> Installed:
        """Installs into the library."""
        workspace = self.workspace
        try:
            return install(workspace, texts, options)
        finally:
            workspace.close()

    def locked(self, name: str) -> LockEntry:
        """Returns the lock entry of an app."""
        return read_lock(self.workspace.home.lock_file)[name]
