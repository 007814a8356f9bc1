"""A person's word about a run: the answer was wrong or right, or the choice was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.errors import InvalidArguments, NotFound, UsageError
from mapp.library.compiled_requests import compiled_requests
from mapp.library.learned import read_learned
from mapp.observe.incidents import Incidents
from mapp.ops.heal.incidents import tell_incident
from mapp.ops.heal.word import Word, said, say_right, say_wrong
from mapp.ops.run.execute import execute
from mapp.ops.run.learn import learn_choice
from mapp.ops.workspace import Workspace
from support.apps import app
from support.library import library

ERRORS = {"too_large": "the number is too large"}


@pytest.fixture
def workspace(world: Path) -> Iterator[Workspace]:
    draft = library().app("double").stating(errors=ERRORS)
    draft.source("function main(input) { return input.number * 3; }").app("other").build()
    found = Workspace(config=load_config())
    yield found
    found.close()


def ran(workspace: Workspace, number: int = 4, request: str | None = None) -> str:
    """Returns the id of a run."""
    return execute(workspace, "double", {"number": number}, request=request).run


def test_the_right_output_makes_an_incident_that_can_be_healed(workspace: Workspace) -> None:
    taken = say_wrong(workspace, ran(workspace), Word(expected=" 8 ", why="twice, not three times"))
    found = taken.incident

    assert found is not None and found.healable
    assert (found.failure, found.expected) == ("expectation", '{"output":8}')
    assert (found.why, found.runs) == ("twice, not three times", 1)
    assert Incidents(workspace.home.journal).get(found.id) == found


def test_without_the_right_answer_the_incident_waits(workspace: Workspace) -> None:
    run = ran(workspace)
    first = say_wrong(workspace, run, Word()).incident
    second = say_wrong(workspace, run, Word(error="too_large")).incident

    assert first is not None and not first.healable
    assert second is not None and (second.id, second.runs, second.healable) == (first.id, 1, True)
    assert second.expected == '{"error":"too_large"}'


def test_what_the_version_before_gave_rightly_can_be_rolled_back_or_healed(workspace: Workspace) -> None:
    fixed = app("double").version("1.0.1").source("function main(input) { return input.number * 2; }")
    worse = app("double").version("1.0.2").source("function main(input) { return input.number * 4; }")
    built = library().build()
    built.put(fixed)
    built.put(worse)
    incident = say_wrong(workspace, ran(workspace), Word(expected="8")).incident
    assert incident is not None and incident.failure == "expectation" and incident.healable
    ways = tell_incident(workspace, incident.id).ways
    assert {"mapp rollback double", f"mapp heal {incident.id}"} <= {*ways}


@pytest.mark.parametrize(
    "word",
    [
        Word(expected="8", error="too_large"),
        Word(expected="8", app="other"),
        Word(error="unheard_of"),
        Word(expected='"eight"'),
        Word(expected="12"),
        Word(app="other"),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused(workspace: Workspace, word: Word) -> None:
    run = ran(workspace)
    with pytest.raises(UsageError):
        say_wrong(workspace, run, word)
    assert (said(workspace), Incidents(workspace.home.journal).all()) == ([], [])


def test_a_wrong_choice_is_kept_for_routing_and_changes_no_app(workspace: Workspace) -> None:
    run = ran(workspace, request="do the other thing with 4")
    taken = say_wrong(workspace, run, Word(app="other", arguments='{"number": 4}'))

    assert (taken.incident, Incidents(workspace.home.journal).all()) == (None, [])
    (kept,) = said(workspace)
    assert (kept.request, kept.ran, kept.app) == ("do the other thing with 4", "double", "other")
    assert kept.to_dict()["arguments"] == {"number": 4}
    rows = [(row.app, row.fits, row.arguments) for row in read_learned(workspace.home)]
    assert rows == [("other", True, {"number": 4}), ("double", False, None)]
    assert compiled_requests(workspace.home, "other") == (), "no app's repository has it"


def test_a_right_answer_teaches_its_request_unless_a_text_was_attached(workspace: Workspace) -> None:
    say_right(workspace, ran(workspace))
    assert read_learned(workspace.home) == (), "nothing chose that run"
    say_right(workspace, ran(workspace, request="twice 4 please"))
    [row] = read_learned(workspace.home)
    assert (row.app, row.request, row.arguments) == ("double", "twice 4 please", {"number": 4})
    learn_choice(workspace, "count it", "double", {"text": "one\ntwo"}, run="r")
    learn_choice(workspace, "count it", "double", {"text": "word " * 50}, run="r")
    assert len(read_learned(workspace.home)) == 1


def test_arguments_must_fit_the_app(workspace: Workspace) -> None:
    run = ran(workspace, request="double 4")
    with pytest.raises(InvalidArguments):
        say_wrong(workspace, run, Word(arguments='{"number": "four"}'))
    with pytest.raises(NotFound):
        say_wrong(workspace, run, Word(app="nowhere"))
    assert said(workspace) == []


def test_right_takes_it_back(workspace: Workspace) -> None:
    run = ran(workspace)
    opened = say_wrong(workspace, run, Word()).incident
    closed = say_right(workspace, run).incident

    assert opened is not None and closed is not None
    assert (closed.id, closed.state) == (opened.id, "closed")
    assert [row.said for row in said(workspace)] == ["right", "wrong"]


def test_right_does_not_close_what_other_runs_show(workspace: Workspace) -> None:
    first, second = ran(workspace), ran(workspace)
    say_wrong(workspace, first, Word())
    say_wrong(workspace, second, Word())
    assert say_right(workspace, first).incident is None


def test_an_unknown_run_is_reported(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        say_wrong(workspace, "ffff", Word())
    with pytest.raises(NotFound):
        say_right(workspace, "ffff")
