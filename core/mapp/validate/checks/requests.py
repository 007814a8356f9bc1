"""Checks that requests reach the app with the right arguments, and that near misses do not."""

from __future__ import annotations

from typing import Final

from mapp.model.app import PHRASES
from mapp.model.verdict import Finding, Result
from mapp.validate.trial import Trial, result, skipped

REQUESTS: Final = 40
NEAR_MISSES: Final = 15
"""The minimum for a generated app; an app written by hand may have fewer."""


def check_requests(trial: Trial) -> Result:
    """Checks that there are enough requests, and that the held-back ones are routed well."""
    phrases = trial.app.phrases
    problems = [*_too_few(trial)] if trial.kind == "compile" else []
    if not phrases and not problems:
        return skipped("requests", "tests/requests.jsonl holds none")
    if trial.resolve is None:
        return result("requests", len(phrases), problems)
    found = trial.resolve(trial.app)
    problems += found.problems
    return result("requests", len(phrases), problems, {"held_back": found.counted, **dict(found.evidence)})


def _too_few(trial: Trial) -> list[Finding]:
    fits = len({phrase.request for phrase in trial.app.phrases if phrase.fits})
    misses = len({phrase.request for phrase in trial.app.phrases if not phrase.fits})
    found = []
    if fits < REQUESTS:
        found.append(Finding(path=PHRASES, message=f"has {fits} different requests; {REQUESTS} are needed"))
    if misses < NEAR_MISSES:
        message = f"has {misses} different near misses; {NEAR_MISSES} are needed"
        found.append(Finding(path=PHRASES, message=message))
    return found
