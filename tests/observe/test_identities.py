"""Ids of runs, changes and calls are UUIDv7 (RFC 9562); ids of earlier versions are still found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import NotFound
from mapp.model.change import Change
from mapp.model.change_spec import ExpandSpec
from mapp.observe.changes import Changes
from mapp.observe.journal import Journal, new_id
from observe.test_journal import RUN

OLD = "19ac5f2b1c08f3a9d21"
CHANGE = Change(
    id=OLD, began=1_700_000_000.0, app="vat", request="x", coder="scripted", spec=ExpandSpec(base="")
)


@pytest.fixture
def journal(world: Path) -> Iterator[Journal]:
    made = Journal(world / "library" / "journal.sqlite", keep_runs=100, keep_days=90, keep_inputs=True)
    yield made
    made.close()


def test_an_id_is_a_uuid_of_version_seven_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    text = new_id()
    after = time.time_ns() // 1_000_000

    made = uuid.UUID(text)
    assert str(made) == text
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made) and len(set(made)) == len(made)


@pytest.mark.parametrize("step", [0, -5_000_000_000])
def test_later_ids_sort_after_earlier_ones_even_if_the_clock_stops_or_goes_back(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_id()
    stopped = time.time_ns() + step
    monkeypatch.setattr(time, "time_ns", lambda: stopped)

    made = [first, *(new_id() for _ in range(10_000))]

    assert made == sorted(made) and len(set(made)) == len(made)
    assert {uuid.UUID(text).version for text in made} == {7}


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(), range(8_000)))
    assert len(set(made)) == len(made)


def test_a_run_is_found_by_the_beginning_of_its_id_with_or_without_hyphens(journal: Journal) -> None:
    mine, old = replace(RUN, id=new_id()), replace(RUN, id=OLD, started=RUN.started - 1)
    for run in (mine, old):
        journal.record(run)

    for beginning in (mine.id, mine.id[:13], mine.id[:14], mine.id.replace("-", ""), mine.id[:23].upper()):
        assert journal.run(beginning)[0] == mine
    assert journal.run(OLD)[0] == journal.run(OLD[:6])[0] == old
    for wrong in ("", "-", "%", "_" * 36, mine.id[:8] + "%", "19ac 5", "-" + mine.id[:8], mine.id + "0"):
        with pytest.raises(NotFound):
            journal.run(wrong)


def test_a_beginning_that_two_runs_share_is_refused(journal: Journal) -> None:
    for _ in range(2):
        journal.record(replace(RUN, id=new_id()))

    with pytest.raises(NotFound, match="more than one"):
        journal.run(new_id()[:4])


def test_a_change_with_an_id_of_an_earlier_version_is_found_and_sorts_before_newer_ones(world: Path) -> None:
    changes = Changes(world / "library" / "journal.sqlite")
    newer = replace(CHANGE, id=new_id(), began=CHANGE.began + 1)
    for change in (CHANGE, newer):
        changes.put(change)

    assert [change.id for change in changes.waiting()] == [newer.id, OLD]
    assert changes.get(OLD[:8]) == changes.get(f"expand/{OLD}") == CHANGE
    assert changes.get(newer.id[:13]) == changes.get(newer.branch) == newer
    with pytest.raises(NotFound):
        changes.get("%")
