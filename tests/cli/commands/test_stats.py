"""`mapp stats`: for people, for scripts, as pictures and for Prometheus."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mapp.ops.run.execute import execute
from support.library import library
from support.terminal import mapp

KEYS = {"runs", "match_rate", "library_share", "failures", "heals", "spend", "avoided"}


@pytest.fixture
def used() -> None:
    """A library whose app ran twice."""
    built = library().app("double").build()
    for number in (1, 2):
        execute(built.workspace, "double", {"number": number})
    built.workspace.close()


def test_an_unused_library_has_no_runs_and_no_shares() -> None:
    document = mapp("stats", "--json").json

    assert document.keys() >= KEYS and document["schema"] == 1
    assert (document["runs"], document["match_rate"], document["library_share"]) == (0, None, None)
    assert document["heals"] == {"tried": 0, "merged": 0, "reverted": 0, "rejected": 0}


def test_runs_are_shown_to_people_and_as_json(used: None) -> None:
    lines = dict(line.split(maxsplit=1) for line in mapp("stats").out.splitlines())
    assert lines["runs"] == "2, 0 failed"
    assert lines["avoided"].endswith("(assumed), 2 calls")

    document = mapp("stats", "--json", "--by", "app", "--since", "7d").json
    assert (document["runs"], document["library_share"], document["by"]) == (2, 1.0, "app")
    assert document["avoided"]["calls"] == 2


def test_a_plot_is_a_file_or_text(used: None, world: Path) -> None:
    found = mapp("stats", "--plot", "days.svg", "--json")
    assert found.json["runs"] == 2
    assert "Runs a day" in Path("days.svg").read_text(encoding="utf-8")
    assert "Runs a day" in mapp("stats", "--plot", "-").out


def test_prometheus_reads_what_is_printed(used: None) -> None:
    families = list(text_string_to_metric_families(mapp("stats", "--prometheus").out))
    runs = next(family for family in families if family.name == "mapp_runs")
    assert [(sample.labels, sample.value) for sample in runs.samples] == [({"outcome": "ok"}, 2.0)]


@pytest.mark.parametrize(
    "words", [("--prometheus", "--json"), ("--prometheus", "--since", "7d"), ("--json", "--plot", "-")]
)
def test_two_kinds_of_output_are_refused(words: tuple[str, ...]) -> None:
    assert mapp("stats", *words).code == 2


def test_a_wrong_day_is_a_usage_error() -> None:
    found = mapp("stats", "--since", "soon")
    assert found.code == 2 and "is not a day" in found.err
