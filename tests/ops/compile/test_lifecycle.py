"""A change from its beginning to its end: spending, resuming, choosing, and refusing a duplicate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import CoderFailed, Unavailable
from mapp.errors import Busy, PermissionNeeded, UsageError
from mapp.library import read
from mapp.model.app import Example
from mapp.model.change_spec import CompileSpec
from mapp.observe.changes import Changes
from mapp.ops.compile.approval import Duplicate
from mapp.ops.compile.lifecycle import begin, resume
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.review import approve_change, waiting
from mapp.ops.run.execute import execute
from support.authors import MANIFEST, RIGHT, WRONG, Decided, contract, quiet
from support.compiling import FEW, LOOSE, MORE, PLUS, asked_with_triple_near, chooses, compiled
from support.library import Built, library


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_nothing_is_spent_without_approval(built: Built) -> None:
    coder = ScriptedCoder(answers=[contract()])
    with pytest.raises(PermissionNeeded):
        compiled(built, coder, Decided(spends=False))

    assert coder.asked == []
    assert Changes(built.home.journal).waiting() == []


@pytest.mark.parametrize("form", [str, lambda key: quote(key, safe=""), lambda key: key.encode().hex()])
@pytest.mark.parametrize("place", ["request", "example", "mapp.toml", "tests/examples.jsonl", "README.md"])
def test_a_key_in_what_a_coder_would_get_stops_the_change(
    built: Built, place: str, form: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "a+key/of mine"
    monkeypatch.setenv("MAPP_KEY_EXAMPLE", key)
    held = f"call it with {form(key)}"
    files = {path: text.encode() for path, text in contract().items()}
    files[place] = files.get(place, b"") + f"# {held}\n".encode()
    stated = (Example(input=(("number", 1),), output=held if place == "example" else 3),)
    spec = CompileSpec(contract=files, stated=stated)
    coder, person = ScriptedCoder(answers=[{"main.js": RIGHT}]), Decided()

    with pytest.raises(UsageError, match="contains one of your keys") as caught:
        begin(
            built.workspace,
            "triple",
            held if place == "request" else "multiply a number by three",
            spec if place not in ("request", "example") else replace(spec, contract=None),
            coder=coder,
            person=person,
        )

    assert place.removesuffix(".jsonl") in str(caught.value)
    assert key not in str(caught.value)
    assert Changes(built.home.journal).waiting() == []


def test_a_contract_without_a_key_is_begun(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_EXAMPLE", "a-key-of-mine")
    files = {path: text.encode() for path, text in contract().items()}
    coder = ScriptedCoder(answers=[])

    change = begin(
        built.workspace, "triple", "multiply", CompileSpec(contract=files), coder=coder, person=Decided()
    )

    assert [row.id for row in Changes(built.home.journal).waiting()] == [change.id]


def test_a_broken_connection_leaves_a_change_that_can_be_resumed_without_paying_twice(built: Built) -> None:
    failing = ScriptedCoder(answers=[contract(), Unavailable("the line is dead")])
    with pytest.raises(CoderFailed) as caught:
        compiled(built, failing)
    (change,) = Changes(built.home.journal).waiting()

    assert f"--resume {change.id}" in caught.value.hint
    assert open_ledger(built.workspace).answer(change.id, "contract", 1) is not None


def test_an_interrupted_change_is_resumed_without_paying_twice(built: Built) -> None:
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


def test_a_chosen_expansion_is_resumed_without_choosing_again(built: Built) -> None:
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


def test_a_duplicate_of_an_app_is_refused(built: Built) -> None:
    renamed = {
        path: text.replace("number", "amount") if path != "tests/requests.jsonl" else text
        for path, text in contract("treble").items()
    }
    renamed["tests/requests.jsonl"] = renamed["tests/requests.jsonl"].replace('"number"', '"amount"')
    coder = ScriptedCoder(answers=[renamed, {"main.js": RIGHT.replace("number", "amount")}])
    with pytest.raises(Duplicate, match="treble does the same as triple"):
        asked_with_triple_near(built, coder, "treble it")

    (change,) = waiting(built.workspace)
    assert (change.state, read.names(built.home)) == ("failed", ("triple",))
    assert approve_change(built.workspace, change.id).name == "treble", "a person may approve it anyway"


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


def test_the_same_request_resumes_the_open_change(built: Built) -> None:
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
