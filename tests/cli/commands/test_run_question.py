"""What mapp asks at a terminal when a request leaves something open, and what it says elsewhere."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.ops.index.refresh import open_fresh
from mapp.ops.workspace import Workspace
from support.apps import Draft, app
from support.known_words import landed
from support.library import Built
from support.terminal import mapp, mapp_at_terminal, mapp_process

terminal = pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")
SHARE = "function main(input) { return input.bill / input.people; }\n"
DINNER, PARTY, SOCKS = "share the dinner of 120", "share the party", "count my socks"
BILL = {"type": "number", "minimum": 0, "maximum": 10_000, "description": "Amount of the bill"}
PEOPLE = {"type": "integer", "minimum": 1, "maximum": 100, "description": "Number of people who share it"}
STORE = {"store": {"max_kb": 1}}


def sharing(name: str = "share") -> Draft:
    draft = app(name).stating(input={"bill": BILL, "people": PEOPLE}, description="Shares a bill.")
    draft.file("tests/requests.jsonl", "").file("tests/examples.jsonl", "").source(SHARE)
    return draft.said("share a bill of 90 between 3 people", {"bill": 90, "people": 3})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns an indexed library with apps that were compiled for words that leave something out."""
    root = tmp_path_factory.mktemp("template")
    places = {"MAPP_HOME": root / "library", "MAPP_CACHE": root / "cache", "MAPP_CONFIG": root / "none"}
    config = load_config(environment={name: str(path) for name, path in places.items()})
    made = Built(workspace=Workspace(config=config))
    made.home.apps.mkdir(parents=True)
    landed(made, sharing("dinner"), DINNER)
    landed(made, sharing("party"), PARTY)
    landed(made, app("socks").stating(capabilities=STORE), SOCKS)
    open_fresh(made.workspace).close()
    made.workspace.close()
    return root


@pytest.fixture
def built(template: Path, world: Path) -> Iterator[Built]:
    """Gives the test its own copy of that library."""
    for name in ("library", "cache"):
        shutil.copytree(template / name, world / name)
    made = Built()
    yield made
    made.workspace.close()


# A missing argument


@terminal
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("typed", ["4", "four people", "  4 "])
def test_the_missing_value_is_typed_and_the_app_runs_with_its_reading(typed: str) -> None:
    found = mapp_at_terminal("run", DINNER, typed=f"{typed}\n")

    assert (found.code, found.out) == (0, "30\n"), found.err
    assert "dinner: how many people?" in found.err
    assert "dinner bill=120 people=4" in found.err


@terminal
@pytest.mark.usefixtures("built")
def test_a_bad_value_is_asked_for_again_with_the_problem() -> None:
    found = mapp_at_terminal("run", DINNER, typed="nobody\n0\n3 or 4\n4\n")

    assert (found.code, found.out) == (0, "30\n"), found.err
    assert "“nobody” is not a whole number" in found.err
    assert "0 is less than the minimum of 1" in found.err
    assert "no argument uses the number “4”" in found.err
    assert found.err.count("how many people?") == 4


@terminal
@pytest.mark.usefixtures("built")
def test_several_missing_values_are_asked_for_one_after_the_other() -> None:
    found = mapp_at_terminal("run", PARTY, typed="90 euros\nthree\n")

    assert (found.code, found.out) == (0, "30\n"), found.err
    assert found.err.index("what is the amount of the bill?") < found.err.index("how many people?")


@terminal
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(("words", "typed"), [(DINNER, "\n"), (PARTY, "90\n\n"), (DINNER, "many\n\n")])
def test_an_empty_line_cancels(words: str, typed: str) -> None:
    found = mapp_at_terminal("run", words, typed=typed)

    assert (found.code, found.out) == (3, "")
    assert "needs to know more" in found.err
    assert mapp("runs", "--json").json["runs"] == []


@terminal
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(("answer", "code", "output"), [("y", 0, "8\n"), ("n", 3, "")])
def test_an_app_with_effects_is_confirmed_once_its_call_is_complete(
    answer: str, code: int, output: str
) -> None:
    found = mapp_at_terminal("run", SOCKS, "--grant", "store", typed=f"4\n{answer}\n")

    assert (found.code, found.out) == (code, output), found.err
    assert "run socks number=4? [y/N]" in found.err


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("more", [(), ("--yes",), ("--accept", "likely")])
def test_off_a_terminal_the_question_is_the_message_and_nothing_runs(more: tuple[str, ...]) -> None:
    found = mapp_process("run", DINNER, *more)

    assert (found.code, found.out) == (3, "")
    assert "dinner needs to know more" in found.err and "how many people?" in found.err
    assert "add people to the request, or run: mapp exec dinner bill=120 people=…" in found.err
    assert f"mapp compile {shlex.quote(DINNER)}" in found.err


@terminal
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("more", [("--json",), ("--yes",), ("--dry-run",)])
def test_nobody_is_asked_for_a_value_where_no_answer_is_expected(more: tuple[str, ...]) -> None:
    found = mapp_at_terminal("run", DINNER, *more, typed="4\n")

    assert found.code == 3 and "30" not in found.out.splitlines()
    assert "dinner: how many people?" not in found.err


@pytest.mark.usefixtures("built")
def test_json_has_the_questions_in_words() -> None:
    for more in ((), ("--dry-run",)):
        document = mapp("run", "--json", PARTY, *more).json
        assert document["missing"] == ["bill", "people"]
        assert [row["text"] for row in document["questions"]] == [
            "what is the amount of the bill?",
            "how many people?",
        ]


def test_nothing_is_guessed_for_what_is_missing(built: Built) -> None:
    found = mapp("run", "--json", "--yes", DINNER)

    assert (found.code, found.json["arguments"]) == (3, {"bill": 120})
    assert list(built.workspace.journal.runs()) == []
