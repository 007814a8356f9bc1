"""Runs one mutant against the app's own tests, and looks for an input that shows the fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from mapp.model.outcome import Failed, Outcome
from mapp.sandbox.app_job import judge
from mapp.sandbox.executor import Program, Threw
from mapp.sandbox.executor import Result as Ran
from mapp.validate.generate.constants import constants_of
from mapp.validate.generate.edge_cases import edge_cases
from mapp.validate.mutation.inputs import MutantInput, ask, examples_of, is_same, questions
from mapp.validate.mutation.mutants import Mutant
from mapp.validate.mutation.predicates import ChangedAnswer, Predicates
from mapp.validate.trial import Trial, meets

NEAR: Final = 120
"""How many edge cases are used besides the drawn inputs."""
SOON: Final = 40
"""So many drawn inputs run first; the others only run if an input shows the fault."""
SHOWING: Final = 24
"""On how many inputs with a changed outcome the predicates run."""
SHOWING_META: Final = 12
"""On how many of them the metamorphic predicates run: each runs the app several times."""
UNCHANGED: Final = 6
"""On how many other inputs the metamorphic predicates run."""
FEW: Final = 3
PART: Final = 25
MIN_MS: Final = 150
SLOWER: Final = 10
"""A mutant may take this many times as long as the app does for the same input, and `MIN_MS` more."""

MutantStatus = Literal["killed", "survived", "undecided", "broken", "invalid"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MutantResult:
    """The result of one mutant.

    `killed`: a test failed; `by` says which. `survived`: no test failed, although for the input `shown_by`
    the outcome is `instead`, not the app's. `undecided`: no input showed a difference. `broken`: no test
    failed, but for a drawn input the outcome violates the manifest. `invalid`: the engine cannot load it.
    """

    mutant: Mutant
    status: MutantStatus
    by: str = ""
    shown_by: MutantInput | None = None
    instead: Outcome | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MutantRunner:
    """Runs the tests of one app on its mutants; safe to use from several threads.

    `examples` are the ones that the app meets, `drawn` are the inputs of the predicates, and `near` are edge
    cases and only serve to show differences.
    """

    trial: Trial
    predicates: Predicates
    examples: tuple[MutantInput, ...]
    drawn: tuple[MutantInput, ...]
    near: tuple[MutantInput, ...]

    @classmethod
    def of(cls, trial: Trial) -> MutantRunner | None:
        """Runs the unchanged app on all inputs; returns None if it fails, so that nothing can be measured."""
        examples = examples_of(trial)
        few = questions(trial, trial.drawn[:FEW])
        if not examples and all(isinstance(question.outcome, Failed) for question in few):
            return None
        drawn = few + questions(trial, trial.drawn[FEW:])
        given = [row.arguments for row in (*examples, *few)]
        cases = edge_cases(trial.app.manifest, given, constants_of(trial.app.source), most=NEAR)
        near = questions(trial, cases)
        slowest = max((question.ran.wall_ms for question in [*examples, *drawn]), default=0.0)
        predicates = Predicates(trial=trial, wall_ms=int(4 * MIN_MS + 4 * SLOWER * slowest))
        return cls(trial=trial, predicates=predicates, examples=examples, drawn=drawn, near=near)

    def result(self, mutant: Mutant) -> MutantResult:
        """Runs a mutant and returns its result; stops at the first test that notices it."""
        program = Program(source=mutant.source, capabilities=self.trial.app.manifest.capabilities)
        found = self._met(mutant, program)
        if found is not None:
            return found
        changed = self._changed(program, self.drawn[:SOON], SHOWING)
        by = self._noticed(program, changed)
        near = [] if by else self._changed(program, self.near, 1)
        if not by and (changed or near):  # it is a fault, so the predicates get the other inputs too
            more = self._changed(program, self.drawn[SOON:], SHOWING)
            by = self._noticed(program, more) if more else ""
            changed = [*changed, *more]
        if by:
            return MutantResult(mutant=mutant, status="killed", by=by)
        if any(isinstance(outcome, Failed) for _, outcome in changed):
            return MutantResult(mutant=mutant, status="broken")
        if not changed and not near:
            return MutantResult(mutant=mutant, status="undecided")
        question, outcome = min([*changed, *near], key=lambda row: row[0].size)
        return MutantResult(mutant=mutant, status="survived", shown_by=question, instead=outcome)

    def _met(self, mutant: Mutant, program: Program) -> MutantResult | None:
        """Returns the result of a mutant that fails an example, None if it meets all of them."""
        # The first few examples notice most mutants, and one that never ends must not time out five times.
        for part in (self.examples[:1], self.examples[1:5], self.examples[5:]):
            for question, ran in self.runs(program, part):
                example = question.example
                if is_same(ran, question.ran) or example is None or meets(example, self._judged(ran)):
                    continue
                if isinstance(ran, Threw) and ran.name == "SyntaxError" and self._is_invalid(mutant):
                    return MutantResult(mutant=mutant, status="invalid")
                return MutantResult(mutant=mutant, status="killed", by=question.place)
        return None

    def _changed(self, program: Program, asked: Sequence[MutantInput], enough: int) -> list[ChangedAnswer]:
        """Returns inputs with a changed outcome, all of them or at least `enough`.

        Inputs for which the app itself fails are skipped.
        """
        found: list[ChangedAnswer] = []
        for start in range(0, len(asked), PART):
            for question, ran in self.runs(program, asked[start : start + PART]):
                if isinstance(question.outcome, Failed) or is_same(ran, question.ran):
                    continue
                outcome = self._judged(ran)
                if _is_late(outcome):  # perhaps only because the machine is busy: retry with the full time
                    outcome = self._judged(*ask(self.trial, [(replace(question.job, program=program), None)]))
                    if _is_late(outcome):
                        return [*found, (question, outcome)]  # the remaining inputs would take as long
                if outcome != question.outcome:
                    found.append((question, outcome))
            if len(found) >= enough:
                break
        return found

    def _noticed(self, program: Program, changed: Sequence[ChangedAnswer]) -> str:
        """Returns the predicate that notices a mutant, "" if none does."""
        showing = sorted(changed, key=lambda row: row[0].size)[:SHOWING]
        for part in (showing[:6], showing[6:]):
            by = self.predicates.broken(part)
            if by:
                return by
        asked = [question for question, _ in showing[:SHOWING_META]]
        others = [question for question in self.drawn if question not in asked][:UNCHANGED]
        for few in (asked[:4], asked[4:], others):
            by = self.predicates.disagreeing(program, few)
            if by:
                return by
        return ""

    def runs(self, program: Program, asked: Sequence[MutantInput]) -> zip[tuple[MutantInput, Ran]]:
        """Runs a mutant on inputs, with a short time limit, and returns each input with its result."""
        jobs = [(replace(row.job, program=program, wall_ms=_wall_ms(row)), row.recording) for row in asked]
        return zip(asked, ask(self.trial, jobs), strict=True)

    def _judged(self, ran: Ran) -> Outcome:
        return judge(self.trial.app.manifest, ran)

    def _is_invalid(self, mutant: Mutant) -> bool:
        found = self.trial.executor.inspect(mutant.source)
        return isinstance(found, Threw) and found.name == "SyntaxError"


def _is_late(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.kind == "wall"


def _wall_ms(question: MutantInput) -> int:
    """Returns a mutant's wall limit in milliseconds, short enough to notice an endless loop early."""
    return min(question.job.wall_ms, int(MIN_MS + SLOWER * question.ran.wall_ms))
