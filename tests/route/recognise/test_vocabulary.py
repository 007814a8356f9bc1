"""Words that an app does not use count by what they meant for other apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mapp.route.recognise.features import Wording, learn_wording
from mapp.route.recognise.vocabulary import Vocabulary, learn_vocabulary

JOBS = ("hash", "encode", "reverse", "count", "sort", "translate", "compress", "split")
Rows = Mapping[str, Sequence[tuple[str, bool]]]


def rows() -> dict[str, list[tuple[str, bool]]]:
    """Returns apps that share two habits: polite requests, and near misses that want it of each line."""
    return {
        job: [
            (f"{job} this text", True),
            (f"{job} the text", True),
            (f"kindly {job} this text", True),
            (f"{job} the text of each line", False),
            (f"who invented {job}", False),
        ]
        for job in JOBS
    }


def learned(told: Rows) -> tuple[Vocabulary, Wording, list[str]]:
    texts = [text for said in told.values() for text, _ in said]
    wording = learn_wording(texts)
    owners = np.repeat(np.arange(len(told)), [len(said) for said in told.values()])
    fits = np.array([fits for said in told.values() for _, fits in said])
    words = [wording.places(text) for text in texts]
    return learn_vocabulary(words, owners, fits, len(told), len(wording.known)), wording, list(told)


def weight(told: Rows, text: str, app: str) -> float:
    vocabulary, wording, names = learned(told)
    return float(vocabulary.unfamiliar(wording.places(text), np.array([names.index(app)]))[0])


def test_the_words_of_other_apps_near_misses_count_against_an_app_that_has_none() -> None:
    told = rows() | {"rot13": [("rot13 this text", True), ("rot13 the text", True)]}
    assert weight(told, "rot13 the text of each line", "rot13") < -1
    assert weight(told, "who invented rot13", "rot13") < -1


def test_words_that_requests_have_now_and_then_do_not() -> None:
    told = rows() | {"rot13": [("rot13 this text", True), ("rot13 the text", True)]}
    assert weight(told, "kindly rot13 this text", "rot13") > 0


def test_words_that_an_app_uses_itself_have_no_weight() -> None:
    told = rows() | {"lines": [("lines of each line", True), ("lines of each line please", True)]}
    assert weight(told, "lines of each line", "lines") == 0
    assert weight(told, "hash this text", "hash") == 0


def test_one_app_cannot_change_what_a_word_means_for_others() -> None:
    told = rows() | {"rot13": [("rot13 this text", True), ("rot13 the text", True)]}
    spoiled = told | {"greedy": [(f"kindly {job} this text", False) for job in JOBS * 9]}
    one, other = (weight(each, "kindly rot13 this text", "rot13") for each in (told, spoiled))
    assert other > 0.5 * one > 0


def test_unknown_words_have_no_weight() -> None:
    assert weight(rows(), "zyzzyva", "hash") == 0


def test_without_near_misses_no_word_has_a_weight() -> None:
    told = {job: [row for row in said if row[1]] for job, said in rows().items()}
    vocabulary, _, _ = learned(told)
    assert not vocabulary.weights.any()
