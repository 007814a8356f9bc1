"""The command line that starts the compromised zygote in place of the real one."""

from __future__ import annotations

import sys
from pathlib import Path

from mapp.sandbox import engine


def command(module: str, name: str, *missing_walls: str) -> list[str]:
    """Returns the command line that replaces `engine.command`; the named walls are missing."""
    assert module == "zygote"
    ours = [str(engine.HERE / file) for file in engine.PRELUDE]
    given = [str(engine.HERE), str(engine.extension(name)), *ours]
    script = str(Path(__file__).with_name("compromised_zygote.py"))
    missing = [f"without-wall={wall}" for wall in missing_walls]
    return [sys.executable, "-I", "-S", "-X", "utf8", script, *given, *missing]
