"""Node as an engine for comparison: the same names and results, its limits, and its isolation."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import Executor, Grant, Inspection, Job, Killed, Program, run_batch
from mapp.sandbox.executors import node
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.node import NodeExecutor
from support.scripts import evaluate, expression, job, thrown, value

pytestmark = pytest.mark.skipif(node.find_node() is None, reason="there is no node here")


@pytest.fixture(scope="module")
def ours() -> Iterator[Executor]:
    with ForkingExecutor(lanes=1) as made:
        yield made


@pytest.fixture(scope="module")
def theirs() -> Iterator[NodeExecutor]:
    with NodeExecutor() as made:
        yield made


# Behaviour that the language leaves open, and that the prelude or node.js fixes.
PINNED = [
    "[Date.now(), new Date() + '', Date()]",
    "[Math.random(), Math.random(), host.random()]",
    "[1, 1e10, -0.3, 70].map((x) => [Math.sin(x), Math.exp(x % 99), Math.cbrt(x), Math.pow(1.1, x % 50)])",
    "[1234567.891.toLocaleString(), (0).toLocaleString('de'), 123456789n.toLocaleString()]",
    "[new Date(1e12), new Date(-1e14), new Date(NaN)].map((d) => [d.toLocaleString(), d.toString()])",
    "[new Date(1e12).toLocaleDateString('de'), new Date(1e12).toLocaleTimeString()]",
    "new Date(0).toTimeString()",
    "new Date(2024, 1, 29, 12).toISOString()",
    "[1234.5, 'a', null, new Date(0)].toLocaleString()",
    "['ä', 'z', 'a', 'B', 'a\\u0308'].sort((p, q) => p.localeCompare(q))",
    "['I'.toLocaleLowerCase('tr'), 'i'.toLocaleUpperCase('tr')]",
    "['Intl', 'console', 'process', 'require', 'fetch', 'eval', 'WebAssembly'].map((n) => n in globalThis)",
    "[typeof queueMicrotask, typeof setTimeout, typeof performance, typeof SharedArrayBuffer]",
]


@pytest.mark.parametrize("text", PINNED)
def test_choices_that_the_language_leaves_open_are_the_same_in_node(
    ours: Executor, theirs: Executor, text: str
) -> None:
    options = {"seed": 7, "random": True, "clock": True, "now_ms": 1_700_000_000_000}

    assert evaluate(theirs, text, **options) == evaluate(ours, text, **options)


@pytest.mark.parametrize(
    "body",
    [
        "throw new TypeError('no');",
        "throw 'a text';",
        "throw {get message() { throw 1; }};",
        "Promise.reject(new RangeError('stray')); return 1;",
        "queueMicrotask(() => { throw new URIError('late'); }); return 1;",
        "return undefined;",
        "return 1n;",
        "return new Date();",
        "return new Promise(() => {});",
        "return (async () => { await 1; return {a: [1, 'é', '\\ud83d\\ude00']}; })();",
        "return host.store.get('k');",
    ],
)
def test_results_have_the_same_form_in_node(ours: Executor, theirs: Executor, body: str) -> None:
    program = Program(source=f"function main(input, host) {{ {body} }}", capabilities=Grant(calls=("store",)))
    mine, other = (executor.run(Job(program=program, arguments=("null",))) for executor in (ours, theirs))

    assert type(mine) is type(other)
    for name in ("json", "name", "message"):
        assert getattr(mine, name, None) == getattr(other, name, None)


def test_a_predicate_calls_its_subject(theirs: Executor) -> None:
    subject = Program(source="function main(input) { return input.n * 2; }")
    predicate = Program(source="function meta_a(input, run) { return run({n: input.n + 1}).output; }")
    asked = Job(program=predicate, entry="meta_a", arguments=('{"n":20}',), subject=subject, host=False)

    assert value(theirs.run(asked)) == 42


def test_functions_are_listed(theirs: Executor) -> None:
    assert theirs.inspect("function a() {} const b = () => 1; let c = 2;") == Inspection(functions=("a", "b"))


@pytest.mark.parametrize("body", ["for (;;);", "return (async () => { for (;;) await null; })();"])
def test_a_script_that_does_not_end_is_stopped(theirs: Executor, body: str) -> None:
    result = theirs.run(job(f"function main() {{ {body} }}", wall_ms=200))

    assert isinstance(result, Killed) and result.reason == "wall"


def test_a_job_out_of_memory_does_not_affect_the_others(theirs: Executor) -> None:
    greedy = job("function main() { const all = []; for (;;) all.push([all.length]); }", wall_ms=20_000)
    results = run_batch(theirs, [expression("1"), greedy, expression("2")])

    assert [value(results[0]), value(results[2])] == [1, 2]
    assert isinstance(results[1], Killed) and results[1].reason == "memory"


def test_an_unresponsive_node_is_killed_with_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "node"
    start = 'if [ "$1" = --version ]; then echo v22.0.0; exit; fi'
    fake.write_text(f"#!/bin/sh\n{start}\n{LASTING} & read line; echo ready; read line; {LASTING}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(node, "find_node", lambda: str(fake))
    monkeypatch.setattr(node, "PATIENCE", 2.0)
    with NodeExecutor() as silent:
        result = silent.run(expression("1", wall_ms=10))

    assert isinstance(result, Killed) and result.reason == "wall"
    end = time.monotonic() + 10
    while lasting() and time.monotonic() < end:
        time.sleep(0.01)
    assert lasting() == []


LASTING = "sleep 598.7531"


def lasting() -> list[str]:
    """Returns the processes that the silent node started."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # gone since
            if file.read_bytes() == LASTING.replace(" ", "\0").encode() + b"\0":
                found.append(file.parent.name)
    return found


def test_its_isolation_is_none(theirs: Executor) -> None:
    assert theirs.isolation == "none"
    assert theirs.engine.startswith("node ")


def test_the_well_known_escape_from_a_context_is_closed(
    theirs: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    source = """async function main() {
      try { await import('x'); } catch (error) {
        try {
          return error.constructor.constructor('return process')().env;
        } catch (refused) {
          return refused.name;
        }
      }
    }"""

    assert value(theirs.run(job(source))) == "EvalError"


def test_an_old_node_is_refused_with_a_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "node"
    fake.write_text("#!/bin/sh\necho v18.19.0\n")
    fake.chmod(0o755)
    monkeypatch.setattr(node, "find_node", lambda: str(fake))

    with pytest.raises(SandboxUnavailable, match=r"18\.19\.0: it is too old") as caught:
        NodeExecutor()
    assert "node 20" in caught.value.hint


def test_a_missing_node_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SandboxUnavailable, match="not installed") as caught:
        NodeExecutor()
    assert "PATH" in caught.value.hint


def test_large_inputs_and_outputs_work(theirs: Executor) -> None:
    rows = [{"id": number, "name": f"é {number}"} for number in range(20_000)]

    assert evaluate(theirs, "input", rows, output_kb=4096, wall_ms=20_000) == json.loads(json.dumps(rows))


def test_a_thrown_error_has_its_name(theirs: Executor) -> None:
    assert thrown(theirs.run(expression("nothing.here"))).name == "ReferenceError"


def test_a_closed_executor_does_not_run_jobs() -> None:
    made = NodeExecutor()
    made.close()

    with pytest.raises(SandboxUnavailable):
        made.run(expression("1"))
