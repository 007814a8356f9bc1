"""The words that an app was compiled for run unasked, also off a terminal."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.model.change_spec import CompileSpec
from mapp.ops.compile.approval import Changed
from mapp.ops.compile.compile import compile_app, expand_app
from support.apps import app
from support.authors import MANIFEST, RIGHT, Decided, contract, quiet
from support.compiling import FEW, LOOSE, MORE, PLUS, TRIPLES, chooses, loose
from support.known_words import landed
from support.library import Built, library
from support.terminal import mapp, mapp_at_terminal, mapp_process

WORDS = "Aunt Polly's apple rule for 14 apples"
TRIPLE = "function main(input, host) { return input.number * 3; }\n"
terminal = pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")


@pytest.fixture
def built() -> Iterator[Built]:
    """Gives an empty library."""
    made = library().build()
    yield made
    made.workspace.close()


def compiled(built: Built, request: str, *answers: dict[str, str], named: str | None = "triple") -> Changed:
    """Has a scripted coder compile an app for a request."""
    return compile_app(
        built.workspace,
        request,
        person=Decided(),
        watch=quiet,
        name=named,
        spec=CompileSpec() if named else CompileSpec(near=(TRIPLES,)),
        coder=ScriptedCoder(answers=list(answers)),
        options=FEW,
    )


def forget(built: Built) -> None:
    """Removes everything that is not in git: the index, the cache and the journal."""
    built.workspace.close()
    shutil.rmtree(built.home.index, ignore_errors=True)
    shutil.rmtree(built.workspace.config.cache, ignore_errors=True)
    for path in built.home.root.glob("journal.sqlite*"):
        path.unlink()


@pytest.mark.parametrize(
    "typed",
    [WORDS, WORDS.upper().replace("POLLY'S", "polly's"), f"  {WORDS.replace(' ', '  ')} .", f"{WORDS}?"],
)
def test_the_words_of_a_compile_run_unasked_also_without_index_and_journal(built: Built, typed: str) -> None:
    compiled(built, WORDS, contract(), {"main.js": RIGHT})
    forget(built)
    found = mapp_process("run", "--json", typed)

    assert found.code == 0, found.out + found.err
    assert (found.json["app"], found.json["output"]) == ("triple", 42)
    assert (found.json["decision"], found.json["certainty"], found.json["sure"]) == ("use", "sure", 1.0)


def test_other_words_are_judged_as_usual(built: Built) -> None:
    compiled(built, WORDS, contract(), {"main.js": RIGHT})

    assert mapp("run", "--json", "Aunt Sally's pear rule for 14 pears").json["sure"] < 1


def test_the_words_of_a_merged_extension_run_unasked(built: Built) -> None:
    compiled(built, "treble it", loose(), {"main.js": RIGHT})
    wider = contract(manifest=MANIFEST.replace("0.1.0", "0.2.0").replace("[output]", PLUS))
    wider["tests/properties.js"] = LOOSE + MORE
    code = "function main(input, host) {\n  return input.number * 3 + input.plus;\n}\n"
    expand_app(
        built.workspace,
        "triple",
        "what 12 sprouts grow into overnight",
        person=Decided(),
        watch=quiet,
        coder=ScriptedCoder(answers=[wider, {"main.js": code}]),
        options=FEW,
    )
    forget(built)
    found = mapp_process("run", "What 12 sprouts grow into overnight?")

    assert (found.code, found.out) == (0, "36\n"), found.err


def test_the_words_for_which_a_coder_chose_an_app_run_unasked(built: Built) -> None:
    compiled(built, "treble it", loose(), {"main.js": RIGHT})
    words = "how many eggs do 9 clucking hens owe me"
    assert mapp("run", words).code == 3
    found = compiled(built, words, chooses("use", "triple"), named=None)
    assert found.used == "triple"
    forget(built)

    assert mapp_process("run", f"{words}?").out == "27\n"


def test_a_choice_counts_at_once(built: Built, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landed(built, app("double"), "double it")
    assert mapp("index", "rebuild").code == 0
    words = "the double number of socks that 7 dwarfs wear"
    place = world / "work/agent.py"
    answer = json.dumps(chooses("use", "double"))
    place.write_text(
        f"import json\nfor path, text in json.loads({answer!r}).items():\n    open(path, 'w').write(text)\n"
    )
    monkeypatch.setenv("MAPP_CODER", f"agent:{sys.executable} {place} {{brief}}")
    monkeypatch.setenv("MAPP_CODER_PRICE", "0")
    assert mapp("run", words).code == 3
    chosen = mapp("compile", words, "--yes")

    assert (chosen.code, "double does it" in chosen.out) == (0, True), chosen.err
    assert mapp_process("run", words).out == "14\n"


def test_another_library_that_has_the_repository_knows_the_words(built: Built, world: Path) -> None:
    landed(built, app("triple").source(TRIPLE), WORDS)
    built.workspace.close()
    other = world / "other"
    shutil.copytree(built.home.apps / "triple.git", other / "apps/triple.git")
    shutil.copyfile(built.home.lock_file, other / built.home.lock_file.name)

    found = mapp_process("--library", str(other), "run", WORDS)

    assert (found.code, found.out) == (0, "42\n"), found.err


def test_the_arguments_come_from_the_tests_if_they_state_the_words(built: Built) -> None:
    landed(built, app("usual").said("The usual, please", {"number": 7}), "the usual, please")

    assert mapp("run", "The usual, please!").out == "14\n"
    assert mapp("run", "the usual, PLEASE").out == "14\n"


@pytest.mark.parametrize(
    "words",
    [
        "double 21, not as usual, without any fuss",
        "undo the halving of 21",
        "double 21 and then be quiet",
        "what 21 kg come to twice",
    ],
)
def test_nothing_in_the_words_counts_against_the_app_that_was_compiled_for_them(
    built: Built, words: str
) -> None:
    landed(built, app("double"), words)

    assert mapp("run", words).out == "42\n"


def test_words_without_a_value_lead_to_the_question_for_it(built: Built) -> None:
    draft = app("double").taking(number={"type": "number", "description": "Number of eggs in the basket"})
    landed(built, draft, "what my hens will lay")
    landed(built, app("other").said("what my hens will eat", {"number": 3}), "something else")

    found = mapp("run", "--json", "what my hens will lay")

    assert (found.code, found.json["decision"], found.json["app"]) == (3, "ask", "double")
    assert found.json["missing"] == ["number"]
    assert found.json["questions"][0]["text"] == "how many eggs in the basket?"


def test_the_app_compiled_for_the_words_comes_before_one_whose_tests_state_them(built: Built) -> None:
    landed(built, app("a-stated").said(WORDS, {"number": 1}), "other words")
    landed(built, app("b-compiled").source(TRIPLE), WORDS)

    assert mapp("run", WORDS).out == "42\n"


# Several apps for the same words


@pytest.fixture
def torn(built: Built) -> Built:
    """Gives a library with two apps that were compiled for the same words."""
    landed(built, app("hens"), WORDS)
    landed(built, app("apples").source(TRIPLE), f"{WORDS.lower()}!")
    return built


@pytest.mark.usefixtures("torn")
@pytest.mark.parametrize("more", [(), ("--yes",), ("--accept", "likely")])
def test_two_apps_for_the_same_words_are_both_named_and_none_runs(more: tuple[str, ...]) -> None:
    found = mapp_process("run", WORDS, *more)

    assert (found.code, found.out) == (3, "")
    assert "apples and hens were compiled for this request" in found.err
    assert "mapp exec apples number=14" in found.err and "mapp exec hens number=14" in found.err


@pytest.mark.usefixtures("torn")
def test_json_names_both_as_well() -> None:
    found = mapp("run", "--json", WORDS)

    assert (found.code, found.json["decision"], found.json["output"]) == (3, "ask", None)
    assert found.json["either"] == ["apples", "hens"]
    assert [row["app"] for row in found.json["candidates"]][:2] == ["apples", "hens"]


@terminal
@pytest.mark.usefixtures("torn")
@pytest.mark.parametrize(
    ("typed", "code", "output"), [("y\n", 0, "42\n"), ("n\ny\n", 0, "28\n"), ("n\nn\n", 3, "")]
)
def test_a_person_says_which_of_two_apps_to_run(typed: str, code: int, output: str) -> None:
    found = mapp_at_terminal("run", WORDS, typed=typed)

    assert (found.code, found.out) == (code, output), found.err
    assert "run apples number=14?" in found.err


@pytest.mark.usefixtures("torn")
def test_once_one_of_them_is_gone_the_other_runs_unasked() -> None:
    assert mapp("remove", "hens").code == 0

    assert mapp("run", WORDS).out == "42\n"
