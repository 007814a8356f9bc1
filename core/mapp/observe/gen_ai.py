"""Names of OpenTelemetry's conventions for generative models, pinned to one version.

The conventions are in development and change their names, so nothing else in mapp uses them. The version is
that of https://opentelemetry.io/docs/specs/semconv/gen-ai/; cost is not part of them, so it is `mapp.cost`.
"""

from __future__ import annotations

from typing import Any, Final

from mapp.model.spend import Spend

VERSION: Final = "1.37.0"
SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{VERSION}"

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
RESPONSE_MODEL: Final = "gen_ai.response.model"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
TOKEN_TYPE: Final = "gen_ai.token.type"
ERROR_TYPE: Final = "error.type"

TOKEN_USAGE: Final = "gen_ai.client.token.usage"
TOKEN_USAGE_UNIT: Final = "{token}"
TOKEN_USAGE_BUCKETS: Final = tuple(float(4**power) for power in range(14))
OPERATION_DURATION: Final = "gen_ai.client.operation.duration"
OPERATION_DURATION_UNIT: Final = "s"
OPERATION_DURATION_BUCKETS: Final = tuple(0.01 * 2**power for power in range(14))

_CHAT: Final = "chat"
_ANSWERED: Final = "answered"
_PROVIDERS: Final = ("anthropic", "openai")
"""The kinds of coder and model whose names are the conventions' own."""


def span_name(model: str) -> str:
    """Returns the name of the span of one call."""
    return f"{_CHAT} {model}".rstrip()


def call_attributes(coder: str, spend: Spend, outcome: str) -> dict[str, Any]:
    """Returns the attributes of one call's span.

    `coder` is the name in the ledger, such as `anthropic:NAME`. An outcome other than an answer is an error.
    """
    kind, _, asked = coder.partition(":")
    found: dict[str, Any] = {
        OPERATION: _CHAT,
        PROVIDER: kind if kind in _PROVIDERS else f"mapp.{kind}",
        REQUEST_MODEL: asked or coder,
        INPUT_TOKENS: spend.tokens_in,
        OUTPUT_TOKENS: spend.tokens_out,
    }
    if spend.model:
        found[RESPONSE_MODEL] = spend.model
    if outcome != _ANSWERED:
        found[ERROR_TYPE] = outcome
    return found


def metric_attributes(call: dict[str, Any]) -> dict[str, Any]:
    """Returns the attributes of a call that its metrics have too."""
    shared = (OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL, ERROR_TYPE)
    return {name: call[name] for name in shared if name in call}
