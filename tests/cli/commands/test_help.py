from __future__ import annotations

import pytest

from mapp_cli.main import help_text
from support.terminal import mapp, mapp_process


def test_help_prints_the_help_of_mapp_or_of_a_command() -> None:
    assert mapp_process("help").out == help_text()
    assert mapp("help", "exec").out == mapp("exec", "--help").out
    assert mapp("help", "keys", "set").out == mapp("keys", "set", "--help").out
    assert mapp("help", "index").out == mapp("index", "--help").out


@pytest.mark.parametrize("words", [("nonsense",), ("exec", "nonsense"), ("keys", "nonsense")])
def test_help_for_an_unknown_command_ends_with_exit_code_2(words: tuple[str, ...]) -> None:
    found = mapp("help", *words)

    assert (found.code, "nonsense" in found.err) == (2, True)
