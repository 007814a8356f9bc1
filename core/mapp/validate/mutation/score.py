"""The mutation score of an app's tests: chooses mutants, runs them in two threads and counts the results."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from mapp.model.outcome import Value
from mapp.model.question import Question
from mapp.validate.checks.answers import AnswerScore, answer_score
from mapp.validate.mutation.mutants import Mutant, sampled_mutants
from mapp.validate.mutation.open_questions import open_questions, touched_lines
from mapp.validate.mutation.run_mutant import MutantResult, MutantRunner, MutantStatus
from mapp.validate.trial import Trial

MAX_MUTANTS: Final = 60
"""How many mutants run: enough for a score within about 6 percent."""
MAX_SECONDS: Final = 30.0
"""After this time no further mutant starts. Only a machine under heavy load gets there."""
MIN_MUTANTS: Final = 20
"""This many mutants always run, no matter how long they take."""
THREADS: Final = 2
MAX_UNDECIDED: Final = 0.25
"""The share of mutants that may stay undecided; those beyond it count as survivors."""

NO_ANSWERS: Final = AnswerScore()
MAX_TOUCHED: Final = 20
"""How many further mutants of the lines that a change touched run; they are asked about but not counted."""

Clock = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """The results of the mutants of one app, in the order of the sample.

    `is_cut`: time ran out before the end of the sample. `can_fail`: a predicate notices an obviously wrong
    output or app (True if there are no predicates). `is_open`: the app calls its host, so code behind an
    unrecorded host call cannot be reached. `answers`: what became of changed answers of the host, which
    count like mutants. `inputs`: how many inputs the mutants ran on. `questions`: what the survivors show
    that no test says.
    """

    results: tuple[MutantResult, ...]
    inputs: int = 0
    questions: tuple[Question, ...] = ()
    is_open: bool = False
    is_cut: bool = False
    can_fail: bool = True
    answers: AnswerScore = NO_ANSWERS

    def count(self, status: MutantStatus) -> int:
        """Returns how many mutants have this status."""
        return sum(result.status == status for result in self.results)

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        """Returns the mutants that no test notices although an input shows a difference."""
        return tuple(result for result in self.results if result.status == "survived")

    @property
    def value(self) -> float | None:
        """Returns the score, 0 to 1, or None if there was nothing to measure.

        It is killed / (killed + survived). Undecided mutants beyond a quarter of all three count as survived,
        so that tests that reach little of the program get a low score; this does not hold for an open app.
        """
        killed = self.count("killed") + self.answers.noticed
        survived = self.count("survived") + len(self.answers.missed)
        undecided = self.count("undecided")
        graded = killed + survived + undecided
        if not graded and not self.count("broken"):
            return None
        excess = 0.0 if self.is_open else max(0.0, undecided - MAX_UNDECIDED * graded)
        counted = killed + survived + excess
        return killed / counted if counted else 0.0


def score_of(
    trial: Trial, *, most: int = MAX_MUTANTS, seconds: float = MAX_SECONDS, clock: Clock = time.monotonic
) -> Score:
    """Returns the score of an app's tests over at most `most` mutants.

    After `seconds` no further mutant starts, but `MIN_MUTANTS` always run. The same app, seed and drawn
    inputs give the same score, unless time runs out.
    """
    chosen = sampled_mutants(trial.app.source, trial.app.manifest.error_codes, seed=trial.seed)
    sample = list(itertools.islice(chosen, most))
    lines = touched_lines(trial)
    touched = list(itertools.islice((one for one in chosen if one.line in lines), MAX_TOUCHED))
    runner = MutantRunner.of(trial) if sample else None
    if runner is None:
        return Score(results=())
    deadline = clock() + seconds
    results = list(_results(runner, sample, lambda: clock() < deadline))
    more = list(_results(runner, touched, lambda: clock() < deadline))
    survivors = [result for result in (*results, *more) if result.status == "survived"]
    by_predicate = any(result.by.startswith(("prop_", "meta_", "throws_")) for result in results)
    valued = any(isinstance(row.outcome, Value) for row in runner.drawn)
    rows = runner.drawn if valued else (*runner.examples, *runner.drawn)
    can_fail = by_predicate or not trial.predicates or runner.predicates.can_fail(rows)
    return Score(
        results=tuple(results),
        inputs=len(runner.examples) + len(runner.drawn) + len(runner.near),
        questions=open_questions(runner, survivors, lines),
        is_open=bool(trial.app.manifest.capabilities.calls),
        is_cut=len(results) < len(sample),
        can_fail=can_fail,
        answers=answer_score(trial),
    )


def _results(runner: MutantRunner, sample: list[Mutant], go_on: Callable[[], bool]) -> Iterator[MutantResult]:
    """Yields the results of the mutants in order; several run in parallel."""

    def tried(place: int, mutant: Mutant) -> MutantResult | None:
        return runner.result(mutant) if place < MIN_MUTANTS or go_on() else None

    with ThreadPoolExecutor(max_workers=THREADS) as threads:
        futures: list[Future[MutantResult | None]] = [
            threads.submit(tried, place, mutant) for place, mutant in enumerate(sample)
        ]
        for future in futures:
            result = future.result()
            if result is None:
                return
            yield result
