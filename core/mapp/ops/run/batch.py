"""Runs one app on many rows: each as isolated as a run, in their order, with bounded memory.

All rows see the same time, that of the start, and row N the seed of the start plus N: what comes out is a
function of app, commit, rows, time and seed, whoever is killed on the way.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from mapp.errors import InvalidInput, MappError, NotFound, UsageError
from mapp.library import load_to_run
from mapp.model.app import App
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Failed, outcome_to_dict
from mapp.model.values import canonical
from mapp.observe.journal import Mapping, new_id
from mapp.ops.run.execute import Attempt, attempt_run, record
from mapp.ops.run.permissions import Permit, ensure_granted, ensure_isolated
from mapp.ops.run.resumable_output import Unfinished, unfinished
from mapp.ops.run.rows import BatchRow, Extent, measure, read_rows
from mapp.ops.workspace import Workspace

WINDOW: Final = 16
"""How many rows a worker wait or are done ahead of the one that is written next."""
MAX_BYTES: Final = 64 << 20
"""How much of the input may be in the window."""
MAX_NOTED: Final = 20
"""How many failed rows go into the journal as runs, so that they can be replayed."""
INVALID: Final = "caller_input"
"""The outcome of a row that is no call of the app."""

Advance = Callable[[int, int], None]
Progress = Callable[[str], AbstractContextManager[Advance]]
Write = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """What came of all rows: how many ended how, and how many of them an earlier process had done."""

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
        """Returns how many rows ended in no value."""
        return self.rows - dict(self.outcomes).get("ok", 0)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `map --json` prints it."""
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
    """One row that has ended, as it is written; the attempt if the app was started."""

    line: str
    outcome: str
    attempt: Attempt | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What all rows of one map share."""

    workspace: Workspace
    app: App
    allowed: Collection[str]
    now_ms: int
    seed: int

    def do(self, row: BatchRow) -> Done:
        """Runs one row; one that is no call of the app is an outcome like any other."""
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
        )
        document = outcome_to_dict(attempt.outcome)
        return Done(line=_line(row, document), outcome=str(document["outcome"]), attempt=attempt)


@dataclass(kw_only=True)
class Tally:
    """Counts what is written, and decides what the journal keeps of it."""

    workspace: Workspace
    outcomes: Counter[str] = field(default_factory=Counter)
    noted: int = 0

    def take(self, done: Done) -> None:
        """Counts a row. Runs that may ask their host are all kept, of the others the first that failed."""
        self.outcomes[done.outcome] += 1
        attempt = done.attempt
        if attempt is None:
            return
        failed = isinstance(attempt.outcome, Failed) and self.noted < MAX_NOTED
        if failed or attempt.exchanges is not None:
            self.noted += failed
            record(self.workspace, attempt)


def map_rows(
    workspace: Workspace,
    name: str,
    source: Path | BinaryIO,
    output: Path | Write,
    *,
    jobs: int | None = None,
    fresh: bool = False,
    revision: str | None = None,
    grants: Collection[str] = (),
    permit: Permit | None = None,
    progress: Progress = lambda title: nullcontext(lambda done, total: None),
) -> Mapped:
    """Runs an app on every row of `source`, and writes one line a row to `output`, in their order.

    An output that is a file can be continued after a kill, if the rows come from a file too. `jobs` rows run
    at once, by default one a core; those of an app with a store run one after the other.

    Raises:
        AlreadyExists: the output is finished, or was begun with other rows, or another app or commit.
        NotFound, PermissionNeeded, KeyNeeded, SandboxUnavailable: as `execute` does; no row was run.
    """
    began = time.perf_counter()
    app = load_to_run.load_to_run(workspace.home, name, revision, tell=workspace.tell)
    ensure_isolated(workspace, name)
    allowed = ensure_granted(workspace.home, app.manifest, grants, permit)
    with _source(source, output) as stream:
        extent = _extent(stream) if isinstance(source, Path) else Extent(rows=0, digest="")
        shared = {
            "app": app.name,
            "commit": app.commit,
            "input": extent.digest,
            "now_ms?": int(workspace.clock() * 1000),
            "seed?": workspace.seed(),
        }
        with _opened(output, shared, fresh=fresh) as growing, progress(f"mapping {name}") as advance:
            continued, tally = growing.rows, Tally(workspace=workspace, outcomes=growing.outcomes)
            terms = Terms(
                workspace=workspace,
                app=app,
                allowed=allowed,
                now_ms=growing.terms["now_ms"],
                seed=growing.terms["seed"],
            )
            rows = islice(read_rows(stream), continued, None)
            for done in _in_order(terms, rows, _workers(app, jobs)):
                growing.add(done.line)
                tally.take(done)
                advance(tally.outcomes.total(), extent.rows)
    return _noted(workspace, terms, tally, continued, time.perf_counter() - began)


def _source(source: Path | BinaryIO, output: Path | Write) -> AbstractContextManager[BinaryIO]:
    """Opens the rows; raises NotFound, and UsageError for an output that would write over them."""
    if not isinstance(source, Path):
        return nullcontext(source)
    if isinstance(output, Path) and output.exists() and output.samefile(source):
        raise UsageError(f"{output} holds the rows themselves", hint="write to another file")
    try:
        return closing(source.open("rb"))
    except FileNotFoundError:
        raise NotFound(f"there is no file {source}") from None


class Poured:
    """An output that cannot be continued: lines go where they are wanted at once."""

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
    """Measures a file; what can be read once only, a pipe with a name, is taken as it comes."""
    if not stream.seekable():
        return Extent(rows=0, digest="")
    found = measure(stream)
    stream.seek(0)
    return found


def _workers(app: App, jobs: int | None) -> int:
    if app.manifest.capabilities.store is not None:  # a row finds what the one before it has stored
        return 1
    return min(jobs or os.cpu_count() or 1, 64)


def _in_order(terms: Terms, rows: Iterator[BatchRow], workers: int) -> Iterator[Done]:
    """Yields what came of the rows in their order, a bounded number of them in hand."""
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
    """Returns the summary, written into the journal as one entry."""
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
    entry = Mapping(
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
        workspace.tell(f"the map could not be written into the journal: {error}")
    return mapped
