"""Gathers the statistics of a library: from the journal, the ledger, the changes, and the apps' histories."""

from __future__ import annotations

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from mapp.errors import MappError, UsageError
from mapp.git import loose
from mapp.git.commit import Commit, parse_commit
from mapp.git.repository import MAIN
from mapp.library import read
from mapp.library.lockfile import read_lock
from mapp.model.change import SUPERSEDED, Change
from mapp.model.spend import Spend
from mapp.model.statistics import BreakEven, Counts, DayCounts, GroupCounts, Heals, Requests, Statistics
from mapp.observe.changes import Changes
from mapp.observe.ledger import Group
from mapp.observe.stats import DAY, Recorded, date_of, day_of, read_totals
from mapp.ops.workspace import Workspace

StatsBy: TypeAlias = Literal["app", "source", "class"]
REMOVED: Final = "removed"
"""The source of an app that is no longer in the library."""
_SPAN: Final = re.compile(r"([1-9]\d{0,4}) ?(d|days?|w|weeks?)")


def statistics(workspace: Workspace, *, since: str = "", by: StatsBy | None = None) -> Statistics:
    """Returns the statistics of a library; with `by`, also those of each app, source or class of failure.

    `since` is a date such as `2026-11-30` (UTC) or a span such as `7d`; "" is the beginning. An app's
    break-even is always counted from the beginning.

    Raises:
        UsageError: `since` is neither.
        IntegrityError, LedgerFailed: the journal cannot be read.
    """
    first = first_day(since, workspace.clock())
    recorded = read_totals(workspace.journal, since=first)
    ever = read_totals(workspace.journal) if since else recorded
    ledger = workspace.ledger
    spent = _by_name(ledger.groups("app", since=first * DAY))
    paid = _by_name(ledger.groups("app")) if since else spent
    return Statistics(
        since=date_of(first) if since else "",
        counts=sum(recorded.apps.values(), Counts()),
        requests=sum(recorded.requests.values(), Requests()),
        decisions=_most_first(recorded.decisions),
        outcomes=_most_first(recorded.outcomes),
        failures=_most_first(_by_class(recorded)),
        heals=heals(workspace, since=first * DAY),
        spend=sum((group.totals.spend for group in spent.values()), Spend()),
        calls=sum(group.totals.rounds for group in spent.values()),
        days=tuple(_days(recorded, _by_name(ledger.groups("day", since=first * DAY)))),
        break_even=tuple(_break_even(ever.apps, paid)),
        by=by or "",
        groups=() if by is None else tuple(_groups(workspace, recorded, spent, by)),
    )


def first_day(since: str, now: float) -> int:
    """Returns the day that `since` names, in whole days since 1970-01-01 UTC; 0 for "".

    >>> first_day("2 days", 86_400.0 * 10), first_day("1970-01-05", 0.0)
    (8, 4)

    Raises:
        UsageError: it is neither a date nor a span.
    """
    if not since:
        return 0
    if span := _SPAN.fullmatch(since):
        days = int(span[1]) * (7 if span[2].startswith("w") else 1)
        return max(0, day_of(now) - days)
    with contextlib.suppress(ValueError):
        return max(0, day_of(datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()))
    raise UsageError(f"{since!r} is not a day", hint="for example 2026-11-30, 7d or 4w")


def heals(workspace: Workspace, *, since: float = 0.0) -> Heals:
    """Returns the counts of heals since a time, from the recorded changes and from the apps' histories.

    Either may be incomplete: a journal can be lost, and an app removed. A heal that both know counts once.

    Raises:
        LedgerFailed: the journal cannot be read.
    """
    rows = Changes(workspace.home.journal).waiting(ended=True)
    known = {row.id: row for row in rows if row.kind == "heal" and row.began >= since}
    merged = {row.id for row in known.values() if row.state == "merged"}
    reverted: set[str] = set()
    for name in read.names(workspace.home):
        with contextlib.suppress(MappError):  # an unreadable app is reported when it runs
            for identity, standing in _healed(workspace, name, since):
                merged.add(identity)
                if not standing:
                    reverted.add(identity)
    rejected = {row.id for row in known.values() if _is_rejected(row)} - merged
    return Heals(
        tried=len(known.keys() | merged),
        merged=len(merged),
        reverted=len(reverted),
        rejected=len(rejected),
    )


def _is_rejected(change: Change) -> bool:
    """Returns whether the gate or a person refused a heal, not because `main` had moved."""
    if change.state == "dropped" and change.detail.startswith(SUPERSEDED):
        return change.detail == f"{SUPERSEDED}failed"
    return change.state in ("dropped", "failed")


def _healed(workspace: Workspace, name: str, since: float) -> Iterator[tuple[str, bool]]:
    """Yields the heals on an app's `main`: the change, and whether no rollback has taken it back."""
    if _is_new(workspace, name):
        return
    restored: str | None = None
    for commit in read.history(workspace.home, name):
        if commit.tree == restored:
            restored = None
        trailers = commit.trailers
        operation = trailers.get("Mapp-Operation")
        if operation == "rollback" and restored is None:  # else a later rollback took this one back
            restored = commit.tree
        elif operation == "heal" and commit.time >= since:
            yield trailers.get("Mapp-Change", commit.id), restored is None


def _is_new(workspace: Workspace, name: str) -> bool:
    """Returns whether `main` has only one commit, as for most starter apps; does not open the repository."""
    path = workspace.home.repository(name)
    tip = loose.read_ref(path, MAIN)
    found = None if tip is None else loose.read_object(path, tip)
    return tip is not None and found is not None and not _parsed(tip, found[1]).parents


def _parsed(identity: str, data: bytes) -> Commit:
    try:
        return parse_commit(identity, data)
    except ValueError as error:
        raise MappError(f"the commit {identity} is damaged: {error}") from None


def _days(recorded: Recorded, spent: Mapping[str, Group]) -> Iterator[DayCounts]:
    """Yields the days on which something was recorded, oldest first."""
    counted = {date_of(day): counts for day, counts in recorded.days.items()}
    asked = {date_of(day): requests for day, requests in recorded.requests.items()}
    for name in sorted({*counted, *asked, *spent}):
        yield DayCounts(
            day=name,
            counts=counted.get(name, Counts()),
            requests=asked.get(name, Requests()),
            spent_micros=spent[name].totals.spend.cost_micros if name in spent else 0,
        )


def _break_even(apps: Mapping[str, Counts], spent: Mapping[str, Group]) -> Iterator[BreakEven]:
    """Yields the balance of every app that cost something, the most expensive first."""
    for name, group in sorted(spent.items(), key=lambda item: (-item[1].totals.spend.cost_micros, item[0])):
        counts = apps.get(name, Counts())
        yield BreakEven(
            app=name,
            spent_micros=group.totals.spend.cost_micros,
            avoided_micros=counts.micros,
            answers=counts.avoided,
        )


def _groups(
    workspace: Workspace, recorded: Recorded, spent: Mapping[str, Group], by: StatsBy
) -> Iterator[GroupCounts]:
    """Yields the groups, the one with the most runs first."""
    counts: dict[str, Counts] = defaultdict(Counts)
    spend: dict[str, Spend] = defaultdict(Spend)
    if by == "class":
        for failure, runs in _by_class(recorded).items():
            counts[failure] = Counts(runs=runs, failed=runs)
    else:
        name_of = _sources(workspace, [*recorded.apps, *spent]) if by == "source" else {}
        for app, found in recorded.apps.items():
            counts[name_of.get(app, app)] += found
        for app, group in spent.items():
            spend[name_of.get(app, app)] += group.totals.spend
    for name in sorted({*counts, *spend}, key=lambda name: (-counts[name].runs, name)):
        yield GroupCounts(name=name, counts=counts[name], spend=spend[name])


def _sources(workspace: Workspace, apps: Collection[str]) -> dict[str, str]:
    entries = read_lock(workspace.home.lock_file)
    return {app: entries[app].source if app in entries else REMOVED for app in apps}


def _by_class(recorded: Recorded) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, failure), runs in recorded.failures.items():
        found[failure] += runs
    return found


def _by_name(groups: list[Group]) -> dict[str, Group]:
    return {group.name: group for group in groups}


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
