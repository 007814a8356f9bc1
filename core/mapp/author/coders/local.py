"""A coder that needs no account: any `mapp.llm` model, a GGUF file or an OpenAI-compatible server."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from mapp.author import answer
from mapp.author.budget import CallLimits, call_limits
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
TOO_MUCH: Final = "a contract is hard for a small model; write it yourself: mapp compile --contract FOLDER"


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalCoder:
    """A model with a label; by default its price is zero.

    A `small` model gets shorter prompts and answers with plain code. A failed call counts as one that used
    all of its limits, since such models do not report their use.
    """

    model: Model
    label: str
    price: Price = field(default_factory=Price)
    most_out: int = MAX_OUT
    small: bool = False

    @property
    def gives_opinions(self) -> bool:
        """Returns whether the model is large enough to work out examples."""
        return not self.small

    @property
    def name(self) -> str:
        """Returns `local:` and the label."""
        return f"local:{self.label}"

    def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
        """Returns the cost of the longest allowed answer."""
        return self._limits(self._prompt(brief, files), budget).max_cost(self.label, self.price)

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns the model's proposal; raises CoderFailed."""
        prompt = self._prompt(brief, files)
        limits = self._limits(prompt, budget)
        began = time.monotonic()
        try:
            found = within(limits.seconds, lambda told: self._ask(prompt, brief, files, limits, told), watch)
        except DeadlineExceeded:
            raise self._late(brief, limits, began) from None
        except ModelFailed as failure:
            raise self._explained(failure, brief, limits, began) from None
        spend = self.price.charged(
            Spend(
                model=self.label,
                tokens_in=found.tokens_in,
                tokens_out=found.tokens_out,
                seconds=time.monotonic() - began,
                calls=1,
            )
        )
        return self._judged(found, brief, files, spend)

    def _plainly(self, brief: Brief) -> bool:
        """Returns whether the answer is a block of code instead of files in JSON."""
        return self.small and brief.phase in ("code", "heal")

    def _prompt(self, brief: Brief, files: Files) -> Prompt:
        return small_model_prompt.render_code(brief, files) if self._plainly(brief) else render(brief, files)

    def _limits(self, prompt: Prompt, budget: Budget) -> CallLimits:
        return call_limits(prompt.size, self.price, budget, max_out=self.most_out)

    def _ask(self, prompt: Prompt, brief: Brief, files: Files, limits: CallLimits, told: Watch) -> Completion:
        told(Progress(doing=f"asking {self.label}"))
        plainly = self._plainly(brief)
        return self.model.complete(
            prompt.text,
            schema=None if plainly else answer.schema(brief, files),
            block="js" if plainly else "",
            max_tokens=limits.tokens_out,
            seconds=limits.seconds,
            sample=brief.round - 1,
        )

    def _judged(self, found: Completion, brief: Brief, files: Files, spend: Spend) -> Proposal:
        try:
            answered, plan = self._read(found.text, brief)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(f"the answer of {self.label} cannot be read: {error}", spend=spend) from None
        return proposal(answered, brief, files, spend, reason=plan)

    def _read(self, text: str, brief: Brief) -> tuple[dict[str, bytes], str]:
        if self._plainly(brief):
            return {SOURCE: small_model_prompt.read_block(text)}, ""
        return answer.parse(_unfenced(text))

    def _late(self, brief: Brief, limits: CallLimits, began: float) -> OverBudget:
        lost, hint = self._lost(limits, began), TOO_MUCH if self.small and brief.phase == "contract" else ""
        return OverBudget(
            f"{self.label} took longer than {limits.seconds:.0f} seconds", hint=hint, spend=lost
        )

    def _lost(self, limits: CallLimits, began: float) -> Spend:
        max_cost = limits.max_cost(self.label, self.price)
        return max_cost + Spend(seconds=time.monotonic() - began - max_cost.seconds)

    def _explained(self, failure: ModelFailed, brief: Brief, limits: CallLimits, began: float) -> CoderFailed:
        match failure.kind:
            case "credential":
                return NoCredentials(str(failure), spend=Spend(model=self.label, calls=1))
            case "rate_limited":
                return Unavailable(
                    str(failure), hint="try again later", spend=Spend(model=self.label, calls=1)
                )
            case "timeout":
                return self._late(brief, limits, began)
            case _:
                return Unavailable(str(failure), spend=self._lost(limits, began))


def _unfenced(text: str) -> str:
    """Returns the JSON in an answer: models without a grammar often put it into a fence.

    >>> _unfenced('Sure:\\n```json\\n{"a": 1}\\n```')
    '{"a": 1}'
    """
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
