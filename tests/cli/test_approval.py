"""What a person is asked about a change, and how its result is shown."""

from __future__ import annotations

import json
from dataclasses import replace

import click
import pytest

from mapp.author.coder import Progress
from mapp.library.landing import Committed
from mapp.model.app import Example
from mapp.model.change import Change
from mapp.model.change_spec import Choice, CompileSpec
from mapp.model.spend import ModelCall, Spend
from mapp.model.verdict import Result
from mapp.ops.compile.approval import Changed, Estimate
from mapp_cli.approval import (
    FAILED,
    TerminalApprover,
    Watcher,
    show_changed,
    show_standing,
    watching,
)
from mapp_cli.console import Console
from support.apps import app
from support.asking import asking
from support.library import library
from support.verdicts import passing

ESTIMATE = Estimate(
    kind="expand", app="vat", request="also reduced rates", coder="scripted", budget="", near=("tip", "net")
)
CHANGE = Change(
    id="019a",
    began=1.0,
    app="double",
    request="double 4",
    coder="scripted",
    spec=CompileSpec(),
    detail="no time",
)
CHANGED = Changed(change=CHANGE, verdict=None, committed=None, spend=Spend(tokens_in=1_500), rounds=2)


class Person(Console):
    """A console at which a person can be asked; records the questions and gives each the same answer."""

    def __init__(self, *, says: bool) -> None:
        super().__init__()
        self.says = says
        self.questions: list[str] = []

    @property
    def can_ask(self) -> bool:
        return True

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        return self.says


def test_the_plan_is_shown_before_the_person_is_asked_and_no_answer_spends_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    person = Person(says=False)
    assert not TerminalApprover(console=person, yes=False, merge="ask").approve_spend(ESTIMATE)

    shown = capsys.readouterr().err
    assert "an extension of vat, written by scripted: also reduced rates" in shown
    assert "nearest in the library: tip, net" in shown and "at most any amount for this change" in shown
    assert person.questions == ["spend that?"]


def test_without_a_terminal_only_the_option_approves_the_cost() -> None:
    assert not TerminalApprover(console=Console(), yes=False, merge="ask").approve_spend(ESTIMATE)
    assert TerminalApprover(console=Console(), yes=True, merge="ask").approve_spend(ESTIMATE)


@pytest.mark.parametrize(
    ("merge", "yes", "says", "merges", "asked"),
    [
        ("auto", False, False, True, 0),
        ("review", True, True, False, 0),
        ("ask", True, False, True, 0),
        ("ask", False, True, True, 1),
        ("ask", False, False, False, 1),
    ],
)
def test_the_setting_comes_before_the_option_and_the_option_before_the_question(
    merge: str, *, yes: bool, says: bool, merges: bool, asked: int
) -> None:
    person = Person(says=says)
    approver = TerminalApprover(console=person, yes=yes, merge=merge)

    assert approver.approve_merge(replace(CHANGED, verdict=passing(app()))) is merges
    assert person.questions == ["merge double?"] * asked


@pytest.mark.parametrize(("typed", "wanted"), [("", None), ("  ", None), (" round up ", "round up")])
def test_a_person_accepts_a_contract_with_an_empty_line_or_types_what_to_change(
    typed: str, wanted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click, "prompt", lambda *_, **__: typed)
    person = Person(says=True)

    assert (
        TerminalApprover(console=person, yes=False, merge="ask").review_contract(app().read(), None) == wanted
    )
    assert TerminalApprover(console=person, yes=True, merge="ask").review_contract(app().read(), None) is None


def test_verdict_questions_and_cost_are_shown_before_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    class Reader(Person):
        def confirm(self, question: str) -> bool:
            self.shown = capsys.readouterr().err
            return super().confirm(question)

    person = Reader(says=True)
    evidence = (
        ("score", 1.0),
        ("mutants", 7),
        ("killed", 7),
        ("survived", 0),
        ("undecided", 0),
        ("inputs", 90),
    )
    mutation = Result(check="mutation", status="passed", evidence=evidence, questions=(asking(),))
    verdict = replace(passing(app()), results=(mutation,))
    TerminalApprover(console=person, yes=False, merge="ask").approve_merge(replace(CHANGED, verdict=verdict))

    assert "  ok     mutation (0)" in person.shown
    assert (
        "mutation score 100%: tried 7 faults on 90 inputs: 7 noticed, 0 not, 0 without effect" in person.shown
    )
    assert "Which is right?" in person.shown
    assert "2 rounds, 1,500 tokens read and 0 written, $0.00, 0 s" in person.shown


def test_the_proof_lists_the_examples_that_a_second_opinion_gave(capsys: pytest.CaptureFixture[str]) -> None:
    row = Example(input=(("number", 901),), output=2703)
    change = replace(CHANGED.change, spec=CompileSpec(opinions=(row,)))
    proven = replace(CHANGED, change=change)
    TerminalApprover(console=Console(), yes=True, merge="ask").approve_merge(proven)

    shown = capsys.readouterr().err
    assert "a second opinion answered what the tests left open; these are examples now:" in shown
    assert '  for {"number":901} the answer is 2703\n' in shown
    assert proven.to_dict()["opinions"] == [{"input": {"number": 901}, "output": 2703}]


@pytest.mark.parametrize(("merge", "yes"), [("auto", False), ("review", False), ("ask", True)])
def test_nothing_is_asked_when_the_merge_is_not(merge: str, *, yes: bool) -> None:
    approver = TerminalApprover(console=Person(says=True), yes=yes, merge=merge)

    assert approver.answer_questions(app().read(), [asking()]) is None


def test_a_step_that_is_repeated_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    watch = watching(Console())
    for doing in ("asking m", "asking m", "checking", "asking m"):
        watch(Progress(doing=doing))
    assert capsys.readouterr().err.split("\n")[:-1] == ["  … asking m", "  … checking", "  … asking m"]


def test_the_line_says_what_is_running_for_how_long_what_it_cost_and_why_the_last_round_failed() -> None:
    ticks = iter((0.0, 102.0))
    watch = Watcher(Console(), clock=lambda: next(ticks))
    spend = Spend(tokens_in=12_000, tokens_out=300, cost_micros=80_000)
    step = Progress(
        doing="checking", check="mutation", phase="code", round=2, spend=spend, last="FAILED a\nb"
    )
    watch(step)

    assert watch.line() == (
        "code, round 2 · checking mutation · 1:42 · 12,300 tokens, $0.08 so far · last round: FAILED a b"
    )


def test_an_app_that_stands_already_costs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_standing(Console(), "vat", as_json=False) == 0
    assert capsys.readouterr().out == "vat does this already; nothing was spent\n"
    assert show_standing(Console(), "vat", as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["app"], document["standing"], document["change"]) == ("vat", True, None)


def test_the_exit_code_and_the_next_command_depend_on_how_a_change_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    workspace = library().app("double").build().workspace
    used = replace(
        CHANGE,
        detail="times does it",
        spec=CompileSpec(choice=Choice(kind="use", app="times", reason="same")),
    )
    call = ModelCall(phase="code", round=1, state="answered", spend=Spend(tokens_in=5))
    committed = Committed(name="double", version="1.0.0", commit="c0ffee" * 6, tree="t", changed=True)
    proven = replace(CHANGED, verdict=passing(app()))
    for changed, code, shown in (
        (replace(CHANGED, calls=(call,)), FAILED, "mapp compile --resume 019a"),
        (replace(CHANGED, verdict=passing(app(), "failed")), FAILED, "double is not proven: no time"),
        (proven, 0, "to merge it: mapp review 019a --approve"),
        (replace(proven, committed=committed), 0, "merged double 1.0.0 (c0ffeec0ff)"),
        (replace(CHANGED, change=used), 0, "times does it"),
    ):
        assert show_changed(Console(), workspace, changed, as_json=False) == code
        found = capsys.readouterr()
        assert shown in found.out + found.err
        cost = "2 rounds, 1,500 tokens read and 0 written, $0.00, 0 s"
        # Of a proven change, it was shown before the merge.
        assert (cost in found.err) is (changed.verdict is None or not changed.verdict.passed)
        assert show_changed(Console(), workspace, changed, as_json=True) == code
        assert json.loads(capsys.readouterr().out)["change"]["id"] == "019a"
