"""Reads the totals of runs, requests and incidents from the journal's file.

The totals are kept by day, app and outcome, so reading them takes the same time for a thousand runs as for a
million; `mapp.observe.totals` says how they are counted.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from mapp.model.statistics import Counts, Requests
from mapp.observe.journal import Journal

DAY: Final = 86_400
CALLER_INPUT: Final = "caller_input"
UNCLASSIFIED: Final = "unclassified"
"""Failed runs that belong to no incident, such as those of an earlier version of mapp."""
_NOT_FAILED: Final = "(outcome = 'ok' OR outcome LIKE 'error:%')"
_RUNS: Final = f"""
SELECT day, app, outcome, runs, CASE WHEN {_NOT_FAILED} THEN 0 ELSE runs END AS failed,
    script_ms, wait_ms, avoided, tokens_in, tokens_out, micros
FROM run_totals WHERE day >= ?
"""
_REQUESTS: Final = "SELECT day, decision, requests, matched, written FROM request_totals WHERE day >= ?"
_INCIDENTS: Final = """
SELECT app, class, SUM(CASE WHEN first >= :since THEN runs ELSE MIN(runs, (
    SELECT COUNT(*) FROM incident_runs WHERE incident = id AND at >= :since
)) END) AS runs
FROM incidents WHERE state <> 'merged' AND last >= :since GROUP BY app, class
"""


@dataclass(kw_only=True, slots=True)
class Recorded:
    """The totals since a day: runs by app, day and outcome, requests by day and decision.

    `failures` counts failed runs by app and class of failure.
    """

    apps: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    days: dict[int, Counts] = field(default_factory=lambda: defaultdict(Counts))
    outcomes: Counter[str] = field(default_factory=Counter)
    requests: dict[int, Requests] = field(default_factory=lambda: defaultdict(Requests))
    decisions: Counter[str] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)


def read_totals(journal: Journal, *, since: int = 0) -> Recorded:
    """Returns the totals since a day, in whole days since 1970-01-01 UTC.

    Raises:
        IntegrityError: the journal is damaged, or is none of mapp's.
    """
    found = Recorded()
    if not journal.path.exists():
        return found
    with journal.reading() as connection:
        for day, app, outcome, *counted in connection.execute(_RUNS, [since]):
            counts = Counts(**dict(zip(_COUNTED, counted, strict=True)))
            found.apps[app] += counts
            found.days[day] += counts
            found.outcomes[outcome] += counts.runs
        for day, decision, *asked in connection.execute(_REQUESTS, [since]):
            requests = Requests(requests=asked[0], matched=asked[1], written=asked[2])
            found.requests[day] += requests
            found.decisions[decision] += requests.requests
        found.failures = _failures(connection, since, found.apps)
    return found


_COUNTED: Final = (
    "runs",
    "failed",
    "script_ms",
    "wait_ms",
    "avoided",
    "tokens_in",
    "tokens_out",
    "micros",
)


def _failures(
    connection: sqlite3.Connection, since: int, apps: Mapping[str, Counts]
) -> Counter[tuple[str, str]]:
    """Returns failed runs by app and class: those of incidents, those with invalid input, and the rest."""
    found: Counter[tuple[str, str]] = Counter()
    explained: Counter[str] = Counter()
    with contextlib.suppress(sqlite3.OperationalError):  # there has been no incident, so there is no table
        for app, failure, runs in connection.execute(_INCIDENTS, {"since": since * DAY}):
            found[app, failure] += runs
            explained[app] += runs if failure != "expectation" else 0
    query = "SELECT app, SUM(runs) FROM run_totals WHERE day >= ? AND outcome = ? GROUP BY app"
    for app, runs in connection.execute(query, [since, CALLER_INPUT]):
        found[app, CALLER_INPUT] += runs
        explained[app] += runs
    for app, counts in apps.items():
        if (rest := counts.failed - explained[app]) > 0:
            found[app, UNCLASSIFIED] += rest
    return found


def day_of(seconds: float) -> int:
    """Returns the day of a time, in whole days since 1970-01-01 UTC."""
    return int(seconds // DAY)


def date_of(day: int) -> str:
    """Returns a day as a date.

    >>> date_of(20_787)
    '2026-11-30'
    """
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
