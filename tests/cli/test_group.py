from __future__ import annotations

import click
import pytest

from mapp_cli.group import COMMANDS, all_commands
from support.library import library
from support.terminal import mapp

KNOWN = list(all_commands())


@pytest.mark.parametrize(("name", "command"), KNOWN, ids=[name for name, _ in KNOWN])
def test_every_command_and_every_option_has_help(name: str, command: click.Command) -> None:
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


def test_a_mistyped_command_is_answered_with_a_similar_one() -> None:
    found = mapp("lsit")

    assert found.code == 2
    assert "Did you mean list?" in found.err


def test_every_command_with_input_explains_it_in_its_own_words() -> None:
    said = {
        name: parameter.help
        for name, command in KNOWN
        for parameter in command.params
        if isinstance(parameter, click.Option) and "--input" in parameter.opts
    }

    assert set(said) == {"run", "exec", "map", "record", "test", "try"}
    assert len(set(said.values())) == len(said)


def test_every_command_except_help_and_completion_has_json() -> None:
    without = []
    for name, command in all_commands():
        inner = command.commands.values() if isinstance(command, click.Group) else ()
        for each in (command, *inner):
            if not any("--json" in parameter.opts for parameter in each.params):
                without.append(name if each is command else f"{name} {each.name}")

    assert without == ["help", "completion"]


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (("new", "other"), {"app", "folder"}),
        (("keys", "set", "EXAMPLE_KEY"), {"stored"}),
        (("keys",), {"keys"}),
        (("index",), None),
        (("index", "status"), None),
        (("library",), {"library", "apps"}),
        (("operations",), {"operations"}),
        (("undo", "--dry-run"), {"operation", "undoes", "kind", "apps", "dry_run"}),
        (("version",), {"version", "python", "platform"}),
        (("compile", "the number of weekdays", "--dry-run"), {"request", "brief"}),
        (("expand", "double", "also halve", "--dry-run"), {"app", "request", "brief"}),
    ],
)
def test_answers_have_the_documented_fields(words: tuple[str, ...], fields: set[str] | None) -> None:
    library().app("double").build()

    found = mapp(*words, "--json", stdin="a-secret-of-mine")

    assert found.code == 0, found.err
    assert len(found.out.splitlines()) == 1
    if fields is not None:
        assert set(found.json) == {"schema", *fields}
