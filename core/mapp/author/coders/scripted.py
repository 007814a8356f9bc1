"""A coder that gives the answers it was given, and records what it was asked: for tests and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mapp.author.budget import room
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch, proposal
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, Unavailable
from mapp.author.prices import Price
from mapp.author.prompt import Prompt, render
from mapp.model.budget import Budget
from mapp.model.spend import Spend

CHARACTERS_A_TOKEN = 4
"""What a token is taken for where no model counts them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One call: everything that the coder was given, and the prompt that a model would have seen."""

    brief: Brief
    workspace: Files
    budget: Budget
    prompt: Prompt


@dataclass(kw_only=True)
class ScriptedCoder:
    """Answers the first call with the first answer, and so on: files, or a failure to raise.

    What it costs is what a model of that price would have cost, at four characters a token.
    """

    answers: Sequence[Mapping[str, str | bytes] | CoderFailed]
    price: Price = field(default_factory=Price)
    name: str = "scripted"
    most_out: int = 16_000
    asked: list[Asked] = field(default_factory=list)

    def worst(self, brief: Brief, workspace: Files, budget: Budget) -> Spend:
        """Returns the cost of the longest answer."""
        space = room(render(brief, workspace).size, self.price, budget, most_out=self.most_out)
        return space.worst(self.name, self.price)

    def propose(self, brief: Brief, workspace: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns the next answer; raises CoderFailed, also when there is none left."""
        worst = self.worst(brief, workspace, budget)
        prompt = render(brief, workspace)
        number = len(self.asked)
        self.asked.append(Asked(brief=brief, workspace=dict(workspace), budget=budget, prompt=prompt))
        watch(Progress(doing="looking up the answer"))
        if number >= len(self.answers):
            raise Unavailable("the script has no more answers")
        answer = self.answers[number]
        if isinstance(answer, CoderFailed):
            raise self._charged(answer, prompt)
        files = {path: text.encode() if isinstance(text, str) else text for path, text in answer.items()}
        characters = sum(map(len, files.values()))
        fits = worst.tokens_out * CHARACTERS_A_TOKEN
        spend = self._spend(prompt, min(characters, fits))
        if characters > fits:
            raise BadAnswer(f"the answer did not fit into {worst.tokens_out:,} tokens", spend=spend)
        return proposal(files, brief, workspace, spend, reason="as scripted")

    def _charged(self, failure: CoderFailed, prompt: Prompt) -> CoderFailed:
        """Returns a failure with its spend: the one it came with, or that of reading the prompt."""
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
