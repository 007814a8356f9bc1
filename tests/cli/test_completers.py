from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mapp.config import load_config
from mapp.share.registries import add_registry
from mapp_cli.group import all_commands
from support.library import library
from support.terminal import Answer, mapp, mapp_process

DIRECTION = {
    "number": {"type": "number", "description": "A number."},
    "way": {"enum": ["up", "down"], "description": "A way."},
    "exact": {"type": "boolean", "description": "Whether."},
}


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> object:
    """Returns a function that asks as a shell does and returns the offers for the last word."""

    def ask(*words: str, shell: str = "bash") -> list[str]:
        found = asked(monkeypatch, *words, shell=shell)
        assert (found.code, found.err) == (0, "")
        lines = found.out.splitlines()
        if shell == "zsh":
            return lines[1::3]
        return [line.partition(",")[2] for line in lines if line]

    return ask


def asked(monkeypatch: pytest.MonkeyPatch, *words: str, shell: str = "bash") -> Answer:
    monkeypatch.setenv("_MAPP_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["mapp", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)) if shell != "fish" else words[-1])
    return mapp_process()


def test_apps_arguments_and_values_are_offered(complete, world: Path) -> None:  # type: ignore[no-untyped-def]
    library().app("turn").stating(input=DIRECTION).app("double").build()
    (world / "work/notes.txt").write_text("x")
    (world / "work/nested").mkdir()

    assert complete("exec", "") == ["double", "turn"]
    assert complete("show", "t") == ["turn"]
    assert complete("test", "d") == ["double"]
    assert complete("runs", "--app", "d") == ["double"]
    assert complete("exec", "turn", "") == ["number=", "way=", "exact="]
    assert complete("exec", "turn", "number=1", "w", shell="zsh") == ["way="]
    # bash splits words at "="
    assert complete("exec", "turn", "way", "=") == ["up", "down"]
    assert complete("exec", "turn", "way", "=", "u") == ["up"]
    assert complete("exec", "turn", "exact", "=") == ["true", "false"]
    # other shells pass the whole word
    assert complete("exec", "turn", "way=u", shell="zsh") == ["way=up"]
    assert complete("exec", "turn", "number=@n", shell="zsh") == ["number=@nested/", "number=@notes.txt"]


def test_settings_their_values_and_codes_are_offered(complete) -> None:  # type: ignore[no-untyped-def]
    assert complete("config", "keep_r") == ["keep_runs", "keep_removed"]
    assert complete("config", "isolation", "") == ["full", "process", "none"]
    assert complete("config", "keep_inputs", "") == ["true", "false"]
    assert complete("config", "accept", "") == ["auto", "sure", "likely"]
    assert complete("run", "--accept", "") == ["sure", "likely"]
    assert complete("explain", "MAPP-022") == ["MAPP-0220", "MAPP-0221"]


def test_registries_are_offered_where_an_app_of_theirs_is_wanted(complete) -> None:  # type: ignore[no-untyped-def]
    add_registry(load_config().config_file, "team", "https://git.example.com/team.git")

    assert complete("install", "t", shell="zsh") == ["team:"]


@pytest.mark.parametrize(
    "words", [("exec", "x", "--input", "n"), ("run", "x", "--input", "n"), ("map", "x", "--input", "")]
)
def test_after_input_the_shell_offers_files(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, *words).out == f"file,{words[-1]}\n"


@pytest.mark.parametrize("broken", ["library", "settings", "app", "no library"])
def test_a_broken_library_gives_no_offers_and_no_messages(
    broken: str, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if broken == "library":
        (world / "library").write_text("x")
    elif broken == "settings":
        (world / "config").mkdir()
        (world / "config/config.toml").write_text("nonsense = [")
    elif broken == "app":
        shutil.rmtree(library().app("double").build().repository("double") / "objects")

    for words in (("exec", "double", ""), ("show", "x"), ("exec", "double", "way=@/nowhere/")):
        found = asked(monkeypatch, *words)
        assert (found.code, found.out.strip(), found.err) == (0, "", ""), words


def test_every_argument_that_names_an_app_is_completed() -> None:
    bare = [
        (name, parameter.name)
        for name, command in all_commands()
        for parameter in command.params
        if parameter.name in ("app", "apps") and parameter._custom_shell_complete is None
    ]

    assert bare == []


HEAVY = (
    "chromadb",
    "onnxruntime",
    "numpy",
    "rich",
    "jsonschema",
    "mapp.sandbox.executors.forking",
    "mapp.route",
)


def test_completion_loads_nothing_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    code = (
        "import sys; from mapp_cli.main import cli; sys.argv = ['mapp']; cli();"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    monkeypatch.setenv("_MAPP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mapp exec double ")
    monkeypatch.setenv("COMP_CWORD", "3")

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("plain,number=\n", "[]\n")


def test_a_completer_that_fails_offers_nothing() -> None:
    from mapp_cli.completers import pairs

    assert pairs(click.Context(click.Command("x")), click.Argument(["x"]), "a") == []


def test_removed_apps_are_offered_for_restore(complete) -> None:  # type: ignore[no-untyped-def]
    library().app("turn").app("double").build()
    mapp("remove", "turn")

    assert complete("restore", "") == ["turn"]
    assert complete("relock", "") == ["double"]
