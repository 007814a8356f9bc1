"""Prometheus's text format, read by Prometheus's own parser."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from mapp.model.spend import Spend
from mapp.model.statistics import Counts, Heals, Requests, Statistics
from mapp.observe.prometheus import prometheus_text

HOSTILE = 'error:a"b\\c\nmapp_runs_total 99'
FOUND = Statistics(
    since="",
    counts=Counts(runs=10, failed=2, script_ms=1500, wait_ms=2500, avoided=8, micros=7_200),
    requests=Requests(requests=4, matched=3),
    decisions=(("use", 3), ("compile", 1)),
    outcomes=(("ok", 7), (HOSTILE, 1), ("threw", 2)),
    failures=(("code_bug", 2),),
    heals=Heals(tried=3, merged=2, reverted=1, rejected=1),
    spend=Spend(tokens_in=10, tokens_out=5, cost_micros=1_250_000),
    calls=2,
    days=(),
    break_even=(),
)


def samples(found: Statistics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Returns the values by name and labels, as Prometheus reads them."""
    families = text_string_to_metric_families(prometheus_text(found))
    return {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_prometheus_reads_every_figure() -> None:
    read = samples(FOUND)

    assert read["mapp_runs_total", (("outcome", "ok"),)] == 7
    assert read["mapp_heals_total", (("result", "reverted"),)] == 1
    assert read["mapp_failures_total", (("class", "code_bug"),)] == 2
    assert read["mapp_requests_total", (("decision", "compile"),)] == 1
    assert read["mapp_run_wait_seconds_total", ()] == 2.5
    assert read["mapp_model_cost_dollars_total", ()] == 1.25
    assert read["mapp_avoided_calls_total", ()] == 8
    assert read["mapp_avoided_cost_dollars_total", ()] == 0.0072
    assert read["mapp_match_ratio", ()] == 0.75


def test_a_label_cannot_add_a_line() -> None:
    read = samples(FOUND)
    assert read["mapp_runs_total", (("outcome", HOSTILE),)] == 1
    assert ("mapp_runs_total", ()) not in read


def test_a_share_of_nothing_is_left_out() -> None:
    from dataclasses import replace

    read = samples(replace(FOUND, requests=Requests(), counts=Counts()))
    assert not [name for name, _ in read if name.endswith("_ratio")]
