"""The check: do the tests of an app notice small faults in its source?"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from mapp.model.app import PROPERTIES, SOURCE
from mapp.model.values import JSONValue
from mapp.model.verdict import Finding, Result
from mapp.validate.mutation.operators import BY_ID
from mapp.validate.mutation.run_mutant import Fate
from mapp.validate.mutation.score import Score, score_of
from mapp.validate.repro_commands import trial_command
from mapp.validate.trial import Trial, describe, skipped

CHECK: Final = "mutation"
THRESHOLD: Final = 0.6
MAX_SHOWN: Final = 10


def check_mutation(trial: Trial) -> Result:
    """Says whether the tests notice at least 60 % of the small faults that are seeded into the source.

    Every problem is a fault that goes unnoticed, with an input that shows it as a row to paste.
    """
    score = score_of(trial)
    if score.value is None:
        return skipped(CHECK, "nothing in the source can be changed, or the app fails as it stands")
    problems = list(_problems(trial, score))
    return Result(
        check=CHECK,
        status="failed" if problems else "passed",
        counted=len(score.fates),
        problems=tuple(problems),
        evidence=tuple(_evidence(score).items()),
    )


def _problems(trial: Trial, score: Score) -> list[Finding]:
    found = []
    value = score.value or 0.0
    if value < THRESHOLD:
        found.append(_verdict(score, value))
        found += [_finding(trial, fate) for fate in score.survivors[:MAX_SHOWN]]
    if not score.can_fail:
        message = "no predicate can fail: each holds for every output and every app that was tried"
        found.append(Finding(path=PROPERTIES, message=message, reproduce=trial_command(trial)))
    return found


def _verdict(score: Score, value: float) -> Finding:
    message = (
        f"the tests notice {value:.0%} of the faults seeded into it, at least {THRESHOLD:.0%} are needed: "
        f"{score.count('killed')} noticed, {score.count('survived')} not, "
        f"{score.count('undecided')} undecided"
    )
    return Finding(path="tests", message=message)


def _finding(trial: Trial, fate: Fate) -> Finding:
    return Finding(
        path=f"{SOURCE}:{fate.mutant.line}",
        message=words_for(fate),
        reproduce=trial_command(trial),
        evidence=f"{fate.mutant.diff}\n{_example(fate)}",
    )


def words_for(fate: Fate) -> str:
    """Returns what a survivor says about the tests, in a sentence."""
    return f"nothing tests {BY_ID[fate.mutant.operator].untested}: {_change(fate)}"


def _change(fate: Fate) -> str:
    old, new = (" ".join(text.split()) for text in (fate.mutant.replaced, fate.mutant.replacement))
    if not new.strip("; "):
        return f"`{_clipped(old)}` can be left out"
    return f"`{_clipped(old)}` could be `{_clipped(new)}`"


def _clipped(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _example(fate: Fate) -> str:
    if fate.shown_by is None or fate.instead is None:
        return ""
    return f"{fate.shown_by.row}\nthe changed app gives {describe(fate.instead)}"


def _evidence(score: Score) -> dict[str, JSONValue]:
    return {
        "score": round(score.value or 0.0, 4),
        "mutants": len(score.fates),
        "killed": score.count("killed"),
        "survived": score.count("survived"),
        "undecided": score.count("undecided"),
        "broken": score.count("broken"),
        "cut": score.is_cut,
        "operators": _by_operator(score),
        "survivors": [_row(fate) for fate in score.survivors],
    }


def _by_operator(score: Score) -> dict[str, JSONValue]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for fate in score.fates:
        counts[fate.mutant.operator][fate.status] += 1
    return {name: dict(sorted(counts[name].items())) for name in sorted(counts)}


def _row(fate: Fate) -> dict[str, JSONValue]:
    return {
        "operator": fate.mutant.operator,
        "line": fate.mutant.line,
        "column": fate.mutant.column,
        "untested": words_for(fate),
        "diff": fate.mutant.diff,
        "example": fate.shown_by.row if fate.shown_by is not None else "",
        "instead": describe(fate.instead) if fate.instead is not None else "",
    }
