"""Plays a handful of the benchmark's cases: sandbox, broker, journal and classifier are mapp's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.classify import network
from benchmarks.classify.injectors import Case, cases
from benchmarks.classify.inputs import INPUTS
from benchmarks.classify.library import engines, failing_apps
from benchmarks.classify.playing import SEED, Stage

APP = "ticket-export"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patch, network.opened() as web, engines() as shared:
        patch.setitem(INPUTS, APP, INPUTS[APP][:2])
        yield Stage(Path(tmp_path_factory.mktemp("stage")), failing_apps()[APP], web, shared)


def case(stage: Stage, label: str, fault: str) -> Case:
    return next(
        row for row in cases(stage.used, SEED) if (row.label, row.fault.startswith(fault)) == (label, True)
    )


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("none", "a new field"),
        ("upstream_down", "503 with a page"),
        ("upstream_changed", "an envelope"),
        ("permission", "not granted"),
        ("host_fault", "the sandbox was killed"),
        ("engine_fault", "a set difference"),
        ("security", "reads the cloud"),
        ("test_bug", "contradicts the examples"),
    ],
)
def test_an_injected_fault_gets_the_class_of_its_cause(stage: Stage, label: str, fault: str) -> None:
    played = stage.play(case(stage, label, fault))
    assert (played.said, played.seen) == (label, "seen")


def test_a_case_leaves_the_services_healthy(stage: Stage) -> None:
    stage.play(case(stage, "rate_limited", "429"))
    assert (stage.web.fault, stage.web.unreachable) == (None, "")


def test_every_app_loses_its_sandbox_and_its_processor(stage: Stage) -> None:
    faults = {row.fault for row in cases(stage.used, SEED) if row.label == "host_fault"}
    assert {"the sandbox is lost", "the sandbox has the lowest priority"} <= faults
