"""What it means to ask a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


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
        self, prompt: str, *, schema: Mapping[str, Any] | None, max_tokens: int, seconds: float
    ) -> Completion:
        """Returns the answer to a prompt, JSON that should fit the schema if there is one.

        Raises:
            ModelFailed: there is no answer.
        """
        ...


def instruction(prompt: str, schema: Mapping[str, Any] | None) -> str:
    """Returns a prompt that asks for JSON by a schema, for models that take only words."""
    import json

    if schema is None:
        return prompt
    demand = "Answer with one JSON value that fits this JSON Schema, nothing else:"
    return f"{prompt}\n\n{demand}\n{json.dumps(schema)}"
