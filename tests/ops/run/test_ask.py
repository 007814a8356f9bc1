"""The app that was written for a request answers it, and no other app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.errors import NoMatch, PermissionNeeded
from mapp.library.landing import Committed
from mapp.model.outcome import Value
from mapp.model.request import Request
from mapp.ops.run.ask import Interaction, ask, ask_written
from support.apps import app
from support.library import Built, library

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
    assert ask(built.workspace, WANTED, dry_run=True).decision.candidates[0].app.startswith("old")

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
