from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from mapp.model.decision import Ask, Compile
from mapp.model.request import Request
from mapp.ops.run.ask import Answer, refusal
from mapp.suggested_commands import MAX_LENGTH, suggested_call, suggested_command, suggested_git
from support.library import library
from support.terminal import mapp

HOSTILE = [
    "a; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "a\n touch pwned",
    "a\rtouch pwned",
    "\x1b[31m; touch pwned",
    "\u202e; touch pwned",
    "--help",
    "*",
    "~",
    "!!",
    "a && touch pwned || touch pwned",
    "",
]


def pasted(command: str, folder: Path) -> list[str]:
    """Returns the words that a shell reads from a suggested command; fails if anything else ran."""
    script = f'mapp() {{ printf "%s\\0" "$@"; }}; {command}'
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, check=True)
    assert not (folder / "pwned").exists(), command
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_pasted_command_runs_nothing_else(text: str, tmp_path: Path) -> None:
    words = pasted(suggested_command("compile", text), tmp_path)

    assert words == ["compile", text if text.isprintable() else "…"]


@pytest.mark.parametrize("name", [text for text in HOSTILE if text])
def test_a_pasted_git_command_runs_nothing_else(name: str, tmp_path: Path) -> None:
    command = suggested_git(tmp_path / name, "repack", "-ad").removeprefix("git")

    assert pasted(f"mapp {command}", tmp_path) == ["-C", str(tmp_path / name), "repack", "-ad"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_pasted_call_runs_nothing_else(text: str, tmp_path: Path) -> None:
    words = pasted(suggested_call("echo", [("text", text), ("list", [text])]), tmp_path)

    assert words[:2] == ["exec", "echo"]
    assert words[2] == (f"text={text}" if text.isprintable() else "text=@FILE")
    assert len(words) == 4


@pytest.mark.parametrize("source", ["names.txt", "my names.txt", "$(touch pwned)", "-", None, "a\nb"])
def test_an_attachment_is_named_by_its_source_and_never_by_its_content(
    source: str | None, tmp_path: Path
) -> None:
    content = "; touch pwned\n" * 8_000
    command = suggested_call("sort-lines", [("text", content)], attachment=content, source=source)

    named = source if source is not None and source.isprintable() else "FILE"
    assert pasted(command, tmp_path) == ["exec", "sort-lines", f"text=@{named}"]
    assert len(command) < 100


def test_a_long_value_becomes_a_file(tmp_path: Path) -> None:
    assert suggested_call("echo", [("text", "a" * MAX_LENGTH)]).endswith("a" * MAX_LENGTH)
    assert suggested_call("echo", [("text", "a" * (MAX_LENGTH + 1))]) == "mapp exec echo text=@FILE"
    assert suggested_call("echo", [("list", [*range(1000)])]) == "mapp exec echo list=@FILE"


def test_a_text_that_starts_with_an_at_sign_becomes_a_file() -> None:
    assert suggested_call("echo", [("text", "@/etc/passwd")]) == "mapp exec echo text=@FILE"


@pytest.mark.parametrize("text", HOSTILE)
def test_the_hints_of_a_request_are_safe_to_paste(text: str, tmp_path: Path) -> None:
    request = Request(text=text, attachment=text)
    for decision in (
        Ask(app="echo", arguments=(("text", text),), missing=(), reasons=(), candidates=()),
        Ask(app="echo", arguments=(("other", text),), missing=("rate",), reasons=(), candidates=()),
        Compile(reasons=(), candidates=()),
    ):
        hint = refusal(Answer(request=request, decision=decision), source=text).hint
        for command in re.findall(r"mapp (?:exec|compile) .*", hint):
            assert pasted(command, tmp_path)[0] in ("exec", "compile")


@pytest.mark.parametrize("text", [row for row in HOSTILE if row])
def test_a_request_of_an_app_is_safe_to_paste(text: str, tmp_path: Path) -> None:
    from mapp_cli.console import safe

    shown = safe(suggested_command("run", text))

    assert pasted(shown, tmp_path)[0] == "run"


def test_show_quotes_the_suggested_request() -> None:
    library().app("double").build()

    line = mapp("show", "double").out.partition("ask for it\n")[2].splitlines()[0].strip()

    assert shlex.split(line)[:2] == ["mapp", "run"] and len(shlex.split(line)) == 3


SOURCES = [Path(__file__).parents[1] / "core", Path(__file__).parents[1] / "cli"]


def test_no_message_uses_json_to_quote_for_a_shell() -> None:
    """JSON uses double quotes, in which a shell still runs `$(…)`."""
    found = [
        f"{path.name}:{number}"
        for root in SOURCES
        for path in root.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"mapp (run|compile|expand|exec)\b[^\"']*\{json\.dumps", line)
    ]

    assert found == []
