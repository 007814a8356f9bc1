"""Learning on several cores teaches what learning on one does."""

from __future__ import annotations

import shutil
import sys

import pytest

from mapp.model.app import Card, read_app
from mapp.ops.index import cue_worker
from mapp.starter import bundle

Cards = list[tuple[str, Card]]


@pytest.fixture(scope="module")
def cards() -> Cards:
    return [(name, read_app(bundle.files(name)).card) for name in bundle.names()[:4]]


def test_workers_learn_the_same_as_one_process_in_the_same_order(
    cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = list(cue_worker.learn_all(cards, cores=1))
    monkeypatch.setattr(cue_worker, "WORTH_A_HELPER", 1)
    assert list(cue_worker.learn_all(cards, cores=3)) == alone
    assert [app for app, _ in alone] == [app for app, _ in cards]


def test_this_process_learns_what_a_worker_fails_to_learn(
    cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = list(cue_worker.learn_all(cards, cores=1))
    monkeypatch.setattr(cue_worker, "WORTH_A_HELPER", 1)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert list(cue_worker.learn_all(cards, cores=2)) == alone


def test_more_apps_than_one_batch_are_all_learned(cards: Cards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cue_worker, "AT_ONCE", 1)
    assert len(list(cue_worker.learn_all(cards, cores=1))) == len(cards)


def test_no_worker_starts_without_apps() -> None:
    assert list(cue_worker.learn_all([])) == []
