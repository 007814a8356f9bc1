"""The gate: one list of checks, used by every operation that may move `main`.

The kind of a change selects its checks. A check is a pure function of a trial. To add one, write a module in
`checks/` and add a row to `CHECKS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mapp.model.verdict import KINDS, Finding, GateKind, Result, Verdict
from mapp.validate.checks.answers import check_answers
from mapp.validate.checks.compared import (
    check_budget,
    check_capabilities,
    check_old_tests,
    check_recorded,
    check_size,
    check_tests_kept,
    check_version,
)
from mapp.validate.checks.determinism import check_determinism
from mapp.validate.checks.differential import check_differential
from mapp.validate.checks.engines import check_other_engines
from mapp.validate.checks.examples import check_examples, check_held_back
from mapp.validate.checks.healed import check_failed_runs, check_general, check_healed
from mapp.validate.checks.properties import check_properties, check_total
from mapp.validate.checks.requests import check_requests
from mapp.validate.checks.rows import check_rows
from mapp.validate.checks.source import check_source
from mapp.validate.mutation import check_mutation
from mapp.validate.time_limit import TrialTimeout
from mapp.validate.trial import OUT_OF_TIME, SPENT, Trial, result, skipped

ALWAYS: Final = frozenset(KINDS)
Starting = Callable[[str], None]
"""Hears the id of a check before it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check: its id, what it checks in one line, and the kinds of change that it applies to.

    `compares`: it needs an app to compare with. `fatal`: after a failure nothing else can be tested, and
    `--force` does not help. `later`: it is newer than some recorded verdicts, which count without it.
    `impure`: it is left out for an app without capabilities.
    """

    id: str
    says: str
    examine: Callable[[Trial], Result]
    kinds: frozenset[GateKind] = ALWAYS
    compares: bool = False
    fatal: bool = False
    later: bool = False
    impure: bool = False


WRITING: Final[frozenset[GateKind]] = frozenset(["add", "edit", "compile", "heal", "expand"])
CHANGING: Final[frozenset[GateKind]] = frozenset(["heal", "expand"])

CHECKS: Final = (
    Check(
        id="source",
        says="main.js parses, defines main and follows the static rules",
        examine=check_source,
        fatal=True,
    ),
    Check(id="rows", says="every row of the tests fits the manifest", examine=check_rows),
    Check(
        id="examples", says="every example and regression gives the stated outcome", examine=check_examples
    ),
    Check(
        id="held-back",
        says="the examples that the coder has not seen give the stated outcome",
        examine=check_held_back,
        kinds=frozenset(["compile", "heal", "expand"]),
    ),
    Check(id="total", says="every valid input gives a valid output or a declared error", examine=check_total),
    Check(id="properties", says="every predicate holds for every drawn input", examine=check_properties),
    Check(
        id="determinism",
        says="two processes in two environments give the same bytes",
        examine=check_determinism,
    ),
    Check(
        id="engines",
        says="the other engines here agree on every example and a share of the drawn inputs",
        examine=check_other_engines,
        later=True,
    ),
    Check(
        id="requests",
        says="requests reach the app with the right arguments, and near misses do not",
        examine=check_requests,
        kinds=frozenset(["add", "edit", "compile", "expand"]),
    ),
    Check(
        id="answers",
        says="the tests cover the host's answers, and changed answers end as the app declares",
        examine=check_answers,
        kinds=WRITING,
        later=True,
        impure=True,
    ),
    Check(
        id="mutation",
        says="the tests notice at least 60 % of the small faults seeded into the source",
        examine=check_mutation,
        kinds=WRITING,
    ),
    Check(
        id="tests-kept",
        says="every old test is still there, unchanged",
        examine=check_tests_kept,
        kinds=CHANGING,
        compares=True,
    ),
    Check(
        id="old-tests",
        says="the tests of the old version pass on the new code",
        examine=check_old_tests,
        kinds=CHANGING,
        compares=True,
    ),
    Check(
        id="recorded",
        says="recorded good runs give the same output",
        examine=check_recorded,
        kinds=CHANGING,
        compares=True,
    ),
    Check(
        id="healed",
        says="the old version fails the regressions that a heal adds, and the new version passes them",
        examine=check_healed,
        kinds=frozenset(["heal"]),
        compares=True,
    ),
    Check(
        id="failed-runs",
        says="recorded runs that failed in the same way end well",
        examine=check_failed_runs,
        kinds=frozenset(["heal"]),
        compares=True,
    ),
    Check(
        id="general",
        says="a heal cures inputs near the failing one too, and not by one answer for all",
        examine=check_general,
        kinds=frozenset(["heal"]),
        compares=True,
    ),
    Check(
        id="differential",
        says="old and new code agree wherever the old code did not fail and no changed test says otherwise",
        examine=check_differential,
        kinds=frozenset(["edit", "heal", "expand"]),
        compares=True,
    ),
    Check(
        id="capabilities",
        says="there are no new capabilities, and the limits are the same",
        examine=check_capabilities,
        kinds=CHANGING,
        compares=True,
    ),
    Check(
        id="version",
        says="the version is as high as interface and behaviour require",
        examine=check_version,
        compares=True,
    ),
    Check(
        id="size",
        says="a heal changes few lines, and only in the source",
        examine=check_size,
        kinds=frozenset(["heal"]),
        compares=True,
    ),
    Check(
        id="budget",
        says="the examples take at most one and a half times as long",
        examine=check_budget,
        kinds=CHANGING,
        compares=True,
    ),
)


def checks_for(kind: GateKind, *, compares: bool, pure: bool = False) -> tuple[Check, ...]:
    """Returns the checks for a kind of change; `compares` says whether it replaces an app.

    For a `pure` app, those that concern capabilities are left out.
    """
    return tuple(
        check
        for check in CHECKS
        if kind in check.kinds and (compares or not check.compares) and not (pure and check.impure)
    )


def examine(trial: Trial, starting: Starting = lambda check: None) -> Iterator[Result]:
    """Yields the results of all checks that apply, in order; stops after a fatal failure.

    `starting` hears the id of each check before it runs. If the app or a predicate takes too long, the
    remaining checks are skipped and say why.
    """
    spent = ""
    for check in checks_for(trial.kind, compares=trial.base is not None, pure=trial.pure):
        starting(check.id)
        started = time.perf_counter()
        found = skipped(check.id, f"not run: {spent}") if spent else _found(check, trial)
        yield replace(found, seconds=time.perf_counter() - started)
        if check.fatal and not found.passed:
            return
        if not found.passed:
            spent = spent or str(dict(found.evidence).get(SPENT, ""))


def _found(check: Check, trial: Trial) -> Result:
    try:
        return check.examine(trial)
    except TrialTimeout as error:
        problems = [Finding(path="", message=error.message)]
        return result(check.id, 0, problems, {OUT_OF_TIME: True, SPENT: error.message})


def ran_out_of_time(verdict: Verdict) -> bool:
    """Returns whether a verdict is incomplete because all runs of the trial together took too long."""
    return any(OUT_OF_TIME in dict(row.evidence) for row in verdict.results)


def is_fatal(name: str) -> bool:
    """Returns whether a failure of this check cannot be overridden."""
    return any(check.id == name and check.fatal for check in CHECKS)
