"""The check that runs the old and the new code on the same inputs: they may differ only where that is meant.

What is meant, the tests say. A difference of the same kind as one that a changed test states is a question
for a person; any other fails the check.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.question import MAX_INPUT_SIZE, Question
from mapp.model.values import canonical
from mapp.model.verdict import Finding, GateKind, Result
from mapp.validate.checks.changes import changes_between
from mapp.validate.checks.examples import numbered
from mapp.validate.checks.meant import Meant
from mapp.validate.checks.properties import broken
from mapp.validate.checks.rules import common_rule
from mapp.validate.generate.constants import constants_of
from mapp.validate.generate.edge_cases import edge_cases
from mapp.validate.repro_commands import run_command
from mapp.validate.trial import NOW, SEED, Arguments, Trial, describe, result, short

EDGE_CASES: Final = 2000
"""How many edge cases both versions run on at most, besides the drawn inputs and the examples."""
EDGE_CASES_AN_INPUT: Final = 20
"""How many edge cases both versions run on for each input that the other checks draw."""
EDGE_CASES_OF_SLOW_APPS: Final = 200
SLOW_MS: Final = 20
"""An app whose examples take longer than this in the median is slow; most take about one millisecond."""
MORE: Final = 3
"""How many times as many inputs are drawn as for the other checks: two outcomes are easily compared."""
VARIED: Final = 6
"""How many drawn inputs are varied like the examples, for apps whose examples say little."""
MAX_SHOWN: Final = 5
"""How many kinds of difference are shown, each with one input."""
UNSAID: Final = "the new version gives another answer, and no test says that it should"
MEANT: Final = "the new version gives another answer here too"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Difference:
    """One input of the new version, as a call writes it and complete, both outcomes, and how they differ."""

    call: Arguments
    arguments: Arguments
    old: Outcome
    new: Outcome
    changes: frozenset[str]

    @property
    def size(self) -> tuple[int, str]:
        """Returns a sort key that puts small inputs first, the same on every machine."""
        text = canonical(dict(self.call))
        return len(text), text


def check_differential(trial: Trial) -> Result:
    """Runs old and new code on the same inputs; they may differ only where that is meant.

    They may differ where the old code failed: it gave no valid outcome, or broke a predicate. An expansion
    may also answer inputs that were refused before. An edit, or a heal of a wrong value, may differ as the
    changed tests state; since the extent of the old mistake is unknown, other differences of the same kind
    are questions and do not fail. Of a heal, that holds only for the part which the failing case needs. Any
    other difference fails.
    """
    assert trial.base is not None
    pairs = _inputs(trial)
    asked = [new for _, new in pairs]
    before = trial.attempt(trial.base, [old for old, _ in pairs])
    after = trial.retry_timeouts(asked, trial.attempt(trial.app, asked))
    compared = [_difference(trial, *row) for row in zip(asked, before, after, strict=True)]
    differing = [row for row in compared if not _may_become(trial.kind, row)]
    healed = broken(trial, trial.base, [(row.arguments, row.old) for row in differing])
    outside = [row for row, was_broken in zip(differing, healed, strict=True) if not was_broken]
    unsaid, meant = _parted(trial, outside)
    agreed = [row.arguments for row in compared if not row.changes]
    found = result(
        "differential",
        len(pairs),
        [_problem(trial, group[0]) for group in unsaid[:MAX_SHOWN]],
        {"differing": len(differing), "outside": sum(map(len, unsaid)), "meant": sum(map(len, meant))},
    )
    questions = [_question(trial, group, agreed, UNSAID) for group in unsaid]
    questions += [_question(trial, group, agreed, MEANT) for group in meant]
    return replace(found, questions=tuple(filter(None, questions)))


def _difference(trial: Trial, arguments: Arguments, old: Outcome, new: Outcome) -> _Difference:
    call = without_defaults(trial.app.manifest, arguments)
    changes = changes_between(old, new)
    return _Difference(call=call, arguments=arguments, old=old, new=new, changes=changes)


def _inputs(trial: Trial) -> list[tuple[Arguments, Arguments]]:
    """Returns inputs of the old version, each with what the same call means to the new one."""
    assert trial.base is not None
    examples = list(_examples(trial))
    constants = constants_of(trial.app.source).beyond(constants_of(trial.base.source))
    drawn = trial.drawn_for(trial.base, trial.inputs * MORE)
    most = EDGE_CASES_OF_SLOW_APPS if _is_slow(trial) else EDGE_CASES
    most = min(most, EDGE_CASES_AN_INPUT * trial.inputs)
    cases = edge_cases(trial.base.manifest, [*examples, *drawn[:VARIED]], constants, most=most)
    alike = trial.base.manifest.arguments == trial.app.manifest.arguments
    found: dict[str, tuple[Arguments, Arguments]] = {}
    for arguments in (*examples, *drawn, *cases):
        call = arguments if alike else without_defaults(trial.base.manifest, arguments)
        new = call if alike else trial.accepted(call)
        if new is not None:
            found.setdefault(canonical(dict(arguments)), (arguments, new))
    return list(found.values())


def _is_slow(trial: Trial) -> bool:
    """Returns whether the new code takes so long that all edge cases would take minutes."""
    inputs = [arguments for _, row in numbered(trial.app) if (arguments := trial.accepted(dict(row.input)))]
    return bool(inputs) and statistics.median(trial.milliseconds(trial.app, inputs)) > SLOW_MS


def _examples(trial: Trial) -> Iterator[Arguments]:
    """Yields the inputs of the examples of both versions that the old version accepts."""
    assert trial.base is not None
    for app in (trial.base, trial.app):
        for _, row in numbered(app):
            try:
                yield with_defaults(trial.base.manifest, dict(row.input))
            except InvalidArguments:
                continue


def _parted(
    trial: Trial, rows: Sequence[_Difference]
) -> tuple[list[list[_Difference]], list[list[_Difference]]]:
    """Returns the differences that no test says, and those that are like a stated one, both in groups."""
    if not rows:
        return [], []
    meant = Meant.of(trial)
    needed: Sequence[Outcome | None] = [None] * len(rows)
    if meant.needed is not None:
        needed = trial.attempt(meant.needed, [row.arguments for row in rows])
    unsaid, alike = [], []
    for row, end in zip(rows, needed, strict=True):
        if not meant.allows(row.old, row.new, end):
            unsaid.append(row)
        elif canonical(dict(row.arguments)) not in meant.inputs:
            alike.append(row)
    return _grouped(unsaid), _grouped(alike)


def _may_become(kind: GateKind, row: _Difference) -> bool:
    match row.old, row.new:
        case Failed(), _:
            return True
        case Declared(), Value():
            return kind == "expand"
    return not row.changes


def _grouped(rows: Iterable[_Difference]) -> list[list[_Difference]]:
    """Returns the differences by their changes, smallest input first in each group and among the groups."""
    groups: dict[frozenset[str], list[_Difference]] = {}
    for row in sorted(rows, key=lambda row: row.size):
        groups.setdefault(row.changes, []).append(row)
    return list(groups.values())


def _problem(trial: Trial, row: _Difference) -> Finding:
    said = "" if trial.kind == "expand" else ", and no test says so"
    return Finding(
        path=f"input {short(row.size[1], 200)}",
        message=f"gave {describe(row.old)} before, and gives {describe(row.new)} now{said}",
        reproduce=run_command(trial, row.call),
    )


def _question(
    trial: Trial, group: Sequence[_Difference], agreed: Sequence[Arguments], says: str
) -> Question | None:
    """Returns the question about the smallest difference of a group; None if its input is too long."""
    first = group[0]
    if first.size[0] > MAX_INPUT_SIZE:
        return None
    rule = common_rule([row.arguments for row in group], agreed)
    now, seed = trial.clock_and_seed(first.arguments)
    return Question(
        kind="changed",
        says=f"{says}, wherever {{}}" if rule else says,
        code=(rule,) if rule else (),
        arguments=tuple(first.call.items()),
        app=first.new,
        other=first.old,
        now=None if now == NOW else now,
        seed=None if seed == SEED else seed,
        alike=len(group) - 1,
    )
