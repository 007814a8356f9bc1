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


def test_a_mistyped_command_is_told_with_the_nearest() -> None:
    found = mapp("lsit")

    assert found.code == 2
    assert "Did you mean list?" in found.err


@pytest.mark.parametrize("words", [("exec",), ("list", "--nonsense"), ("runs", "-n", "0"), ("new",)])
def test_what_cannot_be_understood_ends_in_two(words: tuple[str, ...]) -> None:
    found = mapp(*words)

    assert found.code == 2
    assert found.err.startswith("Usage: mapp")


def test_a_shell_that_asks_for_completions_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MAPP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mapp ex")
    monkeypatch.setenv("COMP_CWORD", "1")

    assert mapp_process().out.split() == ["plain,exec", "plain,expand", "plain,explain"]


def test_help_is_a_command_too() -> None:
    assert mapp_process("help").out == help_text()
    assert mapp("help", "exec").out == mapp("exec", "--help").out
    assert mapp("help", "keys", "set").out == mapp("keys", "set", "--help").out
    assert mapp("help", "index").out == mapp("index", "--help").out


@pytest.mark.parametrize("words", [("nonsense",), ("exec", "nonsense"), ("keys", "nonsense")])
def test_help_on_what_is_no_command_ends_in_two(words: tuple[str, ...]) -> None:
    found = mapp("help", *words)

    assert (found.code, "nonsense" in found.err) == (2, True)


def test_every_command_that_takes_an_input_says_what_it_is() -> None:
    said = {
        name: parameter.help
        for name, command in KNOWN
        for parameter in command.params
        if isinstance(parameter, click.Option) and "--input" in parameter.opts
    }

    assert set(said) == {"run", "exec", "map", "test"}
    assert len(set(said.values())) == len(said)
