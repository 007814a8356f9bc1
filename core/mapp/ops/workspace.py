"""What every use case works with: a library, its settings, the clock, the sandbox and the network."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from mapp.config import Config
from mapp.errors import MappError
from mapp.git.commit import Signature
from mapp.git.repository import global_identity
from mapp.library.paths import Home
from mapp.ops.kept_router import KeptRouter

if TYPE_CHECKING:
    from mapp.index.embed import Embedder
    from mapp.library.operations import Operation
    from mapp.llm.model import Model
    from mapp.model.incident import Incident
    from mapp.model.outcome import Outcome
    from mapp.model.recording import Exchange
    from mapp.observe.journal import Journal, Run
    from mapp.observe.ledger import SpendLedger
    from mapp.observe.telemetry import Span, Telemetry
    from mapp.sandbox.broker.fetcher import Fetcher
    from mapp.sandbox.broker.redaction import Redactor
    from mapp.sandbox.executor import Executor

Tell = Callable[[str], None]


class StandBy(Protocol):
    """Compares a run of a healed app with the version before the heal."""

    def __call__(
        self,
        workspace: Workspace,
        run: Run,
        outcome: Outcome,
        broken: Sequence[str],
        exchanges: Sequence[Exchange] | None,
        allowed: Collection[str],
        /,
        *,
        judged: bool = True,
    ) -> tuple[Run, Outcome] | None:
        """Returns the run and the outcome of the version before, if it answered in place of the healed one.

        `run` is recorded already. `broken` are the predicates that its answer breaks. `exchanges` is None for
        an app that may not call its host. With `judged` False the run is one of many: it is answered, and the
        heal is not judged yet.
        """
        ...


def _silent(_: str) -> None:
    """Discards a message; the default of `tell`."""


def _ignored(_: Incident) -> None:
    """Does nothing about an incident; the default of `noticed`."""


def _now(work: Callable[[], object]) -> None:
    """Does work at once; the default of `later`."""
    work()


if TYPE_CHECKING:
    _opened_once = cached_property
else:

    class _opened_once(cached_property):  # noqa: N801 - used like cached_property
        """A cached property that two threads do not open twice; Python's has no lock since version 3.12."""

        def __get__(self, workspace, owner=None):
            if workspace is None:
                return self
            with workspace._opening:
                return super().__get__(workspace, owner)


@dataclass(kw_only=True)
class Workspace:
    """One opened library.

    `clock` returns seconds since 1970-01-01 UTC, `seed` a fresh 32-bit number. `tell` receives messages for
    the person. With `allow_loopback`, the person's own apps may reach services on this machine; only an
    option of one command sets it, never a file or a variable. `later` takes work that can wait until the
    answer was printed: looking at a run that failed. `noticed` hears of each incident that this finds.
    `sleep` waits a number of seconds. `stand_by` is called after each run of a recently healed app, `settle`
    before a run that such a heal in quarantine would not get. Heavy modules are loaded when they are first
    needed.
    """

    config: Config
    clock: Callable[[], float] = time.time
    seed: Callable[[], int] = field(default=lambda: secrets.randbits(32))
    tell: Tell = _silent
    allow_loopback: bool = False
    later: Callable[[Callable[[], object]], None] = _now
    noticed: Callable[[Incident], object] = _ignored
    sleep: Callable[[float], None] = time.sleep
    stand_by: StandBy | None = None
    settle: Callable[[Workspace, str], object] | None = None

    def __post_init__(self) -> None:
        self._opening = threading.RLock()
        self.kept_router = KeptRouter()
        self.predicate_checks: dict[str, tuple[int, float]] = {}
        """By commit: how many runs were checked with its predicates, and how many milliseconds that takes."""

    @cached_property
    def home(self) -> Home:
        """Returns the paths of the library."""
        return Home(root=self.config.library)

    @_opened_once
    def journal(self) -> Journal:
        """Returns the journal."""
        from mapp.observe.journal import Journal

        return Journal(
            self.home.journal,
            keep_runs=self.config.keep_runs,
            keep_days=self.config.keep_days,
            keep_inputs=self.config.keep_inputs,
            redact=self.redact,
        )

    @_opened_once
    def ledger(self) -> SpendLedger:
        """Returns the ledger of model calls."""
        from mapp.observe.ledger import SpendLedger

        watch = None if self.telemetry is None else self.telemetry.called
        return SpendLedger(self.home.journal, clock=self.clock, settled=watch)

    @_opened_once
    def telemetry(self) -> Telemetry | None:
        """Returns the configured telemetry, or None.

        Raises:
            TelemetryFailed: a library that it needs is not installed.
        """
        if not self.config.telemetry and not self.config.log:
            return None
        from mapp.observe.stats import read_totals
        from mapp.observe.telemetry import open_telemetry

        return open_telemetry(
            target=self.config.telemetry,
            log=self.config.log,
            totals=lambda: read_totals(self.journal),
            tell=self.tell,
        )

    def span(self, name: str, **attributes: Any) -> AbstractContextManager[Span | None]:
        """Opens a span during a `with` block; gives None if no telemetry is configured."""
        if self.telemetry is None:
            return contextlib.nullcontext()
        return self.telemetry.span(name, attributes)

    def redact(self, text: str) -> str:
        """Returns a text with the person's keys replaced."""
        return text if self._redactor is None else self._redactor(text)

    @cached_property
    def _redactor(self) -> Redactor | None:
        from mapp.keys import known_keys

        with contextlib.suppress(MappError, OSError):  # a damaged key file is reported when a key is used
            if keys := known_keys(self.config.config_file):
                from mapp.sandbox.broker.redaction import Redactor

                return Redactor(keys)
        return None

    @_opened_once
    def executor(self) -> Executor:
        """Returns the executor that runs JavaScript.

        Raises:
            SandboxUnavailable: this machine cannot provide the isolation that the settings require.
        """
        from mapp.sandbox.executors.select import open_executor

        notes = self.config.cache / "isolation"
        return open_executor(least=self.config.isolation, notes=notes, engine=self.config.engine)

    @_opened_once
    def other_executors(self) -> dict[str, Executor]:
        """Returns executors for the other installed engines, by engine name."""
        from mapp.sandbox.engine import installed
        from mapp.sandbox.executors.select import open_executor

        least, cache = self.config.isolation, self.config.cache
        others = (name for name in installed() if name != self.config.engine)
        return {
            name: open_executor(least=least, notes=cache / f"isolation-{name}", engine=name)
            for name in others
        }

    @_opened_once
    def embedder(self) -> Embedder:
        """Returns the configured embedder; it keeps the weights that it reads at its first use."""
        from mapp.index.embedders import choose_embedder

        return choose_embedder(self.config.embedder)

    def fetcher(self) -> Fetcher:
        """Returns a fetcher for the web requests of one run."""
        from mapp.sandbox.broker.fetcher import Fetcher

        return Fetcher(loopback=self.allow_loopback)

    def model(self) -> Model | None:
        """Returns the language model for apps that declare one, or None if none is configured."""
        from mapp.ops.open_model import open_model

        return open_model(self.config)

    def warm(self) -> None:
        """Starts the sandbox in the background; the run itself reports any failure."""
        with contextlib.suppress(MappError):
            self.executor.warm()

    def signature(self) -> Signature:
        """Returns the author of a commit made now: git's global identity, or mapp itself."""
        name, email = global_identity() or ("mapp", "mapp@localhost")
        now = self.clock()
        return Signature(name=name, email=email, time=int(now), moment=now)

    def operation(self, kind: str, *facts: object, undoes: str = "") -> Operation:
        """Returns an operation that starts now; `facts` tell it from others of the same moment."""
        from mapp.library.operations import Operation, operation_id

        by = self.signature()
        identity = operation_id(kind, repr(by.moment), *facts)
        return Operation(kind=kind, by=by, id=identity, undoes=undoes)

    def close(self) -> None:
        """Stops the processes and closes the open files; a request that is being decided keeps its own."""
        self.kept_router.close()
        self.__dict__.pop("embedder", None)
        self.__dict__.pop("ledger", None)
        if (telemetry := self.__dict__.pop("telemetry", None)) is not None:
            telemetry.close()  # it reads the journal once more
        for name in ("executor", "journal"):
            opened = self.__dict__.pop(name, None)
            if opened is not None:
                opened.close()
        for executor in self.__dict__.pop("other_executors", {}).values():
            executor.close()
