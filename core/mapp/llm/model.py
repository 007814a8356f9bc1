"""What it means to ask a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """What a model said, and how many tokens it read and wrote."""

    text: str
    tokens_in: int
    tokens_out: int


class ModelFailed(Exception):
    """The model did not answer: `kind` is `unavailable`, `rate_limited`, `credential` or `timeout`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Model(Protocol):
    """Answers prompts."""

    def complete(
        self,
        prompt: str,
        *,
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        seconds: float,
        block: str = "",
        sample: int = 0,
    ) -> Completion:
        """Returns the answer to a prompt.

        Args:
            prompt: what is asked.
            schema: of the JSON that the answer should be, if it should be JSON.
            max_tokens: how long the answer may be.
            seconds: how long it may take.
            block: the language of the one fenced block that the answer should be, such as `js`.
            sample: 0 is the likeliest answer, every other number another one, where the model can tell.

        Raises:
            ModelFailed: there is no answer.
        """
        ...


WARMTH: Final = 0.4
"""The temperature of samples other than the first."""


def instruction(prompt: str, schema: Mapping[str, Any] | None, block: str = "") -> str:
    """Returns a prompt that asks for JSON by a schema, or for a block, for models that take only words."""
    import json

    if block:
        return f"{prompt}\n\nAnswer with one block, from ```{block} to ```, and nothing else."
    if schema is None:
        return prompt
    demand = "Answer with one JSON value that fits this JSON Schema, nothing else:"
    return f"{prompt}\n\n{demand}\n{json.dumps(schema)}"
