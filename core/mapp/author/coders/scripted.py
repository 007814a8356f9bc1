"""A coder that returns prepared answers and records its calls: for tests and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mapp.author.budget import call_limits
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch, proposal
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, Unavailable
from mapp.author.prices import Price
from mapp.author.prompt import Prompt, render
from mapp.model.budget import Budget
from mapp.model.spend import Spend

CHARACTERS_A_TOKEN = 4
"""The estimate used where no model counts tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One call: its arguments, and the prompt that a model would have seen."""

    brief: Brief
    files: Files
    budget: Budget
    prompt: Prompt


@dataclass(kw_only=True)
class ScriptedCoder:
    """Answers call N with answer N: files, or a failure to raise.

    It charges what a model of that price would cost, at four characters a token.
    """

    answers: Sequence[Mapping[str, str | bytes] | CoderFailed]
    price: Price = field(default_factory=Price)
    name: str = "scripted"
    most_out: int = 16_000
    gives_opinions: bool = False
    asked: list[Asked] = field(default_factory=list)

    def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
        """Returns the cost of the longest answer."""
        limits = call_limits(render(brief, files).size, self.price, budget, max_out=self.most_out)
        return limits.max_cost(self.name, self.price)

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns the next answer; raises CoderFailed when that is a failure or no answer is left."""
        max_cost = self.max_cost(brief, files, budget)
        prompt = render(brief, files)
        number = len(self.asked)
        self.asked.append(Asked(brief=brief, files=dict(files), budget=budget, prompt=prompt))
        watch(Progress(doing="looking up the answer"))
        if number >= len(self.answers):
            raise Unavailable("the script has no more answers")
        answer = self.answers[number]
        if isinstance(answer, CoderFailed):
            raise self._charged(answer, prompt)
        answered = {path: text.encode() if isinstance(text, str) else text for path, text in answer.items()}
        characters = sum(map(len, answered.values()))
        fits = max_cost.tokens_out * CHARACTERS_A_TOKEN
        spend = self._spend(prompt, min(characters, fits))
        if characters > fits:
            raise BadAnswer(f"the answer did not fit into {max_cost.tokens_out:,} tokens", spend=spend)
        return proposal(answered, brief, files, spend, reason="as scripted")

    def _charged(self, failure: CoderFailed, prompt: Prompt) -> CoderFailed:
        """Returns a failure with its spend; by default, the cost of reading the prompt."""
        if not failure.spend.calls and not isinstance(failure, NoCredentials):
            failure.spend = self._spend(prompt, 0)
        return failure

    def _spend(self, prompt: Prompt, characters: int) -> Spend:
        return self.price.charged(
            Spend(
                model=self.name,
                tokens_in=prompt.size // CHARACTERS_A_TOKEN,
                tokens_out=characters // CHARACTERS_A_TOKEN,
                calls=1,
            )
        )
