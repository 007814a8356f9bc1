from __future__ import annotations

import pytest

from mapp_cli.main import help_text
from support.terminal import mapp_process


def test_the_stored_help_is_the_help_of_click(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert mapp_process("--help").out == mapp_process("-h").out == help_text()
    assert mapp_process("--quiet", "--help").out == help_text()  # only this one asks click


def test_without_arguments_mapp_prints_its_help() -> None:
    assert mapp_process().out == help_text()


def test_a_shell_that_asks_for_completions_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MAPP_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "mapp ex")
    monkeypatch.setenv("COMP_CWORD", "1")

    assert mapp_process().out.split() == ["plain,exec", "plain,expand", "plain,explain"]
