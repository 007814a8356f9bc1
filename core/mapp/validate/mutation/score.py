"""The mutation score of an app's tests: mutants chosen, tried in two lanes, and counted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from mapp.validate.mutation.mutants import Mutant, sampled_mutants
from mapp.validate.mutation.run_mutant import Examination, Fate, MutantStatus
from mapp.validate.trial import Trial

MOST: Final = 60
"""How many mutants are tried: enough to tell a score within some 6 percent."""
SECONDS: Final = 30.0
"""After this long no further mutant is begun. Only a machine under heavy load gets there."""
LEAST: Final = 20
"""So many mutants are tried however long that takes."""
LANES: Final = 2
UNDECIDED: Final = 0.25
"""Which share of the mutants may stay undecided; those beyond it count as survivors."""

Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What became of the mutants of one app, in the order of the sample.

    `is_cut` says that time ran out before the sample was through; `can_fail` that a predicate notices an
    answer, or an app, that is obviously wrong (True where there are no predicates). `is_open` says that the
    app asks its host: what nobody answers here cannot be reached.
    """

    fates: tuple[Fate, ...]
    is_open: bool = False
    is_cut: bool = False
    can_fail: bool = True

    def count(self, status: MutantStatus) -> int:
        """Returns how many mutants ended so."""
        return sum(fate.status == status for fate in self.fates)

    @property
    def survivors(self) -> tuple[Fate, ...]:
        """Returns the mutants that no test notices although an input shows them."""
        return tuple(fate for fate in self.fates if fate.status == "survived")

    @property
    def value(self) -> float | None:
        """Returns the score, 0 to 1, or None if there was nothing to grade the tests by.

        It is killed / (killed + survived), where the undecided beyond a quarter of these three count as
        survived: tests that reach little of the program do not get away with it, unless the app is open.
        """
        killed, survived, undecided = self.count("killed"), self.count("survived"), self.count("undecided")
        graded = killed + survived + undecided
        if not graded and not self.count("broken"):
            return None
        excess = 0.0 if self.is_open else max(0.0, undecided - UNDECIDED * graded)
        counted = killed + survived + excess
        return killed / counted if counted else 0.0


def score_of(
    trial: Trial, *, most: int = MOST, seconds: float = SECONDS, clock: Clock = time.monotonic
) -> Score:
    """Returns the score of an app's tests: at most `most` mutants, all but `LEAST` begun within `seconds`.

    The same app, seed and drawn inputs give the same score, unless time runs out.
    """
    chosen = sampled_mutants(trial.app.source, trial.app.manifest.error_codes, seed=trial.seed)
    sample = list(itertools.islice(chosen, most))
    examination = Examination.of(trial) if sample else None
    if examination is None:
        return Score(fates=())
    deadline = clock() + seconds
    fates = list(_fates(examination, sample, lambda: clock() < deadline))
    by_law = any(fate.by.startswith(("prop_", "meta_", "throws_")) for fate in fates)
    can_fail = by_law or not trial.predicates or examination.laws.can_fail(examination.drawn)
    return Score(
        fates=tuple(fates),
        is_open=bool(trial.app.manifest.capabilities.calls),
        is_cut=len(fates) < len(sample),
        can_fail=can_fail,
    )


def _fates(examination: Examination, sample: list[Mutant], go_on: Callable[[], bool]) -> Iterator[Fate]:
    """Yields what becomes of the mutants, in their order, trying several at a time."""

    def tried(place: int, mutant: Mutant) -> Fate | None:
        return examination.fate(mutant) if place < LEAST or go_on() else None

    with ThreadPoolExecutor(max_workers=LANES) as lanes:
        futures: list[Future[Fate | None]] = [
            lanes.submit(tried, place, mutant) for place, mutant in enumerate(sample)
        ]
        for future in futures:
            fate = future.result()
            if fate is None:
                return
            yield fate
