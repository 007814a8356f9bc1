"""Plots of statistics: pictures with matplotlib, texts with plotille."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mapp.errors import UsageError
from mapp.model.spend import Spend
from mapp.model.statistics import Counts, DayCounts, Heals, Requests, Statistics
from mapp.observe.plots import NoPlot, draw_file, draw_text, panels

DAYS = tuple(
    DayCounts(
        day=f"2026-11-{day:02}",
        counts=Counts(runs=day, failed=day // 5, avoided=day, micros=day * 1_000),
        requests=Requests(requests=0 if day == 3 else 4, matched=3),
        spent_micros=5_000 if day == 1 else 0,
    )
    for day in range(1, 11)
)


def found(days: tuple[DayCounts, ...] = DAYS) -> Statistics:
    return Statistics(
        since="",
        counts=Counts(),
        requests=Requests(),
        decisions=(),
        outcomes=(),
        failures=(),
        heals=Heals(),
        spend=Spend(),
        calls=0,
        days=days,
        break_even=(),
    )


def test_the_graphs_are_runs_shares_and_sums_of_money() -> None:
    runs, shares, money = panels(DAYS)

    assert dict(runs.lines)["runs"][:3] == (1.0, 2.0, 3.0)
    assert dict(shares.lines)["requests matched"][2] is None
    assert dict(money.lines)["spent"][-1] == 0.005
    assert dict(money.lines)["avoided"][-1] == pytest.approx(0.055)


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")])
def test_a_picture_is_drawn_in_the_format_of_its_name(tmp_path: Path, name: str, begins: bytes) -> None:
    draw_file(found(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_same_figures_make_the_same_picture(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw_file(found(), tmp_path / name)
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "Dollars in total" in text and "runs from the library" in text


def test_text_graphs_fit_their_width_and_tell_their_lines_apart() -> None:
    plain = draw_text(found(), width=70, colour=False)
    assert max(map(len, plain.splitlines())) <= 70
    assert "\x1b" not in plain and "Runs a day" in plain and "11-01" in plain
    runs = plain.partition("Share of")[0].partition("Legend")[0]
    assert runs.count("o") >= 10 and runs.count("x") >= 10


def test_a_single_day_can_be_drawn(tmp_path: Path) -> None:
    draw_file(found(DAYS[2:3]), tmp_path / "a.svg")
    assert "Runs a day" in draw_text(found(DAYS[2:3]), width=60, colour=False)


def test_other_formats_and_empty_journals_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a picture's name"):
        draw_file(found(), tmp_path / "a.exe")
    with pytest.raises(NoPlot, match="nothing to draw"):
        draw_file(found(()), tmp_path / "a.svg")
    with pytest.raises(NoPlot, match="nothing to draw"):
        draw_text(found(()), width=60, colour=False)


@pytest.mark.parametrize("module", ["matplotlib", "plotille"])
def test_a_missing_library_is_an_error_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NoPlot, match=f"{module} is not installed") as caught:
        if module == "matplotlib":
            draw_file(found(), tmp_path / "a.svg")
        else:
            draw_text(found(), width=60, colour=False)
    assert f"pip install '{module}>=" in caught.value.hint
