"""Statistics in Prometheus's text format, version 0.0.4, for a scrape from a file or a pipe.

https://prometheus.io/docs/instrumenting/exposition_formats/ describes the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from mapp.model.spend import MICROS
from mapp.model.statistics import Statistics

Sample: TypeAlias = tuple[Mapping[str, str], float]
_ONE: Mapping[str, str] = {}


def prometheus_text(found: Statistics) -> str:
    """Returns the statistics of a library since its beginning; every counter only ever grows."""
    counts, spend = found.counts, found.spend
    families = [
        _counter("mapp_runs", "Runs and rows of maps by outcome.", _labelled("outcome", found.outcomes)),
        _counter("mapp_requests", "Requests by decision.", _labelled("decision", found.decisions)),
        _counter(
            "mapp_requests_matched",
            "Requests that an app of the library answered.",
            [(_ONE, found.requests.matched)],
        ),
        _counter("mapp_failures", "Failed runs by class.", _labelled("class", found.failures)),
        _counter("mapp_heals", "Heals by result.", _labelled("result", found.heals.to_dict().items())),
        _counter("mapp_run_script_seconds", "Time in scripts.", [(_ONE, counts.script_ms / 1000)]),
        _counter("mapp_run_wait_seconds", "Time that callers waited.", [(_ONE, counts.wait_ms / 1000)]),
        _counter(
            "mapp_model_tokens",
            "Tokens that coders and apps' models read and wrote.",
            _labelled("direction", [("input", spend.tokens_in), ("output", spend.tokens_out)]),
        ),
        _counter("mapp_model_calls", "Calls of coders and apps' models.", [(_ONE, found.calls)]),
        _counter(
            "mapp_model_cost_dollars",
            "Cost of coders and apps' models.",
            [(_ONE, spend.cost_micros / MICROS)],
        ),
        _counter("mapp_avoided_calls", "Answers that no model gave.", [(_ONE, counts.avoided)]),
        _counter(
            "mapp_avoided_cost_dollars",
            "Assumed cost of a model's answers instead.",
            [(_ONE, counts.micros / MICROS)],
        ),
        *_gauges(found),
    ]
    return "".join(families)


def _gauges(found: Statistics) -> Iterator[str]:
    shares = {
        "mapp_match_ratio": ("Share of requests matched.", found.requests.match_rate),
        "mapp_library_ratio": (
            "Share of runs whose app was not written for them.",
            found.requests.library_share(found.counts.runs),
        ),
    }
    for name, (help_text, share) in shares.items():
        if share is not None:
            yield _family(name, "gauge", help_text, [(_ONE, share)])


def _counter(name: str, help_text: str, samples: Iterable[Sample]) -> str:
    return _family(f"{name}_total", "counter", help_text, samples)


def _family(name: str, kind: Literal["counter", "gauge"], help_text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{'{' + pairs + '}' if pairs else ''} {value!r}")
    return "\n".join([*lines, ""])


def _labelled(key: str, rows: Iterable[tuple[str, float]]) -> list[Sample]:
    return [({key: name}, value) for name, value in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
