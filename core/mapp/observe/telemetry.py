"""Sends spans and metrics to an OpenTelemetry receiver, and writes structured logs; off by default.

A span is opened where the work is done; what it measured becomes metrics here when it ends. The totals of
the journal are metrics as well: they only grow, whichever process reports them. Attributes are names, counts
and outcomes. Requests, arguments, outputs, messages and addresses are never among them.

OpenTelemetry's API is imported when telemetry is configured, its SDK only to send to an address.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mapp.distribution import version
from mapp.errors import MappError
from mapp.model.spend import MICROS
from mapp.observe import gen_ai
from mapp.observe.ledger import SettledCall
from mapp.observe.stats import Recorded

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import Meter, MeterProvider, Observation
    from opentelemetry.trace import Tracer, TracerProvider

REQUIREMENTS: Final = ("opentelemetry-sdk>=1.38,<2", "opentelemetry-exporter-otlp-proto-http>=1.38,<2")
"""What the extra `telemetry` installs."""
GLOBAL: Final = "global"
"""The setting for a program that uses mapp as a library and has set up OpenTelemetry itself."""
SCOPE: Final = "mapp"
TO_STDERR: Final = "stderr"
SECONDS: Final = 2.0
"""The longest time that sending may take at the end of a command."""
DURATION_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Totals = Callable[[], Recorded]


class TelemetryFailed(MappError):
    """The configured telemetry cannot be set up."""

    code = "MAPP-0681"


@dataclass(kw_only=True)
class Span:
    """A span in progress; attributes that are set until its end belong to it."""

    name: str
    attributes: dict[str, Any]
    context: Context | None = None

    def set(self, **attributes: Any) -> None:
        """Adds attributes, as `mapp.NAME`."""
        self.attributes.update(_named(attributes))


def _named(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {f"mapp.{name}": value for name, value in attributes.items() if value is not None}


@dataclass(kw_only=True)
class Telemetry:
    """Records spans and metrics with OpenTelemetry, and writes a line for each span that ended.

    Without `tracers` there are only the lines; without `write` only spans and metrics.
    """

    tracers: TracerProvider | None = None
    meters: MeterProvider | None = None
    write: Callable[[str], None] | None = None
    totals: Totals | None = None
    shut_down: Callable[[], None] = lambda: None
    _instruments: Instruments | None = field(default=None, init=False)
    _tracer: Tracer | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.tracers is not None:
            self._tracer = self.tracers.get_tracer(SCOPE, version())
        if self.meters is not None:
            self._instruments = Instruments(self.meters.get_meter(SCOPE, version()), self.totals)

    @contextlib.contextmanager
    def span(self, name: str, attributes: Mapping[str, Any], parent: Context | None = None) -> Iterator[Span]:
        """Opens a span during a `with` block; `parent` is needed in another thread than its parent's.

        An exception ends the span as failed, with the exception's type and without its message.
        """
        made = Span(name=name, attributes=_named(attributes))
        began = time.time()
        clock = time.perf_counter()
        if self._tracer is None:
            trace: dict[str, str] = {}
            try:
                yield made
            except BaseException as error:
                made.attributes[gen_ai.ERROR_TYPE] = type(error).__name__
                raise
            finally:
                self._ended(made, began, time.perf_counter() - clock, trace)
            return
        from opentelemetry import trace as api
        from opentelemetry.context import get_current

        with self._tracer.start_as_current_span(
            name, context=parent, record_exception=False, set_status_on_exception=False
        ) as open_span:
            made.context = get_current()
            try:
                yield made
            except BaseException as error:
                made.attributes[gen_ai.ERROR_TYPE] = type(error).__name__
                open_span.set_status(api.StatusCode.ERROR)
                raise
            finally:
                open_span.set_attributes(made.attributes)
                self._ended(made, began, time.perf_counter() - clock, _ids(open_span))

    def called(self, call: SettledCall) -> None:
        """Records one paid call of a model, after it has ended, as a span and as metrics."""
        attributes = gen_ai.call_attributes(call.coder, call.spend, call.outcome)
        own = _named({"app": call.app, "phase": call.phase, "cost": call.spend.cost_micros / MICROS})
        name = gen_ai.span_name(attributes[gen_ai.REQUEST_MODEL])
        trace: dict[str, str] = {}
        if self._tracer is not None:
            from opentelemetry.trace import SpanKind

            open_span = self._tracer.start_span(
                name, kind=SpanKind.CLIENT, start_time=_nanoseconds(call.began)
            )
            open_span.set_attributes({**attributes, **own})
            open_span.end(_nanoseconds(call.ended))
            trace = _ids(open_span)
        seconds = call.ended - call.began
        if self._instruments is not None:
            self._instruments.called(attributes, call, seconds)
        self._log(name, {**attributes, **own}, call.began, seconds, trace)

    def close(self) -> None:
        """Sends what has not been sent, for at most `SECONDS`."""
        self.shut_down()

    def _ended(self, span: Span, began: float, seconds: float, trace: Mapping[str, str]) -> None:
        if self._instruments is not None:
            self._instruments.ended(span, seconds)
        self._log(span.name, span.attributes, began, seconds, trace)

    def _log(
        self,
        name: str,
        attributes: Mapping[str, Any],
        began: float,
        seconds: float,
        trace: Mapping[str, str],
    ) -> None:
        if self.write is None:
            return
        moment = datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds")
        line = {"time": moment, "event": name, "seconds": round(seconds, 6), **trace, **attributes}
        self.write(json.dumps(line, ensure_ascii=True, default=str))


class Instruments:
    """The metrics: what is counted as it happens, and the totals of the journal."""

    def __init__(self, meter: Meter, totals: Totals | None) -> None:
        self._duration = meter.create_histogram(
            "mapp.run.duration",
            unit="s",
            description="Time that a caller waited for a run.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
        )
        self._heals = meter.create_counter("mapp.heals", description="Heals by result.")
        self._reverts = meter.create_counter("mapp.reverts", description="Rollbacks of an app.")
        self._cost = meter.create_counter("mapp.cost", unit="USD", description="Cost of model calls.")
        self._tokens = meter.create_histogram(
            gen_ai.TOKEN_USAGE,
            unit=gen_ai.TOKEN_USAGE_UNIT,
            explicit_bucket_boundaries_advisory=gen_ai.TOKEN_USAGE_BUCKETS,
        )
        self._operation = meter.create_histogram(
            gen_ai.OPERATION_DURATION,
            unit=gen_ai.OPERATION_DURATION_UNIT,
            explicit_bucket_boundaries_advisory=gen_ai.OPERATION_DURATION_BUCKETS,
        )
        if totals is not None:
            _observe(meter, _Remembered(totals))

    def ended(self, span: Span, seconds: float) -> None:
        """Counts a span that ended."""
        attributes = span.attributes
        match span.name:
            case "mapp.run":
                names = ("mapp.app", "mapp.outcome")
                shared: dict[str, Any] = {name: attributes[name] for name in names if name in attributes}
                self._duration.record(seconds, shared)
            case "mapp.heal":
                self._heals.add(1, {"mapp.result": str(attributes.get("mapp.result", "failed"))})
            case "mapp.rollback":
                self._reverts.add(1, {"mapp.app": str(attributes.get("mapp.app", ""))})

    def called(self, attributes: dict[str, Any], call: SettledCall, seconds: float) -> None:
        """Counts one call of a model."""
        shared = gen_ai.metric_attributes(attributes)
        self._operation.record(seconds, shared)
        for kind, count in (("input", call.spend.tokens_in), ("output", call.spend.tokens_out)):
            self._tokens.record(count, {**shared, gen_ai.TOKEN_TYPE: kind})
        self._cost.add(call.spend.cost_micros / MICROS, {"mapp.app": call.app, "mapp.phase": call.phase})


class _Remembered:
    """The journal's totals, read once for all metrics of one collection."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals
        self._found = Recorded()
        self._read = float("-inf")

    def __call__(self) -> Recorded:
        if time.monotonic() - self._read > 1:
            with contextlib.suppress(Exception):  # a damaged journal is reported by the commands that need it
                self._found = self._totals()
            self._read = time.monotonic()
        return self._found


def _observe(meter: Meter, totals: Totals) -> None:
    """Makes the metrics that are read from the journal. Counters only ever grow."""
    from opentelemetry.metrics import Observation

    def outcomes(_: object) -> Iterable[Observation]:
        return [Observation(runs, {"mapp.outcome": name}) for name, runs in totals().outcomes.items()]

    def decisions(_: object) -> Iterable[Observation]:
        return [Observation(count, {"mapp.decision": name}) for name, count in totals().decisions.items()]

    def failures(_: object) -> Iterable[Observation]:
        found: dict[str, int] = {}
        for (_app, failure), runs in totals().failures.items():
            found[failure] = found.get(failure, 0) + runs
        return [Observation(runs, {"mapp.class": name}) for name, runs in found.items()]

    def matched(_: object) -> Iterable[Observation]:
        return [Observation(sum(row.matched for row in totals().requests.values()))]

    def match_rate(_: object) -> Iterable[Observation]:
        rows = list(totals().requests.values())
        asked = sum(row.requests for row in rows)
        return [Observation(sum(row.matched for row in rows) / asked)] if asked else []

    def avoided(_: object) -> Iterable[Observation]:
        return [Observation(sum(row.avoided for row in totals().apps.values()))]

    def saved(_: object) -> Iterable[Observation]:
        return [Observation(sum(row.micros for row in totals().apps.values()) / MICROS)]

    counters = {
        "mapp.runs": ([outcomes], "{run}", "Runs and rows of maps by outcome."),
        "mapp.requests": ([decisions], "{request}", "Requests by decision."),
        "mapp.requests.matched": ([matched], "{request}", "Requests that an app of the library answered."),
        "mapp.failures": ([failures], "{run}", "Failed runs by class."),
        "mapp.avoided.calls": ([avoided], "{call}", "Answers that no model gave."),
        "mapp.avoided.cost": ([saved], "USD", "Assumed cost of a model's answers instead."),
    }
    for name, (callbacks, unit, description) in counters.items():
        meter.create_observable_counter(name, callbacks, unit=unit, description=description)
    meter.create_observable_gauge(
        "mapp.match_rate", [match_rate], unit="1", description="Share of requests matched."
    )


def open_telemetry(*, target: str, log: str, totals: Totals, tell: Callable[[str], None]) -> Telemetry:
    """Returns the configured telemetry.

    `target` is the address of an OTLP receiver, `global`, or "". `log` is `stderr`, a file, or "".

    Raises:
        TelemetryFailed: a library that it needs is not installed.
    """
    write = _writer(log, tell) if log else None
    if not target:
        return Telemetry(write=write)
    if target == GLOBAL:
        from opentelemetry import metrics, trace

        return Telemetry(
            tracers=trace.get_tracer_provider(),
            meters=metrics.get_meter_provider(),
            write=write,
            totals=totals,
        )
    return _sending(target, write, totals, tell)


def _sending(
    target: str, write: Callable[[str], None] | None, totals: Totals, tell: Callable[[str], None]
) -> Telemetry:
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
        from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        wanted = " ".join(f"'{requirement}'" for requirement in REQUIREMENTS)
        raise TelemetryFailed(
            f"telemetry is configured, but OpenTelemetry's exporter is not installed ({error.name})",
            hint=f"pip install {wanted}; or turn it off: mapp config unset telemetry",
        ) from None
    _tell_of_failures(target, tell)
    # Not Resource.create: its detectors describe the machine and its user.
    resource = Resource({"service.name": SCOPE, "service.version": version()}, gen_ai.SCHEMA_URL)
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracers.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(f"{target.rstrip('/')}/v1/traces", timeout=SECONDS))
    )
    # A command lives for less than a second: what it counts is sent as a difference, not as its own total.
    exporter = OTLPMetricExporter(
        f"{target.rstrip('/')}/v1/metrics",
        timeout=SECONDS,
        preferred_temporality={
            Counter: AggregationTemporality.DELTA,
            Histogram: AggregationTemporality.DELTA,
        },
    )
    reader = PeriodicExportingMetricReader(exporter, export_timeout_millis=SECONDS * 1000)
    meters = MeterProvider([reader], resource=resource, shutdown_on_exit=False)

    def shut_down() -> None:
        with contextlib.suppress(Exception):  # what was asked for is done; telemetry is not worth a failure
            tracers.force_flush(int(SECONDS * 1000))
            tracers.shutdown()
        with contextlib.suppress(Exception):
            meters.shutdown(timeout_millis=SECONDS * 1000)

    return Telemetry(tracers=tracers, meters=meters, write=write, totals=totals, shut_down=shut_down)


class _Teller(logging.Handler):
    """Reports the first problem of the exporters in one sentence, instead of a stack for each."""

    def __init__(self, target: str, tell: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._target = target
        self._tell = tell
        self._told = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._told:
            self._told = True
            self._tell(f"telemetry could not be sent to {self._target}")


def _tell_of_failures(target: str, tell: Callable[[str], None]) -> None:
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    logger.handlers = [_Teller(target, tell)]


def _writer(log: str, tell: Callable[[str], None]) -> Callable[[str], None]:
    """Returns what writes one line; lines of several processes do not mix."""
    told: list[str] = []

    def write(line: str) -> None:
        if log == TO_STDERR:
            with contextlib.suppress(OSError, ValueError):  # it is closed
                sys.stderr.write(f"{line}\n")
            return
        try:
            path = Path(log).expanduser()
            descriptor = os.open(
                path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600
            )
            try:
                os.write(descriptor, f"{line}\n".encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            if not told:
                told.append(log)
                tell(f"the log {log} cannot be written: {error.strerror}")

    return write


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)


def _ids(span: Any) -> dict[str, str]:
    context = span.get_span_context()
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
