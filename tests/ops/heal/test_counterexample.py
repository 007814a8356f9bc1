"""The input that a reverted heal got wrong becomes a test of the app."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from mapp.library import branches, read
from mapp.library.commit_app import message
from mapp.library.verdicts import recorded
from mapp.model.incident import Incident
from mapp.observe.incidents import Incidents
from mapp.ops.check.gate import Options
from mapp.ops.heal.canary import settle
from mapp.ops.heal.counterexample import keep_counterexample
from mapp.ops.heal.incidents import list_incidents
from mapp.ops.run.execute import execute
from support.apps import app
from support.library import FORCED, SOMEBODY, Built

FEW = Options(inputs=10)
RIGHT = "function main(input) {\n  return input.number * 2;\n}\n"
WRONG = "function main(input) {\n  return input.number === 7 ? 1 : input.number * 2;\n}\n"
LAWS = """
function prop_is_even_for_whole_numbers(input, output) {
  return !Number.isInteger(input.number) || output % 2 === 0;
}
function meta_the_opposite_gives_the_opposite(input, run) {
  return run({ number: -input.number }).output === 0 - run({ number: input.number }).output;
}
"""


@pytest.fixture
def built() -> Iterator[Built]:
    """Gives an app whose heal was reverted because of one recorded run."""
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    draft = app("double").source(RIGHT).file("tests/properties.js", LAWS)
    for number in (0, 1, -1, 500, -1000, 1000, 0.5):
        draft.example({"number": number}, output=number * 2)
    for words in ("double 3", "twice 4", "two times 5", "double the number 6"):
        draft.said(words, {"number": int(words.split()[-1])})
    built.put(draft)
    with contextlib.closing(built.workspace):
        execute(built.workspace, "double", {"number": 7})
        healed = app("double").version("1.0.1").source(WRONG)
        healed.contents = {**draft.contents, "main.js": WRONG.encode()}
        trailers = {"Mapp-Operation": "heal", "Mapp-Incident": "i1", **FORCED}
        branches.begin(built.home, "double", "heal/i1")
        branches.grow(built.home, "double", "heal/i1", healed.files, message("fix", trailers), SOMEBODY)
        branches.merge(built.home, "double", "heal/i1", message("double", trailers), SOMEBODY)
        decision = settle(built.workspace, "double")
        assert decision is not None and decision.state == "reverted"
        yield built


def test_it_lands_with_a_verdict_of_its_own_above_the_version_that_was_taken_back(built: Built) -> None:
    added = keep_counterexample(built.workspace, "double", options=FEW)

    assert added is not None and added.version == "1.0.2"
    found = read.load(built.home, "double")
    assert [json.dumps(row.to_dict()) for row in found.regressions] == [
        '{"input": {"number": 7}, "output": 14}'
    ]
    verdict = recorded(built.home, "double").verdict
    assert verdict is not None and verdict.passed and verdict.kind == "edit"
    assert found.source == RIGHT
    newest = next(read.landings(built.home, "double"))
    assert newest.trailers["Mapp-Operation"] == "counterexample"
    assert keep_counterexample(built.workspace, "double", options=FEW) is None
    assert sum(1 for _ in read.landings(built.home, "double")) == 4


def test_the_incident_of_the_reverted_heal_stays_open(built: Built) -> None:
    incident = Incident(
        id="i1",
        app="double",
        failure="code_bug",
        fingerprint="v1:abc",
        version="1.0.0",
        commit="c",
        tree="t",
        first=1.0,
        last=1.0,
        run="r",
    )
    Incidents(built.home.journal).put(incident)

    assert keep_counterexample(built.workspace, "double", options=FEW) is not None

    assert [row.state for row in list_incidents(built.workspace)] == ["open"]


def test_nothing_is_added_once_the_app_has_moved_on(built: Built) -> None:
    built.put(app("double").version("1.0.2"))

    assert keep_counterexample(built.workspace, "double", options=FEW) is None
