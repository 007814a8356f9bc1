"""Apps that give different results on different engines: in the gate, for the user, and in the verdict."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mapp.errors import InvalidApp
from mapp.model.verdict import Result, Verdict
from mapp.ops.check.gate import accepting_engines, is_proof
from mapp.ops.compile import review
from mapp.sandbox.engine import installed
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.spawning import SpawningExecutor
from mapp.validate.gate import checks_for
from support.apps import Draft, app
from support.terminal import mapp

pytestmark = pytest.mark.skipif(len(installed()) < 2, reason="there is one engine here")

UNLIKE = "function main(input) { return /\\p{Lu}/iu.test('A') ? input.number * 2 : 1; }\n"
HINT = "--accept-engine-difference"


@pytest.fixture(autouse=True)
def behind_all_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForkingExecutor, "isolation", "full")
    monkeypatch.setattr(SpawningExecutor, "isolation", "full")


def unlike() -> Draft:
    return app("double").source(UNLIKE)


def engines_of(verdict: object) -> dict[str, object]:
    assert isinstance(verdict, dict)
    (found,) = [row for row in verdict["checks"] if row["check"] == "engines"]
    return dict(found)


def test_an_app_on_which_engines_agree_is_added_with_a_verdict_that_names_them(world: Path) -> None:
    added = mapp("add", str(app("double").write(world / "work" / "double")), "--json")
    verdict = mapp("verdict", "double", "--json").json
    found = engines_of(verdict)
    evidence = found["evidence"]

    assert added.code == 0
    assert verdict["engine"].startswith("quickjs-ng 0.17")
    assert isinstance(evidence, dict)
    assert [name[:25] for name in evidence] == ["quickjs-ng 0.11.0 (dukpy "]
    assert found["status"] == "passed"


def test_an_app_on_which_engines_differ_is_refused_with_the_option_that_accepts_it(world: Path) -> None:
    folder = unlike().write(world / "work" / "double")
    refused = mapp("add", str(folder), "--json")
    error = refused.json["error"]

    assert (refused.code, error["code"]) == (8, "MAPP-0810")
    assert HINT in error["hint"]
    assert mapp("list", "--json").json["apps"] == []


def test_a_user_can_accept_the_difference_and_the_verdict_records_it(world: Path) -> None:
    folder = unlike().write(world / "work" / "double")
    added = mapp("add", str(folder), HINT, "--json")
    verdict = mapp("verdict", "double", "--json").json
    found = engines_of(verdict)
    evidence, problems = found["evidence"], found["problems"]

    assert (added.code, added.json["passed"]) == (0, True)
    assert (verdict["passed"], verdict["forced"]) == (True, False)
    assert isinstance(evidence, dict) and evidence["accepted"] is True
    assert isinstance(problems, list) and "gave 1" in problems[0]["message"]


def test_accepting_a_difference_between_engines_accepts_no_other_failure(world: Path) -> None:
    folder = unlike().example({"number": 3}, output=7).write(world / "work" / "double")

    assert mapp("add", str(folder), HINT).code == 8


def test_below_full_isolation_a_faulty_engine_is_left_out_and_the_verdict_says_so(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (ForkingExecutor, SpawningExecutor):
        monkeypatch.setattr(kind, "isolation", "process")
    added = mapp("add", str(unlike().write(world / "work" / "double")), "--json")
    found = engines_of(mapp("verdict", "double", "--json").json)
    evidence = found["evidence"]

    assert added.code == 0
    assert found["status"] == "skipped"
    assert isinstance(evidence, dict)
    assert "quickjs-ng#1368" in evidence["why"] and "does not isolate fully" in evidence["why"]


def test_below_full_isolation_a_sound_engine_is_still_compared_with(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in (ForkingExecutor, SpawningExecutor):
        monkeypatch.setattr(kind, "isolation", "process")
    monkeypatch.setenv("MAPP_ENGINE", "dukpy")
    refused = mapp("add", str(app("double").write(world / "work" / "double")), "--json")
    found = engines_of(mapp("verdict", "double", "--json").json)

    assert refused.code == 0
    assert found["status"] == "passed"


def verdict_with(*checks: str, failed: str = "") -> Verdict:
    results = tuple(Result(check=name, status="failed" if name == failed else "passed") for name in checks)
    return Verdict(
        app="double", version="1.0.0", tree="t", base=None, kind="add", mapp="0.1.0", engine="an engine",
        seed=1, inputs=100, results=results,
    )  # fmt: skip


NAMES = [check.id for check in checks_for("add", compares=False)]


def test_a_verdict_of_a_mapp_without_this_check_still_counts() -> None:
    before = [name for name in NAMES if name != "engines"]

    assert is_proof(verdict_with(*NAMES), "add", base=None)
    assert is_proof(verdict_with(*before), "add", base=None)
    assert not is_proof(verdict_with(*before[1:]), "add", base=None)


def test_a_verdict_in_which_engines_differ_counts_when_only_that_is_accepted() -> None:
    unlike = verdict_with(*NAMES, failed="engines")
    broken = verdict_with(*NAMES, failed="examples")

    assert not is_proof(unlike, "add", base=None)
    assert is_proof(accepting_engines(unlike), "add", base=None)
    assert not is_proof(accepting_engines(broken), "add", base=None)
    found = {row.check: dict(row.evidence) for row in accepting_engines(unlike).results}
    assert found["engines"] == {"accepted": True}
    assert not any(found[name] for name in NAMES if name != "engines")


def test_the_option_to_accept_needs_the_option_to_approve() -> None:
    assert mapp("review", "c1", HINT).code == 2


@pytest.mark.parametrize(
    ("failed", "accept", "merged"),
    [("engines", True, True), ("engines", False, False), ("examples", True, False)],
)
def test_a_change_with_a_difference_is_approved_only_if_that_is_accepted(
    failed: str, accept: bool, merged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Verdict] = []
    change = SimpleNamespace(id="c1", kind="add", branch="compile/c1")
    workspace: Any = SimpleNamespace(home=SimpleNamespace(journal=None))
    monkeypatch.setattr(review, "Changes", lambda journal: SimpleNamespace(get=lambda identity: change))
    monkeypatch.setattr(review, "verdict_of_change", lambda *_: verdict_with(*NAMES, failed=failed))
    monkeypatch.setattr(review, "source_of", lambda *_: SimpleNamespace(base_tree=lambda: None))
    monkeypatch.setattr(review, "merge_change", lambda space, what, verdict: kept.append(verdict))

    if merged:
        review.approve_change(workspace, "c1", accept_engine_difference=accept)
        assert {row.check for row in kept[0].results if row.evidence} == {"engines"}
    else:
        with pytest.raises(InvalidApp, match="is not proven"):
            review.approve_change(workspace, "c1", accept_engine_difference=accept)
        assert kept == []
