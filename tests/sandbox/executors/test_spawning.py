"""The spawning executor: one interpreter per run, replaced when it is lost, and none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine, isolation_cache
from mapp.sandbox.executor import Inspection, Isolation, Killed, Threw
from mapp.sandbox.executors import spawning
from mapp.sandbox.executors.spawning import SpawningExecutor
from mapp.sandbox.host_faults import Lost
from support.scripts import expression, job, value

FOREVER = "function main() { for (;;) {} }"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Returns a list that collects the processes that are started."""
    found: list[subprocess.Popen[bytes]] = []
    original = subprocess.Popen

    def recorded(*words: object, **options: object) -> subprocess.Popen[bytes]:
        found.append(original(*words, **options))  # type: ignore[call-overload]
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", recorded)
    return found


def test_every_run_has_a_fresh_interpreter_which_ends_with_it(
    started: list[subprocess.Popen[bytes]],
) -> None:
    with SpawningExecutor() as executor:
        executor.warm()
        assert started == []
        count = "globalThis.seen = (globalThis.seen || 0) + 1"
        assert [value(executor.run(expression(count))) for _ in range(2)] == [1, 1]

    assert len({process.pid for process in started}) == 2
    assert all(process.returncode is not None for process in started)


def test_a_script_that_does_not_end_is_stopped_with_its_process(
    started: list[subprocess.Popen[bytes]],
) -> None:
    with SpawningExecutor() as executor:
        result = executor.run(job(FOREVER, wall_ms=200))

    assert isinstance(result, Killed)
    assert result.reason == "wall"
    assert [process.returncode for process in started] == [-signal.SIGKILL]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize("losses", [1, 2])
def test_a_run_that_is_killed_from_outside_is_repeated_once(
    losses: int, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over = spawning._hand_over

    def killed(process: subprocess.Popen[bytes], payload: bytes) -> None:
        hand_over(process, payload)
        if len(started) <= losses:
            process.send_signal(signal.SIGTERM)

    monkeypatch.setattr(spawning, "_hand_over", killed)
    slow = "function main() { let x = 0; for (let n = 0; n < 1e7; n++) x += n; return 7; }"
    with SpawningExecutor() as executor:
        if losses == 1:
            assert value(executor.run(job(slow))) == 7
        else:
            with pytest.raises(Lost, match="SIGTERM"):
                executor.run(job(slow))
    assert len(started) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize(
    ("losses", "number"), [(1, signal.SIGTERM), (2, signal.SIGTERM), (2, signal.SIGKILL)]
)
def test_a_worker_that_is_killed_from_outside_before_it_is_ready_is_replaced_once(
    losses: int,
    number: signal.Signals,
    started: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command, await_ready = engine.command, spawning._await_ready

    def slow(*words: str) -> list[str]:
        return ["/bin/sleep", "60"] if len(started) < losses else command(*words)

    def killed(process: subprocess.Popen[bytes]) -> Isolation:
        if len(started) <= losses:
            process.send_signal(number)
        return await_ready(process)

    monkeypatch.setattr(engine, "command", slow)
    monkeypatch.setattr(spawning, "_await_ready", killed)
    with SpawningExecutor() as executor:
        if losses == 1:
            assert value(executor.run(expression("7"))) == 7
        else:
            with pytest.raises(Lost, match=f"ended from outside by {number.name}"):
                executor.run(expression("7"))
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="commands of POSIX")
def test_a_worker_that_ends_by_itself_is_an_engine_that_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crash = f"import os, signal; os.kill(os.getpid(), signal.{signal.SIGSEGV.name})"
    for command in (["/bin/false"], [sys.executable, "-c", crash]):
        monkeypatch.setattr(engine, "command", lambda *words, command=command: command)
        with pytest.raises(SandboxUnavailable, match="its process ended at once"), SpawningExecutor() as made:
            made.run(expression("1"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="commands of POSIX")
def test_a_worker_that_does_not_get_ready_is_ended(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "command", lambda *words: ["/bin/sleep", "60"])
    monkeypatch.setattr(spawning, "PATIENCE", 0.2)

    with pytest.raises(Lost, match="not ready after"), SpawningExecutor() as executor:
        executor.run(expression("1"))
    assert [process.returncode for process in started] == [-signal.SIGKILL] * 2


def test_functions_are_listed_and_a_mistake_is_thrown() -> None:
    with SpawningExecutor() as executor:
        assert executor.inspect("function b() {}\nfunction a() {}") == Inspection(functions=("b", "a"))
        assert isinstance(executor.inspect("function ("), Threw)


def test_a_closed_executor_starts_nothing(started: list[subprocess.Popen[bytes]]) -> None:
    executor = SpawningExecutor()
    executor.close()

    with pytest.raises(SandboxUnavailable, match="closed"):
        executor.run(expression("1"))
    with pytest.raises(SandboxUnavailable, match="closed"):
        executor.inspect("1")
    assert started == []


def test_an_engine_that_does_not_start_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "extension", lambda name: Path("/nowhere/_engine.so"))

    with pytest.raises(SandboxUnavailable, match="did not start"), SpawningExecutor() as executor:
        executor.run(expression("1"))


@pytest.mark.skipif(not isolation_cache.BOOT.exists(), reason="this system does not name its boot")
def test_the_isolation_is_measured_once_per_start_of_the_machine(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    notes = tmp_path / "isolation"
    measured = SpawningExecutor(notes=notes).isolation
    attempts = len(started)

    assert attempts > 1
    assert isolation_cache.load(notes) == measured
    assert SpawningExecutor(notes=notes).isolation == measured
    assert len(started) == attempts
