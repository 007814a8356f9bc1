"""Evaluates the predicates of an app on a mutant's outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.values import canonical
from mapp.sandbox.app_job import program_of
from mapp.sandbox.executor import Job, Program, Returned, run_batch
from mapp.sandbox.executor import Result as Ran
from mapp.validate.evaluation import filling
from mapp.validate.mutation.inputs import MutantInput
from mapp.validate.trial import NOW, SEED, Trial

HOLDS: Final = "true"
FEW: Final = 8
UNRELATED_APPS: Final = ("return null", 'throw Error("?")', "return JSON.stringify(input)", "return [input]")
"""Bodies of `main` of apps that have nothing to do with the one under test."""
UNRELATED_OUTPUTS: Final = ("null", "[]", "-1", '"?"', "{}")
"""Outputs that have nothing to do with an input."""

ChangedAnswer = tuple[MutantInput, Outcome]


@dataclass(kw_only=True)
class Predicates:
    """The predicates of one app; safe to use from several threads.

    `wall_ms` is the time limit of a predicate that calls the app itself.
    """

    trial: Trial
    wall_ms: int
    _said: dict[tuple[str, str], str] = field(default_factory=dict)

    def broken(self, answered: Sequence[ChangedAnswer]) -> str:
        """Returns a predicate that fails for one of the changed outcomes, "" if none does."""
        wanted: list[tuple[str, MutantInput, Job]] = []
        for question, outcome in answered:
            for name in self._named("prop_"):
                if isinstance(outcome, Value):
                    wanted.append((name, question, self._job(name, question.text, canonical(outcome.output))))
            for name in self._named("throws_"):
                said = isinstance(outcome, Declared) and outcome.error == name.removeprefix("throws_")
                if self._rule(name, question) not in (_word(said), ""):
                    return name
        results = self._batch([job for *_, job in wanted])
        for (name, question, _), ran in zip(wanted, results, strict=True):
            if _said(ran) != HOLDS and self._held(name, question):
                return name
        return ""

    def disagreeing(self, subject: Program, asked: Sequence[MutantInput]) -> str:
        """Returns a metamorphic predicate that fails for another program, "" if none does."""
        wanted = [
            (name, question, self._job(name, question.text, subject=subject))
            for question in asked
            for name in self._named("meta_")
        ]
        results = self._batch([job for *_, job in wanted])
        for (name, question, _), ran in zip(wanted, results, strict=True):
            if _said(ran) != HOLDS and self._held(name, question):
                return name
        return ""

    def can_fail(self, drawn: Sequence[MutantInput]) -> bool:
        """Returns whether any predicate fails for an obviously wrong output or app.

        A `throws_` predicate can fail if it is right to say true of one input and false of another.
        """
        few = [row for row in drawn if isinstance(row.outcome, Value)][:FEW]
        own = [canonical(row.outcome.output) for row in few if isinstance(row.outcome, Value)]
        jobs = [
            self._job(name, row.text, text)
            for name in self._named("prop_")
            for row in few
            for text in (*UNRELATED_OUTPUTS, *own)
        ]
        if any(_said(ran) != HOLDS for ran in self._batch(jobs)):
            return True
        rules = ({self._rule(name, row) for row in drawn} for name in self._named("throws_"))
        if any({"true", "false"} <= said for said in rules):
            return True
        strangers = (Program(source=f"function main(input) {{ {body}; }}") for body in UNRELATED_APPS)
        return any(self.disagreeing(stranger, drawn[:FEW]) for stranger in strangers)

    def _held(self, name: str, question: MutantInput) -> bool:
        """Returns whether a predicate holds for the unchanged app: otherwise it proves nothing."""
        key = (name, question.text)
        if key not in self._said:
            texts = [question.text]
            if name.startswith("prop_") and isinstance(question.outcome, Value):
                texts.append(canonical(question.outcome.output))
            subject = program_of(self.trial.app) if name.startswith("meta_") else None
            self._said[key] = _said(*self._batch([self._job(name, *texts, subject=subject)]))
        return self._said[key] == HOLDS

    def _rule(self, name: str, question: MutantInput) -> str:
        """Returns the answer of a `throws_` predicate for an input, "" if it is wrong about the app."""
        key = (name, question.text)
        if key not in self._said:
            self._said[key] = _said(*self._batch([self._job(name, question.text)]))
        outcome = question.outcome
        refused = isinstance(outcome, Declared) and outcome.error == name.removeprefix("throws_")
        return self._said[key] if self._said[key] == _word(refused) else ""

    def _named(self, form: str) -> list[str]:
        return [name for name in self.trial.predicates if name.startswith(form)]

    def _job(self, name: str, *texts: str, subject: Program | None = None) -> Job:
        app = self.trial.app
        # As everywhere, `run` fills in the manifest's defaults.
        call = f"{name}(input, (other) => run(mapp__filled(other)))"
        runs = f"{filling(app)}\nfunction mapp__law(input, run) {{ return {call}; }}"
        return Job(
            program=Program(source=app.properties if subject is None else f"{app.properties}\n;{runs}"),
            entry=name if subject is None else "mapp__law",
            arguments=texts,
            now_ms=NOW,
            seed=SEED,
            wall_ms=self.wall_ms,
            subject=subject,
            host=False,
        )

    def _batch(self, jobs: Sequence[Job]) -> list[Ran]:
        return run_batch(self.trial.executor, jobs)


def _said(ran: Ran) -> str:
    return ran.json if isinstance(ran, Returned) else type(ran).__name__


def _word(truth: bool) -> str:
    return "true" if truth else "false"
