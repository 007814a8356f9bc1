"""Every command that a message tells people to type can be typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import mapp
import mapp_cli
from mapp.config import parse_setting
from mapp_cli.group import all_commands

FOLDERS = [Path(package.__path__[0]) for package in (mapp, mapp_cli)]
COMMANDS = dict(all_commands())
FILLED_IN = "FILLED-IN"
TOLD = re.compile(r"(?<![\w./'-])mapp ([a-z][a-z-]*)((?: (?!mapp )[^\s,;()`]+)*)")


def _texts(tree: ast.AST) -> Iterator[str]:
    """Yields the texts of a module that are no docstrings, what is put into them replaced by a word."""
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if node not in said and node not in inside:
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else FILLED_IN for p in parts)


def _told() -> Iterator[tuple[str, list[str]]]:
    for folder in FOLDERS:
        for path in folder.rglob("*.py"):
            for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
                for name, rest in TOLD.findall(text):
                    yield name, [word.rstrip(".:") for word in rest.split()]


UNDER_WAY = {"heal"}  # told of before they are there
VERBS = {"accepts", "does", "itself", "keeps", "never", "reads", "was", "writes"}  # what mapp is said to do
ROWS = sorted({(name, tuple(rest)) for name, rest in _told() if name not in VERBS})


def _options(command: click.Command) -> set[str]:
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return known.union(*(_options(below) for below in inner)) | {"--help"}


def test_there_are_such_messages() -> None:
    assert len(ROWS) > 20
    assert ("config", ("isolation_strangers", FILLED_IN)) in ROWS


@pytest.mark.parametrize(("name", "rest"), ROWS, ids=[" ".join([name, *rest]) for name, rest in ROWS])
def test_the_command_and_its_options_exist(name: str, rest: tuple[str, ...]) -> None:
    if name in UNDER_WAY and name not in COMMANDS:
        pytest.skip("this build has no such command")
    assert name in COMMANDS, f"mapp {name}"
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert options <= _options(COMMANDS[name])


@pytest.mark.parametrize("rest", [rest for name, rest in ROWS if name == "config" and rest])
def test_a_setting_that_is_told_can_be_set(rest: tuple[str, ...]) -> None:
    if FILLED_IN in rest[0] or rest == ("NAME", "VALUE"):
        return  # what is filled in, the tests of those who fill it in follow
    setting, *value = rest
    assert len(value) == 1, "the value, and nothing that could be taken for a part of it"
    if value != [FILLED_IN]:
        parse_setting(setting, value[0])
