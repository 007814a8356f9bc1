"""With a budget of zero no command asks a coder, and without approval none does, as the ledger shows.

The commands are those that the program lists, not a list of this test, so that a new command is covered.
"""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import click
import pytest

from mapp.observe.incidents import Incidents
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.heal import automatic
from mapp_cli.group import all_commands
from support.apps import app
from support.healing import THROWS, failure
from support.library import Built, library
from support.terminal import Answer, mapp

NOTHING = "$0, 0 tokens, 0 rounds"
PLENTY = "$50, 900k tokens, 50 rounds, 60 min"
PERIODS = ("MAPP_BUDGET_CHANGE", "MAPP_BUDGET_DAY", "MAPP_BUDGET_MONTH")
PAYING = ("compile", "expand", "heal")
OPTIONS = {
    "--input": "rows.jsonl",
    "--reason": "spam",
    "--run": "RUN",
    "--severity": "high",
    "--summary": "spam",
    "--to": "nowhere",
}
SPECIAL = {"new": "fresh", "config": "coder", "help": "heal", "registry add": "kitchen"}
"""What stands for all arguments of a command that wants something else than others."""
PLACES = {
    "app": "double",
    "apps": "double",
    "capabilities": "",
    "change": "",
    "code": "MAPP-0560",
    "file": "folder/main.js",
    "folder": "folder",
    "incident": "INCIDENT",
    "name": "SOME_NAME",
    "new": "",
    "old": "",
    "pairs": "number=950",
    "request": "double the number 950",
    "registry": "folder",
    "revision": "",
    "run": "RUN",
    "shell": "bash",
    "submissions": "main",
    "target": "INCIDENT",
    "url": "git://127.0.0.1:9/none.git",
    "value": "",
    "version": "1.0.0",
    "what": "double",
    "words": "double",
}
"""What stands for an argument, by its name; "" leaves it out."""


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        inner = click.Context(command)
        for part in command.list_commands(inner):
            found = command.get_command(inner, part)
            assert found is not None
            yield from _leaves(f"{name} {part}", found)
    else:
        yield name, command


COMMANDS = dict(leaf for name, command in all_commands() for leaf in _leaves(name, command))
LIKELY = (*PAYING, "run", "map", "wrong", "incident", "review", "publish", "update")
SAMPLED = [pytest.param(name, marks=() if name in LIKELY else pytest.mark.sweep) for name in COMMANDS]
"""Those that come near a coder are always tried, the others in the sweep."""


def _words(name: str, built: Built, *, approving: bool) -> list[str]:
    """Returns a command line that the command accepts."""
    words, command = name.split(), COMMANDS[name]
    [incident] = Incidents(built.home.journal).all()
    known = {"RUN": incident.run, "INCIDENT": incident.id}
    for part in command.params:
        if isinstance(part, click.Argument):
            value = SPECIAL.get(name, PLACES.get(part.name or "", "double"))
            words += [known.get(value, value)] if value else []
        elif part.opts[0] in OPTIONS and part.required:
            value = OPTIONS[part.opts[0]]
            words += [part.opts[0], known.get(value, value)]
        elif part.opts[0] == "--yes" and approving:
            words.append("--yes")
    return words


class _World:
    """A library with an app that fails in use, and a coder that is of no use."""

    def __init__(self, place: Path) -> None:
        coder = place / "coder.sh"
        coder.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        coder.chmod(coder.stat().st_mode | stat.S_IXUSR)
        self.coder = f"agent:{coder}"
        self.built = library().app("double").source(THROWS).build()
        failure(self.built, "double", {"number": 950})
        app("double").write(Path("folder"))
        Path("rows.jsonl").write_text('{"number": 950}\n', encoding="utf-8")

    def run(self, name: str, *, approving: bool) -> Answer:
        """Runs a command and returns its answer; nothing may have been asked or spent."""
        answer = mapp(*_words(name, self.built, approving=approving), stdin="y\n" * 9)
        said = answer.out + answer.err
        with closing(Built().workspace) as workspace:
            totals = [group.totals for group in open_ledger(workspace).groups("app")]
        assert all(row.rounds == row.spend.tokens == row.spend.cost_micros == 0 for row in totals), (
            f"{name} asked the coder: {said}"
        )
        return answer


@pytest.fixture
def made(world: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_World]:
    found = _World(world)
    monkeypatch.setenv("MAPP_CODER", found.coder)
    monkeypatch.setenv("MAPP_HEAL", "merge")
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setattr(automatic, "start_detached", _at_once)
    yield found
    found.built.workspace.close()


def _at_once(command: list[str], log: object) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)  # type: ignore[call-overload]


def _budget(monkeypatch: pytest.MonkeyPatch, text: str, *periods: str) -> None:
    for period in periods or PERIODS:
        monkeypatch.setenv(period, text)


@pytest.mark.parametrize("name", SAMPLED)
def test_with_a_budget_of_zero_no_command_asks_a_coder(
    name: str, made: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _budget(monkeypatch, NOTHING)
    answer = made.run(name, approving=True)
    assert answer.code != 70 and "Usage:" not in answer.err, f"{name} was not tried: {answer.err}"
    if name in PAYING:
        assert answer.code != 0


@pytest.mark.parametrize(
    ("period", "text", "name"),
    [
        pytest.param(period, text, name, marks=() if (at + turn) % 6 == 0 else pytest.mark.sweep)
        for at, (period, text) in enumerate(product(PERIODS, ("$0", "0 tokens", "0 rounds", "0 min")))
        for turn, name in enumerate(PAYING)
    ],
)
def test_each_limit_of_each_budget_stops_a_change(
    name: str, period: str, text: str, made: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _budget(monkeypatch, PLENTY)
    _budget(monkeypatch, text, period)
    assert made.run(name, approving=True).code != 0


@pytest.mark.parametrize("name", SAMPLED)
def test_without_approval_no_command_asks_a_coder(
    name: str, made: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _budget(monkeypatch, PLENTY)
    monkeypatch.setenv("MAPP_HEAL", "off")
    made.run(name, approving=name not in PAYING)


def test_the_coder_of_these_tests_would_be_noticed(made: _World, monkeypatch: pytest.MonkeyPatch) -> None:
    _budget(monkeypatch, PLENTY)
    with pytest.raises(AssertionError, match="asked the coder"):
        made.run("heal", approving=True)
