"""A coder for people with no account: any `mapp.llm` model, a GGUF file or an OpenAI-compatible server."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from mapp.author import answer
from mapp.author.budget import CallLimits, room
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch, proposal
from mapp.author.coders import small_model_prompt
from mapp.author.deadline import DeadlineExceeded, within
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, OverBudget, Unavailable
from mapp.author.prices import Price
from mapp.author.prompt import Prompt, render
from mapp.llm.model import Completion, Model, ModelFailed
from mapp.model.app import SOURCE
from mapp.model.budget import Budget
from mapp.model.spend import Spend

MAX_OUT: Final = 6_000
TOO_MUCH: Final = (
    "a contract is much for a small model: write it yourself, and mapp compile --contract FOLDER"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalCoder:
    """A model under a name; `price` is nothing for one of your own.

    A `small` one is told and asked less at a time. A failed question counts as one that read and wrote all
    that it could: such models do not say.
    """

    model: Model
    label: str
    price: Price = field(default_factory=Price)
    most_out: int = MAX_OUT
    small: bool = False

    @property
    def name(self) -> str:
        """Returns `local:` and the label."""
        return f"local:{self.label}"

    def worst(self, brief: Brief, workspace: Files, budget: Budget) -> Spend:
        """Returns the cost of the longest answer that is allowed."""
        return self._room(self._prompt(brief, workspace), budget).worst(self.label, self.price)

    def propose(self, brief: Brief, workspace: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns what the model answers in the form that it is held to; raises CoderFailed."""
        prompt = self._prompt(brief, workspace)
        space = self._room(prompt, budget)
        began = time.monotonic()
        try:
            found = within(
                space.seconds, lambda told: self._ask(prompt, brief, workspace, space, told), watch
            )
        except DeadlineExceeded:
            raise self._late(brief, space, began) from None
        except ModelFailed as failure:
            raise self._explained(failure, brief, space, began) from None
        spend = self.price.charged(
            Spend(
                model=self.label,
                tokens_in=found.tokens_in,
                tokens_out=found.tokens_out,
                seconds=time.monotonic() - began,
                calls=1,
            )
        )
        return self._judged(found, brief, workspace, spend)

    def _plainly(self, brief: Brief) -> bool:
        """Returns whether a block of code is asked for, instead of files in JSON."""
        return self.small and brief.phase == "code"

    def _prompt(self, brief: Brief, workspace: Files) -> Prompt:
        return (
            small_model_prompt.render_code(brief, workspace)
            if self._plainly(brief)
            else render(brief, workspace)
        )

    def _room(self, prompt: Prompt, budget: Budget) -> CallLimits:
        return room(prompt.size, self.price, budget, most_out=self.most_out)

    def _ask(
        self, prompt: Prompt, brief: Brief, workspace: Files, space: CallLimits, told: Watch
    ) -> Completion:
        told(Progress(doing=f"asking {self.label}"))
        plainly = self._plainly(brief)
        return self.model.complete(
            prompt.text,
            schema=None if plainly else answer.schema(brief, workspace),
            block="js" if plainly else "",
            max_tokens=space.tokens_out,
            seconds=space.seconds,
            sample=brief.round - 1,
        )

    def _judged(self, found: Completion, brief: Brief, workspace: Files, spend: Spend) -> Proposal:
        try:
            files, plan = self._read(found.text, brief)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(f"what {self.label} answered cannot be read: {error}", spend=spend) from None
        return proposal(files, brief, workspace, spend, reason=plan)

    def _read(self, text: str, brief: Brief) -> tuple[dict[str, bytes], str]:
        if self._plainly(brief):
            return {SOURCE: small_model_prompt.read_block(text)}, ""
        return answer.parse(_unfenced(text))

    def _late(self, brief: Brief, space: CallLimits, began: float) -> OverBudget:
        lost, hint = self._lost(space, began), TOO_MUCH if self.small and brief.phase == "contract" else ""
        return OverBudget(f"{self.label} took longer than {space.seconds:.0f} seconds", hint=hint, spend=lost)

    def _lost(self, space: CallLimits, began: float) -> Spend:
        worst = space.worst(self.label, self.price)
        return worst + Spend(seconds=time.monotonic() - began - worst.seconds)

    def _explained(self, failure: ModelFailed, brief: Brief, space: CallLimits, began: float) -> CoderFailed:
        match failure.kind:
            case "credential":
                return NoCredentials(str(failure), spend=Spend(model=self.label, calls=1))
            case "rate_limited":
                return Unavailable(
                    str(failure), hint="try again later", spend=Spend(model=self.label, calls=1)
                )
            case "timeout":
                return self._late(brief, space, began)
            case _:
                return Unavailable(str(failure), spend=self._lost(space, began))


def _unfenced(text: str) -> str:
    """Returns the JSON of an answer: models that no grammar binds like to put it into a fence.

    >>> _unfenced('Sure:\\n```json\\n{"a": 1}\\n```')
    '{"a": 1}'
    """
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
