from __future__ import annotations

import pytest

from mapp.model.verdict import Finding, Result
from mapp_cli.console import Console
from mapp_cli.rendering import MAX_PROBLEMS, show_check
from support.library import library
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


def test_a_failed_run_names_the_command_that_shows_its_input() -> None:
    library().app("double").broken("throws").build()

    found = mapp("exec", "double", "number=1")

    assert (found.code, found.out) == (1, "")
    assert "error: double failed (threw):" in found.err
    assert "hint: mapp runs --app double --failed shows its input (run " in found.err
