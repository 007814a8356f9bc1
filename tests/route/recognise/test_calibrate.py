"""The score, the offsets and the thresholds of a recogniser, from held-out rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mapp.route.recognise.calibrate import FOLDS, SALTS, _calibrated, _dealt, _trials
from mapp.route.recognise.classifier import DEFAULT_BANDS
from mapp.route.recognise.corpus import Background, Lesson, Read, Reader, TrainingRow, _Corpus
from mapp.route.recognise.score import Score
from mapp.route.recognise.train import fit, unread
from support.small_library import FRAMES, STRANGE, THINGS, vectors

NAMES = tuple(sorted(THINGS))


def lesson(apps: tuple[str, ...] = NAMES, count: int = 16) -> Lesson:
    rows = tuple(
        TrainingRow(
            text=FRAMES[n % len(FRAMES)].format(THINGS[app][n % 4], THINGS[app][(n // 3 + 1) % 4], n=n),
            app=app,
        )
        for app in apps
        for n in range(count)
    )
    return Lesson(rows=rows, vectors=vectors([row.text for row in rows]))


def background() -> Background:
    texts = tuple(f"{word} today" for word in STRANGE)
    return Background(texts=texts, vectors=vectors(texts))


def test_every_row_is_held_out_and_a_row_of_a_known_app_only_once() -> None:
    corpus = _Corpus.of(NAMES, lesson(), background())
    for salt in SALTS:
        trials = list(_trials(corpus, NAMES, salt))
        assert len(trials) == FOLDS
        own = [
            row
            for trial in trials
            for row, strange in zip(trial.rows, trial.strangers, strict=True)
            if not strange
        ]
        assert len(own) == len({id(row) for row in own})
        assert {row.text for trial in trials for row in trial.rows} == {row.text for row in corpus.rows}


def test_every_request_of_a_held_out_app_is_judged_as_unknown() -> None:
    held_out = 0
    for trial in _trials(_Corpus.of(NAMES, lesson(), background()), NAMES, SALTS[0]):
        strangers = {row.app for row, strange in zip(trial.rows, trial.strangers, strict=True) if strange}
        held_out += len(strangers)
        assert int(trial.strangers.sum()) == 16 * len(strangers)
        assert strangers.isdisjoint(NAMES[app] for app in np.unique(trial.apps))
        assert not trial.inside[trial.strangers].any()
    assert held_out


def test_with_few_apps_or_few_rows_the_recogniser_is_left_as_it_is() -> None:
    for taught in (lesson(NAMES[:3], 30), lesson(NAMES, 8)):
        model = fit(taught, background())
        names = tuple(sorted({row.app for row in taught.rows}))
        assert _calibrated(model, _Corpus.of(names, taught, background()), unread) is model
        assert model.bands == DEFAULT_BANDS


def test_calibration_changes_only_the_score_the_offsets_and_the_thresholds() -> None:
    model = fit(lesson(), background())
    raw = replace(model, score=Score(), offsets=np.zeros(len(model.apps)), bands=DEFAULT_BANDS)
    again = _calibrated(raw, _Corpus.of(NAMES, lesson(), background()), unread)
    assert again.score != Score()
    assert again.bands != DEFAULT_BANDS
    assert again.weights is raw.weights
    assert (again.apps, again.wording, again.together) == (raw.apps, raw.wording, raw.together)


def wrongly_filled(app: str) -> Reader:
    """Returns a reader that fills wrong arguments for one app."""
    return lambda _row, other: Read(complete=True, right=other != app, confidence=0.9)


def right_arguments(_row: TrainingRow, _app: str) -> Read:
    return Read(complete=True, confidence=0.9)


@pytest.mark.parametrize("bad", NAMES)
def test_the_errors_of_one_app_count_against_it_and_spare_the_others(bad: str) -> None:
    good = fit(lesson(), background(), reader=right_arguments)
    spoiled = fit(lesson(), background(), reader=wrongly_filled(bad))
    lower = good.offsets - spoiled.offsets
    others = [float(lower[place]) for place, app in enumerate(NAMES) if app != bad]
    assert lower[NAMES.index(bad)] > max(0.3, *(2 * each for each in others))


def test_a_row_is_dealt_by_its_text_and_the_salt_alone() -> None:
    assert _dealt("first", "a") == _dealt("first", "a")
    assert len({_dealt("first", "a"), _dealt("second", "a"), _dealt("first", "b"), _dealt("firsta", "")}) == 4
    assert _dealt("first", "\ud800") >= 0
