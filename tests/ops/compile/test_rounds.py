"""The loops that write an app: what is sent back, what a coder sees, and when they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import CoderFailed
from mapp.library import read
from mapp.model.values import canonical
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops.compile import rounds
from mapp.ops.compile.compile import expand_app
from mapp.ops.run.execute import execute
from mapp.sandbox.host_faults import Lost
from mapp.validate.trial import Trial
from support.authors import MANIFEST, RIGHT, WRONG, Decided, contract, quiet
from support.compiling import FEW, LOOSE, PLUS, asked_with_triple_near, chooses, compiled, loose
from support.library import Built, fsck, library


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_wrong_code_is_sent_back_with_the_fault_and_right_code_is_merged(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}])
    found = compiled(built, coder)

    assert found.committed is not None
    assert (found.change.state, found.rounds) == ("merged", 3)
    assert execute(built.workspace, "triple", {"number": 300}).outcome.output == 900  # type: ignore[union-attr]
    report = coder.asked[2].brief.report
    assert "FAILED properties" in report and "prop_a_third_is_the_input" in report
    assert "FAILED examples" in report and '\n  input {"number":' in report
    fsck(built.home.root)


def test_an_unusable_answer_does_not_lose_the_report(built: Built) -> None:
    same = {"main.js": WRONG}
    coder = ScriptedCoder(answers=[contract(), same, same, same, {"main.js": RIGHT}])
    found = compiled(built, coder)

    assert found.committed is not None
    for row in coder.asked[3:]:
        assert row.brief.report.count("the answer changes none of the files") == 1
        assert "prop_a_third_is_the_input" in row.brief.report


def test_a_coder_that_writes_code_sees_neither_requests_nor_held_back_examples(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), {"main.js": RIGHT}])
    compiled(built, coder)
    app = read.load(built.home, "triple")
    seen = coder.asked[1].files

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


def test_the_user_can_correct_the_contract(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract(), contract(), {"main.js": RIGHT}])
    changed = contract()
    changed["mapp.toml"] = changed["mapp.toml"].replace("Multiplies", "Triples")
    coder.answers = [contract(), changed, {"main.js": RIGHT}]
    compiled(built, coder, Decided(corrections=["call it tripling"]))

    assert "call it tripling" in coder.asked[1].brief.report
    assert read.load(built.home, "triple").manifest.description.startswith("Triples")


def test_code_that_never_passes_keeps_its_branch_and_changes_nothing_in_the_library(built: Built) -> None:
    wrongs = [WRONG.replace("100", str(number)) for number in range(100, 130)]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": wrong} for wrong in wrongs)])
    found = compiled(built, coder)

    assert found.committed is None
    assert found.change.state == "failed"
    assert read.names(built.home) == ()
    assert Changes(built.home.journal).get(found.change.id).detail.startswith("the gate refuses it")


def test_after_two_equal_failures_the_next_round_starts_from_scratch(built: Built) -> None:
    wrongs = [WRONG, WRONG.replace("100", "101"), WRONG.replace("100", "102")]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": code} for code in (*wrongs, RIGHT))])
    compiled(built, coder)

    assert "main.js" in coder.asked[2].files
    assert "main.js" not in coder.asked[3].files


def test_more_requests_for_an_unchanged_interface_need_no_new_code(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    rows = "".join(
        json.dumps({"request": f"{words} {number}", "arguments": {"number": number}}) + "\n"
        for words in ("make it threefold:", "the triple amount of")
        for number in (6, 35, 81)
    )
    wider = {
        "mapp.toml": MANIFEST.format(name="triple").replace("0.1.0", "0.2.0"),
        "tests/requests.jsonl": rows,
    }
    coder = ScriptedCoder(answers=[wider])
    found = expand_app(
        built.workspace,
        "triple",
        "make it threefold: 6",
        person=Decided(),
        watch=quiet,
        coder=coder,
        options=FEW,
    )

    assert found.committed is not None and found.committed.version == "0.2.0"
    assert [row.brief.phase for row in coder.asked] == ["contract"]
    assert found.verdict is not None and found.verdict.passed
    assert read.load(built.home, "triple").source == RIGHT


def test_a_new_argument_needs_code_even_without_a_test_for_it(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE
    coder = ScriptedCoder(answers=[wider])
    with pytest.raises(CoderFailed, match="no more answers"):
        expand_app(
            built.workspace,
            "triple",
            "also add a little",
            person=Decided(),
            watch=quiet,
            coder=coder,
            options=FEW,
        )

    assert coder.asked[-1].brief.phase == "code", "the old code would pass, and ignore it"


@pytest.mark.parametrize("text", ["", "[]", '{"choice": "perhaps"}', '{"choice": "use", "app": "vat"}'])
def test_an_invalid_choice_is_sent_back(built: Built, text: str) -> None:
    coder = ScriptedCoder(answers=[{"choice.json": text}, chooses("use", "triple")])
    found = asked_with_triple_near(built, coder, "treble it")

    assert found.used == "triple"
    assert "choice.json" in coder.asked[1].brief.report


def test_a_name_that_is_taken_is_sent_back(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract("triple"), contract("trebler"), {"main.js": RIGHT}])
    asked_with_triple_near(built, coder, "treble it", new=True)

    assert "name: is taken" in coder.asked[1].brief.report
    assert read.names(built.home) == ("trebler", "triple")


def test_a_verdict_with_a_host_fault_is_formed_again(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, spoiled = rounds.judged, []  # type: ignore[attr-defined, var-annotated]

    def judged(trial: Trial, tree: str, **more: Any) -> Verdict:
        if not spoiled:
            spoiled.append(tree)
            raise Lost("its process was ended from outside by SIGKILL")
        verdict: Verdict = judge(trial, tree, **more)
        return verdict

    monkeypatch.setattr(rounds, "judged", judged)
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))

    assert spoiled and found.committed is not None and found.rounds == 2
