"""A model in a GGUF file writes apps: `python -m benchmarks.local_coder --model FILE.gguf`.

It takes a model that codes and half an hour, so nothing else runs it. Every job goes through `mapp compile`
in a process of its own, with the coder `local:FILE`, in a library of the starter apps alone. What the gate
accepts is judged by cases that neither the coder nor the gate has seen.

By default the contract is given, as by a person, and the model writes the code; with `--alone` it writes the
contract from the request, too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import machine, table, world
from benchmarks.small_jobs import JOBS, Input, Job
from mapp.config import load_config
from mapp.errors import MappError
from mapp.model.outcome import Value
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace

BUDGET = "12 rounds, 60 min"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """The result of one job: the change as `compile --json` prints it, or the error, and the judgement."""

    job: Job
    seconds: float
    change: dict[str, Any]
    stopped: str
    right: int = 0
    wrong: int = 0

    @property
    def accepted(self) -> bool:
        """Returns whether the gate let it through."""
        return bool(self.change.get("passed"))

    @property
    def refused(self) -> str:
        """Returns why it was not accepted."""
        verdict = self.change.get("verdict") or {"checks": []}
        failed = [row["check"] for row in verdict["checks"] if row["status"] == "failed"]
        return ", ".join(failed) or self.stopped

    def row(self) -> list[str]:
        """Returns its line of the table."""
        spend = self.change.get("spend") or {}
        said = "accepted" if self.accepted else f"refused: {self.refused[:60]}"
        judged = f"{self.right} of {self.right + self.wrong}" if self.accepted else ""
        tokens = f"{spend.get('tokens_in', 0)} / {spend.get('tokens_out', 0)}"
        rounds = str(self.change.get("rounds", ""))
        return [self.job.name, said, rounds, f"{self.seconds:.0f}", tokens, judged]


def attempt(job: Job, folder: Path, *, alone: bool) -> Attempt:
    """Runs one job with the settings in the environment, and returns the result."""
    words = (
        ["--name", job.name, job.request]
        if alone
        else ["--contract", str(_written(job, folder)), job.request]
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", "compile", "--yes", "--json", "--new", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began
    try:
        change = json.loads(done.stdout)
    except ValueError:
        lines = [line for line in done.stderr.splitlines() if line.startswith("error")]
        return Attempt(job=job, seconds=seconds, change={}, stopped=(lines or [done.stderr])[-1].strip())
    found = Attempt(job=job, seconds=seconds, change=change, stopped="")
    right, wrong = judged(job) if found.accepted else (0, 0)
    return Attempt(job=job, seconds=seconds, change=change, stopped="", right=right, wrong=wrong)


def judged(job: Job) -> tuple[int, int]:
    """Returns how many of the cases held back an accepted app answers right, and how many wrong."""
    workspace = Workspace(config=load_config())
    try:
        found = [_right(workspace, job, given) for given in job.judging]
    finally:
        workspace.close()
    return sum(found), len(found) - sum(found)


def _right(workspace: Workspace, job: Job, given: Input) -> bool:
    try:
        arguments = _fitted(workspace, job, given)
        outcome = execute(workspace, job.name, arguments).outcome
    except MappError:
        return False
    return isinstance(outcome, Value) and outcome.output == job.answer(given)


def _fitted(workspace: Workspace, job: Job, given: Input) -> dict[str, Any]:
    """Returns a case under the names that the app gave its arguments, in their order."""
    from mapp.library import read

    names = [row.name for row in read.load(workspace.home, job.name).manifest.arguments]
    return dict(given) if set(given) <= set(names) else dict(zip(names, given.values(), strict=False))


def _written(job: Job, folder: Path) -> Path:
    place = folder / "contracts" / job.name
    for path, text in job.contract.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, encoding="utf-8")
    return place


def main(words: Sequence[str] | None = None) -> None:
    """Prints the result of every job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--alone", action="store_true", help="the model writes the contract, too")
    parser.add_argument("--only", nargs="*", default=[], help="the names of some jobs")
    told = parser.parse_args(words)
    print(machine(), flush=True)
    attempts = []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"MAPP_CODER": f"local:{told.model.resolve()}", "MAPP_BUDGET_CHANGE": BUDGET}
        os.environ.update(world(folder) | settings | {"MAPP_BUDGET_DAY": "", "MAPP_BUDGET_MONTH": ""})
        for job in JOBS:
            if not told.only or job.name in told.only:
                attempts.append(attempt(job, Path(folder), alone=told.alone))
                print(" | ".join(attempts[-1].row()), flush=True)
    headings = ("job", "the gate", "rounds", "seconds", "tokens read / written", "held back: right")
    title = "alone" if told.alone else "the contract is given"
    table(f"{told.model.name}, {title}", headings, [row.row() for row in attempts])
    accepted = [row for row in attempts if row.accepted]
    wrong = sum(row.wrong > 0 for row in accepted)
    print(f"\n{len(accepted)} of {len(attempts)} accepted, {wrong} of them wrong in a case held back")
    print(machine())


if __name__ == "__main__":
    main()
