from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from mapp_cli.console import Console, colour, escaped, safe
from support.terminal import mapp

HOSTILE = "a\x1b[31mb\u202ec\u200dd\u2066e\x7ff\x9bg\u2028h\U000e0041i\u200b"


class Terminal(io.StringIO):
    """A stream that claims to be a terminal or not."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def printed(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, value: object) -> str:
    stream = Terminal(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    Console().json({"value": value})
    return stream.getvalue()


@pytest.mark.parametrize(
    "value", [HOSTILE, {HOSTILE: [HOSTILE]}, "\ud800", "caf\u00e9 \u65e5\u672c \U0001f600"]
)
def test_json_on_a_terminal_escapes_invisible_characters_and_keeps_the_value(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(monkeypatch, is_terminal=True, value=value)

    assert json.loads(text)["value"] == value
    for character in "\x1b\u202e\u200d\u2066\x7f\x9b\u2028\U000e0041\u200b":
        assert character not in text


def test_piped_json_is_plain_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(monkeypatch, is_terminal=False, value="caf\u00e9 \u200d")

    assert "caf\u00e9 \u200d" in text
    assert json.loads(text)["value"] == "caf\u00e9 \u200d"


def test_letters_of_all_languages_are_readable_on_a_terminal() -> None:
    assert (
        escaped('"caf\u00e9 \u65e5\u672c \u05d0 \U0001f600"') == '"caf\u00e9 \u65e5\u672c \u05d0 \U0001f600"'
    )


def test_a_list_on_a_terminal_stays_json(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal(is_terminal=True)
    monkeypatch.setattr(sys, "stdout", stream)

    Console().value([HOSTILE])

    assert json.loads(stream.getvalue()) == [HOSTILE]
    assert "\u202e" not in stream.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([999999999989], "[999999999989]\n"),
        ([2, 2, 3], "[2, 2, 3]\n"),
        (["a", None, True, 1.5], '["a", null, true, 1.5]\n'),
        ([], "[]\n"),
        ([[1], [2]], "[\n  [\n    1\n  ],\n  [\n    2\n  ]\n]\n"),
        ({"a": 1}, '{\n  "a": 1\n}\n'),
    ],
)
def test_a_short_list_of_plain_values_is_printed_on_one_line(
    value: object, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal(is_terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)

    Console().value(value)

    assert stream.getvalue() == text


def test_a_long_list_is_printed_with_one_value_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal(is_terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)
    numbers = list(range(1000, 1030))

    Console().value(numbers)

    assert len(stream.getvalue().splitlines()) == 32
    assert json.loads(stream.getvalue()) == numbers


@pytest.mark.parametrize(
    ("text", "shown"), [("a\n", "a\n"), ("a", "a\n"), ("a\nb\n", "a\nb\n"), ("a\n\n", "a\n\n"), ("", "\n")]
)
def test_the_last_line_ends_with_one_newline(text: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal(is_terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)

    Console().result(text)

    assert stream.getvalue() == shown


@pytest.mark.parametrize(
    ("variables", "is_terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR": "0"}, True, False),
        ({"CLICOLOR": "1"}, False, False),
    ],
)
def test_colours_follow_the_conventions(
    variables: dict[str, str], is_terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert colour(Terminal(is_terminal=is_terminal)) is wanted


@pytest.mark.parametrize(
    ("variable", "colours"),
    [("FORCE_COLOR", True), ("NO_COLOR", False), ("CLICOLOR_FORCE", True), ("X", False)],
)
def test_an_error_is_coloured_only_if_colours_are_allowed(
    variable: str, colours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")

    assert ("\x1b[" in mapp("explain", "nothing").err) is colours


@pytest.mark.skipif(os.name == "nt", reason="pseudo terminals of POSIX")
@pytest.mark.parametrize(
    ("variables", "draws"), [({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({}, True)]
)
def test_a_progress_bar_is_drawn_only_on_a_terminal_that_can_show_it(
    variables: dict[str, str], draws: bool
) -> None:
    ours, theirs = os.openpty()
    code = (
        "from mapp_cli.console import Console\n"
        "import time\n"
        "with Console().progress('Working') as advance:\n    advance(1, 2)\n    time.sleep(0.3)\n"
    )
    known = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    env = {**known, "TERM": "xterm", **variables}
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True, env=env)
    os.close(theirs)
    screen = b""
    try:
        while chunk := os.read(ours, 4096):
            screen += chunk
    except OSError:
        pass
    os.close(ours)

    assert (b"\x1b[" in screen) is draws
    assert b"Working" in screen


def test_control_and_bidirectional_characters_are_escaped_on_a_terminal() -> None:
    assert safe("a\x1b]0;x\x07b\u202ec\rd\n") == "a\\x1b]0;x\\x07b\\u202ec\\rd\n"


def test_without_a_terminal_the_answer_to_a_question_is_no() -> None:
    assert Console().confirm("run it?") is False


def test_quiet_hides_messages_but_not_errors(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(quiet=True)
    console.tell("a message")
    console.error("an error")

    assert capsys.readouterr().err.endswith("an error\n")


def test_a_piped_table_has_no_headings(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal(is_terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)

    Console().table([("a", "1"), ("long", "2\n3")], ("NAME", "VALUE"))

    assert stream.getvalue() == "a     1\nlong  2 3\n"
