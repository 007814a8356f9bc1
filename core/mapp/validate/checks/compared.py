"""Checks of a change against the version that it replaces: what worked must still work the same.

A heal may change only the code, and only where it failed. An expansion may only add. A manual edit may change
anything, but the version must say how much.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.app import (
    EXAMPLES,
    MANIFEST,
    PHRASES,
    PROPERTIES,
    RECORDING,
    REGRESSIONS,
    SOURCE,
    App,
)
from mapp.model.arguments import with_defaults
from mapp.model.interface import Comparison, compare
from mapp.model.outcome import Failed
from mapp.model.question import Question
from mapp.model.values import JSONValue
from mapp.model.verdict import Finding, GateKind, Result
from mapp.model.version import Level
from mapp.validate.checks.changes import are_different
from mapp.validate.checks.examples import failing, numbered
from mapp.validate.checks.meant import Meant
from mapp.validate.repro_commands import run_command
from mapp.validate.trial import Arguments, GoodRun, Trial, result, skipped

FROZEN: Final[Mapping[GateKind, frozenset[str]]] = {
    "heal": frozenset([EXAMPLES, PHRASES, PROPERTIES]),
    "expand": frozenset(),
}
"""Test files that may not change at all; a heal adds only to `tests/regressions.jsonl`."""
HIGHEST: Final[Mapping[GateKind, Level]] = {"heal": Level.PATCH, "expand": Level.MINOR}
MAX_HEAL_SIZE: Final = 40
"""A heal may change this many lines, or half of the source if that is more."""
SLOWER: Final = 1.5
SLACK_MS: Final = 20.0
"""The examples may always take this much longer, because of other work on the machine."""
MAX_ROUNDS: Final = 10
MAX_SHOWN: Final = 5
MAX_ASKED: Final = 3
"""How many recorded runs are asked about."""


def check_tests_kept(trial: Trial) -> Result:
    """Checks that every old test is still there, unchanged."""
    problems = []
    for path in (EXAMPLES, REGRESSIONS, PHRASES, PROPERTIES):
        old, new = trial.base_files.get(path, b""), trial.files.get(path, b"")
        if path in FROZEN.get(trial.kind, frozenset()) and old != new:
            problems.append(Finding(path=path, message=f"was changed; a {trial.kind} may not touch it"))
        elif missing := list(_missing(path, old, new)):
            message = f"{len(missing)} old tests were removed or changed"
            problems.append(Finding(path=path, message=message, evidence="\n".join(missing[:MAX_SHOWN])))
    for path in filter(RECORDING.fullmatch, sorted(trial.base_files)):
        if trial.files.get(path) != trial.base_files[path]:
            problems.append(Finding(path=path, message="an old recording was removed or changed"))
    return result("tests-kept", len(trial.base_files), problems)


def check_old_tests(trial: Trial) -> Result:
    """Runs the examples and regressions of the replaced version on the new code."""
    assert trial.base is not None
    rows = list(numbered(trial.base))
    return result("old-tests", len(rows), failing(trial, rows, trial.app))


def check_recorded(trial: Trial) -> Result:
    """Repeats recorded good runs on the new code; outputs and host calls must be the same.

    That an answer was good is often only an assumption: nobody complained. If a test of a heal states that a
    value was wrong, and the part of the heal that the failing case needs changes a recorded answer as well,
    that is a question. An answer that a person confirmed must stay.
    """
    if not trial.runs:
        return skipped("recorded", "the journal has no good run of the version to be replaced")
    problems, questions = [], []
    meant = None
    for run in trial.runs:
        fault = trial.repeat(run)
        if not fault:
            continue
        if meant is None:
            meant = Meant.of(trial)
        question = _same_mistake(trial, meant, run)
        if question is not None:
            questions.append(question)
        else:
            shown = run_command(trial, run.arguments)
            problems.append(Finding(path=f"run {run.run}", message=fault, reproduce=shown))
    found = result("recorded", len(trial.runs), problems, {"questioned": len(questions)})
    return replace(found, questions=tuple(questions[:MAX_ASKED]))


def _same_mistake(trial: Trial, meant: Meant, run: GoodRun) -> Question | None:
    """Returns the question whether a recorded run was wrong like the failing case of a heal.

    None if it cannot be: nobody has said that a value was wrong, or something else changes this answer.
    """
    if meant.needed is None or run.confirmed:
        return None
    old, new = run.outcome, trial.again(trial.app, run)
    if new is None or isinstance(new, Failed) or not are_different(old, new, noise=meant.noise):
        return None
    if not meant.allows(old, new, trial.again(meant.needed, run)):
        return None
    capabilities = trial.app.manifest.capabilities
    return Question(
        kind="changed",
        says="a recorded run of the old version gets another answer",
        arguments=tuple(run.arguments.items()),
        app=new,
        other=old,
        now=run.now_ms if capabilities.clock else None,
        seed=run.seed if capabilities.random else None,
    )


def check_version(trial: Trial) -> Result:
    """Checks that the version is as high as interface and behaviour require, and not higher than allowed.

    Behaviour counts: a different outcome of an old example or recorded run is a major change.
    """
    assert trial.base is not None
    comparison = compare(trial.base.manifest, trial.app.manifest)
    level, reasons = comparison.level, list(_reasons(comparison))
    if trial.kind in ("add", "edit", "compile") and (changed := _changed_behaviour(trial)):
        level, reasons = Level.MAJOR, [*reasons, changed]
    version, old = trial.app.manifest.version, trial.base.manifest.version
    least = old.bumped(level)
    problems = []
    highest = HIGHEST.get(trial.kind, Level.MAJOR)
    if level > highest:
        message = (
            f"this is a {level.name.lower()} change; a {trial.kind} may only be a {highest.name.lower()}"
        )
        problems = [Finding(path=MANIFEST, message=message), *reasons]
    elif trial.kind == "rollback":
        pass
    elif version < least:
        message = f"version is {version}, but the changes since {old} require {least} or higher"
        problems = [Finding(path=f"{MANIFEST}: version", message=message), *reasons]
    evidence: dict[str, JSONValue] = {"level": level.name.lower(), "least": str(least)}
    evidence["differences"] = [str(row) for row in reasons]
    return result("version", 1, problems, evidence)


def check_capabilities(trial: Trial) -> Result:
    """Checks that the change has no new capabilities and the same limits."""
    assert trial.base is not None
    old, new = (set(app.manifest.capabilities.names) for app in (trial.base, trial.app))
    problems = [
        Finding(path=f"{MANIFEST}: capabilities", message=f"asks for {name}, which is new")
        for name in sorted(new - old)
    ]
    if trial.kind == "heal":
        problems += _new_addresses(trial.base, trial.app)
    limits, limits_before = trial.app.manifest.limits, trial.base.manifest.limits
    if limits != limits_before:
        message = f"are {limits}, and were {limits_before}"
        problems.append(Finding(path=f"{MANIFEST}: limits", message=message))
    return result("capabilities", len(new | old), problems)


_ADDRESS: Final = re.compile(r"(?:https?|wss?):\\?/\\?/\\?/?([^\s/\"'`\\$?#]+)", re.IGNORECASE)


def _new_addresses(old: App, new: App) -> Iterator[Finding]:
    """Yields the hosts that only the new source names and that the manifest does not declare."""
    declared = {row.host for row in new.manifest.capabilities.http}
    known = {found.lower() for found in _ADDRESS.findall(old.source)} | declared
    for host in sorted({found.lower() for found in _ADDRESS.findall(new.source)} - known):
        yield Finding(path=SOURCE, message=f"names the host {host}, which is not declared")


def check_size(trial: Trial) -> Result:
    """Checks that a heal changes few lines of the source; a replaced line counts once.

    Apart from the source it may change only the version in the manifest, regressions and recordings.
    """
    assert trial.base is not None
    old, new = trial.base.source.splitlines(), trial.app.source.splitlines()
    marks = [row[:2] for row in difflib.ndiff(old, new)]
    count = max(marks.count("+ "), marks.count("- "))
    most = max(MAX_HEAL_SIZE, len(old) // 2)
    message = f"{count} lines differ; at most {most} are allowed"
    problems = [Finding(path=SOURCE, message=message)] if count > most else []
    problems += _beside(trial, trial.base)
    return result("size", count, problems, {"lines": count, "most": most})


def _beside(trial: Trial, base: App) -> Iterator[Finding]:
    """Yields changes outside the source; `tests-kept` covers the tests."""
    if replace(trial.app.manifest, version=base.manifest.version) != base.manifest:
        yield Finding(path=MANIFEST, message="was changed; a heal may change only the version")
    healed = {MANIFEST, SOURCE, EXAMPLES, PHRASES, PROPERTIES, REGRESSIONS}
    for path in sorted({*trial.files, *trial.base_files} - healed):
        if trial.files.get(path) != trial.base_files.get(path) and not RECORDING.fullmatch(path):
            yield Finding(path=path, message="was changed; a heal may not touch it")


def check_budget(trial: Trial) -> Result:
    """Checks that the new code takes at most one and a half times as long on the old examples.

    The minimum time of each example over several rounds counts, since other work on the machine only adds
    time. The rounds end as soon as the new code is fast enough.
    """
    assert trial.base is not None
    inputs = list(_stated(trial))
    if not inputs:
        return skipped("budget", "there are no examples that both versions accept")
    old, new = [_MinTimes(len(inputs)) for _ in range(2)]
    for _ in range(MAX_ROUNDS):
        old.note(trial.milliseconds(trial.base, inputs))
        new.note(trial.milliseconds(trial.app, inputs))
        if new.total <= old.total * SLOWER + SLACK_MS:
            break
    most = old.total * SLOWER + SLACK_MS
    message = f"the examples take {new.total:.0f} ms instead of {old.total:.0f} ms"
    problems = [Finding(path=SOURCE, message=message)] if new.total > most else []
    evidence: dict[str, JSONValue] = {"old_ms": round(old.total, 1), "new_ms": round(new.total, 1)}
    return result("budget", len(inputs), problems, evidence)


class _MinTimes:
    """The minimum time of each of several runs, in milliseconds."""

    def __init__(self, count: int) -> None:
        self._times = [float("inf")] * count

    def note(self, times: list[float]) -> None:
        """Adds the times of one round."""
        self._times = [min(pair) for pair in zip(self._times, times, strict=True)]

    @property
    def total(self) -> float:
        """Returns their sum."""
        return sum(self._times)


def _missing(path: str, old: bytes, new: bytes) -> Iterator[str]:
    """Yields the old tests that are gone, as texts."""
    if path == PROPERTIES:
        parts = _functions(old.decode("utf-8", "replace")), _functions(new.decode("utf-8", "replace"))
        yield from (text for name, text in parts[0].items() if parts[1].get(name) != text)
        return
    left = Counter(line.strip() for line in new.decode("utf-8", "replace").split("\n"))
    for line in old.decode("utf-8", "replace").split("\n"):
        if line.strip():
            left[line.strip()] -= 1
            if left[line.strip()] < 0:
                yield line.strip()


_TOP: Final = re.compile(r"^(?:async )?function\*? *([\w$]+)|^(?:const|let|var) +([\w$]+)", re.MULTILINE)


def _functions(source: str) -> dict[str, str]:
    """Returns the source of each top-level declaration by name."""
    starts = list(_TOP.finditer(source))
    ends = [*(row.start() for row in starts[1:]), len(source)][: len(starts)]
    return {
        row[1] or row[2]: source[row.start() : end].strip() for row, end in zip(starts, ends, strict=True)
    }


def _stated(trial: Trial) -> Iterator[Arguments]:
    """Yields the inputs of the old examples that the new version accepts too."""
    assert trial.base is not None
    for _, row in numbered(trial.base):
        try:
            arguments = with_defaults(trial.base.manifest, dict(row.input))
            with_defaults(trial.app.manifest, arguments)
        except InvalidArguments:
            continue
        yield arguments


def _reasons(comparison: Comparison) -> Iterator[Finding]:
    for row in comparison.differences:
        yield Finding(path=row.path, message=f"{row.message} ({row.level.name.lower()})")


def _changed_behaviour(trial: Trial) -> Finding | None:
    """Returns the first old example or recorded run with a different outcome now."""
    assert trial.base is not None
    held = [row for row in numbered(trial.base) if not failing(trial, [row], trial.base)]
    found = failing(trial, held, trial.app) or [
        Finding(path=f"run {run.run}", message=fault) for run in trial.runs if (fault := trial.repeat(run))
    ]
    if not found:
        return None
    return Finding(path=found[0].path, message=f"{found[0].message} (behaviour: major)")
