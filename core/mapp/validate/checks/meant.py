"""What the tests of a change mean to change, and which part of a heal is needed for that.

If a test says that a plain value was wrong, nobody can tell which other values are wrong too. Two facts
narrow it down: how the answers differ, and whether the part of the patch that cures the failing case is what
changes them. What any other part changes is not meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mapp.model.app import App, Example
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.validate.checks.changes import are_different, are_like, changes_between, is_noise
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.healed import fault_of, new_regressions
from mapp.validate.trial import FailedRun, Trial, meets

MAX_PARTS: Final = 8
"""A block of changed lines with more changes than this counts as one."""
_PIECE: Final = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """The changes that new tests state, and all inputs with a stated outcome, as canonical JSON.

    A test states a change if the old version gave a valid outcome that the test does not accept. An
    expansion only adds, so its tests cannot state a change. `needed` is the old app with no more of a heal
    than its failing case needs; None for other changes. With `noise` the tests state that the last digits of
    a number were wrong, so such differences count.
    """

    changes: frozenset[str]
    inputs: frozenset[str]
    noise: bool = False
    needed: App | None = field(default=None, repr=False)

    @classmethod
    def of(cls, trial: Trial) -> Meant:
        """Returns what the tests of a change mean to change."""
        assert trial.base is not None
        changes: set[str] = set()
        inputs: set[str] = set()
        noise = False
        for _, row in numbered(trial.app):
            arguments = trial.accepted(dict(row.input))
            if arguments is not None:
                inputs.add(canonical(dict(arguments)))
            if trial.kind == "expand":
                continue
            old = trial.example(trial.base, row)
            stated = row.valid is None  # else nobody knows the right outcome
            if stated and old is not None and not isinstance(old, Failed) and not meets(row, old):
                changes |= changes_between(old, _expected(row))
                noise = noise or is_noise(old, _expected(row))
        needed = needed_part(trial) if trial.kind == "heal" and (changes or noise) else None
        return cls(changes=frozenset(changes), inputs=frozenset(inputs), noise=noise, needed=needed)

    def allows(self, old: Outcome, new: Outcome, needed: Outcome | None) -> bool:
        """Returns whether a difference is like a stated one; `needed` is what the needed part gives.

        Of a heal, the needed part has to change the answer too.
        """
        changes = changes_between(old, new)
        if needed is None:
            return changes <= self.changes
        return are_like(changes, self.changes) and are_different(old, needed, noise=self.noise)


def _expected(row: Example) -> Outcome:
    return Declared(error=row.error, meaning="") if row.error is not None else Value(output=row.output)


def needed_part(trial: Trial) -> App:
    """Returns the app with only those changes of a heal that its failing case needs.

    Changes are left out one block and then one by one, as long as the new regressions pass, and the runs for
    which a person has said what is right.
    """
    assert trial.base is not None
    old = trial.base.source
    parts = list(_parts(old, trial.app.source))
    rows = [row for _, row in new_regressions(trial)]
    runs = [run for run in trial.failed_runs if run.right is not None]
    blocks = [[part for part in parts if part.block == block] for block in {part.block for part in parts}]
    kept = parts
    for group in (*blocks, *([part] for part in parts)):
        fewer = [part for part in kept if part not in group]
        if len(fewer) in (0, len(kept)):
            continue
        app = replace(trial.app, source=_with(old, fewer))
        if _cures(trial, app, rows, runs):
            kept = fewer
    return replace(trial.app, source=_with(old, kept))


def _cures(trial: Trial, app: App, rows: Sequence[Example], runs: Sequence[FailedRun]) -> bool:
    if any(fault_of(trial, app, row) for row in rows):
        return False
    ends = ((run, trial.again(app, run)) for run in runs)
    return all(run.right is None or (end is not None and meets(run.right, end)) for run, end in ends)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """One change of a source: the characters from `start` to `end` become `text`; in which block of lines."""

    start: int
    end: int
    text: str
    block: int


def _parts(old: str, new: str) -> Iterator[_Part]:
    """Yields the changes between two sources, in order, as small as words and signs."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    for block, (a, b, c, d) in enumerate(_changed(before, after)):
        here, there = "".join(before[a:b]), "".join(after[c:d])
        pieces, others = _PIECE.findall(here), _PIECE.findall(there)
        offsets = [starts[a]]
        for piece in pieces:
            offsets.append(offsets[-1] + len(piece))
        found = [
            _Part(start=offsets[i], end=offsets[j], text="".join(others[k:n]), block=block)
            for i, j, k, n in _changed(pieces, others)
        ]
        if len(found) > MAX_PARTS:
            found = [_Part(start=starts[a], end=starts[b], text=there, block=block)]
        yield from found


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    for tag, *places in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            a, b, c, d = places
            yield a, b, c, d


def _with(old: str, parts: Sequence[_Part]) -> str:
    """Returns a source with some of its changes."""
    for part in reversed(parts):
        old = old[: part.start] + part.text + old[part.end :]
    return old
