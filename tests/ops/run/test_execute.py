from __future__ import annotations

import pytest

from mapp.config import load_config
from mapp.model.outcome import Value
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from support.library import library

CLOCK = """function main(input, host) {
  return { now: host.now(), chance: host.random() };
}
"""
OUTPUT = {
    "type": "object",
    "properties": {"now": {"type": "integer"}, "chance": {"type": "number"}},
    "required": ["now", "chance"],
    "additionalProperties": False,
}


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(config=load_config(), clock=lambda: 1_700_000_000.25, seed=lambda: 7)


def test_the_same_time_and_seed_give_the_same_output(workspace: Workspace) -> None:
    draft = library().app("double").stating(output=OUTPUT, capabilities={"clock": True, "random": True})
    draft.source(CLOCK).build()

    outcomes = [execute(workspace, "double", {"number": 1}).outcome for _ in range(2)]
    workspace.close()

    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Value) and isinstance(outcomes[0].output, dict)
    assert outcomes[0].output["now"] == 1_700_000_000_250


def test_a_run_can_be_given_the_time_at_which_its_request_was_asked(workspace: Workspace) -> None:
    draft = library().app("double").stating(output=OUTPUT, capabilities={"clock": True, "random": True})
    draft.source(CLOCK).build()

    outcome = execute(workspace, "double", {"number": 1}, now_ms=1_800_000_000_000).outcome
    run = next(workspace.journal.runs())
    workspace.close()

    assert isinstance(outcome, Value) and isinstance(outcome.output, dict)
    assert outcome.output["now"] == run.now_ms == 1_800_000_000_000


def test_the_journal_has_everything_needed_to_repeat_a_run(workspace: Workspace) -> None:
    library().app("double").build()

    done = execute(workspace, "double", {"number": 3}, request="double 3")
    run = next(workspace.journal.runs())
    workspace.close()

    assert (run.id, run.request, run.input, run.output) == (done.run, "double 3", '{"number":3}', "6")
    assert (run.now_ms, run.seed, run.commit) == (1_700_000_000_250, 7, done.commit)
    assert run.total_ms >= run.wall_ms > 0
