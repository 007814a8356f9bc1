"""The routing of an app's requests is scored on the app alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.index.embed import Embedder
from mapp.index.embedders import choose_embedder
from mapp.model.app import App, read_app
from mapp.model.request import Phrase
from mapp.ops.check.routing_score import resolve
from mapp.starter import bundle
from support.apps import app


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return choose_embedder("minilm")


def starter(name: str) -> App:
    return read_app(bundle.files(name))


def test_good_requests_reach_their_app(embedder: Embedder, tmp_path: Path) -> None:
    found = resolve(starter("vat").card, embedder, tmp_path / "vectors.sqlite")
    figures = dict(found.evidence)

    assert found.problems == ()
    assert found.counted == sum(phrase.held_back for phrase in starter("vat").phrases)
    assert isinstance(figures["right"], int) and figures["right"] >= 5


def test_requests_that_cannot_be_filled_are_reported(embedder: Embedder, tmp_path: Path) -> None:
    known = starter("vat")
    scrambled = tuple(
        replace(phrase, arguments=(("price", 123456789),)) if phrase.fits else phrase
        for phrase in known.phrases
    )
    found = resolve(replace(known, phrases=scrambled).card, embedder, tmp_path / "vectors.sqlite")

    assert "reach the app with the right arguments" in found.problems[0].message
    assert found.problems[0].evidence


def test_near_misses_that_sound_like_requests_are_reported(embedder: Embedder, tmp_path: Path) -> None:
    known = starter("reverse-text")
    fitting = [phrase for phrase in known.phrases if phrase.fits]
    misses = [Phrase(request=row.request + " please", fits=False, why="no") for row in fitting]
    found = resolve(
        replace(known, phrases=(*fitting, *(row for row in misses if row.held_back))).card,
        embedder,
        tmp_path / "vectors.sqlite",
    )

    assert any("would run without a question" in problem.message for problem in found.problems)


def test_an_app_without_requests_has_no_score(embedder: Embedder, tmp_path: Path) -> None:
    made = app().without("tests/requests.jsonl").read()

    assert resolve(made.card, embedder, tmp_path / "vectors.sqlite").counted == 0
