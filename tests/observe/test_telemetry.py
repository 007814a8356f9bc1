"""Telemetry, received by a real OTLP receiver on loopback, and structured logs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

from mapp.config import load_config
from mapp.errors import HostFault, InvalidInput
from mapp.model.request import Request
from mapp.model.spend import Planned, Spend
from mapp.observe import gen_ai
from mapp.observe.telemetry import TelemetryFailed, open_telemetry
from mapp.ops.run.ask import ask
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from support.apps import app
from support.library import library
from support.terminal import mapp

GOLDEN = Path(__file__).parent / "gen_ai_golden.json"
SECRET_INPUT = 987.125


@dataclass
class Receiver:
    """What an OTLP receiver got: requests of both kinds, decoded by OpenTelemetry's own protocol classes."""

    traces: list[ExportTraceServiceRequest] = field(default_factory=list)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    def spans(self) -> dict[str, list[Any]]:
        """Returns the spans by name."""
        found: dict[str, list[Any]] = {}
        for request in self.traces:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        found.setdefault(span.name, []).append(span)
        return found

    def points(self) -> dict[str, list[tuple[Any, dict[str, Any]]]]:
        """Returns the data points by metric, each with its attributes; the last request wins."""
        found: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
        for request in self.metrics:
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        data = getattr(metric, metric.WhichOneof("data"))
                        found[metric.name] = [(point, attributes(point)) for point in data.data_points]
        return found

    def is_monotonic(self, name: str) -> bool:
        """Returns whether a metric is a sum that only grows."""
        return all(
            metric.sum.is_monotonic
            for request in self.metrics
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
        )


def attributes(row: Any) -> dict[str, Any]:
    """Returns the attributes of a span or a data point."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in row.attributes}


def value(point: Any) -> float:
    """Returns the number of a data point."""
    return float(getattr(point, point.WhichOneof("value")))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An OTLP receiver over HTTP with protobuf, as a collector is."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            found.bodies.append(body)
            answer: Any
            if self.path == "/v1/traces":
                found.traces.append(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse()
            else:
                assert self.path == "/v1/metrics"
                found.metrics.append(ExportMetricsServiceRequest.FromString(body))
                answer = ExportMetricsServiceResponse()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(answer.SerializeToString())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


def sending(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Workspace:
    """Returns a workspace that sends to the receiver."""
    monkeypatch.setenv("MAPP_TELEMETRY", receiver.url)
    return Workspace(config=load_config())


def test_a_run_is_a_span_and_counts_without_its_arguments(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    library().app("double").build()
    workspace = sending(monkeypatch, receiver)
    execute(workspace, "double", {"number": SECRET_INPUT})
    workspace.close()

    [span] = receiver.spans()["mapp.run"]
    sent = attributes(span)
    assert sent["mapp.app"] == "double" and sent["mapp.outcome"] == "ok"
    assert sent["mapp.version"] == "1.0.0" and len(sent["mapp.commit"]) == 40
    points = receiver.points()
    [(runs, runs_of)] = points["mapp.runs"]
    assert (value(runs), runs_of) == (1, {"mapp.outcome": "ok"})
    [(saved, _)] = points["mapp.avoided.cost"]
    [(calls, _)] = points["mapp.avoided.calls"]
    assert value(saved) > 0 and value(calls) == 1
    assert receiver.is_monotonic("mapp.avoided.cost") and receiver.is_monotonic("mapp.avoided.calls")
    [(duration, _)] = points["mapp.run.duration"]
    assert duration.count == 1
    sent_bytes = b"".join(receiver.bodies)
    assert b"987" not in sent_bytes and str(Path.home()).encode() not in sent_bytes


def test_totals_go_on_from_one_process_to_the_next(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    library().app("double").build()
    for _ in range(2):
        workspace = sending(monkeypatch, receiver)
        execute(workspace, "double", {"number": 1})
        workspace.close()

    [(runs, _)] = receiver.points()["mapp.runs"]
    assert value(runs) == 2


def test_the_stages_of_a_request_are_spans_below_it(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    library().app("double").build()
    workspace = sending(monkeypatch, receiver)
    ask(workspace, Request(text="double 987.125"), yes=True)
    workspace.close()

    spans = receiver.spans()
    [request] = spans["mapp.request"]
    assert attributes(request)["mapp.matched"] is True
    [retrieve], [decide], [fill], [run] = (
        spans[f"mapp.{name}"] for name in ("retrieve", "decide", "fill", "run")
    )
    assert {retrieve.parent_span_id, decide.parent_span_id, run.parent_span_id} == {request.span_id}
    assert fill.parent_span_id == decide.span_id
    assert b"987" not in b"".join(receiver.bodies)
    [(rate, _)] = receiver.points()["mapp.match_rate"]
    assert value(rate) == 1.0


def test_a_host_call_is_a_span_below_its_run_and_says_why_it_was_refused(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    draft = library().app("asks").stating(capabilities={"store": {"max_kb": 1}}, output={"type": "string"})
    draft.source(
        "function main(input, host) { host.store.set('private-key', 1);"
        " try { host.llm('private'); } catch (error) { return error.code || error.name; } }"
    ).build()
    workspace = sending(monkeypatch, receiver)
    execute(workspace, "asks", {"number": 1}, grants=("store",))
    workspace.close()

    spans = receiver.spans()
    [run] = spans["mapp.run"]
    calls = {attributes(span)["mapp.call"]: span for span in spans["mapp.host_call"]}
    assert calls["store.set"].parent_span_id == run.span_id
    assert b"private" not in b"".join(receiver.bodies)


def test_a_failure_sends_its_type_and_not_its_message(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    workspace = sending(monkeypatch, receiver)
    with pytest.raises(HostFault), workspace.span("mapp.run", app="x"):
        raise HostFault("the input was 987")
    workspace.close()

    [span] = receiver.spans()["mapp.run"]
    assert attributes(span)["error.type"] == "HostFault"
    assert b"987" not in b"".join(receiver.bodies)


def paid(workspace: Workspace) -> None:
    """Pays for one call of a model."""
    worst = Spend(model="claude", tokens_in=900, tokens_out=900, cost_micros=9_000, calls=1)
    planned = Planned(
        change="c", app="double", phase="heal", round=1, coder="anthropic:claude", prompt="p", max_cost=worst
    )
    identity = workspace.ledger.plan(planned, lambda _: None)
    spend = Spend(model="claude-1", tokens_in=100, tokens_out=20, cost_micros=600, calls=1)
    workspace.ledger.settle(identity, spend, "answered")


def test_a_paid_call_is_a_span_with_the_conventions_names(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    workspace = sending(monkeypatch, receiver)
    paid(workspace)
    workspace.close()

    [span] = receiver.spans()["chat claude"]
    points = receiver.points()
    golden = {
        "version": gen_ai.VERSION,
        "schema_url": gen_ai.SCHEMA_URL,
        "span": attributes(span),
        "kind": span.kind,
        "metrics": {
            name: sorted(json.dumps(found, sort_keys=True) for _, found in points[name])
            for name in points
            if name.startswith(("gen_ai.", "mapp.cost"))
        },
    }
    assert golden == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert {round(point.sum) for point, _ in points["gen_ai.client.token.usage"]} == {100, 20}


def test_the_names_are_those_of_the_published_conventions() -> None:
    assert gen_ai.OPERATION == gen_ai_attributes.GEN_AI_OPERATION_NAME
    assert gen_ai.PROVIDER == gen_ai_attributes.GEN_AI_PROVIDER_NAME
    assert gen_ai.REQUEST_MODEL == gen_ai_attributes.GEN_AI_REQUEST_MODEL
    assert gen_ai.RESPONSE_MODEL == gen_ai_attributes.GEN_AI_RESPONSE_MODEL
    assert gen_ai.INPUT_TOKENS == gen_ai_attributes.GEN_AI_USAGE_INPUT_TOKENS
    assert gen_ai.OUTPUT_TOKENS == gen_ai_attributes.GEN_AI_USAGE_OUTPUT_TOKENS
    assert gen_ai.TOKEN_TYPE == gen_ai_attributes.GEN_AI_TOKEN_TYPE
    assert gen_ai.TOKEN_USAGE == gen_ai_metrics.GEN_AI_CLIENT_TOKEN_USAGE
    assert gen_ai.OPERATION_DURATION == gen_ai_metrics.GEN_AI_CLIENT_OPERATION_DURATION


def test_a_receiver_that_is_down_costs_a_message_and_never_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library().app("double").build()
    monkeypatch.setenv("MAPP_TELEMETRY", "http://127.0.0.1:9")
    found = mapp("exec", "double", "number=21")

    assert (found.code, found.out) == (0, "42\n")
    assert found.err.count("telemetry could not be sent to http://127.0.0.1:9") == 1
    assert "Traceback" not in found.err


def test_logs_are_one_json_line_a_span_without_opentelemetry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library().app("double").build()
    log = tmp_path / "mapp.log"
    monkeypatch.setenv("MAPP_LOG", str(log))
    workspace = Workspace(config=load_config())
    execute(workspace, "double", {"number": SECRET_INPUT})
    with pytest.raises(InvalidInput), workspace.span("mapp.heal", app="line\nbreak"):
        raise InvalidInput("987 is wrong", [])
    paid(workspace)
    workspace.close()

    text = log.read_text(encoding="utf-8")
    run, heal, call = map(json.loads, text.splitlines())
    assert (run["event"], run["mapp.app"], run["mapp.outcome"]) == ("mapp.run", "double", "ok")
    assert run["time"].endswith("+00:00") and run["seconds"] > 0
    assert (heal["error.type"], heal["mapp.app"]) == ("InvalidInput", "line\nbreak")
    assert call["event"] == "chat claude" and call["mapp.cost"] == 0.0006
    assert "987" not in text and log.stat().st_mode & 0o077 == 0


def test_logs_can_go_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    monkeypatch.setenv("MAPP_LOG", "stderr")
    found = mapp("exec", "double", "number=21")

    assert found.out == "42\n"
    assert [json.loads(line)["event"] for line in found.err.splitlines()] == ["mapp.run"]


def test_a_log_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    told: list[str] = []
    telemetry = open_telemetry(target="", log=str(tmp_path), totals=lambda: None, tell=told.append)  # type: ignore[arg-type,return-value]
    for _ in range(2):
        with telemetry.span("mapp.run", {}):
            pass
    assert told == [f"the log {tmp_path} cannot be written: Is a directory"]


def test_a_missing_exporter_is_an_error_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.setenv("MAPP_TELEMETRY", "http://127.0.0.1:4318")
    with pytest.raises(TelemetryFailed, match="is not installed") as caught:
        Workspace(config=load_config()).span("mapp.run")
    assert "opentelemetry-exporter-otlp-proto-http" in caught.value.hint


def test_telemetry_cannot_be_set_by_a_project(world: Path) -> None:
    Path(".mapp.toml").write_text('telemetry = "http://evil.example:4318"\nlog = "x"\n', encoding="utf-8")
    found = mapp("config")
    assert found.code != 0 and "can be set only in your own settings file" in found.err


def test_without_telemetry_no_part_of_it_is_imported() -> None:
    library().app("double").build()
    script = (
        "import sys; from mapp.config import load_config; from mapp.ops.workspace import Workspace;"
        "from mapp.ops.run.execute import execute; w = Workspace(config=load_config());"
        "execute(w, 'double', {'number': 1}); w.close();"
        "print([n for n in sys.modules if n.startswith(('opentelemetry', 'matplotlib', 'plotille',"
        " 'mapp.observe.tele', 'mapp.observe.stats', 'mapp.observe.gen_ai', 'mapp.observe.ledger'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_program_with_its_own_opentelemetry_gets_the_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setenv("MAPP_TELEMETRY", "global")
    built = library().app("double").build()
    workspace = Workspace(config=load_config())
    execute(workspace, "double", {"number": 1})
    workspace.close()

    assert [span.name for span in kept.get_finished_spans()] == ["mapp.run"]
    assert built.put(app("double"))
