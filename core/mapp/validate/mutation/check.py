"""The check: do the tests of an app notice small faults in its source?"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Final

from mapp.model.app import PROPERTIES, SOURCE
from mapp.model.question import GAP
from mapp.model.values import JSONValue
from mapp.model.verdict import Finding, Result
from mapp.validate.checks.answers import missed_answer
from mapp.validate.mutation.open_questions import untested
from mapp.validate.mutation.run_mutant import MutantResult
from mapp.validate.mutation.score import Score, score_of
from mapp.validate.repro_commands import trial_command
from mapp.validate.trial import Trial, describe, skipped

CHECK: Final = "mutation"
THRESHOLD: Final = 0.6
MAX_SHOWN: Final = 10


def check_mutation(trial: Trial) -> Result:
    """Checks that the tests notice at least 60 % of the small faults seeded into the source.

    Every problem is an unnoticed fault, with an input that shows it as a row to paste. A heal cannot change
    the tests, so it does not fail: what its tests do not notice are questions.
    """
    score = score_of(trial)
    if score.value is None:
        return skipped(CHECK, "nothing in the source can be changed, or the unchanged app fails")
    problems = [] if trial.kind == "heal" else list(_problems(trial, score))
    return Result(
        check=CHECK,
        status="failed" if problems else "passed",
        counted=len(score.results),
        problems=tuple(problems),
        evidence=tuple(_evidence(score).items()),
        questions=score.questions,
    )


def _problems(trial: Trial, score: Score) -> list[Finding]:
    found = []
    value = score.value or 0.0
    if value < THRESHOLD:
        found.append(_verdict(score, value))
        found += [_finding(trial, result) for result in score.survivors[:MAX_SHOWN]]
        found += [missed_answer(trial, run) for run in score.answers.missed[:MAX_SHOWN]]
    covered = score.is_open and value >= THRESHOLD  # by examples with recordings, which drawn inputs lack
    if not score.can_fail and not covered:
        message = "no predicate can fail: all hold even for wrong outputs and unrelated apps"
        found.append(Finding(path=PROPERTIES, message=message, reproduce=trial_command(trial)))
    return found


def _verdict(score: Score, value: float) -> Finding:
    message = (
        f"the tests notice {value:.0%} of the faults seeded into the source, {THRESHOLD:.0%} are needed: "
        f"{score.count('killed')} noticed, {score.count('survived')} not, "
        f"{score.count('undecided')} undecided"
    )
    if score.answers.noticed or score.answers.missed:
        message += (
            f"; of the changed answers of the host {score.answers.noticed} noticed,"
            f" {len(score.answers.missed)} not"
        )
    return Finding(path="tests", message=message)


def _finding(trial: Trial, result: MutantResult) -> Finding:
    return Finding(
        path=f"{SOURCE}:{result.mutant.line}",
        message=words_for(result),
        reproduce=trial_command(trial),
        evidence=f"{result.mutant.diff}\n{_example(result)}",
    )


def words_for(result: MutantResult) -> str:
    """Returns a sentence that says what a survivor shows about the tests."""
    says, code = untested(result.mutant)
    return says.replace(GAP, "`{}`").format(*(_clipped(" ".join(piece.split())) for piece in code))


def _clipped(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _example(result: MutantResult) -> str:
    if result.shown_by is None or result.instead is None:
        return ""
    return f"{result.shown_by.row}\nthe changed app gives {describe(result.instead)}"


def _evidence(score: Score) -> dict[str, JSONValue]:
    return {
        "score": round(score.value or 0.0, 4),
        "mutants": len(score.results),
        "inputs": score.inputs,
        "killed": score.count("killed"),
        "survived": score.count("survived"),
        "undecided": score.count("undecided"),
        "broken": score.count("broken"),
        "cut": score.is_cut,
        "answers": {
            "noticed": score.answers.noticed,
            "missed": [run.change.name for run in score.answers.missed],
        },
        "operators": _by_operator(score),
        "survivors": [_row(result) for result in score.survivors],
    }


def _by_operator(score: Score) -> dict[str, JSONValue]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for result in score.results:
        counts[result.mutant.operator][result.status] += 1
    return {name: dict(sorted(counts[name].items())) for name in sorted(counts)}


def _row(result: MutantResult) -> dict[str, JSONValue]:
    return {
        "operator": result.mutant.operator,
        "line": result.mutant.line,
        "column": result.mutant.column,
        "untested": words_for(result),
        "diff": result.mutant.diff,
        "example": result.shown_by.row if result.shown_by is not None else "",
        "instead": describe(result.instead) if result.instead is not None else "",
    }
