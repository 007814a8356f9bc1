"""The Protocol of a language model, its answer and its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A model's answer, and the number of tokens that it read and wrote."""

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
            prompt: the text to answer.
            schema: the JSON Schema of the answer, or None for plain text.
            max_tokens: the longest answer, in tokens.
            seconds: the longest time to wait.
            block: the language of the one fenced block to answer with, such as `js`, or "".
            sample: 0 for the most likely answer; other numbers give other answers if the model supports it.

        Raises:
            ModelFailed: there is no answer.
        """
        ...


WARMTH: Final = 0.4
"""The temperature of samples other than the first."""


def instruction(prompt: str, schema: Mapping[str, Any] | None, block: str = "") -> str:
    """Returns a prompt that asks in words for JSON or a block, for models without constrained decoding."""
    import json

    if block:
        return f"{prompt}\n\nAnswer with one block, from ```{block} to ```, and nothing else."
    if schema is None:
        return prompt
    demand = "Answer with one JSON value that fits this JSON Schema, nothing else:"
    return f"{prompt}\n\n{demand}\n{json.dumps(schema)}"
