"""Agents that are small Python programs, well behaved or not."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

from mapp.author.coders.agent import AgentCoder

SOURCE = "function main(input) { return 2; }\n"
DONE = f"""
open("main.js", "w").write({SOURCE!r})
"""
SUCCESS = (
    '{"type":"result","subtype":"success","is_error":false,"result":"all done","total_cost_usd":0.0125,'
    '"usage":{"input_tokens":10,"cache_read_input_tokens":20,"cache_creation_input_tokens":30,'
    '"output_tokens":40}}'
)


def agent(folder: Path, body: str, **options: Any) -> AgentCoder:
    """Returns a coder whose agent is a Python program with the given body."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "agent.py"
    script.write_text(
        "import json, os, signal, socket, subprocess, sys, time\nfrom pathlib import Path\n"
        + textwrap.dedent(body)
    )
    words = (sys.executable, "-I", "-S", str(script), "{brief}", "{folder}", "{usd}")
    return AgentCoder(**{"command": words, "place": folder / "scratch", **options})
