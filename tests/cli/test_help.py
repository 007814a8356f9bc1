from __future__ import annotations

import click
import pytest

from mapp_cli.group import COMMANDS, all_commands
from mapp_cli.main import help_text
from support.terminal import mapp, mapp_process

KNOWN = [(name, command) for name, command in all_commands()]


@pytest.mark.parametrize(("name", "command"), KNOWN, ids=[name for name, _ in KNOWN])
def test_every_command_says_what_it_and_each_option_does(name: str, command: click.Command) -> None:
    found = mapp(name, "--help")

    assert found.code == 0
    assert found.out.startswith(f"Usage: mapp {name}")
    assert command.help and command.help.strip()
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help, (
            f"{name} {parameter.name} has no help"
        )


def test_the_commands_are_named_as_they_are_listed() -> None:
    assert [command.name for _, command in KNOWN] == [name for rows in COMMANDS.values() for name in rows]


def test_the_help_that_needs_no_click_is_the_help_of_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert mapp_process("--help").out == mapp_process("-h").out == help_text()
    assert mapp_process("--quiet", "--help").out == help_text()  # only this one asks click


def test_without_a_word_mapp_says_how_it_is_used() -> None:
    assert mapp_process().out == help_text()


def test_the_version_is_told() -> None:
    from importlib.metadata import version

    assert mapp("--version").out == f"mapp {version('mapp-cli')}\n"


def test_a_mistyped_command_is_told_with_the_nearest() -> None:
    found = mapp("lsit")

    assert found.code == 2
    assert "Did you mean list?" in found.err


@pytest.mark.parametrize(
    "words", [("exec",), ("list", "--nonsense"), ("runs", "-n", "0"), ("completion", "csh"), ("new",)]
)
def test_what_cannot_be_understood_ends_in_two(words: tuple[str, ...]) -> None:
    found = mapp(*words)

    assert found.code == 2
    assert found.err.startswith("Usage: mapp")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str) -> None:
    found = mapp("completion", shell)

    assert found.code == 0 and "_MAPP_COMPLETE" in found.out


def test_a_shell_that_asks_for_completions_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MAPP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mapp ex")
    monkeypatch.setenv("COMP_CWORD", "1")

    assert mapp_process().out.split() == ["plain,exec", "plain,expand", "plain,explain"]
