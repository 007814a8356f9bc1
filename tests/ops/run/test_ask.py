"""The app that was written for a request answers it, and no other app."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapp.errors import NoMatch, PermissionNeeded
from mapp.library import read
from mapp.library.landing import Committed
from mapp.model.outcome import Value
from mapp.model.request import Request
from mapp.ops.run.ask import Interaction, ask_written
from mapp.ops.run.replay import replay
from support.apps import Draft, app
from support.library import Built, library
from support.terminal import mapp

WANTED = Request(text="double 21")
TRIPLE = "function main(input, host) { return input.number * 3; }\n"
STORING = """function main(input, host) {
  host.store.set("n", input.number);
  return input.number * 2;
}
"""


@pytest.fixture
def built() -> Iterator[Built]:
    """Gives an empty library."""
    made = library().build()
    yield made
    made.workspace.close()


@pytest.fixture
def shared(built: Built) -> tuple[Built, Committed]:
    """Gives a library with `old` and, written just now, `fresh`; both state the words of `WANTED`."""
    for number in range(20, 30):
        built.put(app(f"old-{number}"))
    return built, built.put(app("fresh").source(TRIPLE).stating(description="Triples a number."))


def test_the_new_app_runs_even_if_another_app_states_the_same_request(
    shared: tuple[Built, Committed],
) -> None:
    built, written = shared
    others = {phrase.request for phrase in read.load(built.home, "old-20").phrases if phrase.fits}
    assert WANTED.text in others

    answer = ask_written(built.workspace, WANTED, written)

    assert answer.execution is not None
    assert (answer.execution.app, answer.execution.outcome) == ("fresh", Value(output=63))
    assert [row.app for row in built.workspace.journal.runs()] == ["fresh"]


def test_it_runs_at_the_merged_commit_even_if_main_has_moved(built: Built) -> None:
    written = built.put(app("double"))
    built.put(app("double").source(TRIPLE).version("2.0.0"))

    answer = ask_written(built.workspace, WANTED, written)

    assert answer.execution is not None
    assert (answer.execution.commit, answer.execution.outcome) == (written.commit, Value(output=42))


def test_the_arguments_come_from_its_tests_if_they_state_the_request(built: Built) -> None:
    written = built.put(app("double").said("the usual, please", {"number": 7}))

    answer = ask_written(built.workspace, Request(text=" the usual, please"), written)

    assert answer.execution is not None and answer.execution.outcome == Value(output=14)


@pytest.mark.parametrize("words", ["book a table for two", "double", "not 21, please do not double"])
def test_a_request_that_does_not_resolve_runs_nothing_and_says_so(
    shared: tuple[Built, Committed], words: str
) -> None:
    built, written = shared

    with pytest.raises(NoMatch, match="fresh was written for this request but did not run") as caught:
        ask_written(built.workspace, Request(text=words), written)

    assert "mapp exec fresh NAME=VALUE" in caught.value.hint
    assert list(built.workspace.journal.runs()) == []


def test_a_request_stated_with_two_answers_is_not_guessed(built: Built) -> None:
    draft = app("double").said("the usual", {"number": 1}).said("the usual", {"number": 2})
    written = built.put(draft)

    with pytest.raises(NoMatch):
        ask_written(built.workspace, Request(text="the usual"), written)


def test_its_capabilities_need_a_grant_as_in_any_run(built: Built) -> None:
    draft = app("storing").source(STORING).stating(capabilities={"store": {"max_kb": 1}})
    written = built.put(draft)

    with pytest.raises(PermissionNeeded):
        ask_written(built.workspace, WANTED, written)
    with pytest.raises(PermissionNeeded):
        ask_written(
            built.workspace, WANTED, written, interaction=Interaction(permit=lambda name, missing: False)
        )
    answer = ask_written(built.workspace, WANTED, written, grants=["store"])

    assert answer.execution is not None and answer.execution.outcome == Value(output=42)


COUNTDOWN = """function main(input, host) {
  return Math.floor(Date.parse(input.date) / 86400000) - Math.floor(host.now() / 86400000);
}
"""
ASKED_AT = datetime.datetime(2026, 11, 26, 23, 59, 59, tzinfo=datetime.UTC).timestamp()


def countdown(request: str, date: str) -> Draft:
    """Returns an app that counts the days until a date; its tests state one request."""
    draft = app("countdown").stating(
        description="Counts the days until a date.",
        input={"date": {"type": "string", "format": "date", "description": "The date"}},
        output={"type": "integer"},
        capabilities={"clock": True},
    )
    draft.file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    return draft.source(COUNTDOWN).said(request, {"date": date})


@pytest.mark.parametrize(
    ("words", "stated", "expected", "days"),
    [
        ("how many days until Christmas", "2023-12-25", "2026-12-25", 29),
        ("days to next Friday", "2023-11-24", "2026-12-04", 8),
        ("days until 24 December", "2023-12-24", "2026-12-24", 28),
        ("days until 5 May 2030", "2030-05-05", "2030-05-05", 1256),
    ],
)
def test_a_relative_date_is_that_of_the_recorded_time_of_the_run(
    built: Built, words: str, stated: str, expected: str, days: int
) -> None:
    written = built.put(countdown(words, stated))
    workspace = replace(built.workspace, clock=lambda: ASKED_AT)

    answer = ask_written(workspace, Request(text=words), written)

    assert answer.execution is not None
    assert dict(answer.execution.arguments) == {"date": expected}
    assert answer.execution.outcome == Value(output=days)
    run = next(workspace.journal.runs())
    assert (json.loads(run.input or ""), run.now_ms) == ({"date": expected}, int(ASKED_AT * 1000))
    assert replay(workspace, run.id).equal
    workspace.close()


def test_a_request_in_another_language_is_told_that_requests_are_read_in_english() -> None:
    library().app("double").build()
    answer = mapp("run", "wie viel ist das Doppelte von 7")
    assert answer.code == 3 and "this seems to be in German; requests are read in English" in answer.err
    assert "this seems to be" not in mapp("run", "how much is the double of that", "--dry-run").err
