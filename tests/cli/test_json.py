from __future__ import annotations

import click
import pytest

from mapp_cli.group import all_commands
from support.library import library
from support.terminal import mapp


def test_every_command_that_answers_has_json() -> None:
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


def test_edit_says_in_json_that_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    library().app("double").build()
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("VISUAL", "true")

    answer = mapp("edit", "double", "--json").json

    assert (answer["app"], answer["changed"]) == ("double", False)


def test_a_removed_key_is_named_in_json() -> None:
    mapp("keys", "set", "EXAMPLE_KEY", stdin="a-secret-of-mine")

    assert mapp("keys", "remove", "example_key", "--json").json == {"schema": 1, "removed": "EXAMPLE_KEY"}
