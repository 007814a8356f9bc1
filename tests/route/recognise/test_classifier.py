"""A recogniser tells apps apart, abstains, sets its thresholds, and learns one app without moving others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from mapp.model.request import Candidate
from mapp.route.recognise.classifier import DEFAULT_BANDS, Recogniser, load, save
from mapp.route.recognise.corpus import Background, Lesson, TrainingRow
from mapp.route.recognise.train import fit, neighbours, refit
from support.embedders import HashedWords

EMBEDDER = HashedWords()
THINGS = {
    "vat": ("tax", "price", "gross", "net"),
    "sort": ("sort", "lines", "order", "alphabet"),
    "morse": ("morse", "dots", "dashes", "signal"),
    "roman": ("roman", "numeral", "caesar", "latin"),
    "uuid": ("uuid", "identifier", "unique", "random"),
}
STRANGE = ("weather", "music", "pizza", "football", "holiday", "train", "doctor", "movie")
FRAMES = (
    "{} {} please",
    "give me the {} of {}",
    "can you do {} with {} {n}",
    "{} and {}",
    "i need {} {} now",
)


def said(words: Sequence[str], count: int = 30) -> list[str]:
    return [
        FRAMES[n % len(FRAMES)].format(words[n % len(words)], words[(n // 3 + 1) % len(words)], n=n)
        for n in range(count)
    ]


def lesson(
    things: Mapping[str, Sequence[str]], *, misses: Mapping[str, Sequence[str]] | None = None
) -> Lesson:
    rows = [TrainingRow(text=text, app=app) for app, words in things.items() for text in said(words)]
    for app, texts in (misses or {}).items():
        rows += [TrainingRow(text=text, app=app, fits=False) for text in texts]
    return Lesson(rows=tuple(rows), vectors=EMBEDDER.embed([row.text for row in rows]))


def background() -> Background:
    texts = tuple(text for word in STRANGE for text in said((word, "today"), 6))
    return Background(texts=texts, vectors=EMBEDDER.embed(texts))


def judged(model: Recogniser, text: str, apps: Sequence[str] = tuple(THINGS)) -> dict[str, float]:
    candidates = [Candidate(app=app, score=1.0) for app in apps]
    found = model.judge(EMBEDDER.embed([text])[0], text, candidates)
    assert [each.probability for each in found] == sorted((each.probability for each in found), reverse=True)
    return {each.app: each.probability for each in found}


@pytest.fixture(scope="module")
def model() -> Recogniser:
    return fit(lesson(THINGS), background())


def test_each_app_is_recognised(model: Recogniser) -> None:
    for app, words in THINGS.items():
        found = judged(model, f"would you {words[0]} {words[2]}")
        assert max(found, key=lambda name: found[name]) == app
        assert found[app] > 0.5


def test_a_request_that_no_app_serves_is_not_recognised(model: Recogniser) -> None:
    for text in ("weather in rome today", "play some music", "pizza or football today"):
        assert max(judged(model, text).values()) < model.bands.sure


def test_probabilities_add_up_to_no_more_than_one(model: Recogniser) -> None:
    assert sum(judged(model, "sort the gross price").values()) <= 1.0001


def test_an_untrained_app_has_probability_0(model: Recogniser) -> None:
    assert judged(model, "sort lines", ["sort", "unheard-of"])["unheard-of"] == 0


def test_a_near_miss_lowers_its_app_and_not_the_others() -> None:
    wrong = [f"who invented the tax and price {n}" for n in ("law", "war", "idea", "rule", "act", "king")]
    before = fit(lesson(THINGS), background())
    after = fit(lesson(THINGS, misses={"vat": wrong}), background())
    text = "who invented the tax and price"
    assert judged(after, text)["vat"] < 0.5 * judged(before, text)["vat"]
    assert judged(after, "sort lines in order")["sort"] > 0.5


def test_thresholds_are_in_order_and_inside_0_and_1(model: Recogniser) -> None:
    assert 0 < model.bands.ask <= model.bands.likely <= model.bands.sure < 1


def test_the_default_thresholds_stay_with_too_few_rows() -> None:
    few = fit(lesson({"vat": THINGS["vat"]}), background())
    assert few.bands == DEFAULT_BANDS
    assert judged(few, "gross price please", ["vat"])["vat"] > 0.5
    assert judged(few, "play football", ["vat"])["vat"] < 0.5


def test_a_library_without_requests_can_be_judged() -> None:
    empty = Lesson(rows=(), vectors=np.zeros((0, EMBEDDER.dimensions), dtype=np.float32))
    found = fit(empty, background(), apps=["vat", "sort"])
    assert set(judged(found, "sort lines", ["vat", "sort"])) == {"vat", "sort"}
    assert fit(empty, background()).apps == ()


def test_learning_twice_gives_the_same_recogniser(model: Recogniser) -> None:
    again = fit(lesson(THINGS), background())
    assert np.array_equal(model.weights, again.weights)
    assert model.bands == again.bands


def test_a_loaded_recogniser_equals_the_saved_one(model: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "recogniser.npz"
    save(model, path)
    again = load(path)
    assert again.apps == model.apps
    assert again.bands == model.bands
    text = "morse dots please"
    assert judged(again, text) == judged(model, text)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"\x80\x04pickle"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recogniser.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"recogniser\.npz"):
        load(path)


def test_a_truncated_file_is_refused(model: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "recogniser.npz"
    save(model, path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"recogniser\.npz"):
        load(path)


def test_a_new_app_is_learnt_without_moving_the_others() -> None:
    old = {app: words for app, words in THINGS.items() if app != "morse"}
    known = fit(lesson(old), background())
    own = lesson({"morse": THINGS["morse"]})
    near = neighbours(known, own)
    assert set(near) == set(old)
    assert neighbours(known, own, most=2) == near[:2]
    local = lesson({app: THINGS[app] for app in ("morse", *near)})
    grown = refit(known, tuple(THINGS), ["morse"], local, background())
    assert grown.apps == tuple(sorted(THINGS))
    for app, words in THINGS.items():
        found = judged(grown, f"would you {words[0]} {words[2]}")
        assert max(found, key=lambda name: found[name]) == app
    column = known.apps.index("vat")
    assert np.array_equal(grown.weights[:, grown.apps.index("vat")], known.weights[:, column])
    assert grown.bands == known.bands


def test_a_removed_app_is_forgotten(model: Recogniser) -> None:
    left = tuple(app for app in THINGS if app != "vat")
    empty = Lesson(rows=(), vectors=np.zeros((0, EMBEDDER.dimensions), dtype=np.float32))
    smaller = refit(model, left, [], empty, background())
    assert smaller.apps == tuple(sorted(left))
    assert judged(smaller, "gross price", ["vat"])["vat"] == 0


def test_a_recogniser_is_worn_after_many_refits(model: Recogniser) -> None:
    assert not model.worn
    empty = Lesson(rows=(), vectors=np.zeros((0, EMBEDDER.dimensions), dtype=np.float32))
    for _ in range(2):
        model = refit(model, model.apps, [], empty, background())
    assert model.worn


def test_apps_that_are_fitted_in_blocks_are_recognised() -> None:
    things = {f"app-{n}": tuple(f"{word}{n}" for word in ("ka", "lo", "mi", "nu")) for n in range(12)}
    model = fit(lesson(things), background(), at_once=4)
    right = 0
    for app, words in things.items():
        found = judged(model, f"would you {words[0]} {words[2]}", tuple(things))
        right += max(found, key=lambda name: found[name]) == app
    assert right >= 11


def greedy(count: int, salt: int) -> list[TrainingRow]:
    """Returns the rows of an app that claims every other app's requests."""
    every = [text for words in THINGS.values() for text in said(words)]
    return [TrainingRow(text=every[(salt + 7 * n) % len(every)], app=f"greedy-{salt}") for n in range(count)]


@pytest.mark.parametrize("count", [1, 4])
def test_apps_that_claim_everything_do_not_silence_the_others(model: Recogniser, count: int) -> None:
    rows = lesson(THINGS).rows + tuple(row for salt in range(count) for row in greedy(30, salt))
    spoiled = fit(Lesson(rows=rows, vectors=EMBEDDER.embed([row.text for row in rows])), background())
    for app, words in THINGS.items():
        text = f"would you {words[0]} {words[2]}"
        before, after = (judged(each, text, each.apps) for each in (model, spoiled))
        assert max(after, key=lambda name: after[name]) == app
        assert after[app] > before[app] - 0.1
    assert spoiled.bands.sure <= model.bands.sure + 0.03
