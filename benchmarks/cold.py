"""How long commands take to start, compared with Node running the same function, and requests in one process.

Run: python -m benchmarks.cold [ROUNDS]
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mapp
import mapp_cli
from benchmarks.measuring import Series, against, command, interleave, machine, table, timed_row, world
from mapp.config import load_config
from mapp.ops.api import Library
from mapp.ops.workspace import Workspace
from mapp.starter import bundle

REQUEST = "what is 240 euros plus 20% VAT"
ANSWER = "288"
CALL = 'console.log(main({"price":240,"rate":20,"direction":"add"}))'
ROUNDS = 15
MOST_MEMORY = 130
"""MB that a request may take at most, in the largest of its processes."""
HEADINGS = ("command", "median", "p99", "runs", "against")


def main(rounds: int = ROUNDS) -> None:
    """Prints the table of cold starts, and the time of the very first request."""
    compile_as_installed()
    with tempfile.TemporaryDirectory() as folder:
        environment = world(folder)
        first = first_request(environment)
        found = measure(environment, rounds)
        memory = ["largest process of `mapp run`", *peak(environment)]
        warm = measure_warm(environment, rounds)
    last = ["first ever `mapp run`, empty home", *first]
    table(f"Cold starts ({machine()})", HEADINGS, [*rows(found), memory, last])
    table(f"Requests in one process ({machine()})", HEADINGS, warm_rows(warm))


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


def peak(environment: dict[str, str]) -> tuple[str, ...]:
    """Returns the rest of a row with the peak memory of a request."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, program(), "run", REQUEST],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return f"{int(done.stdout) / unit:.0f} MB", "", "1", f"limit {MOST_MEMORY} MB"


def measure_warm(environment: dict[str, str], rounds: int) -> dict[str, Series]:
    """Returns the times of requests in an open library, and of their two parts that no index can save."""
    config = load_config(environment={**os.environ, **environment})
    with Library(Workspace(config=config)) as library:
        embedder = library.workspace.embedder
        actions = {
            "embedding": lambda: embedder.embed([REQUEST]),
            "Library.exec": lambda: library.exec("vat", {"price": 240, "rate": 20, "direction": "add"}),
            "Library.ask": lambda: library.ask(REQUEST),
        }
        return interleave(actions, rounds=5 * rounds, warm_up=5)


def warm_rows(found: dict[str, Series]) -> list[list[str]]:
    """Returns the rows of the table of one process."""
    embedded, executed, asked = found.values()
    parts = Series(
        name="embedding + Library.exec",
        times=tuple(map(sum, zip(embedded.times, executed.times, strict=True))),
    )
    return [timed_row(embedded, ""), timed_row(executed, ""), timed_row(asked, against(asked, parts, 1.5))]


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
        timed_row(ran, f"{against(ran, node, 5.5)}, {against(ran, same)}"),
    ]


def program() -> str:
    """Returns the installed command that belongs to this interpreter."""
    return str(Path(sys.executable).parent / "mapp")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
