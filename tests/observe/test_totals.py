"""Totals by day: counted with each run and decision, kept when runs are deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.model.recording import RefusedCall
from mapp.observe.journal import Journal, Mapping, Notes, Run
from mapp.observe.stats import CALLER_INPUT, UNCLASSIFIED, day_of, read_totals
from mapp.observe.totals import ANSWER_TOKENS, MICROS_IN, MICROS_OUT, PROMPT_TOKENS

NOON = 1_700_000_000.0
RUN = Run(
    id="0",
    started=NOON,
    app="double",
    commit="c",
    tree="t",
    version="1.0.0",
    request=None,
    input='{"number":1}',
    output="2222",
    outcome="ok",
    detail="",
    now_ms=int(NOON * 1000),
    seed=7,
    wall_ms=1.5,
    total_ms=2.5,
    engine="quickjs",
    isolation="full",
)
BARE = PROMPT_TOKENS * MICROS_IN + ANSWER_TOKENS * MICROS_OUT
"""What one answer would have cost without its arguments and its output, in micro-dollars."""


def opened(world: Path, *, keep_runs: int = 10_000, keep_inputs: bool = True) -> Journal:
    return Journal(world / "journal.sqlite", keep_runs=keep_runs, keep_days=90, keep_inputs=keep_inputs)


@pytest.fixture
def journal(world: Path) -> Iterator[Journal]:
    made = opened(world)
    yield made
    made.close()


def mapping(**changes: object) -> Mapping:
    """Returns a map of ten rows: seven values, one declared error, two calls with invalid input."""
    made = Mapping(
        id="m",
        ended=NOON + 5,
        app="double",
        commit="c",
        version="1.0.0",
        rows=10,
        failed=3,
        outcomes=(("ok", 7), ("error:no", 1), (CALLER_INPUT, 2)),
        now_ms=RUN.now_ms,
        seed=RUN.seed,
        seconds=1.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_runs_are_counted_by_outcome_and_a_declared_error_is_an_answer(journal: Journal) -> None:
    for number, outcome in enumerate(["ok", "ok", "error:no", "threw", "host_fault"]):
        journal.record(replace(RUN, id=str(number), outcome=outcome))
    found = read_totals(journal)

    assert found.outcomes == {"ok": 2, "error:no": 1, "threw": 1, "host_fault": 1}
    counts = found.apps["double"]
    assert (counts.runs, counts.failed, counts.avoided) == (5, 2, 3)
    assert counts.script_ms == pytest.approx(7.5) and counts.wait_ms == pytest.approx(12.5)


def test_an_answer_costs_the_instructions_the_arguments_and_the_output(journal: Journal) -> None:
    journal.record(RUN)  # twelve characters of arguments, four of output
    counts = read_totals(journal).apps["double"]

    assert (counts.tokens_in, counts.tokens_out) == (PROMPT_TOKENS + 3, ANSWER_TOKENS + 1)
    assert counts.micros == BARE + 3 * MICROS_IN + MICROS_OUT


def test_without_kept_inputs_an_answer_costs_the_instructions_alone(world: Path) -> None:
    journal = opened(world, keep_inputs=False)
    journal.record(RUN)
    assert read_totals(journal).apps["double"].micros == BARE
    journal.close()


def test_totals_never_decrease_when_old_and_surplus_runs_are_deleted(world: Path) -> None:
    journal = opened(world, keep_runs=3)
    before = 0
    for number in range(300):
        # Every tenth run deletes what is beyond the limits: the one at a multiple of 100 milliseconds.
        journal.record(replace(RUN, id=f"{number:03}", started=NOON + number / 100))
        now = read_totals(journal).apps["double"].micros
        assert now > before
        before = now
    journal.record(replace(RUN, id="later", started=NOON + 400 * 86_400))

    assert [run.id for run in journal.runs()] == ["later"]
    found = read_totals(journal)
    assert found.apps["double"].runs == 301
    assert found.days[day_of(NOON)].runs == 300
    assert read_totals(journal, since=day_of(NOON) + 1).apps["double"].runs == 1
    journal.close()


def test_what_belongs_to_a_run_is_deleted_with_it(world: Path) -> None:
    journal = opened(world, keep_runs=1)
    refused = RefusedCall(call="http", target="x", code="denied", message="no")
    for number in range(2):
        journal.record(
            replace(RUN, id=str(number), started=NOON + number),
            "[]",
            Notes(refused=(refused,)),
        )
    with closing(sqlite3.connect(world / "journal.sqlite")) as connection:
        kept = {
            table: connection.execute(f"SELECT run FROM {table}").fetchall()
            for table in ("recordings", "notes")
        }
    journal.close()
    assert kept == {"recordings": [("1",)], "notes": [("1",)]}


def test_requests_are_matched_if_an_app_ran_that_was_there_before(journal: Journal) -> None:
    journal.decided("double 1", "use", {"arguments": {"written": 1}}, "r1")
    journal.decided("double", "ask", {}, None)
    journal.decided("fly me", "compile", {}, None)
    journal.decided("fly me", "use", {"written": True}, "r2")
    found = read_totals(journal)

    [requests] = found.requests.values()
    assert (requests.requests, requests.matched, requests.written) == (3, 1, 1)
    assert requests.match_rate == pytest.approx(1 / 3)
    assert requests.library_share(4) == pytest.approx(3 / 4)
    assert found.decisions == {"use": 1, "ask": 1, "compile": 1}


def test_rows_of_a_map_count_like_runs(journal: Journal) -> None:
    journal.mapped(mapping())
    found = read_totals(journal)

    assert found.outcomes == {"ok": 7, "error:no": 1, CALLER_INPUT: 2}
    assert found.failures == {("double", CALLER_INPUT): 2}
    assert (found.apps["double"].avoided, found.apps["double"].micros) == (8, 8 * BARE)


def test_a_row_that_was_recorded_as_a_run_counts_once(journal: Journal) -> None:
    for row in (2, 5):
        journal.record(replace(RUN, id=f"row {row}", started=NOON + 1, outcome="threw", seed=RUN.seed + row))
    journal.record(replace(RUN, id="other run of the same moment", seed=RUN.seed + 10_000))
    journal.mapped(mapping(outcomes=(("ok", 8), ("threw", 2)), failed=2))
    found = read_totals(journal)

    assert found.outcomes == {"ok": 9, "threw": 2}
    assert found.failures == {("double", UNCLASSIFIED): 2}


def test_a_journal_without_totals_gets_them_from_the_runs_that_it_holds(world: Path) -> None:
    journal = opened(world)
    for number in range(5):
        journal.record(replace(RUN, id=str(number), outcome="ok" if number else "threw"))
    journal.decided("double 1", "use", {}, "1")
    journal.close()
    with closing(sqlite3.connect(world / "journal.sqlite")) as connection:
        for trigger in ("run_counted", "request_counted", "run_forgotten"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.executescript("DROP TABLE run_totals; DROP TABLE request_totals; PRAGMA user_version = 4")

    again = opened(world)
    again.record(replace(RUN, id="new"))
    found = read_totals(again)
    again.close()
    assert found.outcomes == {"ok": 5, "threw": 1}
    assert found.apps["double"].avoided == 5
    assert [requests.matched for requests in found.requests.values()] == [1]


def test_a_journal_that_is_missing_has_no_totals(world: Path) -> None:
    found = read_totals(opened(world))
    assert not found.apps and not found.outcomes
    assert not (world / "journal.sqlite").exists()
