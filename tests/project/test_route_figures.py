"""The benchmark of routing counts what it says it counts."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.route import banking, clinc, figures
from benchmarks.route.__main__ import main
from benchmarks.route.classifiers import hits, judging, separation
from benchmarks.route.data import OUTSIDE, NoData, Requests, data_file
from benchmarks.route.pages import store
from mapp.route.recognise import train
from support import small_library


def requests(count: int, intents: list[int], mark: str = "") -> Requests:
    texts = tuple(f"{mark}{place}" for place in range(count))
    vectors = np.eye(count, 8) if count <= 8 else np.random.default_rng(0).random((count, 8))
    return Requests(texts=texts, vectors=vectors, intents=np.array(intents))


def test_the_examples_of_figures_hold() -> None:
    found = doctest.testmod(figures)
    assert found.attempted >= 3 and found.failed == 0


@pytest.mark.parametrize(("count", "of"), [(0, 40), (40, 40), (1, 300)])
def test_an_interval_holds_its_share_and_stays_between_0_and_1(count: int, of: int) -> None:
    found = figures.share(count, of)
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert found["low"] < found["high"]


def test_more_rows_make_an_interval_narrower() -> None:
    few, many = figures.share(3, 10), figures.share(300, 1000)
    assert many["high"] - many["low"] < few["high"] - few["low"]


def test_no_rows_give_no_share() -> None:
    assert figures.text_of(figures.share(0, 0)) == "none"


def test_hits_are_counted_above_what_one_in_a_hundred_of_the_others_reach() -> None:
    refuse = np.linspace(0.0, 0.99, 100)
    right = np.array([0.5, 0.98, 0.985, 1.0])
    # One of the hundred may pass, .99; so the next, .98, is the threshold, and equal is not above.
    assert hits(right, refuse, 1, 8) == 2 / 8
    assert hits(right, refuse, 100, 8) == 4 / 8


def test_separation_is_the_share_of_pairs_in_the_right_order() -> None:
    assert separation(np.array([0.9, 0.8]), np.array([0.1, 0.2])) == 1.0
    assert separation(np.array([0.9, 0.1]), np.array([0.5, 0.5])) == 0.5
    assert separation(np.array([0.5]), np.array([0.5, 0.1])) == 0.75


def test_a_recogniser_is_judged_by_its_first_app_and_its_probability() -> None:
    lesson = small_library.lesson()
    names = tuple(small_library.THINGS)
    model = train.fit(lesson, small_library.background())
    fitting = [row for row in lesson.rows if row.fits]
    texts = tuple(row.text for row in fitting)
    wanted = np.array([names.index(row.app) for row in fitting])
    asked = Requests(texts=texts, vectors=small_library.vectors(texts), intents=wanted)
    found = judging(model, names)(asked)
    assert (found.intents == wanted).mean() > 0.9
    assert ((found.scores > 0) & (found.scores <= 1)).all()


def test_judged_rows_of_clinc_are_never_from_the_part_that_teaches_their_intent() -> None:
    parts = requests(8, [0] * 4 + [1] * 4, "first"), requests(8, [0] * 4 + [1] * 4, "second")
    for taught, judged in clinc.drawn(parts, 2, 10):
        assert len(taught.texts) == 4 and len(judged.texts) == 8
        for intent in (0, 1):
            sides = [
                {
                    text.rstrip("0123456789")
                    for text, own in zip(each.texts, each.intents, strict=True)
                    if own == intent
                }
                for each in (taught, judged)
            ]
            assert len(sides[0]) == len(sides[1]) == 1 and sides[0] != sides[1]


def test_resamples_differ_and_come_out_the_same_again() -> None:
    parts = requests(8, [0] * 4 + [1] * 4, "first"), requests(8, [0] * 4 + [1] * 4, "second")
    once, again = ([taught.texts for taught, _ in clinc.drawn(parts, 2, 6)] for _ in range(2))
    assert once == again
    assert len(set(once)) > 1


def test_near_misses_are_those_nearest_to_the_mean_of_an_intent() -> None:
    taught = requests(2, [0, 1])
    pool = requests(8, [OUTSIDE] * 8, "near")
    found = banking.nearest(taught, pool)
    assert found.texts[0] == "near0"
    assert found.texts[len(found.texts) // 2] == "near1"
    assert found.intents.tolist() == [0] * 8 + [1] * 8


def test_only_the_first_requests_of_each_intent_teach() -> None:
    rows = [("a", "x"), ("b", "y"), ("c", "x"), ("d", "x")]
    assert banking.first_of_each(rows, 2) == [("a", "x"), ("b", "y"), ("c", "x")]


def test_missing_data_skip_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAPP_BENCH_DATA", str(tmp_path))
    with pytest.raises(NoData):
        data_file("clinc150/dev.json")
    assert main(["--only", "clinc,banking", "--jobs", "1", "--json", str(tmp_path / "found.json")]) == 0
    assert capsys.readouterr().out.count("Skipped: there is no") == 2


def test_a_part_replaces_its_own_figures_only_and_a_skipped_one_none(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    store(path, {"banking": {"skipped": "", "at": 1}, "clinc": {"skipped": "", "at": 1}})
    store(path, {"banking": {"skipped": "", "at": 2}, "clinc": {"skipped": "no data", "at": 2}})
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["banking"]["at"], found["clinc"]["at"]) == (2, 1)


def test_parts_side_by_side_are_stored_as_if_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAPP_BENCH_DATA", str(tmp_path))
    for jobs in ("1", "2"):
        path = tmp_path / f"{jobs}.json"
        assert main(["--only", "clinc,banking", "--jobs", jobs, "--json", str(path)]) == 0
    alone, together = (json.loads((tmp_path / f"{jobs}.json").read_text("utf-8")) for jobs in "12")
    assert list(alone) == list(together) == ["clinc", "banking"]
    assert all(alone[name]["skipped"] == together[name]["skipped"] != "" for name in alone)
    assert "## clinc" in capsys.readouterr().out


def test_an_unknown_part_is_an_error() -> None:
    with pytest.raises(SystemExit):
        main(["--only", "weather"])
