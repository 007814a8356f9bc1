"""Runs a checkout of test262, the language's own conformance suite, through the sandbox.

Run: python -m benchmarks.test262 PATH [FOLDER ...]      (folders below PATH/test, all by default)
--engine NAME   another engine than the default
--every N       only every Nth file, the same ones each time
--failures FILE where the names of the files that fail are written
"""

# ruff: noqa: E501
from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.measuring import table
from mapp.sandbox.engine import DEFAULT, ENGINES
from mapp.sandbox.executor import Executor, Job, Program, Result, Returned, Threw
from mapp.sandbox.executors.forking import ForkingExecutor

HEADER = re.compile(r"/\*---\n(.*?)---\*/", re.DOTALL)
ALWAYS = ("assert.js", "sta.js")
# What a sandbox without clocks, threads, modules and code from strings has no use for.
LEFT_OUT = frozenset({
    "Atomics", "SharedArrayBuffer", "WeakRef", "FinalizationRegistry", "FinalizationRegistry.prototype.cleanupSome",
    "Temporal", "Intl", "dynamic-import", "import.meta", "top-level-await", "ShadowRealm", "decorators",
    "import-attributes", "json-modules", "source-phase-imports", "import-defer", "cross-realm", "host-gc-required",
    "IsHTMLDDA", "Atomics.waitAsync", "Atomics.pause", "explicit-resource-management",
})  # fmt: skip
NEEDS_HOST = frozenset(
    {"detachArrayBuffer.js", "nativeFunctionMatcher.js", "wellKnownIntrinsicObjects.js", "async-gc.js"}
)
UNSUPPORTED = re.compile(r"\beval\b|\$262\.|\bFunction\(|\bGeneratorFunction\(|\bAsyncFunction\(|/Function/")
DONE = "Test262:AsyncTestComplete"
REFUSED = "making code from strings is not allowed"
PRINT = "var __said = [], print = (text) => { __said[__said.length] = String(text); };"
END = ";globalThis.main = () => null;"
# `await` needs nothing that a test may have replaced.
WAIT = ";globalThis.main = async () => { for (let turn = 0; turn < 2000 && !__said.length; turn++) await null; return __said.join(); };"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One file of the suite, and what its header says."""

    path: Path
    area: str
    source: str
    includes: tuple[str, ...]
    flags: frozenset[str]
    features: frozenset[str]
    negative: tuple[str, str] | None  # phase and type of the error that must come


def main(
    root: Path,
    folders: tuple[str, ...] = (),
    *,
    engine: str = DEFAULT,
    every: int = 1,
    failures: Path | None = None,
) -> Counter[tuple[str, str]]:
    """Prints passes, failures and what was left out, by area; returns the counts."""
    with ForkingExecutor(engine=engine) as executor, ThreadPoolExecutor(4) as pool:
        title = f"test262 on {executor.engine}"
        cases = list(find(root, folders))[::every]
        verdicts = list(pool.map(lambda case: judge(executor, root, case), cases))
    if failures is not None:
        failed = [case.path for case, verdict in zip(cases, verdicts, strict=True) if verdict == "fail"]
        failures.write_text("".join(f"{path.relative_to(root)}\n" for path in failed))
    counts = Counter((case.area, verdict) for case, verdict in zip(cases, verdicts, strict=True))
    areas = sorted({area for area, _ in counts})
    rows = [[area, *(str(counts[area, kind]) for kind in ("pass", "fail", "left out"))] for area in areas]
    total = [str(sum(counts[area, kind] for area in areas)) for kind in ("pass", "fail", "left out")]
    table(title, ("area", "pass", "fail", "left out"), [*rows, ["all", *total]])
    return counts


def find(root: Path, folders: tuple[str, ...]) -> Iterator[Case]:
    """Finds the tests; a file whose name ends in `_FIXTURE` is a part of another."""
    for folder in folders or ("language", "built-ins"):
        for path in sorted((root / "test" / folder).rglob("*.js")):
            if not path.stem.endswith("_FIXTURE"):
                yield read(path, path.relative_to(root / "test"))


def read(path: Path, place: Path) -> Case:
    """Reads one test with its header, which is a small part of YAML."""
    source = path.read_text(encoding="utf-8", errors="surrogatepass")
    found = HEADER.search(source.replace("\r\n", "\n"))
    header = found.group(1) if found else ""
    phase, kind = (re.search(rf"^\s+{key}:\s*(\w+)", header, re.MULTILINE) for key in ("phase", "type"))
    expected = (phase[1], kind[1]) if "negative:" in header and phase and kind else None
    return Case(
        path=path,
        area="/".join(place.parts[:2]),
        source=source,
        includes=listed(header, "includes"),
        flags=frozenset(listed(header, "flags")),
        features=frozenset(listed(header, "features")),
        negative=expected,
    )


def listed(header: str, name: str) -> tuple[str, ...]:
    """Returns a list of the header, written in brackets or one item a line."""
    if found := re.search(rf"^{name}:\s*\[(.*?)\]", header, re.MULTILINE | re.DOTALL):
        return tuple(word.strip() for word in found[1].split(",") if word.strip())
    if found := re.search(rf"^{name}:\s*\n((?:\s+-.*\n?)+)", header, re.MULTILINE):
        return tuple(line.strip().removeprefix("-").strip() for line in found[1].strip().splitlines())
    return ()


def judge(executor: Executor, root: Path, case: Case) -> str:
    """Returns "pass", "fail" or "left out": a test passes in every mode that it is meant for."""
    if (
        case.flags & {"module", "CanBlockIsTrue"}
        or case.features & LEFT_OUT
        or NEEDS_HOST & frozenset(case.includes)
        or UNSUPPORTED.search(case.source)
    ):
        return "left out"
    results = [run(executor, root, case, strict) for strict in modes(case)]
    if any(isinstance(found, Threw) and found.message == REFUSED for found in results):
        return "left out"
    return "pass" if all(is_right(case, found) for found in results) else "fail"


def modes(case: Case) -> tuple[bool, ...]:
    """Returns in which modes a test is run: strict, not strict, or both."""
    if case.flags & {"raw", "noStrict"}:
        return (False,)
    return (True,) if "onlyStrict" in case.flags else (False, True)


def run(executor: Executor, root: Path, case: Case, strict: bool) -> Result:
    """Runs a test in one mode. What it printed is its output: that is how async tests end."""
    parts = (
        [] if "raw" in case.flags else [PRINT, *(harness(root, name) for name in (*ALWAYS, *case.includes))]
    )
    if "async" in case.flags:
        parts += [harness(root, "doneprintHandle.js")]
    end = WAIT if "async" in case.flags else END
    source = "\n".join([*(['"use strict";'] if strict else []), *parts, case.source, end])
    return executor.run(Job(program=Program(source=source), wall_ms=10_000, host=False))


def is_right(case: Case, found: Result) -> bool:
    """Returns whether a test came out as its header demands."""
    match found:
        case Threw(name=name):
            return case.negative is not None and case.negative[1] == name
        case Returned(json=text):
            return case.negative is None and ("async" not in case.flags or DONE in text)
        case _:
            return False


@cache
def harness(root: Path, name: str) -> str:
    """Reads a file of the suite's harness."""
    return (root / "harness" / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--failures", type=Path)
    given = vars(parser.parse_args())
    main(given.pop("root"), tuple(given.pop("folders")), **given)
