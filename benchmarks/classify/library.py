"""Libraries for the benchmark: an app that has been in use for a while, ready to be copied and broken."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import mapp.starter
from benchmarks.classify.network import Network
from mapp.config import load_config
from mapp.keys import set_key
from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.library.commit_app import message, put
from mapp.library.landing import Proposal
from mapp.model.app import App, read_app
from mapp.ops.run.execute import execute
from mapp.ops.run.permissions import grant
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.fetcher import Fetcher
from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor, Job, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.executors.select import open_executor
from mapp.sandbox.host_calls import Broker

FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "failing_apps"
STARTER: Final = Path(mapp.starter.__file__).parent / "apps"
KEY: Final = "sesame-open-0123456789"
"""The value of every secret that an app needs."""
START: Final = 1_772_442_000.0
"""When the library was made, in seconds since 1970 (2 March 2026, 09:00 UTC); its clock goes on."""
PATIENCE: Final = 10
"""By how much runs are given more time on the wall: this machine may be busy, which no case is about."""
STEP: Final = 61.0
"""How many seconds lie between two looks at the clock."""


class Patient(DelegatingExecutor):
    """Gives every run more time on the wall; the limit on computing stays."""

    @property
    def inside(self) -> Executor:
        """The executor that has no patience."""
        return self._executor

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        return super().run(replace(job, patience=max(job.patience, PATIENCE)), broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs."""
        return super().run_batch([replace(job, patience=max(job.patience, PATIENCE)) for job in jobs])


Engines = Mapping[str, Executor]
"""An executor for each engine, by the engine's name."""


class World(Workspace):
    """A workspace whose web is the benchmark's, and whose executors are shared with others."""

    network: Network | None
    shared: Engines

    def fetcher(self) -> Fetcher:
        """Returns a fetcher that reaches the benchmark's server alone."""
        assert self.network is not None, "this library was opened without a network"
        return self.network.fetcher()

    def close(self) -> None:
        """Closes the journal; the shared executors stay open."""
        self.__dict__.pop("executor", None)
        self.__dict__.pop("other_executors", None)
        super().close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A library in a folder with one app that has run well on some inputs."""

    folder: Path
    app: App
    files: Mapping[str, bytes]
    inputs: tuple[Mapping[str, Any], ...]


class Clock:
    """A clock that goes on by `STEP` at each look."""

    def __init__(self, start: float = START) -> None:
        self.now = start

    def __call__(self) -> float:
        """Returns the time in seconds since 1970."""
        self.now += STEP
        return self.now

    def skip(self, seconds: float) -> None:
        """Waits, which takes no time here."""
        self.now += seconds


@contextmanager
def engines() -> Iterator[Engines]:
    """Yields an executor for each installed engine; they are patient and closed at the end."""
    with ExitStack() as stack:
        yield {name: Patient(stack.enter_context(open_executor(engine=name))) for name in installed()}


def opened(folder: Path, network: Network | None, shared: Engines, **settings: str) -> World:
    """Returns the library in a folder, with everything that it keeps below that folder."""
    places = {"MAPP_HOME": "library", "MAPP_CACHE": "cache", "MAPP_CONFIG": "config.toml"}
    known = {name: str(folder / place) for name, place in places.items()}
    known |= {"MAPP_STARTER": "false", **settings}
    seeds = iter(range(1, 10**9))
    clock = Clock()
    world = World(config=load_config(environment=known, folder=folder), clock=clock, seed=lambda: next(seeds))
    world.network, world.shared = network, shared
    engine = world.config.engine
    world.__dict__["executor"] = shared[engine]
    world.__dict__["other_executors"] = {name: row for name, row in shared.items() if name != engine}
    return world


def install(world: World, files: Mapping[str, bytes]) -> App:
    """Commits an app on its `main` without asking the gate, and grants all that it declares."""
    app = read_app(files)
    trailers = {"Mapp-Operation": "add", "Mapp-Verdict": "forced; failed: examples"}
    text = message(f"{app.name}: {app.manifest.version}", trailers)
    put(
        world.home,
        Proposal(app=app, files=dict(files), text=text, signature=world.signature(), verdict=None),
        force=True,
    )
    names = app.manifest.capabilities.names
    if names:
        grant(world.home, app.name, names)
    return read.load(world.home, app.name)


def template(
    place: Path, files: Mapping[str, bytes], inputs: tuple[Mapping[str, Any], ...], world: World
) -> Template:
    """Makes the library of an app, and runs the app once on each input while all services are healthy."""
    for use in secrets_of(read_app(files)):
        set_key(world.config.config_file, use, KEY)
    app = install(world, files)
    for row in inputs:
        execute(world, app.name, row)
    return Template(folder=place, app=app, files=files, inputs=inputs)


def secrets_of(app: App) -> list[str]:
    """Returns the names of the secrets that an app needs."""
    return [grant.secret.name for grant in app.manifest.capabilities.http if grant.secret is not None]


@contextmanager
def copied(template: Template, network: Network, shared: Engines, **settings: str) -> Iterator[World]:
    """Yields a copy of a library that may be broken in any way."""
    with tempfile.TemporaryDirectory(dir=template.folder.parent) as place:
        folder = Path(place) / "copy"
        shutil.copytree(template.folder, folder, symlinks=True)
        world = opened(folder, network, shared, **settings)
        world.clock.now = START + 86_400.0  # type: ignore[attr-defined]
        try:
            yield world
        finally:
            world.close()


@cache
def failing_apps() -> dict[str, dict[str, bytes]]:
    """Returns the apps written for this benchmark (name -> path -> bytes)."""
    return {path.name: dict(read_folder(path)[0]) for path in sorted(FOLDER.iterdir()) if path.is_dir()}


@cache
def starter_apps() -> dict[str, dict[str, bytes]]:
    """Returns the starter apps (name -> path -> bytes)."""
    return {path.name: dict(read_folder(path)[0]) for path in sorted(STARTER.iterdir()) if path.is_dir()}
