"""Finding the commit that changed what a recorded run comes to."""

from __future__ import annotations

import contextlib
import random
from itertools import pairwise

import pytest

from mapp.errors import NotFound, UsageError
from mapp.git.repository import Repository
from mapp.ops.manage import bisect as module
from mapp.ops.manage.bisect import NotReproducible, bisect
from mapp.ops.run.execute import execute
from support.apps import Draft, app
from support.library import SOMEBODY, Built
from support.terminal import mapp

TIMES = "function main(input) {{\n  return input.number * {};\n}}\n"
STORE = {"store": {"max_kb": 1}}


def _version(number: int, factor: float | str) -> Draft:
    draft = app("double").version(f"1.0.{number}").source(TIMES.format(factor))
    return draft.file("tests/examples.jsonl", "")


def _history(*factors: float | str) -> tuple[Built, list[str]]:
    """Builds an app whose versions multiply by these factors; returns it and the commits, oldest first."""
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    return built, [built.put(_version(number, factor)).commit for number, factor in enumerate(factors)]


def _run(built: Built, commit: str, number: int = 3) -> str:
    return _recorded(built, "double", commit, number)


def _recorded(built: Built, name: str, commit: str, number: int, *grants: str) -> str:
    with contextlib.closing(built.workspace):
        return execute(built.workspace, name, {"number": number}, revision=commit, grants=grants).run


def test_the_first_commit_with_another_outcome_is_found() -> None:
    built, commits = _history(2, 2, 2, 2, 3, 3, 3)
    run = _run(built, commits[1])

    found = mapp("bisect", "double", "--run", run[:-3], "--json")

    assert found.code == 0, found.err
    assert (found.json["commit"], found.json["version"]) == (commits[4], "1.0.4")
    assert found.json["before"] == {"outcome": "ok", "output": 6, "why": ""}
    assert found.json["after"] == {"outcome": "ok", "output": 9, "why": ""}
    assert (found.json["direction"], found.json["changes"], found.json["complete"]) == ("later", 1, True)


def test_if_main_still_gives_the_outcome_the_commit_that_brought_it_is_found() -> None:
    built, commits = _history(2, 2, 3, 3, 3)
    run = _run(built, commits[4])

    found = mapp("bisect", "double", "--run", run)

    assert found.out.startswith(f"commit {commits[2][:10]} changed it: double\n")
    assert "  before ok: 6\n  after  ok: 9\n" in found.out
    assert f"mapp diff double {commits[2][:10]}~ {commits[2][:10]}" in found.err


def test_nothing_changed_it() -> None:
    built, commits = _history(2, 2, 2)

    found = mapp("bisect", "double", "--run", _run(built, commits[0]))

    assert (found.code, found.out) == (1, "no commit changed it: 1 on main give ok: 6\n")


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_change_is_found_in_every_history(seed: int) -> None:
    rng = random.Random(seed)
    factors = [rng.choice([2, 3, 4]) for _ in range(rng.randint(2, 12))]
    built, commits = _history(*factors)
    start = rng.randrange(len(factors))

    with contextlib.closing(built.workspace):
        found = bisect(built.workspace, "double", _run(built, commits[start]))

    later = factors[-1] != factors[start]
    path = range(start, len(factors)) if later else range(start, -1, -1)
    other = next((place for place in path if factors[place] != factors[start]), None)
    wanted = other if later or other is None else other + 1
    assert (found.commit.id if found.commit else None) == (None if wanted is None else commits[wanted])
    outputs = [factors[place] * 3 for place in path]
    assert found.changes == sum(one != two for one, two in pairwise(outputs))


def test_a_person_hears_that_the_outcome_changed_more_than_once() -> None:
    built, commits = _history(2, 3, 2, 3)
    run = _run(built, commits[0])

    found = mapp("bisect", "double", "--run", run)

    assert found.out.startswith(f"commit {commits[1][:10]} ")
    assert "the outcome changed 3 times; this is the first after the run" in found.err


def test_a_long_history_is_searched_in_few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXHAUSTIVE", 10)
    built, commits = _history(*[f"2 + {number} * 0" for number in range(40)], *[3] * 24)
    run = _run(built, commits[0])

    with contextlib.closing(built.workspace):
        found = bisect(built.workspace, "double", run)

    assert found.commit is not None
    assert (found.commit.id, found.tried, found.complete) == (commits[40], 8, False)
    assert "8 of 64 commits were tried" in mapp("bisect", "double", "--run", run).err


def test_a_manifest_that_refuses_the_input_is_an_outcome_of_its_own() -> None:
    built, commits = _history(2, 2, 2)
    narrow = _version(3, 2).stating(input={"number": {"type": "number", "minimum": 0, "maximum": 2}})
    refusing = built.put(narrow).commit
    built.put(_version(4, 2).stating(input={"number": {"type": "number", "minimum": 0, "maximum": 1}}))

    found = mapp("bisect", "double", "--run", _run(built, commits[1]), "--json").json

    assert (found["commit"], found["after"]["outcome"], found["changes"]) == (refusing, "caller_input", 1)
    assert "input.number" in found["after"]["why"] or "number" in found["after"]["why"]


def test_an_argument_left_to_its_default_does_not_keep_older_versions_from_running() -> None:
    built, commits = _history(2, 3)
    more = _version(2, "3 + input.more").taking(
        more={"type": "integer", "minimum": 0, "maximum": 9, "default": 0}
    )
    last = built.put(more).commit

    found = mapp("bisect", "double", "--run", _run(built, last), "--json").json

    assert (found["commit"], found["before"]["output"], found["after"]["output"]) == (commits[1], 6, 9)


def test_a_commit_without_a_valid_app_does_not_stop_the_search() -> None:
    built, commits = _history(2, 2)
    broken = app("double").version("1.0.2").source("function other() {}\n" * 1001)
    text = dict(broken.files)
    repository = Repository.open(built.repository("double"))
    second = repository.commit(text, "by hand\n", SOMEBODY, parents=(commits[1],))
    third = repository.commit(dict(_version(3, 3).files), "by hand\n", SOMEBODY, parents=(second,))
    run = _run(built, commits[0])

    with contextlib.closing(built.workspace):
        found = bisect(built.workspace, "double", run)

    assert found.commit is not None and found.commit.id in (second, third)
    assert found.changes >= 1


def test_a_rollback_counts_as_the_commit_that_brought_the_old_outcome_back() -> None:
    built, commits = _history(2, 3)
    run = _run(built, commits[1])
    assert mapp("rollback", "double", "--force").code == 0

    found = mapp("bisect", "double", "--run", run, "--json").json

    assert found["trailers"]["Mapp-Operation"] == "rollback"
    assert (found["before"]["output"], found["after"]["output"]) == (9, 6)


def test_host_calls_are_answered_from_the_recording() -> None:
    counting = "function main(input, host) {{ const n = (host.store.get('n') || {}) + 1; return n; }}\n"
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    drafts = [
        app("count").version(f"1.0.{number}").stating(capabilities=STORE).source(counting.format(first))
        for number, first in enumerate((0, 0, 5))
    ]
    commits = [built.put(draft).commit for draft in drafts]
    run = _recorded(built, "count", commits[0], 1, "store")

    found = mapp("bisect", "count", "--run", run, "--json").json

    assert (found["commit"], found["after"]["output"]) == (commits[2], 6)


def test_failures_are_found_like_values() -> None:
    built, commits = _history(2, 2, "undefinedName", "undefinedName")

    found = mapp("bisect", "double", "--run", _run(built, commits[0]), "--json").json

    assert (found["commit"], found["after"]["outcome"]) == (commits[2], "threw")
    assert "undefinedName" in found["after"]["why"]


def test_what_cannot_be_searched_is_refused_with_a_reason() -> None:
    built, commits = _history(2, 3)
    built.put(app("other"))
    run = _run(built, commits[0])
    with contextlib.closing(built.workspace):
        with pytest.raises(UsageError, match="is a run of double"):
            bisect(built.workspace, "other", run)
        with pytest.raises(NotFound):
            bisect(built.workspace, "double", "0000")
        built.workspace.journal._write(
            lambda connection: connection.execute("UPDATE runs SET output = '7' WHERE id = ?", [run])
        )
        with pytest.raises(NotReproducible, match="came to ok"):
            bisect(built.workspace, "double", run)
        built.workspace.journal._write(
            lambda connection: connection.execute(
                'UPDATE runs SET "commit" = ?, tree = ? WHERE id = ?', ["1" * 40, "2" * 40, run]
            )
        )
        with pytest.raises(NotFound, match="is not on main of double"):
            bisect(built.workspace, "double", run)
        built.workspace.journal._write(
            lambda connection: connection.execute(
                "UPDATE runs SET outcome = 'host_fault' WHERE id = ?", [run]
            )
        )
        with pytest.raises(UsageError, match="the machine failed"):
            bisect(built.workspace, "double", run)
        built.workspace.journal._write(
            lambda connection: connection.execute("UPDATE runs SET input = NULL WHERE id = ?", [run])
        )
        with pytest.raises(NotFound, match="was not kept"):
            bisect(built.workspace, "double", run)
