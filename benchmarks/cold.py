"""How long commands take to start, compared with Node running the same function.

Run: python -m benchmarks.cold [ROUNDS]
"""

from __future__ import annotations

import compileall
import shutil
import sys
import tempfile
import time
from pathlib import Path

import mapp
import mapp_cli
from benchmarks.measuring import Series, against, command, interleave, machine, table, timed_row, world
from mapp.starter import bundle

REQUEST = "what is 240 euros plus 20% VAT"
ANSWER = "288"
CALL = 'console.log(main({"price":240,"rate":20,"direction":"add"}))'
ROUNDS = 15
HEADINGS = ("command", "median", "p99", "runs", "against")


def main(rounds: int = ROUNDS) -> None:
    """Prints the table of cold starts, and the time of the very first request."""
    compile_as_installed()
    with tempfile.TemporaryDirectory() as folder:
        environment = world(folder)
        first = first_request(environment)
        found = measure(environment, rounds)
    last = ["first ever `mapp run`, empty home", *first]
    table(f"Cold starts ({machine()})", HEADINGS, [*rows(found), last])


def compile_as_installed() -> None:
    """Compiles the packages as pip does at installation; a checkout may never have been compiled."""
    for package in (mapp, mapp_cli):
        for folder in package.__path__:
            compileall.compile_dir(folder, quiet=1)


def first_request(environment: dict[str, str]) -> tuple[str, ...]:
    """Makes the first request, which sets up the library, and returns the rest of a row."""
    began = time.perf_counter()
    command(program(), "run", REQUEST, environment=environment, says=ANSWER)()
    return (f"{time.perf_counter() - began:.1f} s", "", "1", "sets up the starter apps and the index")


def measure(environment: dict[str, str], rounds: int) -> dict[str, Series]:
    """Returns the times of every command, taken in turns."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("cold: node is not installed")
    source = bundle.files("vat")["main.js"].decode()
    actions = {
        "python -c pass": command(sys.executable, "-c", "pass"),
        "mapp --help": command(program(), "--help", environment=environment),
        "node -e 1": command(node, "-e", "1"),
        "node -e <vat>": command(node, "-e", f"{source}\n{CALL}", says=ANSWER),
        "mapp exec": command(program(), "exec", "vat", "price=240", environment=environment, says=ANSWER),
        "mapp run": command(program(), "run", REQUEST, environment=environment, says=ANSWER),
    }
    return interleave(actions, rounds=rounds)


def rows(found: dict[str, Series]) -> list[list[str]]:
    """Returns the rows of the table with their comparisons."""
    python, node, same = found["python -c pass"], found["node -e 1"], found["node -e <vat>"]
    executed, ran = found["mapp exec"], found["mapp run"]
    return [
        timed_row(python, ""),
        timed_row(node, ""),
        timed_row(same, against(same, node)),
        timed_row(found["mapp --help"], against(found["mapp --help"], python, 4)),
        timed_row(executed, f"{against(executed, node, 4)}, {against(executed, same)}"),
        timed_row(ran, f"{against(ran, node, 10)}, {against(ran, same)}"),
    ]


def program() -> str:
    """Returns the installed command that belongs to this interpreter."""
    return str(Path(sys.executable).parent / "mapp")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
