"""How often the gate accepts a wrong patch or refuses a right one, and which check does the work.

    python -m benchmarks.gate.tokens [--mutants N] [--rewrites N] [--exercises NAME,…] [--jobs N]
        [--json FILE]

(a) False accepts. One-token mutants of the right programs of the corpus are submitted as heals. Only mutants
that are known to differ from the right program count: on a held-back case, or on an input generated with
the judge's own seed. (b) False refusals. Behaviour-preserving rewrites, made by rules or by hand, are
submitted as heals; each agrees with the right program on everything that the judge knows. (c) What each check
refuses, and what it alone refuses. `healing` explains what a heal is here, and its bases.

Exercism's cases are read beside the project (`../shared/data/exercism`, or where MAPP_BENCH_DATA says).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from benchmarks.exercises import CORPUS, data_folder, load, names
from benchmarks.healing import UNASKED, Case, Found, Gate, judgement, prepare
from benchmarks.measuring import machine, table
from benchmarks.rewrites import rewrites
from benchmarks.token_mutants import mutants
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.gate import CHECKS
from mapp.validate.generate import shrink
from mapp.validate.trial import INPUTS

MUTANTS: Final = 1200
REWRITES: Final = 140
MAX_ACCEPTED: Final = 0.02
MAX_REFUSED: Final = 0.05
BASES: Final = ("failing", "sound", "none")
LOOKS: Final = frozenset(["size", "budget"])
"""Checks that refuse a patch for its length or its time, not its behaviour; time depends on the machine."""
FULL: Final = 20
"""One of this many wrong patches is shown to every check."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """The patches of one exercise: what each is called, and its source."""

    exercise: str
    mutants: tuple[tuple[str, str], ...]
    rewrites: tuple[tuple[str, str], ...]
    inputs: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; returns 1 if a limit is exceeded."""
    options = _options(arguments)
    folder = data_folder()
    if folder is None:
        print("gate: skipped, Exercism's cases are not there (../shared/data/exercism, or MAPP_BENCH_DATA)")
        return 0
    chosen = options.exercises.split(",") if options.exercises else list(names())
    began = time.monotonic()
    mutated = shares(chosen, mutants_of, options.mutants)
    rewritten = shares(chosen, rewrites_of, options.rewrites)
    tasks = [
        Task(exercise=name, mutants=mutated[name], rewrites=rewritten[name], inputs=options.inputs)
        for name in chosen
    ]
    wrong, right = measure(tasks, options.jobs, options.json)
    killable = [row for row in wrong if row.differs]
    same = [row for row in right if not row.differs]
    report(wrong, killable, right, same)
    print(f"\n{machine()}; {time.monotonic() - began:,.0f} s with {options.jobs} processes")
    accepted = share(killable, lambda row: not row.refused["failing"])
    refused = share(same, lambda row: bool(row.refused["failing"]))
    return 0 if accepted < MAX_ACCEPTED and refused < MAX_REFUSED else 1


def mutants_of(exercise: str) -> list[tuple[str, str]]:
    """Returns the mutants of an exercise's program."""
    source = (CORPUS / exercise / "main.js").read_text(encoding="utf-8")
    return [(mutant.label, mutant.source) for mutant in mutants(source)]


def rewrites_of(exercise: str) -> list[tuple[str, str]]:
    """Returns rewrites of an exercise's program: those made by hand, then one form after another."""
    source = (CORPUS / exercise / "main.js").read_text(encoding="utf-8")
    hand = sorted((CORPUS / exercise / "rewrites").glob("*.js"))
    found = [("by hand", path.read_text(encoding="utf-8")) for path in hand]
    forms: dict[str, list[tuple[str, str]]] = {}
    for row in rewrites(source):
        forms.setdefault(row.form.removesuffix(", everywhere"), []).append((row.form, row.source))
    rows = [rest for rest in forms.values() if rest]
    for number in range(max(map(len, rows))):
        found += [rest[number] for rest in rows if number < len(rest)]
    return found


def measure(tasks: Sequence[Task], processes: int, file: str) -> tuple[list[Found], list[Found]]:
    """Returns what the gate says of the mutants and of the rewrites; each process has a sandbox of its own.

    What is known after each exercise is written to the file, if one is named.
    """
    wrong: list[Found] = []
    right: list[Found] = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run, task): task.exercise for task in tasks}
        for number, done in enumerate(as_completed(running), 1):
            mutated, rewritten = done.result()
            wrong += mutated
            right += rewritten
            print(f"{number} of {len(tasks)}: {running[done]}", file=sys.stderr, flush=True)
            if file:
                document = {
                    "mutants": [row.to_dict() for row in wrong],
                    "rewrites": [row.to_dict() for row in right],
                }
                Path(file).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return wrong, right


def run(task: Task) -> tuple[list[Found], list[Found]]:
    """Returns what the gate says of the patches of one task."""
    shrink.MAX_ASKED = 0  # type: ignore[misc]  # whether there is a counterexample counts, not how small it is
    folder = data_folder()
    assert folder is not None
    with open_executor() as executor:
        case = prepare(load(task.exercise, folder), executor)
        return (
            [
                examined(case, *patch, executor, task.inputs, full=not at % FULL)
                for at, patch in enumerate(task.mutants)
            ],
            [examined(case, *patch, executor, task.inputs, full=True) for patch in task.rewrites],
        )


def examined(case: Case, label: str, source: str, executor: Executor, inputs: int, *, full: bool) -> Found:
    """Returns what the gate says of one patch, against each base; what changes nothing is not mutated."""
    began = time.monotonic()
    differs, loud = judgement(case, source, executor)
    gate = Gate(case, source, executor, inputs=inputs, full=full)
    return Found(
        exercise=case.exercise.name,
        label=label,
        source=source,
        differs=differs,
        loud=loud,
        refused={base: gate.refused(base) for base in BASES},
        full=full,
        seconds=time.monotonic() - began,
    )


def report(wrong: list[Found], killable: list[Found], right: list[Found], same: list[Found]) -> None:
    """Prints all tables."""
    silent = [row for row in killable if not row.loud]
    rows = [_line(base, killable, silent, same) for base in BASES]
    title = (
        f"{len(killable)} wrong patches (of {len(wrong)} mutants), {len(same)} right ones (of {len(right)})"
    )
    headings = ["base", "wrong accepted (< 2 %)", "of the silent", "right refused (< 5 %)", "by behaviour"]
    table(title, headings, rows)
    for base in BASES[:2]:
        table(
            f"What each check refuses, base: {base}",
            ["check", "refused (of a sample)", "alone"],
            matrix(killable, base),
        )
    _each("Wrong patches let in (base: failing)", [row for row in killable if not row.refused["failing"]])
    _each("Right patches refused (base: failing)", [row for row in same if row.refused["failing"]])


def _line(base: str, killable: list[Found], silent: list[Found], same: list[Found]) -> list[str]:
    let_in = [of(group, lambda row: not row.refused[base]) for group in (killable, silent)]
    refused = of(same, lambda row: bool(row.refused[base]))
    return [base, *let_in, refused, of(same, lambda row: not LOOKS.issuperset(row.refused[base]))]


def matrix(killable: list[Found], base: str) -> list[list[str]]:
    """Returns a row for each check: how many wrong patches it refuses, and how many no other check does."""
    full = [row for row in killable if row.full]
    refused = Counter(check for row in full for check in row.refused[base])
    alone = Counter(row.refused[base][0] for row in killable if len(row.refused[base]) == 1)
    ids = [check.id for check in CHECKS if check.id not in UNASKED]
    total = max(1, len(full))
    return [[name, f"{refused[name]} ({refused[name] / total:.1%})", str(alone[name])] for name in ids]


def share(rows: Sequence[Found], test: Callable[[Found], bool]) -> float:
    """Returns the share of rows for which a test holds, 0 to 1."""
    return sum(map(test, rows)) / max(1, len(rows))


def of(rows: Sequence[Found], test: Callable[[Found], bool]) -> str:
    """Returns a cell: how many rows a test holds for, of how many, and their share."""
    return f"{sum(map(test, rows))} of {len(rows)} ({share(rows, test):.2%})"


def _each(title: str, rows: Iterable[Found]) -> None:
    shown = [[row.exercise, row.label, " ".join(row.refused["failing"])] for row in rows]
    if shown:
        table(title, ["exercise", "patch", "refused by"], shown)


def shares(
    chosen: Sequence[str], patches_of: Callable[[str], list[tuple[str, str]]], most: int
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Returns so many patches in all: every exercise gives as many as the others, or all it has."""
    patches = {name: patches_of(name) for name in chosen}
    longest = max(map(len, patches.values()))
    each = next(
        (size for size in range(longest) if sum(min(size, len(rows)) for rows in patches.values()) >= most),
        longest,
    )
    return {name: tuple(rows[:each]) for name, rows in patches.items()}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gate.tokens", description="Measures the gate."
    )
    parser.add_argument("--mutants", type=int, default=MUTANTS, help="how many mutants, killable or not")
    parser.add_argument("--rewrites", type=int, default=REWRITES, help="how many rewrites")
    parser.add_argument("--inputs", type=int, default=INPUTS, help="how many inputs the gate draws")
    parser.add_argument("--exercises", default="", help="names, separated by commas; all unless given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    parser.add_argument("--json", default="", help="a file to write every patch and its fate to")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
