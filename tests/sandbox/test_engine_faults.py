"""The public faults of engines: which engine has which, how the result is cached, and containment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine
from mapp.sandbox.child.confinement import Confinement
from mapp.sandbox.engine_faults import FAULTS, Fault, listed, public_faults
from mapp.sandbox.executor import Executor, Job, Killed, Program, Result, Returned
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.host_faults import Lost
from support.engines import MAKERS
from support.scripts import children, evaluate

ALL = tuple(fault.issue for fault in FAULTS)
IDS = [fault.name for fault in FAULTS]
HAVING = {"dukpy": (1296, 1297, 1305, 1368), "quickjs-ng": ()}
needs_both = pytest.mark.skipif(len(engine.installed()) < 2, reason="there is one engine here")


class Answering:
    """An executor with prepared results or host faults; counts its runs."""

    def __init__(self, *answers: Result | Lost) -> None:
        self._answers = list(answers)
        self.asked = 0

    def run(self, job: Job, broker: object = None) -> Result:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Lost):
            raise answer
        return answer


SOUND = Returned(json='"sound"', wall_ms=1.0)
CRASH = Killed(reason="crash", detail="the worker was killed by SIGSEGV", wall_ms=1.0)
AWAY = Lost("twice during this run")


@pytest.mark.parametrize("maker", MAKERS)
def test_the_four_public_faults_are_in_dukpy_and_not_in_quickjs_ng(maker: str) -> None:
    name = maker.partition(" ")[2]
    with MAKERS[maker]() as executor:
        found = public_faults(executor, name)

    assert tuple(fault.issue for fault in found) == HAVING[name]


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
@pytest.mark.parametrize("name", engine.installed())
def test_an_exploited_fault_affects_neither_host_nor_other_runs(name: str, fault: Fault) -> None:
    program = Program(source=fault.script)
    with ForkingExecutor(lanes=1, engine=name) as executor:
        before = evaluate(executor, "input + 1", 1)
        endings = [executor.run(Job(program=program, wall_ms=20_000)) for _ in range(5)]
        after = [evaluate(executor, "input + 1", number) for number in range(20)]
        kept = children(os.getpid())

    assert (before, after) == (2, list(range(1, 21)))
    assert len(kept) <= 1 + len(children(os.getpid()))
    for found in endings:  # a value of its own making, its own error, or the end of its own worker
        assert not isinstance(found, Killed) or found.reason in ("crash", "memory")
    if fault.issue not in HAVING[name]:
        assert {found.json for found in endings if isinstance(found, Returned)} == {'"sound"'}
        assert not [found for found in endings if not isinstance(found, Returned)]


@needs_both
@pytest.mark.skipif(Confinement().isolation != "full", reason="not locked in fully here")
def test_a_corrupted_heap_ends_as_a_crash() -> None:
    fault = next(row for row in FAULTS if row.issue == 1368)
    with ForkingExecutor(lanes=1, engine="dukpy") as executor:
        assert executor.isolation == "full"
        found = executor.run(Job(program=Program(source=fault.script), wall_ms=20_000))

    assert isinstance(found, Killed) and found.reason == "crash", found


LEAK = """
    function main() {
      const buffer = new ArrayBuffer(65536, { maxByteLength: 65536 });
      const source = new Uint8Array(buffer);
      const target = new Proxy(function () {}, { get(object, name) {
        if (name === "prototype") { buffer.resize(0); return Uint8Array.prototype; }
        return object[name];
      } });
      let copy;
      try { copy = Reflect.construct(Uint8Array, [source], target); } catch { return ""; }
      let text = "";
      for (const byte of copy) text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".";
      return text;
    }
"""


@pytest.mark.parametrize("name", engine.installed())
def test_leaked_memory_contains_nothing_of_the_host_or_other_runs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "planted-in-the-environment")
    neighbour = Program(source="function main(input) { return input.split('').reverse().join(''); }")
    with ForkingExecutor(lanes=1, engine=name) as executor:
        executor.run(Job(program=neighbour, arguments=('"planted-by-a-neighbour"',)))
        found = executor.run(Job(program=Program(source=LEAK), wall_ms=20_000))

    text = found.json if isinstance(found, Returned) else ""
    assert "planted" not in text and "detnalp" not in text


def test_a_crash_or_a_wrong_answer_means_that_the_engine_has_the_fault() -> None:
    other = Returned(json='"reads 7 bytes"', wall_ms=1.0)
    found = public_faults(Answering(SOUND, CRASH, other, SOUND), engine.DEFAULT)  # type: ignore[arg-type]

    assert listed(found) == f"{FAULTS[1].name}, {FAULTS[2].name}"


def test_a_lost_sandbox_says_nothing_about_an_engine() -> None:
    assert public_faults(Answering(AWAY, SOUND), engine.DEFAULT) == ()  # type: ignore[arg-type]
    with pytest.raises(SandboxUnavailable, match="could not test the engine"):
        public_faults(Answering(AWAY), engine.DEFAULT)  # type: ignore[arg-type]


def test_the_result_is_cached_for_this_engine_file(tmp_path: Path) -> None:
    executor = Answering(SOUND, CRASH, SOUND, SOUND)
    first = public_faults(executor, engine.DEFAULT, tmp_path)  # type: ignore[arg-type]
    again = public_faults(executor, engine.DEFAULT, tmp_path)  # type: ignore[arg-type]

    assert first == again == (FAULTS[1],)
    assert executor.asked == len(FAULTS)


@pytest.mark.parametrize("damage", ["", "nonsense", "0" * 64 + "\n\n", "\x00\xff"])
def test_a_cache_of_another_file_or_a_damaged_one_is_ignored(tmp_path: Path, damage: str) -> None:
    (tmp_path / f"faults-{engine.DEFAULT}").write_text(damage, encoding="latin-1")
    executor = Answering(SOUND)

    assert public_faults(executor, engine.DEFAULT, tmp_path) == ()  # type: ignore[arg-type]
    assert executor.asked == len(FAULTS)


@pytest.mark.parametrize("name", engine.installed())
def test_an_engine_has_the_version_that_it_reports_itself(name: str) -> None:
    own = engine.own_version(name)

    assert own
    assert engine.version(name).startswith(f"quickjs-ng {own}")


@needs_both
def test_an_import_fails_in_the_same_way_in_both_engines() -> None:
    source = "async function main() { try { await import('x'); } catch (e) { return e.name; } }"
    found = []
    for name in engine.installed():
        with ForkingExecutor(lanes=1, engine=name) as executor:
            found.append(executor.run(Job(program=Program(source=source))))

    assert [row.json for row in found if isinstance(row, Returned)] == ['"ReferenceError"'] * 2


def test_every_executor_can_be_tested_for_faults(tmp_path: Path) -> None:
    executor: Executor
    with MAKERS[f"spawning {engine.DEFAULT}"]() as executor:
        assert public_faults(executor, engine.DEFAULT, tmp_path / "new") == ()
    assert (tmp_path / "new" / f"faults-{engine.DEFAULT}").exists()
