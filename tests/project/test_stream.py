"""The stream of the benchmark is what its page says, and its figures count what happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.classify.library import failing_apps
from benchmarks.route import pages
from benchmarks.stream.__main__ import PARTS, by_week, compared, main, part, plot, weeks
from benchmarks.stream.life import FIXES, Row
from benchmarks.stream.wishes import LATE, REQUESTS, SERVICES, WEEK, WEEKS, bugs, stream
from mapp.model.app import SOURCE

WISHES = stream()


def test_the_stream_has_repeats_near_misses_and_requests_that_nothing_fits() -> None:
    kinds = Counter(wish.kind for wish in WISHES)
    assert len(WISHES) == REQUESTS >= 600
    assert min(kinds[kind] for kind in ("fits", "near", "outside", "called", "late")) >= 8
    assert sum(wish.again for wish in WISHES) >= REQUESTS / 20
    assert {wish.app for wish in WISHES if wish.kind == "called"} >= {*SERVICES}


def test_time_goes_on_over_weeks() -> None:
    times = [wish.at for wish in WISHES]
    assert times == sorted(times) and times[-1] == WEEKS * WEEK


def test_bugs_surface_late() -> None:
    assert min(wish.number for wish in WISHES if wish.kind == "late") > LATE * REQUESTS


def test_the_same_seed_gives_the_same_stream() -> None:
    assert stream(50) == stream(50) != stream(50, seed=1)


def test_every_bug_has_an_input_that_shows_it_and_a_fix_that_is_worse() -> None:
    for bug in bugs():
        assert bug.patch.witness is not None and bug.worse != bug.patch, bug.app


def test_the_true_fixes_change_the_apps_that_use_the_web() -> None:
    assert {*FIXES} == {*SERVICES}
    for name, fix in FIXES.items():
        source = failing_apps()[name][SOURCE].decode()
        assert fix(source) != source and fix(source).count("function main(") == 1


def row(number: int, **more: Any) -> Row:
    given: dict[str, Any] = {"kind": "called", "app": "vat", "again": False, "came": "right", "ran": "vat"}
    given |= {"model": 0, "micros": 0, "each_time": 100}
    return Row(number=number, **{**given, **more})


ROWS = [
    *(row(at) for at in range(1, 11)),
    row(11, came="failed", incident="upstream_changed", model=1, micros=5000, tried=True, healed=True),
    row(12, came="declined", kind="outside", ran=""),
]


def test_a_week_is_a_sixth_of_the_stream() -> None:
    assert [len(week) for week in weeks(ROWS)] == [2] * WEEKS


def test_figures_count_what_ran_without_a_model() -> None:
    last = by_week(ROWS).rows[-1]
    assert last[:7] == ("all", "10", "0", "1", "0", "0", "1")
    assert isinstance(last[7], dict) and (last[7]["count"], last[7]["of"]) == (10, 12)
    assert last[8:] == ("1", "0.005", "1", "1")


def test_ways_to_live_are_compared_on_requests_and_on_what_programs_call() -> None:
    never = [replace(row, came="failed", model=0, micros=0) for row in ROWS]
    healing, without, each = compared(ROWS, never).rows
    assert isinstance(healing[1], dict) and (healing[1]["count"], healing[1]["of"]) == (1, 1)
    assert isinstance(healing[2], dict) and (healing[2]["count"], healing[2]["of"]) == (10, 11)
    assert isinstance(without[2], dict) and without[2]["count"] == 0
    assert each[4] == "12"


def test_reverts_and_heals_are_counted_for_the_app_that_ran() -> None:
    (note,) = part([*ROWS, row(13, ran="vat", app="tip-split", reverted=1)], ROWS).notes
    assert "Heals tried: 1; merged: 1; rolled back: 0; bad ones that slipped past: 0; reverted: 1." in note


def test_the_picture_has_a_line_for_each_way() -> None:
    drawn = plot(ROWS, ROWS)
    assert drawn.startswith("<svg") and drawn.count("<polyline") == 4


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_a_place_on_the_page(name: str) -> None:
    places = [path for path in pages.pages() if f"<!-- figures: {name} -->" in path.read_text("utf-8")]
    assert [path.name for path in places] == ["weeks-of-use.md"]


def test_a_short_stream_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--requests", "20", "--write"])
    assert "--write publishes the whole" in capsys.readouterr().err
