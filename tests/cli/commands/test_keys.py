from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.errors import UsageError
from mapp.ops.compile.lifecycle import refuse_secrets
from mapp.ops.workspace import Workspace
from support.library import library
from support.terminal import mapp

SECRET = "sk-live-0123456789abcdef"
ECHO = "function main(input) { return input.text; }\n"
TEXT = {"text": {"type": "string", "description": "A text."}}


def everything_kept(world: Path) -> str:
    """Returns the bytes of the journal and the logs, as text."""
    files = [*world.joinpath("library").glob("journal.sqlite*"), *world.joinpath("home").rglob("*.log")]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


@pytest.fixture(params=["stored", "environment"])
def _a_key(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "stored":
        assert mapp("keys", "set", "EXAMPLE_KEY", stdin=SECRET + "\n").code == 0
    else:
        monkeypatch.setenv("MAPP_KEY_EXAMPLE_KEY", SECRET)


@pytest.fixture
def _echo() -> None:
    library().app("echo").stating(input=TEXT, output={"type": "string"}).source(ECHO).build()


@pytest.mark.usefixtures("_a_key", "_echo")
@pytest.mark.parametrize("shape", ["plain", "in a sentence", "in base64", "backwards"])
def test_a_key_typed_as_an_argument_is_not_kept(shape: str, world: Path) -> None:
    text = {
        "plain": SECRET,
        "in a sentence": f'say "{SECRET}" twice',
        "in base64": base64.b64encode(SECRET.encode()).decode(),
        "backwards": SECRET[::-1],
    }[shape]

    found = mapp("exec", "echo", f"text={text}")

    assert found.out.rstrip("\n") == text  # the person gets what they asked for
    run = mapp("runs", "--json").json["runs"][0]
    assert "EXAMPLE_KEY" in run["input"]["text"] or "YEK_ELPMAXE" in run["input"]["text"]
    kept = everything_kept(world)
    assert text not in kept and SECRET not in kept


@pytest.mark.usefixtures("_a_key", "_echo")
def test_a_key_in_an_input_file_or_a_failed_row_of_a_map_is_not_kept(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library().app("fails").stating(input=TEXT, output={"type": "string"}).source(
        "function main(input) { throw new Error(input.text); }\n"
    ).build()
    rows = f'{{"text": "{SECRET}"}}\n'
    Path("rows.jsonl").write_text(rows)

    mapp("exec", "echo", "--input", "rows.jsonl")
    mapp("exec", "fails", "--input", "-", stdin=rows)
    mapp("map", "fails", "--input", "rows.jsonl")

    runs = mapp("runs", "--json").json["runs"]
    assert [run["app"] for run in runs].count("fails") == 2
    assert "[secret EXAMPLE_KEY]" in runs[-1]["input"]["text"]
    assert SECRET not in everything_kept(world)


@pytest.mark.usefixtures("_a_key")
def test_a_key_in_a_request_is_not_kept(world: Path) -> None:
    workspace = Workspace(config=load_config())

    evidence = {"arguments": {"text": SECRET}, "reasons": [f"it says {SECRET}"]}
    workspace.journal.decided(f"make {SECRET} upper case", "ask", evidence, None)
    workspace.close()

    assert "[secret EXAMPLE_KEY]" in everything_kept(world)
    assert SECRET not in everything_kept(world)


@pytest.mark.usefixtures("_a_key")
def test_a_key_never_reaches_a_coder() -> None:
    workspace = Workspace(config=load_config())

    refuse_secrets(workspace, {"the request": "the number of days in a month"})
    with pytest.raises(UsageError, match="the request contains one of your keys"):
        refuse_secrets(workspace, {"the name": "days", "the request": f"fetch it with {SECRET}"})


@pytest.mark.usefixtures("_a_key")
def test_a_bug_report_contains_no_key(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise AssertionError(f"the value {SECRET}")

    monkeypatch.setenv("XDG_STATE_HOME", str(world / "home/state"))
    monkeypatch.setattr("mapp.library.read.listing", broken)

    found = mapp("list")

    assert found.code == 70
    assert SECRET not in found.err and "[secret EXAMPLE_KEY]" in found.err
    logs = list((world / "home").rglob("bug-*.log"))
    assert logs and SECRET not in logs[0].read_text()


def test_without_keys_inputs_are_kept_unchanged(world: Path) -> None:
    library().app("echo").stating(input=TEXT, output={"type": "string"}).source(ECHO).build()

    mapp("exec", "echo", f"text={SECRET}")

    with sqlite3.connect(world / "library/journal.sqlite") as journal:
        assert journal.execute("SELECT input FROM runs").fetchone() == (f'{{"text":"{SECRET}"}}',)


def test_a_value_is_never_printed() -> None:
    mapp("keys", "set", "EXAMPLE_KEY", stdin=SECRET + "\n")

    for words in (("keys",), ("keys", "list"), ("keys", "list", "--json"), ("keys", "--json")):
        found = mapp(*words)
        assert (found.code, SECRET in found.out + found.err) == (0, False), words
        assert "EXAMPLE_KEY" in found.out


def test_a_removed_key_cannot_be_removed_again() -> None:
    mapp("keys", "set", "EXAMPLE_KEY", stdin=SECRET + "\n")

    assert mapp("keys", "remove", "example_key").code == 0
    assert mapp("keys", "remove", "EXAMPLE_KEY").code == 4


def test_a_removed_key_is_named_in_json() -> None:
    mapp("keys", "set", "EXAMPLE_KEY", stdin="a-secret-of-mine")

    assert mapp("keys", "remove", "example_key", "--json").json == {"schema": 1, "removed": "EXAMPLE_KEY"}
