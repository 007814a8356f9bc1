"""Runs that went wrong: what is found out about them, with real scripts and a real web on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mapp.config import load_config
from mapp.errors import PermissionNeeded
from mapp.library.read import load_runnable
from mapp.model.incident import Incident
from mapp.model.outcome import Failed, Value
from mapp.observe.incidents import Incidents
from mapp.ops.run.execute import execute
from mapp.ops.run.monitor import catch_up
from mapp.ops.run.permissions import Quarantined, grant
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.fetcher import Fetcher
from mapp.sandbox.executor import Job, Returned, Threw
from mapp.sandbox.executors.delegating import DelegatingExecutor
from support.apps import app
from support.library import Built, library
from support.web import PUBLIC, Server, World, answer, says

GOOD = {"city": "Oslo", "temp": 3.5}
PLAIN: dict[str, Any] = {"host": "api.example", "methods": ["GET", "POST"], "plain": True}
READS = """function main(input, host) {
  const answer = host.http({ url: `http://api.example/now?day=${input.number}` });
  if (answer.status !== 200) throw new Error("no_answer");
  const found = JSON.parse(answer.body);
  return found.temp === undefined ? 0 : Math.round(found.temp);
}
"""


@dataclass(kw_only=True)
class Watched(Workspace):
    """A workspace whose network belongs to the test and whose waits take no time."""

    outside: World | None = None
    told: list[str] = field(default_factory=list)

    def fetcher(self) -> Fetcher:
        assert self.outside is not None
        return self.outside.fetcher()

    def incidents(self) -> list[Incident]:
        """Returns the incidents, the newest first."""
        return Incidents(self.home.journal).all()

    def incident(self) -> Incident:
        """Returns the only incident."""
        (found,) = self.incidents()
        return found


@pytest.fixture
def workspace(world: Path) -> Iterator[Watched]:
    ticks = iter(range(1_700_000_000, 1_800_000_000))
    found = Watched(config=load_config(), clock=lambda: float(next(ticks)), sleep=lambda seconds: None)
    found.tell = found.told.append
    yield found
    found.close()


def put(source: str, **files: str) -> Built:
    """Builds a library with one app."""
    draft = library().app("double").source(source)
    for path, text in files.items():
        draft.file(f"tests/{path}", text)
    return draft.build()


def test_a_run_that_ends_well_leaves_nothing_behind(workspace: Watched) -> None:
    put("function main(input) { return input.number * 2; }")
    execute(workspace, "double", {"number": 2})
    assert workspace.incidents() == []


def test_a_bug_is_confirmed_by_replay_and_counted(workspace: Watched) -> None:
    put("function main(input) {\n  if (input.number > 5) return input.list.length;\n  return 1;\n}")
    first = execute(workspace, "double", {"number": 6})
    second = execute(workspace, "double", {"number": 7})
    found = workspace.incident()

    assert (found.failure, found.runs, found.run, found.commit) == ("code_bug", 2, second.run, second.commit)
    assert Incidents(workspace.home.journal).runs(found.id) == [second.run, first.run]
    facts = dict(found.facts)
    assert facts["replays"] == [True] * 6 and facts["other_engine"] == "threw"


def test_an_app_is_not_believed_what_it_throws(workspace: Watched) -> None:
    put('function main() { throw new Error("429 Too Many Requests: rate limited"); }')
    execute(workspace, "double", {"number": 1})
    assert workspace.incident().failure == "code_bug"


def test_a_bug_that_the_version_before_does_not_have_is_a_regression(workspace: Watched) -> None:
    built = put("function main(input) { return input.number * 2; }")
    built.put(app("double").version("1.0.1").source("function main(input) { return input.nothing.x; }"))
    execute(workspace, "double", {"number": 1})

    assert workspace.incident().failure == "regression"
    assert dict(workspace.incident().facts)["parent"] == "ok"


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("return 'x'.repeat(1500).length > 0 ? 'x'.repeat(1500) : '';", "resource"),
        ("return 'x'.repeat(9000);", "code_bug"),
    ],
)
def test_a_run_that_a_limit_ended_gets_four_times_as_much(
    workspace: Watched, source: str, failure: str
) -> None:
    draft = library().app("double").stating(limits={"output_kb": 1}, output={"type": "string"})
    draft.source(f"function main(input) {{ {source} }}").build()
    assert execute(workspace, "double", {"number": 1}).to_dict()["outcome"] == "output"
    assert workspace.incident().failure == failure


def test_an_answer_that_breaks_a_predicate_is_given_with_a_doubt(workspace: Watched) -> None:
    put(
        "function main(input) { return input.number === 5 ? 11 : input.number * 2; }",
        **{"properties.js": "function prop_even(input, output) { return output % 2 === 0; }\n"},
    )
    good, bad = (execute(workspace, "double", {"number": number}) for number in (4, 5))

    assert (good.doubt, bad.doubt, bad.outcome) == ((), ("prop_even",), Value(output=11))
    assert bad.to_dict()["doubt"] == ["prop_even"]
    found = workspace.incident()
    assert (found.failure, found.run, dict(found.facts)["broken"]) == ("code_bug", bad.run, ["prop_even"])
    notes = workspace.journal.notes([good.run, bad.run])
    check = notes[bad.run].check
    assert check is not None and check["rate"] == 1.0
    assert notes[good.run].broken == ()


def test_a_predicate_that_contradicts_the_examples_is_at_fault_itself(workspace: Watched) -> None:
    put(
        "function main(input) { return input.number * 2; }",
        **{
            "properties.js": "function prop_odd(input, output) { return output % 2 === 1; }\n",
            "examples.jsonl": '{"input": {"number": 2}, "output": 4}\n',
        },
    )
    execute(workspace, "double", {"number": 4})
    assert workspace.incident().failure == "test_bug"


def test_a_predicate_that_never_ends_says_nothing(workspace: Watched) -> None:
    put(
        "function main(input) { return input.number * 2; }",
        **{"properties.js": "function prop_slow(input, output) { for (;;) {} }\n"},
    )
    done = execute(workspace, "double", {"number": 4})
    assert (done.doubt, workspace.incidents()) == ((), [])


def test_a_declared_error_is_checked_by_its_predicate(workspace: Watched) -> None:
    draft = library().app("double").stating(errors={"odd": "the number is odd"})
    draft.source("function main(input) { throw new Error('odd'); }")
    draft.file(
        "tests/properties.js", "function throws_odd(input) { return input.number % 2 === 1; }\n"
    ).build()
    right, wrong = (execute(workspace, "double", {"number": number}) for number in (1, 2))

    assert (right.doubt, wrong.doubt) == ((), ("throws_odd",))
    assert workspace.incident().failure == "code_bug"


class Changing(DelegatingExecutor):
    """Passes jobs on with another seed each time, as a sandbox with a leak would."""

    seed = 0

    def run(self, job: Job, broker: Any = None) -> Any:
        self.seed += 1
        return super().run(replace(job, seed=self.seed), broker)


def test_a_run_that_ends_differently_when_repeated_stops_the_app(workspace: Watched) -> None:
    draft = library().app("double").stating(capabilities={"random": True})
    draft.source("function main(input, host) { throw new Error(`no ${host.random()}`); }").build()
    workspace.__dict__["executor"] = Changing(workspace.executor)
    execute(workspace, "double", {"number": 1})
    found = workspace.incident()

    assert found.failure == "nondeterminism"
    with pytest.raises(Quarantined, match=found.id):
        execute(workspace, "double", {"number": 1})
    Incidents(workspace.home.journal).put(replace(found, state="closed"))
    assert isinstance(execute(workspace, "double", {"number": 1}).outcome, Failed)


def test_a_person_may_have_it_run_anyway(workspace: Watched) -> None:
    draft = library().app("double").stating(capabilities={"random": True})
    draft.source("function main(input, host) { throw new Error(`no ${host.random()}`); }").build()
    workspace.config = replace(workspace.config, policy="nondeterminism=tell")
    workspace.__dict__["executor"] = Changing(workspace.executor)
    for _ in range(2):
        assert isinstance(execute(workspace, "double", {"number": 1}).outcome, Failed)
    assert workspace.incident().failure == "nondeterminism"


class Faulty(DelegatingExecutor):
    """An engine that gets everything wrong."""

    def run(self, job: Job, broker: Any = None) -> Any:
        found = super().run(job, broker)
        if isinstance(found, Returned):
            return Threw(name="TypeError", message="not a function", stack="", wall_ms=1.0)
        return found


class FaultyAt(DelegatingExecutor):
    """An engine that fails on one input, before the script makes any call."""

    def __init__(self, executor: Any, number: int) -> None:
        super().__init__(executor)
        self.number = number

    def run(self, job: Job, broker: Any = None) -> Any:
        if job.arguments == (f'{{"number":{self.number}}}',):
            return Threw(name="SyntaxError", message="invalid", stack="", wall_ms=1.0)
        return super().run(job, broker)


def test_what_only_one_engine_gets_wrong_is_not_the_apps_fault(workspace: Watched) -> None:
    put("function main(input) { return input.number * 2; }")
    workspace.__dict__["executor"] = Faulty(workspace.executor)
    execute(workspace, "double", {"number": 1})
    assert workspace.incident().failure == "engine_fault"


def test_what_could_not_start_is_recorded_if_no_person_is_asked(workspace: Watched) -> None:
    draft = library().app("double").stating(capabilities={"store": {"max_kb": 8}, "http": [PLAIN]})
    draft.source(READS).build()
    for _ in range(2):
        with pytest.raises(PermissionNeeded):
            execute(workspace, "double", {"number": 1})
    with pytest.raises(PermissionNeeded):
        execute(workspace, "double", {"number": 1}, permit=lambda name, missing: False)

    found = workspace.incident()
    assert (found.failure, found.runs, found.run) == ("permission", 2, "")


def reading(workspace: Watched, server: Server, source: str = READS) -> None:
    """Builds an app that reads from a server, with one good run behind it."""
    draft = (
        library()
        .app("double")
        .stating(capabilities={"http": [PLAIN]}, errors={"no_answer": "the service does not answer"})
    )
    draft.source(source).build()
    grant(workspace.home, "double", load_runnable(workspace.home, "double").manifest.capabilities.names)
    workspace.outside = World({"api.example": [[PUBLIC]]}, server)


def ok(body: Any = GOOD, status: str = "200 OK", *more: str) -> bytes:
    """Returns an answer as a server sends it."""
    text = body if isinstance(body, str) else json.dumps(body)
    return answer(text.encode(), "Content-Type: application/json", *more, status=status)


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        (ok("{}", "500 Broken"), "upstream_down"),
        (ok("{}", "404 Gone"), "upstream_changed"),
        (ok("{}", "401 Who"), "credential"),
        (ok("{}", "429 Slow", "Retry-After: 60"), "rate_limited"),
    ],
)
def test_a_declared_error_that_a_service_caused_is_its_incident(
    workspace: Watched, bad: bytes, failure: str
) -> None:
    with Server(says(ok()), says(bad)) as server:
        reading(workspace, server)
        assert execute(workspace, "double", {"number": 1}).outcome == Value(output=4)
        done = execute(workspace, "double", {"number": 1})

    assert done.to_dict()["outcome"] == "error:no_answer"
    assert workspace.incident().failure == failure


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({"city": "Oslo", "temperature": 3.5}, "upstream_changed"),
        ({"city": None, "temp": 3.5}, None),
        ({"city": "Oslo", "temp": 3.5, "more": 1}, None),
        ({"city": "Oslo", "temp": 9.1}, None),
    ],
)
def test_a_changed_answer_matters_only_if_it_changes_what_the_app_says(
    workspace: Watched, body: Any, failure: str | None
) -> None:
    with Server(says(ok()), says(ok(body))) as server:
        reading(workspace, server)
        for _ in range(2):
            execute(workspace, "double", {"number": 1})
    assert [row.failure for row in workspace.incidents()] == ([] if failure is None else [failure])


def test_a_run_that_gets_further_when_repeated_got_past_what_was_wrong(workspace: Watched) -> None:
    grow = "if (input.number === 2) 'x'.repeat(3e7).split('');"
    with Server(says(ok())) as server:
        reading(workspace, server, READS.replace("{\n", f"{{ {grow}\n", 1))
        assert execute(workspace, "double", {"number": 1}).outcome == Value(output=4)
        execute(workspace, "double", {"number": 2})
        assert server.connections == 1
    assert workspace.incident().failure in ("code_bug", "resource")

    workspace.__dict__["executor"] = FaultyAt(workspace.executor, 3)
    execute(workspace, "double", {"number": 3})
    assert workspace.incidents()[0].failure == "engine_fault"


def test_a_request_that_changes_nothing_is_repeated_and_one_that_does_is_not(workspace: Watched) -> None:
    waits: list[float] = []
    workspace.sleep = waits.append
    busy = ok("{}", "503 Busy", "Retry-After: 2")
    with Server(says(busy), says(ok())) as server:
        reading(workspace, server)
        done = execute(workspace, "double", {"number": 1})
    assert (done.outcome, waits) == (Value(output=4), [2.0])
    assert workspace.journal.notes([done.run])[done.run].retries == 1
    assert workspace.incidents() == []

    with Server(says(busy), says(ok())) as server:
        reading(workspace, server, READS.replace("{ url:", "{ method: 'POST', url:"))
        assert execute(workspace, "double", {"number": 1}).to_dict()["outcome"] == "error:no_answer"
        assert server.connections == 1


def test_a_host_that_keeps_failing_is_left_alone_for_a_while(workspace: Watched) -> None:
    with Server(says(ok("{}", "500 Broken"))) as server:
        reading(workspace, server)
        for _ in range(7):
            execute(workspace, "double", {"number": 1})
        assert server.connections == 5
        workspace.clock = lambda: 1_900_000_000.0
        execute(workspace, "double", {"number": 1})
        assert server.connections == 6
    assert {row.failure for row in workspace.incidents()} == {"upstream_down"}


def test_a_failed_run_that_was_not_looked_at_is_looked_at_later(workspace: Watched) -> None:
    put("function main(input) { return input.list.length; }")
    workspace.later = lambda work: None  # the process is killed
    run = execute(workspace, "double", {"number": 6}).run
    assert workspace.incidents() == []

    for _ in range(2):
        catch_up(workspace)
    found = workspace.incident()
    assert (found.failure, found.runs, found.run) == ("code_bug", 1, run)


def test_a_journal_that_is_damaged_costs_no_answer(workspace: Watched) -> None:
    put("function main(input) { return input.list.length; }")
    workspace.home.journal.mkdir(parents=True)  # moved aside
    assert isinstance(execute(workspace, "double", {"number": 6}).outcome, Failed)
    assert workspace.incident().failure == "code_bug"
