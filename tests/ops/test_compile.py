"""A request becomes a proven program: contract, code, proof, branch and merge, paid for once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.author.coder import Near
from mapp.author.failures import CoderFailed, Unavailable
from mapp.author.scripted import ScriptedCoder
from mapp.errors import Busy, InvalidApp, PermissionNeeded
from mapp.library import catalogue
from mapp.library.verdicts import read_verdict, record_verdict, recorded
from mapp.model.decision import Use
from mapp.model.request import Request
from mapp.model.values import canonical
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops import rounds
from mapp.ops.ask import ask
from mapp.ops.changing import Changed, Duplicate, resume
from mapp.ops.coders import open_ledger
from mapp.ops.compile import compile_app, expand_app, read_contract, settled, standing
from mapp.ops.execute import execute
from mapp.ops.gate import Options
from mapp.ops.growing import found_branch
from mapp.ops.reviewing import approve_change, edited, reject_change, review, waiting
from mapp.sandbox.host import Lost
from mapp.validate.trial import Trial
from support.authors import MANIFEST, RIGHT, WRONG, Decided, contract, quiet
from support.library import Built, fsck, git, library

FEW = Options(inputs=30)
REQUEST = "multiply a number by three"


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def compiled(built: Built, coder: ScriptedCoder, person: Decided | None = None) -> Changed:
    return compile_app(
        built.workspace,
        REQUEST,
        person=person or Decided(),
        watch=quiet,
        name="triple",
        coder=coder,
        options=FEW,
    )


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


def test_an_answer_that_cannot_be_used_does_not_take_the_report_with_it(built: Built) -> None:
    same = {"main.js": WRONG}
    coder = ScriptedCoder(answers=[contract(), same, same, same, {"main.js": RIGHT}])
    found = compiled(built, coder)

    assert found.committed is not None
    for row in coder.asked[3:]:
        assert row.brief.report.count("the answer changes nothing") == 1
        assert "prop_a_third_is_the_input" in row.brief.report


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


def test_a_change_that_was_broken_off_is_carried_on_without_paying_twice(built: Built) -> None:
    with pytest.raises(CoderFailed):
        compiled(built, ScriptedCoder(answers=[contract(), Unavailable("the line is dead")]))
    (change,) = Changes(built.home.journal).waiting()
    person, again = Decided(), ScriptedCoder(answers=[{"main.js": RIGHT}])
    found = resume(built.workspace, change.id, person=person, watch=quiet, coder=again, options=FEW)

    assert found.change.state == "merged"
    assert [row.brief.phase for row in again.asked] == ["code"], "the contract is paid for"
    assert execute(built.workspace, "triple", {"number": 5}).outcome.output == 15  # type: ignore[union-attr]


def test_an_approved_contract_is_not_shown_again(built: Built) -> None:
    dead = ScriptedCoder(answers=[contract(), {"main.js": WRONG}, Unavailable("dead")])
    with pytest.raises(CoderFailed):
        compiled(built, dead)
    (change,) = Changes(built.home.journal).waiting()
    person = Decided()
    coder = ScriptedCoder(answers=[{"main.js": RIGHT}])
    resume(built.workspace, change.id, person=person, watch=quiet, coder=coder, options=FEW)

    assert person.contracts == []


def test_a_proven_change_waits_until_it_is_approved(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    shown = review(built.workspace, found.change.id)

    assert (found.change.state, catalogue.names(built.home)) == ("proven", ())
    assert "+  return input.number * 3;" in shown.difference
    assert shown.verdict is not None and shown.verdict.passed
    assert approve_change(built.workspace, found.change.id).name == "triple"
    assert catalogue.names(built.home) == ("triple",)
    assert waiting(built.workspace) == []


def test_a_verdict_that_leaves_out_checks_proves_nothing(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    repository, commit = found_branch(built.workspace, found.change)
    known = read_verdict(repository, repository.tree_of(commit))
    assert known is not None
    for forged in (replace(known, results=known.results[:1]), replace(known, kind="rollback")):
        record_verdict(repository, forged, built.workspace.signature())
        with pytest.raises(InvalidApp, match="is not proven"):
            approve_change(built.workspace, found.change.id)

    assert catalogue.names(built.home) == ()


def test_a_rejected_change_leaves_nothing_but_its_cost(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    reject_change(built.workspace, found.change.id)

    assert not (built.home.root / "changes" / f"{found.change.id}.git").exists()
    assert waiting(built.workspace) == []
    assert open_ledger(built.workspace).sums(found.change.id).change.rounds == 2


def test_an_unproven_change_cannot_be_approved(built: Built) -> None:
    wrongs = [WRONG.replace("100", str(number)) for number in range(100, 106)]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": wrong} for wrong in wrongs)])
    found = compiled(built, coder)
    with pytest.raises(InvalidApp, match="is not proven"):
        approve_change(built.workspace, found.change.id)


PLUS = """\
[input.plus]
type = "integer"
minimum = 0
maximum = 5
default = 0

[output]"""
LOOSE = """
function meta_twice_the_input_is_twice_the_output(input, run) {
  if (Math.abs(input.number) > 500) return true;
  return run({ number: input.number * 2 }).output === run({ number: input.number }).output * 2;
}
function meta_the_opposite_input_has_the_opposite_output(input, run) {
  return run({ number: -input.number }).output === 0 - run({ number: input.number }).output;
}
"""
MORE = """
function meta_plus_adds_that_much(input, run) {
  const bare = run({ number: input.number, plus: 0 });
  const more = run({ number: input.number, plus: input.plus });
  return more.output - bare.output === input.plus;
}
"""


def loose() -> dict[str, str]:
    """Returns a contract whose laws leave room for more arguments."""
    return {**contract(), "tests/properties.js": LOOSE}


def test_an_app_is_widened_as_a_minor_version_that_does_all_that_it_did(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE + MORE
    wider["tests/examples.jsonl"] += '{"input": {"number": 4, "plus": 2}, "output": 14}\n'
    code = "function main(input, host) {\n  return input.number * 3 + input.plus;\n}\n"
    coder = ScriptedCoder(answers=[wider, {"main.js": code}])
    found = expand_app(
        built.workspace,
        "triple",
        "also add a little",
        person=Decided(),
        watch=quiet,
        coder=coder,
        options=FEW,
    )

    assert found.verdict is not None
    assert found.verdict.passed, [str(row) for result in found.verdict.results for row in result.problems]
    assert found.committed is not None and found.committed.version == "0.2.0"
    assert execute(built.workspace, "triple", {"number": 4, "plus": 2}).outcome.output == 14  # type: ignore[union-attr]
    assert execute(built.workspace, "triple", {"number": 4}).outcome.output == 12  # type: ignore[union-attr]
    fsck(built.home.root)


def test_more_wordings_for_what_an_app_does_already_cost_no_code(built: Built) -> None:
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
    assert catalogue.load(built.home, "triple").source == RIGHT


def test_an_argument_that_no_test_speaks_of_still_asks_for_code(built: Built) -> None:
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


def test_what_the_tests_of_an_app_say_word_for_word_is_run_with_their_arguments(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))
    held_back = next(
        phrase for phrase in catalogue.load(built.home, "triple").phrases if phrase.fits and phrase.held_back
    )
    answer = ask(built.workspace, Request(text=f" {held_back.request}\n"))

    assert isinstance(answer.decision, Use), answer.decision
    assert answer.decision.arguments == held_back.arguments
    assert answer.readings[0].probability == 1.0


def test_a_widening_that_changes_what_was_is_refused(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE + MORE
    bad = "function main(input, host) {\n  return input.number * 3 + (input.plus || 1);\n}\n"
    coder = ScriptedCoder(
        answers=[wider, *({"main.js": bad.replace("1;", f"1 + 0 * {n};")} for n in range(6))]
    )
    before = built.state()
    found = expand_app(
        built.workspace,
        "triple",
        "also add a little",
        person=Decided(),
        watch=quiet,
        coder=coder,
        options=FEW,
    )

    assert found.change.state == "failed"
    assert (
        catalogue.load(built.home, "triple").manifest.version
        == catalogue.load(built.home, "triple", "v0.1.0").manifest.version
    )
    assert {path for path in before if path == "mapp.lock"} and built.state()["mapp.lock"] == before[
        "mapp.lock"
    ]


TRIPLES = Near(
    name="triple", description="Multiplies a whole number by three.", interface="(number) -> integer"
)


def chooses(kind: str, app: str = "", **files: str) -> dict[str, str]:
    """Returns an answer that begins with a choice."""
    return {"choice.json": json.dumps({"choice": kind, "app": app, "reason": "as it  should\nbe"}), **files}


def asked_with_triple_near(built: Built, coder: ScriptedCoder, request: str, **options: Any) -> Changed:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    return compile_app(
        built.workspace,
        request,
        person=Decided(),
        watch=quiet,
        near=[TRIPLES],
        coder=coder,
        options=FEW,
        **options,
    )


def test_the_coder_chooses_an_app_that_does_it_already_and_nothing_is_written(built: Built) -> None:
    coder = ScriptedCoder(answers=[chooses("use", "triple")])
    found = asked_with_triple_near(built, coder, "treble it")

    assert (found.used, found.committed, found.change.state) == ("triple", None, "dropped")
    assert found.change.detail == "triple does it: as it should be"
    assert "(number) -> integer" in coder.asked[0].prompt.stable
    assert "choice.json" in coder.asked[0].prompt.fresh
    assert catalogue.names(built.home) == ("triple",)
    assert settled(built.workspace, "treble it") == "triple", "so that it is not asked again"
    assert standing(built.workspace, "treble it", named=True) == "triple"
    assert settled(built.workspace, "treble them") is None


def test_the_coder_chooses_to_widen_and_the_change_goes_on_as_an_expansion(built: Built) -> None:
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE + MORE
    code = "function main(input, host) {\n  return input.number * 3 + input.plus;\n}\n"
    coder = ScriptedCoder(answers=[chooses("widen", "triple"), wider, {"main.js": code}])
    found = asked_with_triple_near(built, coder, "three times, and a little more")

    assert found.committed is not None and found.committed.version == "0.2.0"
    assert (found.change.kind, found.change.app, found.rounds) == ("expand", "triple", 3)
    assert [(row.brief.phase, row.brief.round) for row in coder.asked] == [
        ("contract", 1),
        ("contract", 2),
        ("code", 1),
    ]
    head = next(catalogue.history(built.home, "triple"))
    assert head.trailers["Mapp-Choice"] == "widen triple: as it should be"
    assert "main.js" in coder.asked[1].workspace, "it is shown what is to be widened"


def test_a_widening_that_was_chosen_is_resumed_without_choosing_again(built: Built) -> None:
    dead = ScriptedCoder(answers=[chooses("widen", "triple"), Unavailable("dead")])
    with pytest.raises(CoderFailed):
        asked_with_triple_near(built, dead, "three times, and a little more")
    (change,) = Changes(built.home.journal).waiting()
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE + MORE
    code = "function main(input, host) {\n  return input.number * 3 + input.plus;\n}\n"
    coder = ScriptedCoder(answers=[wider, {"main.js": code}])
    found = resume(built.workspace, change.id, person=Decided(), watch=quiet, coder=coder, options=FEW)

    assert (found.change.state, len(coder.asked)) == ("merged", 2)


def test_the_choice_of_a_new_app_and_its_reason_are_in_its_history(built: Built) -> None:
    plain = contract("treble")
    plain["mapp.toml"] = plain["mapp.toml"].replace("by three", "by three, again")
    coder = ScriptedCoder(answers=[{**plain, **chooses("new")}, {"main.js": RIGHT}])
    found = asked_with_triple_near(built, coder, "treble it", new=True)

    assert found.committed is not None and found.committed.name == "treble"
    rows = list(catalogue.history(built.home, "treble"))
    assert {row.trailers["Mapp-Choice"] for row in rows} == {"new: as it should be"}
    assert "choice.json" not in catalogue.snapshot(built.home, "treble", only=None).files


@pytest.mark.parametrize("text", ["", "[]", '{"choice": "perhaps"}', '{"choice": "use", "app": "vat"}'])
def test_a_choice_that_is_none_is_sent_back(built: Built, text: str) -> None:
    coder = ScriptedCoder(answers=[{"choice.json": text}, chooses("use", "triple")])
    found = asked_with_triple_near(built, coder, "treble it")

    assert found.used == "triple"
    assert "choice.json" in coder.asked[1].brief.report


def test_a_new_app_that_does_what_another_does_is_refused_in_favour_of_that_one(built: Built) -> None:
    renamed = {
        path: text.replace("number", "amount") if path != "tests/requests.jsonl" else text
        for path, text in contract("treble").items()
    }
    renamed["tests/requests.jsonl"] = renamed["tests/requests.jsonl"].replace('"number"', '"amount"')
    coder = ScriptedCoder(answers=[renamed, {"main.js": RIGHT.replace("number", "amount")}])
    with pytest.raises(Duplicate, match="treble does what triple does"):
        asked_with_triple_near(built, coder, "treble it")

    (change,) = waiting(built.workspace)
    assert (change.state, catalogue.names(built.home)) == ("failed", ("triple",))
    assert approve_change(built.workspace, change.id).name == "treble", "a person may have it all the same"


def test_an_app_with_the_same_interface_that_does_something_else_is_no_duplicate(built: Built) -> None:
    fours = {path: text.replace("/ 3", "/ 4") for path, text in contract("fourfold").items()}
    for path in ("tests/examples.jsonl",):
        rows = [json.loads(line) for line in fours[path].splitlines()]
        fours[path] = "".join(
            json.dumps({**row, "output": row["input"]["number"] * 4}) + "\n" for row in rows
        )
    fours["mapp.toml"] = fours["mapp.toml"].replace("3005", "4005").replace("three", "four")
    coder = ScriptedCoder(answers=[fours, {"main.js": RIGHT.replace("* 3", "* 4")}])
    found = asked_with_triple_near(built, coder, "four times")

    assert found.committed is not None and found.committed.name == "fourfold", found


def test_the_contract_names_the_app_unless_the_person_did(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract("trebler"), {"main.js": RIGHT}])
    found = compile_app(built.workspace, REQUEST, person=Decided(), watch=quiet, coder=coder, options=FEW)

    assert found.committed is not None and found.committed.name == "trebler"
    assert found.change.app == "trebler"


def test_a_name_that_is_taken_is_sent_back(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract("triple"), contract("trebler"), {"main.js": RIGHT}])
    asked_with_triple_near(built, coder, "treble it", new=True)

    assert "name: is taken" in coder.asked[1].brief.report
    assert catalogue.names(built.home) == ("trebler", "triple")


def test_each_accepted_round_is_a_commit_and_the_merge_is_another(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": WRONG}, {"main.js": RIGHT}]))
    rows = list(catalogue.history(built.home, "triple"))

    assert [row.subject for row in rows] == [
        "triple: 0.1.0",
        "triple: 0.1.0, proven",
        "triple: the contract",
    ]
    assert [row.trailers["Mapp-Verdict"] for row in rows] == ["passed", "passed", "none"]
    spent = [int(row.trailers["Mapp-Tokens-Out"]) for row in rows]
    assert spent[0] == spent[1] > spent[2] > 0


def test_the_same_request_goes_on_with_the_change_that_is_open(built: Built) -> None:
    with pytest.raises(CoderFailed):
        compiled(built, ScriptedCoder(answers=[contract(), Unavailable("the line is dead")]))
    coder = ScriptedCoder(answers=[{"main.js": RIGHT}])
    found = compiled(built, coder)

    assert [row.brief.phase for row in coder.asked] == ["code"], "the contract is paid for"
    assert len(Changes(built.home.journal).waiting(ended=True)) == 1
    assert found.change.state == "merged"


def test_two_processes_never_write_at_the_same_change(built: Built) -> None:
    class Meddling(ScriptedCoder):
        def propose(self, *words: Any) -> Any:
            (change,) = Changes(built.home.journal).waiting()
            with pytest.raises(Busy):
                resume(built.workspace, change.id, person=Decided(), watch=quiet, coder=self, options=FEW)
            return super().propose(*words)

    found = compiled(built, Meddling(answers=[contract(), {"main.js": RIGHT}]))
    assert found.rounds == 2


def test_what_was_written_for_a_request_stands_for_it(built: Built) -> None:
    assert standing(built.workspace, REQUEST, named=True) is None
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))

    assert standing(built.workspace, REQUEST, named=True) == "triple"
    assert standing(built.workspace, "triple 23") == "triple", "the router is sure"
    assert standing(built.workspace, "book a table") is None


def in_folder(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_for_a_contract_that_a_person_wrote_only_code_is_asked_for(built: Built, tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "triple", {**contract(), "main.js": WRONG})
    app, files = read_contract(built.workspace, folder)
    coder = ScriptedCoder(answers=[{"main.js": WRONG}, Unavailable("the line is dead")])
    with pytest.raises(CoderFailed):
        compile_app(
            built.workspace,
            REQUEST,
            person=Decided(),
            watch=quiet,
            name=app.name,
            contract=files,
            coder=coder,
            options=FEW,
        )
    shutil.rmtree(folder)  # the change holds what it needs
    (change,) = Changes(built.home.journal).waiting()
    again = ScriptedCoder(answers=[{"main.js": RIGHT}])
    found = resume(built.workspace, change.id, person=Decided(), watch=quiet, coder=again, options=FEW)

    assert [row.brief.phase for row in (*coder.asked, *again.asked)] == ["code", "code", "code"]
    assert "main.js" not in coder.asked[0].workspace
    assert found.committed is not None
    written = catalogue.snapshot(built.home, "triple", only=None).files
    assert {path: written[path] for path in files} == files


def test_a_contract_of_a_person_has_to_be_as_good_as_one_of_a_coder(built: Built, tmp_path: Path) -> None:
    poor = contract()
    poor["tests/examples.jsonl"] += '{"input": {"number": 5}, "output": 16}\n'
    poor["tests/requests.jsonl"] = ""
    with pytest.raises(InvalidApp) as caught:
        read_contract(built.workspace, in_folder(tmp_path / "triple", poor))

    said = str(caught.value)
    assert "contradicts prop_a_third_is_the_input" in said
    assert "has 0 different requests; 40 are needed" in said


def test_a_verdict_that_the_machine_spoiled_is_formed_again(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_a_person_edits_what_was_written_and_no_coder_goes_on_with_it(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    worse, verdict = edited(built.workspace, found.change.id, "main.js", WRONG.encode())

    assert (worse.state, verdict.passed) == ("failed", False)
    with pytest.raises(InvalidApp, match="is not proven"):
        approve_change(built.workspace, found.change.id)
    silent = ScriptedCoder(answers=[])
    again = resume(built.workspace, found.change.id, person=Decided(), watch=quiet, coder=silent, options=FEW)
    assert (again.committed, silent.asked) == (None, [])

    mine = RIGHT.replace("input.number * 3", "3 * input.number")
    better, verdict = edited(built.workspace, found.change.id, "main.js", mine.encode())
    assert (better.state, verdict.passed) == ("proven", True)
    approve_change(built.workspace, found.change.id)
    assert catalogue.load(built.home, "triple").source == mine
    rows = list(catalogue.history(built.home, "triple"))
    assert [row.trailers.get("Mapp-Edited") for row in rows] == ["by hand", "by hand", "by hand", None, None]
