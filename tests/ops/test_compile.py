"""A request becomes a proven program: contract, code, proof, branch and merge, paid for once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mapp.author.failures import CoderFailed, Unavailable
from mapp.author.scripted import ScriptedCoder
from mapp.errors import PermissionNeeded
from mapp.library import catalogue
from mapp.library.verdicts import recorded
from mapp.model.values import canonical
from mapp.observe.changes import Changes
from mapp.ops.coders import open_ledger
from mapp.ops.compile import Compiled, compile_app
from mapp.ops.execute import execute
from support.authors import RIGHT, WRONG, Decided, contract, quiet
from support.library import Built, fsck, git, library

REQUEST = "multiply a number by three"


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def compiled(built: Built, coder: ScriptedCoder, person: Decided | None = None) -> Compiled:
    return compile_app(
        built.workspace, REQUEST, person=person or Decided(), watch=quiet, name="triple", coder=coder
    )


def test_wrong_code_is_sent_back_with_the_fault_and_right_code_is_merged(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}])
    found = compiled(built, coder)

    assert found.committed is not None
    assert (found.change.state, found.rounds) == ("merged", 3)
    assert execute(built.workspace, "triple", {"number": 300}).outcome.output == 900  # type: ignore[union-attr]
    report = coder.asked[2].brief.report
    assert "FAILED properties" in report and "prop_a_third_is_the_input" in report
    fsck(built.home.root)


def test_history_and_verdict_tell_who_wrote_it_and_what_it_cost(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))
    head = next(catalogue.history(built.home, "triple"))

    assert head.trailers["Mapp-Operation"] == "compile"
    assert head.trailers["Mapp-Request"] == REQUEST
    assert head.trailers["Mapp-Coder"] == "scripted"
    assert int(head.trailers["Mapp-Tokens-In"]) == found.spend.tokens_in > 0
    assert head.trailers["Mapp-Verdict"] == "passed"
    verdict = recorded(built.home, "triple").verdict
    assert verdict is not None and verdict.passed and verdict.kind == "compile"
    branches = git(built.repository("triple"), "branch", "--list", "--format=%(refname:short)")
    assert f"compile/{found.change.id}" in branches or branches == "main"


def test_the_coder_of_the_code_sees_neither_requests_nor_what_is_held_back(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), {"main.js": RIGHT}])
    compiled(built, coder)
    app = catalogue.load(built.home, "triple")
    seen = coder.asked[1].workspace

    assert set(seen) == {"mapp.toml", "tests/properties.js", "tests/examples.jsonl"}
    hidden = [row for row in app.examples if row.held_back]
    assert hidden, "some are held back"
    shown = seen["tests/examples.jsonl"].decode()
    assert all(canonical(dict(row.input)) not in shown.replace(" ", "") for row in hidden)


def test_a_contract_that_contradicts_itself_is_sent_back_before_any_code_is_paid_for(built: Built) -> None:
    wrong = contract()
    wrong["tests/examples.jsonl"] += '{"input": {"number": 5}, "output": 16}\n'
    coder = ScriptedCoder(answers=[wrong, contract(), {"main.js": RIGHT}])
    compiled(built, coder)

    assert [row.brief.phase for row in coder.asked] == ["contract", "contract", "code"]
    assert "contradicts prop_a_third_is_the_input" in coder.asked[1].brief.report


def test_the_person_corrects_the_contract(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), contract(), {"main.js": RIGHT}])
    changed = contract()
    changed["mapp.toml"] = changed["mapp.toml"].replace("Multiplies", "Triples")
    coder.answers = [contract(), changed, {"main.js": RIGHT}]
    compiled(built, coder, Decided(corrections=["call it tripling"]))

    assert "call it tripling" in coder.asked[1].brief.report
    assert catalogue.load(built.home, "triple").manifest.description.startswith("Triples")


def test_code_that_never_passes_keeps_its_branch_and_leaves_the_library_alone(built: Built) -> None:
    wrongs = [WRONG.replace("100", str(number)) for number in range(100, 130)]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": wrong} for wrong in wrongs)])
    found = compiled(built, coder)

    assert found.committed is None
    assert found.change.state == "failed"
    assert catalogue.names(built.home) == ()
    assert Changes(built.home.journal).get(found.change.id).detail.startswith("the gate refuses it")


def test_after_two_failures_alike_the_next_round_starts_afresh(built: Built) -> None:
    wrongs = [WRONG, WRONG.replace("100", "101"), WRONG.replace("100", "102")]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": code} for code in (*wrongs, RIGHT))])
    compiled(built, coder)

    assert "main.js" in coder.asked[2].workspace
    assert "main.js" not in coder.asked[3].workspace


def test_nothing_is_spent_when_nobody_says_so(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract()])
    with pytest.raises(PermissionNeeded):
        compiled(built, coder, Decided(spends=False))

    assert coder.asked == []
    assert Changes(built.home.journal).waiting() == []


def test_a_broken_connection_leaves_a_change_that_can_be_resumed_without_paying_twice(built: Built) -> None:
    failing = ScriptedCoder(answers=[contract(), Unavailable("the line is dead")])
    with pytest.raises(CoderFailed) as caught:
        compiled(built, failing)
    (change,) = Changes(built.home.journal).waiting()

    assert f"--resume {change.id}" in caught.value.hint
    assert open_ledger(built.workspace).answer(change.id, "contract", 1) is not None
