"""How the zygote of an attacker is started."""

from __future__ import annotations

import sys
from pathlib import Path

from mapp.sandbox import engine


def command(module: str, name: str, *open_doors: str) -> list[str]:
    """Returns the command line in place of the engine's; named doors are left open."""
    assert module == "zygote"
    ours = [str(engine.HERE / file) for file in engine.PRELUDE]
    given = [str(engine.HERE), str(engine.extension(name)), *ours]
    script = str(Path(__file__).with_name("possessed.py"))
    doors = [f"open-door={door}" for door in open_doors]
    return [sys.executable, "-I", "-S", "-X", "utf8", script, *given, *doors]
