from __future__ import annotations

from pathlib import Path

import pytest

from mapp.model.values import JSONValue
from mapp.model.verdict import Finding, Result
from mapp_cli.console import Console
from mapp_cli.rendering import MAX_PROBLEMS, show_check, unexercised_in_words
from support.library import library
from support.rates import covered
from support.terminal import mapp


def _failed(problems: int) -> Result:
    findings = [
        Finding(path=f"row {n}", message="is wrong", reproduce="mapp exec x") for n in range(problems)
    ]
    return Result(check="examples", status="failed", counted=9, problems=tuple(findings))


def test_a_check_is_shown_with_its_first_problems(capsys: pytest.CaptureFixture[str]) -> None:
    show_check(Console(), _failed(MAX_PROBLEMS + 2))

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "  FAILED examples (9)"
    assert lines[1:3] == ["         row 0: is wrong", "           mapp exec x"]
    assert lines[-1] == "         … and 2 more"
    assert len(lines) == 2 + 2 * MAX_PROBLEMS


def test_without_details_only_the_status_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show_check(Console(), _failed(3), details=False)

    assert capsys.readouterr().err == "  FAILED examples (9)\n"


def test_answers_that_no_recording_shows_are_listed_in_words_outputs_first() -> None:
    def row(says: str, outcome: str) -> JSONValue:
        return {
            "change": "c",
            "says": f"if {says} in the answer to host.http",
            "outcome": outcome,
            "add": "a",
        }

    listed: list[JSONValue] = [
        row("the status is 404", "the error unknown"),
        row("the body is cut off", "the error unavailable"),
        row("the field a\x1b[31m\u202e is missing", "0"),
        row("the answer is empty", "the error unavailable"),
    ]
    checked = Result(check="answers", status="passed", evidence=(("unexercised", listed),))

    assert list(unexercised_in_words([checked])) == [
        "the app was tried on 4 answers of the host that no recording shows:",
        "  if the field a\\u001b[31m\\u202e is missing in the answer to host.http, it gives 0",
        "  if the status is 404 in the answer to host.http, it gives the error unknown",
        "  if the body is cut off in the answer to host.http, it gives the error unavailable",
        "  … and 1 more; --json lists each with the command that records it",
    ]
    assert list(unexercised_in_words([_failed(1)])) == []


def test_the_verdict_of_an_app_that_calls_its_host_names_answers_without_a_recording(tmp_path: Path) -> None:
    found = mapp("test", str(covered().write(tmp_path / "rates")), "--inputs", "5")

    assert "answers of the host that no recording shows:" in found.err
    assert "in the answer to host.http, it gives " in found.err


def test_a_failed_run_names_the_command_that_shows_its_input() -> None:
    library().app("double").broken("throws").build()

    found = mapp("exec", "double", "number=1")

    assert (found.code, found.out) == (1, "")
    assert "error: double failed (threw):" in found.err
    assert "hint: mapp runs --app double --failed shows its input (run " in found.err
