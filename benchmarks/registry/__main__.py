"""Measures a large registry over `git daemon` on loopback: fetching, looking up, publishing and installing.

python -m benchmarks.registry [--apps N] [--rounds N] [--only PARTS] [--folder DIR] [--json FILE] [--write]

Times are CPU seconds of this process and its children, git's included: they do not depend on what else the
machine does. `--folder` keeps the registry for the next time.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.measuring import machine, world
from benchmarks.options import listed, parsed, publishing
from benchmarks.registry.building import (
    REGISTRY,
    WHO,
    build_apps,
    build_registry,
    daemon,
    entry_of,
    fresh_name,
    list_in_one,
    names,
    next_version,
    registry_in,
)
from benchmarks.registry.distant import distant
from benchmarks.registry.log import many_operations
from benchmarks.route import pages
from benchmarks.route.figures import Cell, Part, Table, markdown, number
from mapp.config import load_config
from mapp.library.paths import Home
from mapp.ops.share.install import Options, install
from mapp.ops.workspace import Workspace
from mapp.share.candidates import candidates
from mapp.share.checks.all_checks import CHECKS, review
from mapp.share.entry import entry_path
from mapp.share.index_branch import index_commit, update_index
from mapp.share.mirror import refreshed
from mapp.share.proposal import commit_entry
from mapp.share.registries import RegistrySource, add_registry
from mapp.share.registry import Registry
from mapp.share.registry_copy import last_seen, refresh
from mapp.share.remote import Access
from mapp.share.submission import Submission
from mapp.share.word_index import open_words

APPS: Final = 100_000
INSTALLED: Final = 50
PUBLISHED: Final = 20
ROUNDS: Final = 3
LATENCY: Final = 0.02
"""Seconds that a message of the distant server takes, each way."""
PARTS: Final = ("registry", "install", "operations")


@dataclass
class Stopwatch:
    """CPU and wall seconds of things that are done several times."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Adds the time of the block."""
        began, cpu = time.perf_counter(), cpu_seconds()
        yield
        self.cpu.setdefault(what, []).append(cpu_seconds() - cpu)
        self.wall.setdefault(what, []).append(time.perf_counter() - began)
        print(f"  {what}: {self.cpu[what][-1]:.3f} s of CPU", file=sys.stderr, flush=True)

    def row(self, what: str, bar: str) -> tuple[Cell, ...]:
        """Returns a row: what, the median of its CPU seconds, how often it was done, and the bar."""
        spent = median(self.cpu[what])
        shown = number(spent, "s") if spent >= 1 else number(spent * 1000, "ms")
        return (what, shown, str(len(self.cpu[what])), bar)


def cpu_seconds() -> float:
    """Returns the CPU seconds of this process and of the children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(words: Sequence[str] | None = None) -> int:
    """Runs the parts and prints their tables; returns the exit code."""
    given = _arguments(words)
    measures: dict[str, Callable[[argparse.Namespace, Path], Part]] = {
        "registry": registry_part,
        "install": install_part,
        "operations": operations_part,
    }
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only:
            place = Path(folder) / name
            place.mkdir()
            found[name] = {**measures[name](given, place).to_dict(), "machine": machine()}
            print(markdown(found[name]), flush=True)
    if given.json:
        pages.store(given.json, found)
    if given.write:
        pages.store(pages.REGISTRY, found, PARTS)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def registry_part(given: argparse.Namespace, folder: Path) -> Part:
    """Measures the registry itself: its index, a client's copy, and a publication."""
    watch = Stopwatch()
    served = given.folder or folder / "served"
    registry = _registry(watch, served, given.apps)
    with daemon(served) as base:
        source = RegistrySource(name="large", url=f"{base}/{REGISTRY}", allow_plain=True)
        listed_names = names(given.apps)
        for turn in range(given.rounds):
            home = Home(root=folder / f"home-{turn}")
            home.registries.mkdir(parents=True)
            with watch.timing("first fetch of the index"):
                refresh(home, source)
            registry, fresh = _published(watch, registry, folder / "mirror", source.url)
            with watch.timing(f"refresh after {PUBLISHED} publications"):
                copy = refresh(home, source)
            for name in listed_names[turn :: max(1, len(listed_names) // 20)]:
                seen = last_seen(home, source)
                assert seen is not None
                with watch.timing("look-up of a name"):
                    assert seen.entry(name) is not None
            assert copy.entry(fresh) is not None
            for what in ("indexing the words for searches", "search by words"):
                with watch.timing(what), open_words(copy) as words:
                    assert words.find("add vat to a price", 60)
            shutil.rmtree(home.root)
        with watch.timing("search for similar apps"):
            candidates(registry, entry_of("add-vat-to-a-price"))
    bars = {
        "first fetch of the index": "2 s",
        f"refresh after {PUBLISHED} publications": "1 s",
        "look-up of a name": "50 ms",
        "commit of a publication": "100 ms",
    }
    rows = tuple(watch.row(what, bars.get(what, "")) for what in [*bars, *sorted({*watch.cpu} - {*bars})])
    title = f"A registry of {given.apps:,} apps"
    return Part(tables=(Table(title=title, headings=("step", "CPU, median", "runs", "bar"), rows=rows),))


def _registry(watch: Stopwatch, served: Path, count: int) -> Registry:
    if not (served / REGISTRY).is_dir():
        served.mkdir(parents=True, exist_ok=True)
        registry = build_registry(served, count)
        with watch.timing("the whole index, from the files"):
            update_index(registry)
        subprocess.run(["git", "-C", str(served / REGISTRY), "repack", "-adq"], check=True)
    return registry_in(served)


def _published(watch: Stopwatch, registry: Registry, mirror: Path, url: str) -> tuple[Registry, str]:
    """Publishes new apps and new versions, as a publisher does with a copy; returns one of the new names."""
    access = Access(allow_plain=True)
    if not mirror.exists():
        with watch.timing("first fetch of a publisher"):
            refreshed(mirror, url, access=access)
    known, count, fresh = names(PUBLISHED // 2), len(registry.names()), ""
    for place in range(PUBLISHED):
        registry = Registry(registry.repository, registry.commit)
        if place % 2:
            fresh = fresh_name(count, place)
            entry = entry_of(fresh)
        else:
            old = registry.entry(known[place // 2])
            assert old is not None
            entry = next_version(old)
        before = registry.entry(entry.name)
        with watch.timing("commit of a publication"):
            commit = commit_entry(registry, entry, f"{entry.name}\n", WHO)
            registry.repository.move_ref("refs/heads/main", registry.commit, commit)
        if place == 1:
            submission = Submission(
                registry=registry,
                policy=registry.policy(CHECKS),
                paths=(entry_path(entry.name),),
                before=before,
                after=entry,
                now=WHO.time,
            )
            with watch.timing("checks of a new name"):
                found = review(submission)
            assert found.passed, found.to_dict()
        registry = Registry(registry.repository, commit)
        with watch.timing("index after a publication"):
            state = index_commit(registry, registry.repository.tip("refs/heads/index"))
        registry.repository.set_ref("refs/heads/index", state.commit)
    return registry, fresh


def install_part(given: argparse.Namespace, folder: Path) -> Part:
    """Measures an install of many apps against as many clones, here and with a distant server."""
    served = folder / "served"
    served.mkdir()
    with _workspace(folder / "engine") as workspace:
        engine = workspace.executor.engine
    lines: list[tuple[Cell, ...]] = []
    with daemon(served) as base, distant(base, LATENCY) as far:
        for place, where in (("loopback", base), (f"{2000 * LATENCY:.0f} ms away", far)):
            shutil.rmtree(served)
            served.mkdir()
            build_registry(served, 10)
            entries = build_apps(served, where, INSTALLED, engine)
            list_in_one(registry_in(served), entries)
            watch = Stopwatch()
            for turn in range(given.rounds):
                here = folder / f"{place}-{turn}"
                with watch.timing("git clone"):
                    for entry in entries:
                        words = ["git", "clone", "-q", entry.remote, str(here / "clones" / entry.name)]
                        subprocess.run(words, check=True, capture_output=True)
                with _workspace(here) as workspace:
                    add_registry(
                        workspace.config.config_file, "large", f"{where}/{REGISTRY}", allow_plain=True
                    )
                    refresh(
                        workspace.home,
                        RegistrySource(name="large", url=f"{where}/{REGISTRY}", allow_plain=True),
                    )
                    with watch.timing("mapp install"):
                        done = install(workspace, [entry.name for entry in entries], Options(yes=True))
                assert len(done.rows) == INSTALLED
            pairs = zip(watch.wall["git clone"], watch.wall["mapp install"], strict=True)
            faster = median(clones / installs for clones, installs in pairs)
            lines += [
                (
                    f"{what}, {place}",
                    number(median(watch.wall[what]), "s"),
                    number(median(watch.cpu[what]), "s"),
                    number(faster, "ratio") if what == "mapp install" else "",
                )
                for what in ("git clone", "mapp install")
            ]
    headings = ("way", "wall, median", "CPU, median", "faster than the clones")
    title = f"{INSTALLED} apps at once, and as many clones one after another"
    return Part(tables=(Table(title=title, headings=headings, rows=tuple(lines)),))


@contextlib.contextmanager
def _workspace(folder: Path) -> Iterator[Workspace]:
    settings = load_config(environment={**world(str(folder)), "MAPP_STARTER": "false"})
    workspace = Workspace(config=settings)
    try:
        workspace.home.apps.mkdir(parents=True, exist_ok=True)
        yield workspace
    finally:
        workspace.close()


def operations_part(given: argparse.Namespace, folder: Path) -> Part:
    """Measures the operation log of a library with many apps, each added by an operation of its own."""
    from mapp.ops.share.undo import operations

    watch, count = Stopwatch(), min(given.apps, 10_000)
    with _workspace(folder) as workspace:
        many_operations(workspace, count)
        for what in ("the first time", *["again"] * given.rounds):
            with watch.timing(f"mapp operations, {what}"):
                found = operations(workspace, most=20)
            assert len(found) == 20
    rows = tuple(watch.row(what, "") for what in watch.cpu)
    title = f"The operation log of {count:,} apps"
    return Part(tables=(Table(title=title, headings=("step", "CPU, median", "runs", "bar"), rows=rows),))


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = publishing("registry", __doc__)
    parser.add_argument("--apps", type=int, default=APPS, help="how many apps the registry lists")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each step is repeated")
    parser.add_argument("--only", type=listed("part", PARTS), default=PARTS, help=f"of {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, help="where the registry is, or is to be made")
    return parsed(parser, words, lambda given: given.apps != APPS)


if __name__ == "__main__":
    sys.exit(main())
