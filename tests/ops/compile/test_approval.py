"""The result of a change: which app serves the request, and what `compile --json` prints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.library.landing import Committed
from mapp.model.change import Change, ChangeState
from mapp.model.change_spec import Choice, CompileSpec
from mapp.model.spend import ModelCall, Spend
from mapp.ops.compile.approval import Changed, Duplicate, served_by
from support.apps import app
from support.verdicts import passing

CHANGE = Change(
    id="019a",
    began=1.0,
    app="triple",
    request="triple 4",
    coder="scripted",
    spec=CompileSpec(),
    state="merged",
)
USED = replace(
    CHANGE, state="dropped", spec=CompileSpec(choice=Choice(kind="use", app="times", reason="same"))
)
COMMITTED = Committed(name="triple", version="0.1.0", commit="c0ffee", tree="t", changed=True)


@pytest.mark.parametrize("state", ["open", "proven", "failed", "dropped"])
def test_a_change_that_was_not_merged_serves_nothing(state: ChangeState) -> None:
    assert served_by(replace(CHANGE, state=state)) == ""


def test_a_merged_change_serves_its_own_app_and_a_chosen_app_is_served_instead() -> None:
    assert served_by(CHANGE) == "triple"
    assert served_by(USED) == "times"


def test_a_choice_to_widen_or_to_write_serves_no_other_app() -> None:
    for choice in (Choice(kind="widen", app="times"), Choice(kind="new")):
        change = replace(CHANGE, state="failed", spec=CompileSpec(choice=choice))
        changed = Changed(change=change, verdict=None, committed=None, spend=Spend(), rounds=1)
        assert (served_by(change), changed.used, changed.to_dict()["app"]) == ("", "", "triple")


def test_a_merged_change_is_printed_with_its_version_its_verdict_and_its_calls() -> None:
    call = ModelCall(phase="code", round=1, state="answered", spend=Spend(tokens_in=5))
    document = Changed(
        change=CHANGE,
        verdict=passing(app("triple")),
        committed=COMMITTED,
        spend=Spend(tokens_in=5),
        rounds=1,
        calls=(call,),
    ).to_dict()

    assert (document["app"], document["version"], document["commit"]) == ("triple", "0.1.0", "c0ffee")
    assert document["passed"] is True and document["verdict"]["app"] == "triple"
    assert document["change"] == CHANGE.to_dict() and document["choice"] is None
    assert document["calls"] == [call.to_dict()]


def test_without_a_verdict_or_with_a_failed_check_a_change_has_not_passed() -> None:
    without = Changed(change=USED, verdict=None, committed=None, spend=Spend(), rounds=0)
    failed = replace(without, change=CHANGE, verdict=passing(app("triple"), "failed"))

    assert without.to_dict()["passed"] is failed.to_dict()["passed"] is False
    assert without.to_dict()["verdict"] is without.to_dict()["version"] is without.to_dict()["commit"] is None
    assert (without.to_dict()["app"], without.to_dict()["choice"]["choice"]) == ("times", "use")


def test_a_duplicate_ends_with_the_exit_code_of_a_change_that_is_not_proven() -> None:
    assert Duplicate("does the same as times").exit_code == 8
