"""Runs one app on many rows: in order, each as isolated as a single run, with bounded memory.

All rows see the time at which the batch started, and row N gets the batch's seed plus N. So the output
depends only on app, commit, rows, time and seed, even when the batch is killed and continued.

If the app was healed recently, the version before it answers the rows in which the healed one fails.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from mapp.errors import InvalidInput, MappError, NotFound, UsageError
from mapp.library.load_to_run import in_canary
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Failed, Outcome, Value, outcome_to_dict
from mapp.model.values import JSONValue, canonical
from mapp.observe.journal import Mapping as MapEntry
from mapp.observe.journal import Run, new_id
from mapp.ops.run.execute import Attempt, attempt_run, inspect, load_permitted, record
from mapp.ops.run.permissions import Permit, ensure_granted, ensure_isolated
from mapp.ops.run.resumable_output import Unfinished, unfinished
from mapp.ops.run.rows import BatchRow, Extent, measure, read_rows
from mapp.ops.workspace import Workspace

WINDOW: Final = 16
"""How many rows for each worker may be waiting or done ahead of the row that is written next."""
MAX_BYTES: Final = 64 << 20
"""How many bytes of input the window may hold."""
MAX_NOTED: Final = 20
"""How many failed rows are recorded as runs in the journal, so that they can be replayed.

Of a recently healed app, so many of the first rows are recorded whatever they return: they judge the heal."""
INVALID: Final = "caller_input"
"""The outcome of a row that is not a valid call of the app."""

Advance = Callable[[int, int], None]
Progress = Callable[[str], AbstractContextManager[Advance]]
Write = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """The summary of a batch: rows by outcome, and how many rows an earlier process had done."""

    id: str
    app: str
    version: str
    commit: str
    rows: int
    outcomes: tuple[tuple[str, int], ...]
    continued: int
    seconds: float

    @property
    def failed(self) -> int:
        """Returns how many rows did not return a value."""
        return self.rows - dict(self.outcomes).get("ok", 0)

    def to_dict(self) -> dict[str, Any]:
        """Returns the summary as `map --json` prints it."""
        return {
            "map": self.id,
            "app": self.app,
            "version": self.version,
            "commit": self.commit,
            "rows": self.rows,
            "failed": self.failed,
            "outcomes": dict(self.outcomes),
            "continued": self.continued,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """One finished row: the line to write, its outcome, and the attempt if the app was started.

    The outcome may be that of the version before, which answered in place of the attempt.
    """

    line: str
    outcome: str
    attempt: Attempt | None = None
    arguments: Mapping[str, JSONValue] = field(default_factory=dict)

    @property
    def group(self) -> tuple[str, ...] | None:
        """Returns what rows that went wrong in the same way have in common; None if a row went well."""
        attempt = self.attempt
        if attempt is None or (isinstance(attempt.outcome, Value) and not attempt.broken):
            return None
        kind = attempt.outcome.message.partition(":")[0] if isinstance(attempt.outcome, Failed) else ""
        return self.outcome, kind[:40], *attempt.broken


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What all rows of one batch share; `watched` says that the version before a heal is on stand-by."""

    workspace: Workspace
    app: App
    allowed: Collection[str]
    now_ms: int
    seed: int
    watched: bool

    def do(self, row: BatchRow) -> Done:
        """Runs one row. A row that is not a valid call is an outcome like any other."""
        try:
            filled = with_defaults(self.app.manifest, row.arguments())
        except InvalidInput as error:
            problems = [{"path": problem.path, "message": problem.message} for problem in error.problems]
            document = {"outcome": INVALID, "message": error.message, "problems": problems}
            return Done(line=_line(row, document), outcome=INVALID)
        attempt = attempt_run(
            self.workspace,
            self.app,
            filled,
            allowed=self.allowed,
            now_ms=self.now_ms,
            seed=(self.seed + row.number) % 2**32,
            checked=True,
        )
        instead = self.instead(attempt)
        document = outcome_to_dict(attempt.outcome if instead is None else instead[1])
        if instead is not None:
            document["version"] = instead[0].version
        elif attempt.broken:
            document["doubt"] = list(attempt.broken)
        line = _line(row, document)
        return Done(line=line, outcome=str(document["outcome"]), attempt=attempt, arguments=filled)

    def instead(self, attempt: Attempt, *, judged: bool = False) -> tuple[Run, Outcome] | None:
        """Returns the run and the outcome of the version on stand-by, if it answered instead."""
        ask = self.workspace.stand_by
        if not self.watched or ask is None:
            return None
        if not judged and not isinstance(attempt.outcome, Failed) and not attempt.broken:
            return None
        run, outcome, broken = attempt.run, attempt.outcome, attempt.broken
        return ask(self.workspace, run, outcome, broken, attempt.exchanges, self.allowed, judged=judged)


@dataclass(kw_only=True)
class Tally:
    """Counts the rows that are written and records some of them in the journal.

    Rows that went wrong in the same way are one group, which is looked at once.
    """

    terms: Terms
    outcomes: Counter[str] = field(default_factory=Counter)
    noted: Counter[bool] = field(default_factory=Counter)
    judged: Attempt | None = None
    groups: dict[tuple[str, ...], Done] = field(default_factory=dict)
    sizes: Counter[tuple[str, ...]] = field(default_factory=Counter)
    runs: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def take(self, done: Done) -> None:
        """Counts a row. The journal gets all runs with host calls, and the first failures of other runs.

        Of a recently healed app it also gets the first rows that went well.
        """
        self.outcomes[done.outcome] += 1
        attempt, group = done.attempt, done.group
        if attempt is None:
            return
        if group is not None and (group in self.groups or len(self.groups) < MAX_NOTED):
            self.sizes[group] += 1
        is_first = group is not None and group in self.sizes and group not in self.groups
        watched = self.terms.watched
        wrong = isinstance(attempt.outcome, Failed) or (watched and bool(attempt.broken))
        telling = ((wrong or watched) and self.noted[wrong] < MAX_NOTED) or is_first
        if telling or attempt.exchanges is not None:
            self.noted[wrong] += telling
            record(self.terms.workspace, attempt)
            if self.judged is None or (group is not None and self.judged.run.outcome == "ok"):
                self.judged = attempt
            if group is not None and group in self.sizes:
                self.runs.setdefault(group, []).append(attempt.run.id)
        if group is not None and is_first:
            self.groups[group] = done

    def inspect(self) -> None:
        """Has the first row of each group looked at; the others count with it. Then judges a recent heal."""
        for group, done in self.groups.items():
            assert done.attempt is not None
            times, others = self.sizes[group], self.runs.get(group, [])
            terms = self.terms
            inspect(terms.workspace, terms.app, done.arguments, done.attempt, times=times, others=others)
        if self.judged is not None:
            self.terms.instead(self.judged, judged=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchOptions:
    """How a batch runs.

    `jobs` rows run at once, by default one per core. `fresh` discards what the output file holds. `revision`
    runs the app at another version, branch or commit than `main`. `grants` are capabilities for this batch
    only; `permit` asks the person for those that are missing.
    """

    jobs: int | None = None
    fresh: bool = False
    revision: str | None = None
    grants: Collection[str] = ()
    permit: Permit | None = None


def map_rows(
    workspace: Workspace,
    name: str,
    source: Path | BinaryIO,
    output: Path | Write,
    *,
    options: BatchOptions = BatchOptions(),
    progress: Progress = lambda title: nullcontext(lambda done, total: None),
) -> Mapped:
    """Runs an app on every row of `source` and writes one line per row to `output`, in the same order.

    A batch from a file to a file can be continued after a kill. The rows of an app with a store run one after
    the other.

    Raises:
        AlreadyExists: the output is finished, or was started with other rows, another app or another commit.
        NotFound, PermissionNeeded, KeyNeeded, SandboxUnavailable: as for `execute`. No row was run.
    """
    began = time.perf_counter()
    app = load_permitted(workspace, name, options.revision)
    ensure_isolated(workspace, name)
    allowed = ensure_granted(workspace.home, app.manifest, options.grants, options.permit)
    with _source(source, output) as stream:
        extent = _extent(stream) if isinstance(source, Path) else Extent(rows=0, digest="")
        shared = {
            "app": app.name,
            "commit": app.commit,
            "input": extent.digest,
            "now_ms?": int(workspace.clock() * 1000),
            "seed?": workspace.seed(),
        }
        with _opened(output, shared, fresh=options.fresh) as growing, progress(f"mapping {name}") as advance:
            continued = growing.rows
            terms = Terms(
                workspace=workspace,
                app=app,
                allowed=allowed,
                now_ms=growing.terms["now_ms"],
                seed=growing.terms["seed"],
                watched=in_canary(workspace.home, name, app.commit),
            )
            tally = Tally(terms=terms, outcomes=growing.outcomes)
            rows = islice(read_rows(stream), continued, None)
            for done in _in_order(terms, rows, _workers(app, options.jobs)):
                growing.add(done.line)
                tally.take(done)
                advance(tally.outcomes.total(), extent.rows)
    tally.inspect()
    return _noted(workspace, terms, tally, continued, time.perf_counter() - began)


def _source(source: Path | BinaryIO, output: Path | Write) -> AbstractContextManager[BinaryIO]:
    """Opens the rows.

    Raises:
        NotFound: there is no such file.
        UsageError: the output would overwrite the rows.
    """
    if not isinstance(source, Path):
        return nullcontext(source)
    if isinstance(output, Path) and output.exists() and output.samefile(source):
        raise UsageError(f"{output} is both input and output", hint="write to another file")
    try:
        return closing(source.open("rb"))
    except FileNotFoundError:
        raise NotFound(f"there is no file {source}") from None


class Poured:
    """An output that cannot be continued: each line is passed on at once."""

    def __init__(self, write: Write, terms: dict[str, Any]) -> None:
        self.terms = {name.rstrip("?"): value for name, value in terms.items()}
        self.add = write
        self.rows = 0
        self.outcomes: Counter[str] = Counter()


def _opened(
    output: Path | Write, terms: dict[str, Any], *, fresh: bool
) -> AbstractContextManager[Unfinished | Poured]:
    if isinstance(output, Path):
        return unfinished(output, terms, fresh=fresh)
    return nullcontext(Poured(output, terms))


def _extent(stream: BinaryIO) -> Extent:
    """Measures a file. A named pipe can be read only once, so its extent is unknown."""
    if not stream.seekable():
        return Extent(rows=0, digest="")
    found = measure(stream)
    stream.seek(0)
    return found


def _workers(app: App, jobs: int | None) -> int:
    if app.manifest.capabilities.store is not None:  # each row sees what the row before it stored
        return 1
    return min(jobs or os.cpu_count() or 1, 64)


def _in_order(terms: Terms, rows: Iterator[BatchRow], workers: int) -> Iterator[Done]:
    """Yields the finished rows in order, with a bounded number in memory."""
    waiting: deque[tuple[Future[Done], int]] = deque()
    held = 0
    pool = ThreadPoolExecutor(workers)
    try:
        for row in rows:
            size = len(row.data or b"")
            while waiting and (len(waiting) >= workers * WINDOW or held + size > MAX_BYTES):
                future, freed = waiting.popleft()
                held -= freed
                yield future.result()
            waiting.append((pool.submit(terms.do, row), size))
            held += size
        while waiting:
            yield waiting.popleft()[0].result()
    finally:
        pool.shutdown(cancel_futures=True)


def _line(row: BatchRow, document: dict[str, Any]) -> str:
    return f'{{"row":{row.number},{canonical(document)[1:]}'


def _noted(workspace: Workspace, terms: Terms, tally: Tally, continued: int, seconds: float) -> Mapped:
    """Returns the summary, after recording it in the journal as one entry."""
    app = terms.app
    mapped = Mapped(
        id=new_id(),
        app=app.name,
        version=str(app.manifest.version),
        commit=app.commit,
        rows=tally.outcomes.total(),
        outcomes=tuple(sorted(tally.outcomes.items())),
        continued=continued,
        seconds=seconds,
    )
    entry = MapEntry(
        id=mapped.id,
        ended=workspace.clock(),
        app=mapped.app,
        commit=mapped.commit,
        version=mapped.version,
        rows=mapped.rows,
        failed=mapped.failed,
        outcomes=mapped.outcomes,
        now_ms=terms.now_ms,
        seed=terms.seed,
        seconds=seconds,
    )
    try:
        workspace.journal.mapped(entry)
    except (sqlite3.Error, OSError, MappError) as error:
        workspace.tell(f"the batch could not be written into the journal: {error}")
    return mapped
