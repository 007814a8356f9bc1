"""Records the session that the README shows: `python docs/record_session.py` writes `docs/session.svg`.

The commands run for real, in a library of their own; what they print is drawn by rich.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

COMMANDS: Final = (
    'mapp run "what is 240 euros plus 20% VAT"',
    'mapp run "how many days between 2024-01-01 and 2024-03-01"',
    'mapp run "sort these lines in descending order" --input names.txt',
    'mapp run "remove the 20% VAT from 288" --json',
    'mapp run "book me a table for two"',
)
WIDTH: Final = 100


def main() -> None:
    """Runs the commands and writes the picture beside this file."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "names.txt")
        names.write_text("fig\napple\npear\n", encoding="utf-8")
        environment = {
            **os.environ,
            "HOME": folder,
            "MAPP_HOME": f"{folder}/library",
            "MAPP_CACHE": f"{folder}/cache",
            "MAPP_CONFIG": f"{folder}/config.toml",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        run(COMMANDS[0], folder, environment)  # sets up the starter apps
        for command in COMMANDS:
            console.print(Text.assemble(("$ ", "bold green"), command))
            console.print(Text(run(command, folder, environment)))
    # The fonts of the template would be fetched from elsewhere; every viewer has a monospaced one.
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="mapp"), flags=re.DOTALL)
    Path(__file__).with_name("session.svg").write_text(svg, encoding="utf-8")


def run(command: str, folder: str, environment: dict[str, str]) -> str:
    """Returns what a command prints, standard output and standard error together."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.rstrip("\n")


if __name__ == "__main__":
    main()
