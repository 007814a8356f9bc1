"""Works on the bugs of many apps in several processes, and keeps what is known on disk."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.classify.library import Engines, engines, opened
from benchmarks.heal.corpus import Bug, Origin, bugs
from benchmarks.heal.figures import Seen
from benchmarks.heal.fixing import PATCHES, Fixed, fix, patches_for
from benchmarks.heal.noticing import use
from mapp.config import DEFAULT_ENGINE
from mapp.model.verdict import Result as Checked
from mapp.sandbox.executor import Executor, Job, Killed, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker
from mapp.validate import gate
from mapp.validate.trial import Trial, skipped

Rows = tuple[list[Seen], list[Fixed]]


def measured(
    wanted: Sequence[Origin], wrong: int | None, *, jobs: int, rows: Path | None = None, coder: str = ""
) -> list[Rows]:
    """Returns what became of the bugs of each app, in the order of the apps; says on stderr how far it is.

    Args:
        wanted: the apps.
        wrong: how many kinds of wrong patches are tried for each bug; with None, nothing is healed.
        jobs: how many processes work at the same time.
        rows: a file for what is known; apps that it has are not measured again.
        coder: the coder that heals, in place of the patches.
    """
    done = dict(_kept(rows)) if rows is not None else {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_open) as pool:
        left = [origin for origin in wanted if origin not in done]
        running = {pool.submit(_bugs_of, origin, wrong, coder): origin for origin in left}
        for number, future in enumerate(as_completed(running), 1):
            origin = running[future]
            done[origin] = future.result()
            if rows is not None:
                keep(rows, origin, done[origin])
            print(f"{number} of {len(left)}: {_told(origin, done[origin])}", file=sys.stderr, flush=True)
    return [done[origin] for origin in wanted]


class Remembering(DelegatingExecutor):
    """Runs each job once: several patches are judged for one bug, on inputs that are largely the same.

    A run that calls the host, or that a limit ended, is not remembered.
    """

    def __init__(self, executor: Executor) -> None:
        super().__init__(executor)
        self.afresh = False
        self._known: dict[Job, Result] = {}

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        return super().run(job, broker) if broker is not None else self.run_batch([job])[0]

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs."""
        if self.afresh:
            return super().run_batch(jobs)
        new = [*dict.fromkeys(job for job in jobs if job not in self._known)]
        found = dict(zip(new, super().run_batch(new), strict=True)) if new else {}
        self._known |= {job: row for job, row in found.items() if not isinstance(row, Killed)}
        return [found[job] if job in found else self._known[job] for job in jobs]

    def forget(self) -> None:
        """Forgets all runs."""
        self._known.clear()


_OPEN = ExitStack()
_SHARED: dict[str, Remembering] = {}


def _open() -> None:
    """Opens the engines of a worker, once; they are closed with it."""
    found = _OPEN.enter_context(engines())
    _SHARED.update({name: Remembering(executor) for name, executor in found.items()})
    setattr(gate, "CHECKS", adapted_checks())  # noqa: B010 - the gate itself never changes its checks


def adapted_checks() -> tuple[gate.Check, ...]:
    """Returns the checks of the gate as they are done here.

    `mutation` takes most of the gate's time, and a heal never fails it. `budget` measures each run again.
    """
    return tuple(map(_adapted, gate.CHECKS))


def _adapted(check: gate.Check) -> gate.Check:
    if check.id == "mutation":
        return replace(check, examine=lambda trial: skipped("mutation", "a heal never fails it"))
    return replace(check, examine=partial(_afresh, check)) if check.id == "budget" else check


def _afresh(check: gate.Check, trial: Trial) -> Checked:
    for executor in _SHARED.values():
        executor.afresh = True
    try:
        return check.examine(trial)
    finally:
        for executor in _SHARED.values():
            executor.afresh = False


def _bugs_of(origin: Origin, wrong: int | None, coder: str = "") -> Rows:
    """Works on all bugs of one app, in a worker."""
    noticed: list[Seen] = []
    fixed: list[Fixed] = []
    for bug in bugs(origin, _SHARED[DEFAULT_ENGINE]):
        patches = (coder,) if coder else () if wrong is None else patches_for(bug, wrong)
        seen, patched = worked(bug, _SHARED, patches)
        noticed.append(seen)
        fixed += patched
        for executor in _SHARED.values():
            executor.forget()
    return noticed, fixed


def worked(bug: Bug, shared: Engines, patches: Sequence[str]) -> tuple[Seen, list[Fixed]]:
    """Returns whether a bug is noticed in use, and what becomes of each patch for it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "library"
        folder.mkdir()
        world = opened(folder, None, shared)
        try:
            found = use(world, bug)
        finally:
            world.close()
        seen = Seen(
            bug=bug.name, source=bug.source, kind=bug.kind, by=found.by, known=found.incident is not None
        )
        if found.incident is None:
            return seen, []
        return seen, [fix(folder, found, patch, shared) for patch in patches]


def _told(origin: Origin, rows: Rows) -> str:
    """Returns in one line what became of the bugs of an app."""
    noticed, fixed = rows
    by_itself = sum(bool(row.by) for row in noticed)
    landed = [row for row in fixed if row.landed]
    texts = [f"{len(noticed)} bugs, {by_itself} noticed"]
    for patch in PATCHES:
        if own := [row for row in fixed if row.patch == patch]:
            texts.append(f"{patch} {sum(row.patch == patch for row in landed)}/{len(own)}")
    return f"{origin.source} {origin.name}: {', '.join(texts)}"


def keep(path: Path, origin: Origin, rows: Rows) -> None:
    document = {
        "origin": asdict(origin),
        "noticed": [*map(asdict, rows[0])],
        "fixed": [*map(asdict, rows[1])],
    }
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(document, ensure_ascii=False) + "\n")


def _kept(path: Path) -> Iterator[tuple[Origin, Rows]]:
    """Yields what an earlier run has kept."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        document = json.loads(line)
        seen = [Seen(**row) for row in document["noticed"]]
        yield Origin(**document["origin"]), (seen, [_fixed(row) for row in document["fixed"]])


def _fixed(row: Mapping[str, Any]) -> Fixed:
    checks = {name: tuple(row[name]) for name in ("refused", "refused_first")}
    return Fixed(**{**row, **checks})
