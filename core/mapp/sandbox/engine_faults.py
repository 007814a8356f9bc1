"""Publicly known memory faults that a script can trigger, and whether the installed engine has them.

A small script tries each fault in an ordinary confined worker; a crash there counts as having the fault. A
sound engine gives exactly the answer that the language requires. The result is cached until the engine's file
changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapp.errors import HostFault, SandboxUnavailable
from mapp.sandbox import engine
from mapp.sandbox.executor import Executor, Job, Program, Returned

SOUND: Final = '"sound"'
PATIENCE_MS: Final = 20_000
TRIES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault: its issue number in quickjs-ng's tracker, a description, and a script that triggers it."""

    issue: int
    says: str
    script: str

    @property
    def name(self) -> str:
        """Returns the fault's name, such as `quickjs-ng#1296`."""
        return f"quickjs-ng#{self.issue}"


# `main` returns "sound" only if the engine follows the language.
FAULTS: Final = (
    Fault(
        issue=1296,
        says="a typed array keeps the length of a buffer that shrank while it was made",
        script="""
            function main() {
              const buffer = new ArrayBuffer(10, { maxByteLength: 10 });
              const target = (function () {}).bind();
              Object.defineProperty(target, "prototype", { get() { buffer.resize(0); return null; } });
              let view;
              try { view = Reflect.construct(Uint8Array, [buffer], target); } catch { return "sound"; }
              return view.length === 0 ? "sound" : "reaches " + view.length + " bytes beyond its buffer";
            }
        """,
    ),
    Fault(
        issue=1297,
        says="sorting a typed array whose buffer shrinks reads beyond it",
        script="""
            function main() {
              for (const moment of [1, 2, 3, 500, 1734]) {
                const buffer = new ArrayBuffer(2048, { maxByteLength: 2048 });
                const view = new Float64Array(buffer);
                for (let index = 0; index < 256; index += 1) view[index] = index + 1;
                view[255] = 0.5;
                let count = 0;
                const compare = (one, other) => {
                  if (++count === moment) buffer.resize(80);
                  return one - other;
                };
                try { view.sort(compare); } catch { continue; }
                for (const value of view)
                  if (value !== 0.5 && !(Number.isInteger(value) && value >= 1 && value <= 256))
                    return "sorts numbers into the array that were never in it";
              }
              return "sound";
            }
        """,
    ),
    Fault(
        issue=1305,
        says="copying a typed array whose buffer shrinks reads memory that was freed",
        script="""
            function main() {
              const buffer = new ArrayBuffer(4096, { maxByteLength: 4096 });
              const source = new Uint8Array(buffer).fill(7);
              const target = new Proxy(function () {}, { get(object, name) {
                if (name === "prototype") { buffer.resize(0); return Uint8Array.prototype; }
                return object[name];
              } });
              let copy;
              try { copy = Reflect.construct(Uint8Array, [source], target); } catch { return "sound"; }
              return copy.length === 0 ? "sound" : "reads " + copy.length + " bytes that are no longer there";
            }
        """,
    ),
    Fault(
        issue=1368,
        says="an iterator that ends itself while it runs is used after it was freed",
        script="""
            function main() {
              if (typeof Iterator.concat !== "function") return "sound";
              let walk, inside = "was let in";
              walk = Iterator.concat({ [Symbol.iterator]() {
                try { walk.return(); } catch (error) { inside = error instanceof TypeError ? "" : "threw"; }
                return [][Symbol.iterator]();
              } });
              return walk.next().done && inside === "" ? "sound" : inside;
            }
        """,
    ),
)


def public_faults(executor: Executor, name: str, notes: Path | None = None) -> tuple[Fault, ...]:
    """Returns the public faults of an engine, from the cache or by trying them.

    Args:
        executor: runs scripts on the engine.
        name: the engine's name, one of `ENGINES`.
        notes: a folder that caches the result; it may be deleted at any time.

    Raises:
        SandboxUnavailable: the scripts cannot be run here.
    """
    file = None if notes is None else notes / f"faults-{name}"
    known = _load(file, name)
    if known is None:
        known = tuple(fault for fault in FAULTS if _has(executor, fault))
        _save(file, name, known)
    return known


def listed(faults: tuple[Fault, ...]) -> str:
    """Returns the names of the faults on one line."""
    return ", ".join(fault.name for fault in faults)


def _has(executor: Executor, fault: Fault) -> bool:
    job = Job(program=Program(source=fault.script), wall_ms=PATIENCE_MS, host=False)
    last = ""
    for _ in range(TRIES):
        try:
            result = executor.run(job)
        except HostFault as error:
            last = error.message
            continue
        return not (isinstance(result, Returned) and result.json == SOUND)
    raise SandboxUnavailable(f"could not test the engine for {fault.name}: {last}")


def _load(file: Path | None, name: str) -> tuple[Fault, ...] | None:
    with contextlib.suppress(OSError, ValueError):
        if file is not None:
            identity, _, issues = file.read_text(encoding="ascii").partition("\n")
            if identity == _identity(name):
                numbers = {int(issue) for issue in issues.split()}
                return tuple(fault for fault in FAULTS if fault.issue in numbers)
    return None


def _save(file: Path | None, name: str, faults: tuple[Fault, ...]) -> None:
    with contextlib.suppress(OSError):  # then the next call tries the faults again
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.{os.getpid()}")
            issues = " ".join(str(fault.issue) for fault in faults)
            draft.write_text(f"{_identity(name)}\n{issues}\n", encoding="ascii")
            draft.replace(file)


def _identity(name: str) -> str:
    """Returns a digest of the engine's file, the scripts and the prelude."""
    digest = hashlib.sha256(engine.extension(name).read_bytes())
    for fault in FAULTS:
        digest.update(fault.script.encode())
    for file in engine.PRELUDE:
        digest.update((engine.HERE / file).read_bytes())
    return digest.hexdigest()
