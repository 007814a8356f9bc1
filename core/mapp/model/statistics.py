"""Statistics of a library in use: what ran, what matched, what failed, what it cost and what it avoided."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mapp.model.spend import Spend


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Counts of some runs and of the rows of maps, which count like runs.

    `failed` counts those that ended neither in a value nor in an error that the app declares. `script_ms` is
    the scripts' own time and `wait_ms` the time that callers waited, both without the rows of maps. `avoided`
    counts answers that no model gave; tokens and money (micro-dollars) are what a model's would have cost, by
    the assumption in `mapp.observe.totals`.
    """

    runs: int = 0
    failed: int = 0
    script_ms: float = 0.0
    wait_ms: float = 0.0
    avoided: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [item.name for item in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def avoided_to_dict(self) -> dict[str, Any]:
        """Returns what was avoided as a JSON object."""
        return {
            "calls": self.avoided,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost_micros": self.micros,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """Counts of requests: `matched` ran an app of the library, for `written` an app was written and run."""

    requests: int = 0
    matched: int = 0
    written: int = 0

    def __add__(self, other: Requests) -> Requests:
        return Requests(
            requests=self.requests + other.requests,
            matched=self.matched + other.matched,
            written=self.written + other.written,
        )

    @property
    def match_rate(self) -> float | None:
        """Returns the share of requests that an app of the library answered; None if there were none."""
        return self.matched / self.requests if self.requests else None

    def library_share(self, runs: int) -> float | None:
        """Returns the share of `runs` whose app was not written for them; None if there were none."""
        return (runs - min(self.written, runs)) / runs if runs else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heals:
    """Counts of heals: tried, merged, reverted after the merge, and rejected by the gate or a person."""

    tried: int = 0
    merged: int = 0
    reverted: int = 0
    rejected: int = 0

    def to_dict(self) -> dict[str, int]:
        """Returns the counts as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCounts:
    """One day (`2026-11-30`, UTC): its runs, its requests, and what was spent (micro-dollars)."""

    day: str
    counts: Counts
    requests: Requests
    spent_micros: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Returns the day as a JSON object."""
        return {
            "day": self.day,
            "runs": self.counts.runs,
            "failed": self.counts.failed,
            "requests": self.requests.requests,
            "match_rate": self.requests.match_rate,
            "library_share": self.requests.library_share(self.counts.runs),
            "avoided_micros": self.counts.micros,
            "spent_micros": self.spent_micros,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupCounts:
    """The runs of one app, of the apps from one source, or of one class of failure; and what they cost."""

    name: str
    counts: Counts
    spend: Spend = field(default_factory=Spend)

    def to_dict(self) -> dict[str, Any]:
        """Returns the group as a JSON object."""
        return {
            "name": self.name,
            "runs": self.counts.runs,
            "failed": self.counts.failed,
            "spend": spend_to_dict(self.spend),
            "avoided": self.counts.avoided_to_dict(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakEven:
    """When an app has saved what it cost: `needed` is the number of answers, None if each saves nothing."""

    app: str
    spent_micros: int
    avoided_micros: int
    answers: int

    @property
    def needed(self) -> int | None:
        """Returns how many answers pay for the app, at the mean cost of the answers it has given."""
        if not self.spent_micros:
            return 0
        if not self.avoided_micros:
            return None
        return -(-self.spent_micros * self.answers // self.avoided_micros)

    @property
    def reached(self) -> bool:
        """Returns whether the app has saved what it cost."""
        return self.avoided_micros >= self.spent_micros

    def to_dict(self) -> dict[str, Any]:
        """Returns the balance as a JSON object."""
        return {**asdict(self), "needed": self.needed, "reached": self.reached}


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """The statistics of a library, since a day or since its beginning.

    `since` is that day (UTC), "" for the beginning. `failures` counts failed runs by class, `outcomes` all
    runs by outcome, `decisions` requests by decision. `groups` are by app, source or class, as asked.
    """

    since: str
    counts: Counts
    requests: Requests
    decisions: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, int], ...]
    heals: Heals
    spend: Spend
    calls: int
    days: tuple[DayCounts, ...]
    break_even: tuple[BreakEven, ...]
    by: str = ""
    groups: tuple[GroupCounts, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the statistics as `mapp stats --json` prints them."""
        document = {
            "since": self.since or None,
            "runs": self.counts.runs,
            "failed": self.counts.failed,
            "requests": self.requests.requests,
            "match_rate": self.requests.match_rate,
            "library_share": self.requests.library_share(self.counts.runs),
            "outcomes": dict(self.outcomes),
            "decisions": dict(self.decisions),
            "failures": dict(self.failures),
            "heals": self.heals.to_dict(),
            "spend": spend_to_dict(self.spend),
            "avoided": self.counts.avoided_to_dict(),
            "break_even": [row.to_dict() for row in self.break_even],
            "days": [row.to_dict() for row in self.days],
        }
        if self.by:
            document |= {"by": self.by, "groups": [row.to_dict() for row in self.groups]}
        return document


def spend_to_dict(spend: Spend) -> dict[str, Any]:
    """Returns a spend of several models as a JSON object."""
    document = spend.to_dict()
    del document["model"]
    return document
