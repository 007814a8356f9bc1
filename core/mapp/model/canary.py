"""A canary: what the runs after a heal say about it, and the rule that keeps the heal or takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Any, Final, Literal

from mapp.model.incident import FailureClass

Finding = Literal["same", "better", "meant", "worse", "changed", "both_failed", "missing"]
"""How the healed version compares with the one before it on one input: the same answer; an answer instead of
a failure; another answer as the heal's own tests state it; a failure instead of an answer; another answer
that no test states; a failure of both; nothing that could be compared."""
CanaryState = Literal["open", "promoted", "reverted", "inconclusive"]

RUNS: Final = 20
"""For how many runs the previous version is on stand-by."""
REPLAYS: Final = 10
"""How many recorded good runs decide about an app without a live run: ten expose 96 % of wrong patches."""
WORST: Final[frozenset[FailureClass]] = frozenset(["security", "engine_fault", "nondeterminism"])
"""The classes of which one failure is enough to revert."""
NEW_BUGS: Final = 2
"""How many new faults, on different inputs of live runs, are enough."""
SURE: Final = Fraction(95, 100)
"""How probable it must be that the healed version fails more often."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What one run says about a heal: `source` tells live runs from replays of recorded ones.

    `commit` is the heal's commit on `main`, `input` a hash of the run's input, `failure` the class of the
    healed version's failure, "" if it answered. `detail` shows both outcomes.
    """

    commit: str
    run: str
    source: Literal["live", "replay"]
    at: float
    finding: Finding
    input: str
    failure: FailureClass | Literal[""] = ""
    detail: str = ""

    @property
    def counted(self) -> bool:
        """Returns whether the run says anything for or against; missing data is not failure.

        Nor does an answer that differs as it was meant to: only a person can say whether it is right.
        """
        return self.finding not in ("missing", "meant")

    @property
    def bad(self) -> bool:
        """Returns whether the healed version is at fault where the one before it is not."""
        return self.finding in ("worse", "changed")

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object, which is also the row of the journal."""
        return {
            "commit": self.commit,
            "run": self.run,
            "source": self.source,
            "at": self.at,
            "finding": self.finding,
            "input": self.input,
            "class": self.failure,
            "detail": self.detail,
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Evidence:
        """Returns what `to_dict` wrote."""
        known = {**row, "failure": row["class"]}
        del known["class"]
        return cls(**known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the evidence says about a heal, with the reason in words.

    `worst` is the evidence that decided a revert. An `inconclusive` canary that has not `ended` keeps the
    previous version on stand-by.
    """

    state: CanaryState
    why: str
    ended: bool
    worst: Evidence | None = None


def decide(evidence: Sequence[Evidence], *, rare: bool) -> Decision:
    """Returns what the evidence about one heal says; the same evidence always says the same.

    `rare` says that the app had fewer runs than a canary needs, so its recorded runs decide at once.

    >>> decide([], rare=False).state
    'open'
    """
    if (found := _reverted(evidence)) is not None:
        return found
    live = [row for row in evidence if row.source == "live"]
    replayed = sum(row.counted for row in evidence if row.source == "replay")
    counted = sum(row.counted for row in live)
    if rare and replayed >= REPLAYS:
        return Decision(state="promoted", why=f"{replayed} recorded runs were replayed well", ended=True)
    if counted >= RUNS:
        return Decision(state="promoted", why=f"{counted} runs went well", ended=True)
    if len(live) >= RUNS:
        if counted + replayed >= REPLAYS:
            why = f"{counted} runs and {replayed} recorded ones went well"
            return Decision(state="promoted", why=why, ended=True)
        why = f"only {counted} of {len(live)} runs and {replayed} recorded ones could be compared"
        return Decision(state="inconclusive", why=why, ended=True)
    why = f"{len(live)} of {RUNS} runs and {replayed} recorded ones so far, and none was worse"
    return Decision(state="inconclusive" if rare else "open", why=why, ended=False)


def _reverted(evidence: Sequence[Evidence]) -> Decision | None:
    for row in evidence:
        if row.failure in WORST:
            return _revert(row, f"one run failed with the class {row.failure}")
    bad = [row for row in evidence if row.bad]
    replayed = next((row for row in bad if row.source == "replay"), None)
    if replayed is not None:
        return _revert(replayed, "a recorded good run does not come to the same any more")
    inputs = {row.input for row in bad}
    if len(inputs) >= NEW_BUGS:
        return _revert(bad[0], f"{len(inputs)} inputs that the version before answered go wrong")
    ours = [row for row in evidence if row.counted and row.source == "live"]
    new = sum(row.bad or row.finding == "both_failed" for row in ours)
    old = sum(row.finding in ("better", "both_failed") for row in ours)
    if len(bad) < NEW_BUGS:
        return None
    sure = probability_of_more((new, len(ours)), (old, len(ours)))
    if sure < SURE:
        return None
    why = f"it failed in {new} of {len(ours)} runs, the version before in {old} ({float(sure):.0%} sure)"
    return _revert(bad[0], why)


def _revert(row: Evidence, why: str) -> Decision:
    return Decision(state="reverted", why=why, ended=True, worst=row)


def probability_of_more(new: tuple[int, int], old: tuple[int, int]) -> Fraction:
    """Returns the probability that `new` fails more often than `old`, each given as (failures, runs).

    Both rates have a uniform prior, so they are Beta-distributed (failures + 1, successes + 1). The sum is
    exact: E. Miller, "Formulas for Bayesian A/B testing" (2015), equation 6.

    >>> probability_of_more((0, 0), (0, 0)), probability_of_more((1, 1), (0, 1))
    (Fraction(1, 2), Fraction(5, 6))
    """
    (a, b), (c, d) = ((failed + 1, runs - failed + 1) for failed, runs in (new, old))
    parts = (_beta(c + at, d + b) / ((b + at) * _beta(1 + at, b) * _beta(c, d)) for at in range(a))
    return sum(parts, Fraction())


def _beta(a: int, b: int) -> Fraction:
    """Returns the beta function of two whole numbers: 1 / (a * C(a + b - 1, a))."""
    return Fraction(1, a * comb(a + b - 1, a))
