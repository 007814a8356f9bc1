"""How far a heal goes by itself: the strictest of settings, app and fix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mapp.config import Config
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.model.app import Example
from mapp.model.change_spec import HealSpec, Truth
from mapp.model.outcome import Value
from mapp.model.question import Question
from mapp.model.verdict import Result, Verdict
from mapp.ops.heal.ladder import rung_of_app, rung_of_fix, rung_of_settings, strictest
from support.apps import app
from support.library import Built, library, proposal


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


@pytest.mark.parametrize(
    ("heal", "merge", "rung"),
    [
        ("off", "auto", "tell"),
        ("off", "review", "tell"),
        ("propose", "auto", "propose"),
        ("propose", "ask", "propose"),
        ("merge", "auto", "merge"),
        ("merge", "ask", "propose"),
        ("merge", "review", "propose"),
    ],
)
def test_the_stricter_setting_counts(built: Built, heal: Any, merge: Any, rung: str) -> None:
    config: Config = replace(built.workspace.config, heal=heal, merge=merge)
    assert rung_of_settings(config) == rung


def test_the_lowest_rung_is_the_strictest() -> None:
    assert strictest("merge", "tell", "propose") == "tell"


def landed(built: Built, operation: str, *, source: str = "local", **trailers: str) -> None:
    known = {"Mapp-Operation": operation, "Mapp-Verdict": "forced; not checked"}
    known |= {f"Mapp-{name.title()}": text for name, text in trailers.items()}
    draft = app().version(f"1.0.{sum(1 for _ in _versions(built))}")
    put(built.home, proposal(draft, message("double", known), source=source))


def _versions(built: Built) -> Iterator[object]:
    return iter(read.released(built.home, "double")) if built.repository("double").exists() else iter(())


def test_only_what_mapp_wrote_itself_may_be_merged(built: Built) -> None:
    landed(built, "compile")
    assert rung_of_app(built.home, read.load(built.home, "double")) == ("merge", "")
    for operation in ("heal", "rollback", "counterexample"):
        landed(built, operation)
        assert rung_of_app(built.home, read.load(built.home, "double"))[0] == "merge"
    landed(built, "edit")
    rung, why = rung_of_app(built.home, read.load(built.home, "double"))
    assert rung == "propose" and "a person" in why


def test_an_app_that_a_person_edited_before_its_merge_is_a_persons(built: Built) -> None:
    landed(built, "compile", edited="by hand")
    assert rung_of_app(built.home, read.load(built.home, "double"))[0] == "propose"


def test_an_app_of_somebody_else_stops_at_a_proposal(built: Built) -> None:
    landed(built, "compile", source="https://example.com/double.git")
    rung, why = rung_of_app(built.home, read.load(built.home, "double"))
    assert rung == "propose" and "example.com" in why


@pytest.mark.parametrize(
    "capabilities",
    [{"clock": True}, {"store": {"max_kb": 4}}, {"http": [{"host": "api.example.com", "methods": ["GET"]}]}],
)
def test_an_app_that_is_not_pure_stops_at_a_proposal(built: Built, capabilities: dict[str, Any]) -> None:
    draft = app().stating(capabilities=capabilities)
    text = message("double", {"Mapp-Operation": "compile", "Mapp-Verdict": "forced; not checked"})
    put(built.home, proposal(draft, text))
    assert rung_of_app(built.home, read.load(built.home, "double"))[0] == "propose"


def spec(truth: Truth) -> HealSpec:
    return HealSpec(
        base="0" * 40,
        incident="a1",
        fingerprint="v1:0a",
        failure="code_bug",
        run="b2",
        case=Example(input=()),
        truth=truth,
    )


def verdict(*questions: Question) -> Verdict:
    results = (Result(check="differential", status="passed", questions=questions),)
    return Verdict(
        app="double",
        version="1.0.1",
        tree="0" * 40,
        base=None,
        kind="heal",
        mapp="0",
        engine="quickjs",
        seed=1,
        inputs=1,
        results=results,
    )


@pytest.mark.parametrize(
    ("truth", "rung"),
    [
        ("person", "merge"),
        ("declared", "merge"),
        ("predicate", "propose"),
        ("schema", "propose"),
        ("upstream", "propose"),
    ],
)
def test_a_fix_whose_right_outcome_nobody_knows_is_a_proposal(truth: Truth, rung: str) -> None:
    assert rung_of_fix(spec(truth), verdict())[0] == rung


def test_a_fix_that_changes_other_answers_is_a_proposal() -> None:
    changed = Question(
        kind="changed", says="changed", arguments=(("number", 1),), app=Value(output=1), other=Value(output=2)
    )
    assert rung_of_fix(spec("person"), verdict(changed))[0] == "propose"
