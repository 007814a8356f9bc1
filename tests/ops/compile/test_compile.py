"""A request becomes a proven program: contract, code, proof, branch and merge, paid for once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import CoderFailed, Unavailable
from mapp.errors import InvalidApp
from mapp.library import read
from mapp.model.change_spec import CompileSpec
from mapp.model.decision import Use
from mapp.model.request import Request
from mapp.observe.changes import Changes
from mapp.ops.compile.compile import already_covered, compile_app, compiled_before, expand_app, read_contract
from mapp.ops.compile.lifecycle import resume
from mapp.ops.run.ask import ask
from mapp.ops.run.execute import execute
from support.authors import MANIFEST, RIGHT, WRONG, Decided, contract, quiet
from support.compiling import (
    FEW,
    LOOSE,
    MORE,
    PLUS,
    REQUEST,
    asked_with_triple_near,
    chooses,
    compiled,
    in_folder,
    loose,
)
from support.library import Built, fsck, library
from support.rates import answer, recording


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_an_extended_app_is_a_minor_version_that_still_does_all_it_did(built: Built) -> None:
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


def test_a_request_from_the_apps_tests_runs_with_its_arguments(built: Built) -> None:
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))
    held_back = next(
        phrase for phrase in read.load(built.home, "triple").phrases if phrase.fits and phrase.held_back
    )
    answer = ask(built.workspace, Request(text=f" {held_back.request}\n"))

    assert isinstance(answer.decision, Use), answer.decision
    assert answer.decision.arguments == held_back.arguments
    assert answer.readings[0].probability == 1.0


def test_an_extension_that_changes_old_results_is_refused(built: Built) -> None:
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
        read.load(built.home, "triple").manifest.version
        == read.load(built.home, "triple", "v0.1.0").manifest.version
    )
    assert {path for path in before if path == "mapp.lock"} and built.state()["mapp.lock"] == before[
        "mapp.lock"
    ]


def test_if_the_coder_chooses_an_existing_app_nothing_is_written(built: Built) -> None:
    coder = ScriptedCoder(answers=[chooses("use", "triple")])
    found = asked_with_triple_near(built, coder, "treble it")

    assert (found.used, found.committed, found.change.state) == ("triple", None, "dropped")
    assert found.change.detail == "triple does it: as it should be"
    assert "(number) -> integer" in coder.asked[0].prompt.stable
    assert "choice.json" in coder.asked[0].prompt.fresh
    assert read.names(built.home) == ("triple",)
    assert compiled_before(built.workspace, "treble it") == "triple", "so that it is not asked again"
    assert already_covered(built.workspace, "treble it", named=True) == "triple"
    assert compiled_before(built.workspace, "treble them") is None


def test_a_compile_becomes_an_expansion_when_the_coder_chooses_to_extend(built: Built) -> None:
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
    head = next(read.history(built.home, "triple"))
    assert head.trailers["Mapp-Choice"] == "widen triple: as it should be"
    assert "main.js" in coder.asked[1].files, "the coder sees the app to extend"


def test_the_contract_names_the_app_unless_the_person_did(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract("trebler"), {"main.js": RIGHT}])
    found = compile_app(built.workspace, REQUEST, person=Decided(), watch=quiet, coder=coder, options=FEW)

    assert found.committed is not None and found.committed.name == "trebler"
    assert found.change.app == "trebler"


def test_a_request_that_was_compiled_before_is_covered(built: Built) -> None:
    assert already_covered(built.workspace, REQUEST, named=True) is None
    compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))

    assert already_covered(built.workspace, REQUEST, named=True) == "triple"
    assert already_covered(built.workspace, "triple 23") == "triple", "the router is sure"
    assert already_covered(built.workspace, "book a table") is None


def test_the_coder_writes_only_code_for_a_contract_of_the_user(built: Built, tmp_path: Path) -> None:
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
            spec=CompileSpec(contract=files),
            coder=coder,
            options=FEW,
        )
    shutil.rmtree(folder)  # the change holds what it needs
    (change,) = Changes(built.home.journal).waiting()
    again = ScriptedCoder(answers=[{"main.js": RIGHT}])
    found = resume(built.workspace, change.id, person=Decided(), watch=quiet, coder=again, options=FEW)

    assert [row.brief.phase for row in (*coder.asked, *again.asked)] == ["code", "code", "code"]
    assert "main.js" not in coder.asked[0].files
    assert found.committed is not None
    written = read.snapshot(built.home, "triple", only=None).files
    assert {path: written[path] for path in files} == files


def test_what_belongs_to_a_contract_of_the_user_is_in_the_app(built: Built, tmp_path: Path) -> None:
    files = {
        **contract(),
        "README.md": "# Triple\n",
        "tests/regressions.jsonl": '{"input": {"number": -7}, "output": -21}\n',
        "tests/recordings/spare.json": recording(answer("USD")),
    }
    files["tests/examples.jsonl"] += '{"input": {"number": 5}, "output": 15, "recording": "spare"}\n'
    app, found = read_contract(built.workspace, in_folder(tmp_path / "triple", {**files, "main.js": WRONG}))
    compile_app(
        built.workspace,
        REQUEST,
        person=Decided(),
        watch=quiet,
        name=app.name,
        spec=CompileSpec(contract=found),
        coder=ScriptedCoder(answers=[{"main.js": RIGHT}]),
        options=FEW,
    )

    written = read.snapshot(built.home, "triple", only=None).files
    assert written == {**{path: text.encode() for path, text in files.items()}, "main.js": RIGHT.encode()}


def test_a_contract_of_the_user_that_is_not_text_is_refused(built: Built, tmp_path: Path) -> None:
    folder = in_folder(tmp_path / "triple", contract())
    (folder / "README.md").write_bytes(b"caf\xe9")
    with pytest.raises(InvalidApp, match=r"README.md: is not UTF-8 at byte 3"):
        read_contract(built.workspace, folder)


def test_a_contract_of_the_user_must_pass_the_same_checks_as_a_coders(built: Built, tmp_path: Path) -> None:
    poor = contract()
    poor["tests/examples.jsonl"] += '{"input": {"number": 5}, "output": 16}\n'
    poor["tests/requests.jsonl"] = ""
    with pytest.raises(InvalidApp) as caught:
        read_contract(built.workspace, in_folder(tmp_path / "triple", poor))

    said = str(caught.value)
    assert "contradicts prop_a_third_is_the_input" in said
    assert "has 0 different requests; 40 are needed" in said


def test_a_compile_is_a_span_around_its_paid_calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "mapp.log"
    monkeypatch.setenv("MAPP_LOG", str(log))
    made = library().build()
    compiled(made, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]))
    made.workspace.close()
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    [span] = [row for row in rows if row["event"] == "mapp.compile"]

    assert (span["mapp.app"], span["mapp.result"]) == ("triple", "merged")
    assert [row["event"] for row in rows].count("chat scripted") == 2
    assert REQUEST not in json.dumps(rows)
