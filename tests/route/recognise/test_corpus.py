"""The training rows as numbers, and which of them count."""

from __future__ import annotations

import numpy as np
import pytest

from mapp.route.recognise.corpus import Background, Lesson, Read, TrainingRow, _blocks, _Corpus
from support.small_library import THINGS, vectors

NAMES = tuple(sorted(THINGS))


def lesson(*more: TrainingRow) -> Lesson:
    rows = tuple(
        TrainingRow(text=f"{first} {second} please", app=app)
        for app, words in THINGS.items()
        for first in words
        for second in words
    )
    return Lesson(rows=(*rows, *more), vectors=vectors([row.text for row in (*rows, *more)]))


def background(*texts: str) -> Background:
    return Background(texts=texts, vectors=vectors(texts))


def miss(app: str, text: str) -> TrainingRow:
    return TrainingRow(text=text, app=app, fits=False)


def test_near_misses_and_background_belong_to_no_app() -> None:
    corpus = _Corpus.of(NAMES, lesson(miss("vat", "who paints")), background("football today"))
    assert corpus.columns == len(NAMES) + 1
    assert corpus.labels[-2:].tolist() == [corpus.none, corpus.none]
    assert corpus.owners[-2:].tolist() == [NAMES.index("vat"), -1]
    assert corpus.importance[-1] < corpus.importance[-2] == 1.0


def test_a_background_row_that_describes_an_app_is_dropped() -> None:
    corpus = _Corpus.of(NAMES, lesson(), background("tax price please", "football today"))
    assert [row.text for row in corpus.rows if not row.app] == ["football today"]


def test_a_row_of_an_app_that_is_not_named_is_refused() -> None:
    with pytest.raises(KeyError):
        _Corpus.of(NAMES[1:], lesson(), background("football today"))


def test_a_near_miss_that_is_another_apps_job_loses_its_influence() -> None:
    anothers, own = miss("vat", "sort lines please"), miss("vat", "tax price museum")
    corpus = _Corpus.of(NAMES, lesson(anothers, own), background("football today", "pizza movie", "beach"))
    found = corpus.without_others_jobs()
    weights = {
        row.text: weight for row, weight in zip(found.rows, found.importance, strict=True) if not row.fits
    }
    assert (weights["sort lines please"], weights["tax price museum"]) == (0.0, 1.0)
    assert len(found.rows) == len(corpus.rows)
    assert (corpus.importance > 0).all()


def test_a_near_miss_that_a_veto_stops_loses_its_influence() -> None:
    stopped, passed = miss("vat", "who paints"), miss("vat", "who sings")
    corpus = _Corpus.of(NAMES, lesson(stopped, passed), background("football today"))
    asked: list[str] = []

    def reader(row: TrainingRow, app: str) -> Read:
        asked.append(f"{app}: {row.text}")
        return Read(complete=row != stopped)

    found = corpus.without_stopped(reader)
    assert asked == ["vat: who paints", "vat: who sings"]
    assert found.importance[-3:-1].tolist() == [0.0, 1.0]


def test_blocks_hold_every_app_once_and_keep_neighbours_together() -> None:
    directions = np.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3]]
    blocks = _blocks(directions, at_once=2)
    assert sorted(blocks) == [[0, 4], [1, 5], [2, 6], [3, 7]]
    assert sorted(app for block in _blocks(directions, at_once=3) for app in block) == list(range(8))
