"""How the zygote of an attacker is started."""

from __future__ import annotations

import sys
from pathlib import Path

from mapp.sandbox import engine


def command(module: str, *open_doors: str) -> list[str]:
    """Returns the command line in place of the engine's; named doors are left open."""
    assert module == "zygote"
    given = [str(engine.HERE), str(engine.extension()), *(str(engine.HERE / name) for name in engine.PRELUDE)]
    script = str(Path(__file__).with_name("possessed.py"))
    doors = [f"open-door={door}" for door in open_doors]
    return [sys.executable, "-I", "-S", "-X", "utf8", script, *given, *doors]
