"""The behaviour that every embedder must have."""

from __future__ import annotations

import importlib.util
import logging
import re
from collections.abc import Callable

import numpy as np
import pytest

from mapp.errors import UsageError
from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from support.embedders import HashedWords

TEXTS = [
    "what is 240 plus VAT",
    "",
    "   ",
    "\x00\x1f\ufffd",
    "naïve café 日本語 🎉 👩‍👩‍👧",
    "word " * 5_000,
    "x" * 20_000,
    "\n\t\r",
]

needs_wordllama = pytest.mark.skipif(
    importlib.util.find_spec("wordllama") is None, reason="the package wordllama is not installed"
)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(lambda: choose_embedder("minilm"), id="minilm"),
        pytest.param(lambda: choose_embedder("wordllama"), id="wordllama", marks=needs_wordllama),
        pytest.param(HashedWords, id="hashed-words"),
    ],
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    make: Callable[[], Embedder] = request.param
    return make()


def test_every_text_gets_a_finite_row_of_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_the_vector_of_a_text_does_not_depend_on_the_rest_of_the_batch(embedder: Embedder) -> None:
    alone = embedder.embed(["sort these lines"])[0]
    beside = embedder.embed(["a", "word " * 200, "sort these lines", "zeta eta theta"])[2]
    assert float(alone @ beside) == pytest.approx(1.0, abs=1e-4)


def test_the_same_texts_give_the_same_vectors(embedder: Embedder) -> None:
    first, second = embedder.embed(TEXTS[:5]), embedder.embed(TEXTS[:5])
    assert np.array_equal(first, second)


def test_similar_texts_are_nearer_than_others(embedder: Embedder) -> None:
    one, like, unlike = embedder.embed(
        ["sort the lines of this text", "sort the lines of the file", "who won the match yesterday"]
    )
    assert float(one @ like) > float(one @ unlike)


def test_the_digest_depends_on_everything_that_the_vectors_depend_on(embedder: Embedder) -> None:
    assert embedder.digest
    assert embedder.digest == type(embedder)().digest
    assert embedder.digest != HashedWords(digest="another").digest


@pytest.mark.parametrize("name", ["minilm", pytest.param("wordllama", marks=needs_wordllama)])
def test_real_digests_are_hashes(name: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", choose_embedder(name).digest)
    assert choose_embedder(name).name == name


def test_an_unknown_embedder_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="unknown embedder 'bert'"):
        choose_embedder("bert")


@needs_wordllama
def test_loading_word_vectors_does_not_change_the_logging_of_the_process() -> None:
    before = list(logging.getLogger().handlers)
    choose_embedder("wordllama").embed(["hello"])
    assert logging.getLogger().handlers == before
