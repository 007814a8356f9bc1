from __future__ import annotations

import shutil
import subprocess

import pytest

from support.terminal import mapp


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(shell: str) -> None:
    found = mapp("completion", shell)

    assert found.code == 0 and "_MAPP_COMPLETE" in found.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_the_script_and_puts_no_space_after_an_equals_sign() -> None:
    script = mapp("completion", "bash").out
    assert "compopt -o nospace" in script

    assert subprocess.run(["bash", "-n"], input=script.encode(), check=False).returncode == 0


def test_an_unknown_shell_is_a_usage_error() -> None:
    assert mapp("completion", "csh").code == 2
