"""The command line at any priority and under any parent. A host fault never counts against the app."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import support
from support.library import Built, library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the hostile parent is written for Linux")
only_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="a limit of processes counts all of a user's; only root can become a user without any",
)

HOST_FAULT = 71
LONE = f"--unprivileged --user {61_000 + os.getpid() % 4_000}"
"""A user without other processes, for whom the isolation is measured once."""
# Long enough for the worker to get a lower priority, which the system may refuse.
LONG = (
    "function main(input) { let n = 0; for (let i = 0; i < 5e5; i++) n += i % 7; return input.number * 2; }"
)
TWICE = ("exec", "long", "number=21")
RECURSE = (
    "function main(input) { const f = (n) => 1 + f(n + 1); try { f(0) } catch { return input.number * 2 } }"
)


@pytest.fixture
def built() -> Built:
    made = library().app("long").source(LONG).app("deep").source(RECURSE).app("double").build()
    made.workspace.close()
    return made


def mapp(built: Built, parent: str, *words: str, stdin: str = "") -> tuple[int, str, str]:
    """Runs `mapp` under a parent (see `support.parent`); returns exit code, output and error output."""
    return under(parent, [sys.executable, "-m", "mapp_cli", *words], stdin=stdin, library=built.home.root)


def under(
    parent: str,
    command: list[str],
    *,
    stdin: str = "",
    library: Path | None = None,
    folder: Path | None = None,
) -> tuple[int, str, str]:
    tests = str(Path(support.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": tests, "NO_COLOR": "1"}
    if library is not None:
        environment["MAPP_HOME"] = str(library)
    whole = [sys.executable, "-m", "support.parent", *shlex.split(parent), "--", *command]
    done = subprocess.run(
        whole,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout, done.stderr


def outcomes(built: Built) -> list[str]:
    """Returns the outcomes of the runs in the journal."""
    with sqlite3.connect(built.home.journal) as journal:
        return [row[0] for row in journal.execute("SELECT outcome FROM runs ORDER BY started")]


@pytest.mark.parametrize(
    "parent",
    [
        "--nice 12 --unprivileged",
        "--nice 19 --unprivileged",
        "--nice 19",
        "--without setpriority --unprivileged",
        "--without unshare --unprivileged",
        "--without unshare",
        "--without landlock_create_ruleset --unprivileged",
        "--files 64 --unprivileged",
        "--files 24 --unprivileged",
        "--ignore SIGCHLD --unprivileged",
        "--ignore SIGHUP --ignore SIGPIPE --no-terminal",
        "--ignore all --unprivileged",
        "--block all --unprivileged",
        "--soft-stack 256",
        "--umask 077",
        "--umask 0",
        "--no-folder",
        "--nice 15 --files 64 --ignore SIGCHLD --block SIGTERM --without unshare --unprivileged",
    ],
)
def test_a_long_run_succeeds_under(parent: str, built: Built) -> None:
    code, said, told = mapp(built, parent, *TWICE)

    assert (code, said.strip()) == (0, "42"), told
    assert outcomes(built) == ["ok"]


def test_without_a_home_in_the_environment_an_app_runs(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    code, said, told = mapp(built, "--nice 5", *TWICE)

    assert (code, said.strip()) == (0, "42"), told


def test_a_recursive_script_works_under_a_low_stack_limit(built: Built) -> None:
    assert mapp(built, "--soft-stack 256", "exec", "deep", "number=21")[:2] == (0, "42\n")


@pytest.mark.parametrize("nice", [12, 19])
def test_the_gate_gives_the_same_verdict_at_any_priority(nice: int, built: Built) -> None:
    usual = mapp(built, "--unprivileged", "test", "double", "--inputs", "5", "--json")
    later = mapp(built, f"--nice {nice} --unprivileged", "test", "double", "--inputs", "5", "--json")

    assert checks(later[1]) == checks(usual[1])
    assert later[0] == usual[0]


def checks(said: str) -> dict[str, str]:
    """Returns the status of every check in the answer of `test --json`."""
    found: dict[str, str] = {}

    def look(value: object) -> None:
        if isinstance(value, dict):
            if {"check", "status"} <= value.keys():
                found[value["check"]] = value["status"]
            for part in value.values():
                look(part)
        elif isinstance(value, list):
            for part in value:
                look(part)

    look(json.loads(said))
    assert found, said
    return found


@only_root
@pytest.mark.parametrize("processes", [1, 2])
def test_a_refused_process_is_a_fault_of_the_host(processes: int, built: Built) -> None:
    """With one process the helper cannot be started, with two the helper cannot start the worker."""
    assert mapp(built, LONE, *TWICE)[0] == 0  # measures the isolation once
    code, said, told = mapp(built, f"--processes {processes} {LONE}", *TWICE)

    assert (code, said) == (HOST_FAULT, ""), told
    assert "MAPP-0410" in told
    assert "The app is not to blame." in told
    assert "ulimit -u" in told
    assert outcomes(built) == ["ok", "host_fault"]


@only_root
@pytest.mark.parametrize("processes", [3, 5])
def test_a_batch_needs_no_more_processes_than_a_run(processes: int) -> None:
    """Three are the interpreter, the helper and the worker; with five, there are also two threads."""
    script = """
from mapp.sandbox.executors.forking import ForkingExecutor
from support.scripts import expression, value
with ForkingExecutor(lanes=2) as executor:
    print([value(result) for result in executor.run_batch([expression(str(n)) for n in range(4)])])
"""
    code, said, told = under(f"--processes {processes} {LONE}", [sys.executable, "-c", script])

    assert (code, said) == (0, "[0, 1, 2, 3]\n"), told


@only_root
def test_a_host_fault_is_reported_as_json(built: Built) -> None:
    code, said, _ = mapp(built, f"--processes 1 {LONE}", *TWICE, "--json")

    assert code == HOST_FAULT
    assert json.loads(said)["error"]["code"] == "MAPP-0410"


@only_root
@pytest.mark.parametrize("processes", [1, 2])
def test_a_host_fault_fails_no_check_of_the_gate(processes: int, built: Built) -> None:
    assert mapp(built, LONE, *TWICE)[0] == 0
    code, said, told = mapp(built, f"--processes {processes} {LONE}", "test", "double")

    assert code == HOST_FAULT, told
    assert "FAILED" not in said + told
    assert "MAPP-0410" in told


@only_root
def test_a_map_writes_no_line_for_a_row_with_a_host_fault(built: Built) -> None:
    assert mapp(built, LONE, *TWICE)[0] == 0
    rows = '{"number": 1}\n{"number": 2}\n'
    code, said, told = mapp(
        built, f"--processes 2 {LONE}", "map", "double", "--input", "-", "--jobs", "1", stdin=rows
    )

    assert (code, said) == (HOST_FAULT, ""), told
    assert "crash" not in outcomes(built)


@only_root
def test_the_pytest_plugin_stops_at_a_host_fault(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "checkout"
    code, _, told = mapp(built, "", "path", "double")
    assert code == 0, told
    from support.apps import app, write_files

    draft = app()
    write_files(folder / draft.name, draft.files)
    assert mapp(built, LONE, *TWICE)[0] == 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    code, said, _ = under(
        f"--processes 2 {LONE}", [*command, str(folder)], library=built.home.root, folder=folder
    )

    assert code == HOST_FAULT, said
    assert "failed" not in said
    assert "MAPP-0410" in said


def test_the_error_for_a_small_stack_names_the_limit(built: Built) -> None:
    code, said, told = mapp(built, "--stack 1024 --unprivileged", *TWICE)

    assert (code, said) == (HOST_FAULT, ""), told
    assert "ulimit -s" in told


def test_a_wall_that_the_system_refuses_stops_the_run(built: Built) -> None:
    code, said, told = mapp(built, "--without landlock_restrict_self --unprivileged", *TWICE)

    assert (code, said) == (HOST_FAULT, ""), told
    assert "Landlock" in told


ALONE = """
import os, sys
from mapp.sandbox.executor import Job, Program
from mapp.sandbox.executors.forking import ForkingExecutor
for number in {closed}:
    os.close(number)
with ForkingExecutor(lanes=1) as executor:
    found = executor.run(Job(program=Program(source="function main() {{ return 42; }}")))
    level = executor.isolation
os.write({output}, f"{{found.json}} {{level}}".encode())
"""


@pytest.mark.parametrize(("closed", "output"), [((0,), 1), ((0, 1), 2), ((1, 2), 9), ((0, 1, 2), 9)])
def test_the_sandbox_needs_no_standard_streams(closed: tuple[int, ...], output: int, tmp_path: Path) -> None:
    file = tmp_path / "said"
    program = f"import os; os.dup2(os.open({str(file)!r}, os.O_CREAT | os.O_WRONLY), 9)\n"
    program += ALONE.format(closed=closed, output=9 if output == 9 else f"os.dup({output})")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    said = file.read_text() if output == 9 else {1: done.stdout, 2: done.stderr}[output]
    assert said.split() == ["42", said.split()[1]], done
    assert done.returncode == 0, done


SCARCE = """
import os, resource
from mapp.errors import HostFault
from mapp.sandbox.executor import Job, Program
from mapp.sandbox.executors.forking import ForkingExecutor
job = Job(program=Program(source="function main() { return 42; }"))
with ForkingExecutor(lanes=1) as executor:
    print(executor.run(job).json)
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    opened = []
    try:
        while True:
            opened.append(os.dup(0))
    except OSError:
        pass
    try:
        executor.run(job)
    except HostFault as fault:
        print(fault.code, fault.hint)
    for descriptor in opened:
        os.close(descriptor)
    print(executor.run(job).json)
"""


def test_a_run_without_descriptors_is_a_host_fault_and_the_next_one_works() -> None:
    done = subprocess.run([sys.executable, "-c", SCARCE], capture_output=True, text=True, check=False)

    first, fault, last = done.stdout.splitlines()
    assert (first, last) == ("42", "42"), done
    assert fault.startswith("MAPP-0410") and "ulimit -n" in fault
