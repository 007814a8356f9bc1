"""Any server that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, the original."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapp.llm.model import WARMTH, Completion, ModelFailed, instruction


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAIModel:
    """A model behind `URL/chat/completions`; `url` ends in `/v1` as a rule.

    A `constrained` one is asked to decode under the schema; a server that does not know that is asked again
    in words alone.
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    constrained: bool = False

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
        """Returns the answer to a prompt; raises ModelFailed."""
        import httpx

        message = {"role": "user", "content": instruction(prompt, schema, block)}
        body = {"model": self.name, "max_tokens": max_tokens, "messages": [message], **_drawn(sample)}
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        place = f"{self.url.rstrip('/')}/chat/completions"
        form = _form(schema) if self.constrained and schema is not None else {}
        try:
            with httpx.Client(timeout=seconds, trust_env=False) as client:
                answer = client.post(place, json={**body, **form}, headers=headers)
                if form and answer.status_code in (400, 422):
                    answer = client.post(place, json=body, headers=headers)
            return _read(answer.status_code, answer.json() if answer.status_code == 200 else None)
        except httpx.TimeoutException:
            raise ModelFailed("timeout", "the model did not answer in time") from None
        except httpx.HTTPError:
            raise ModelFailed("unavailable", f"no model answers at {self.url}") from None
        except (ValueError, LookupError, TypeError):
            raise ModelFailed("unavailable", f"what {self.url} answers is no chat completion") from None


def _drawn(sample: int) -> dict[str, Any]:
    return {"temperature": WARMTH, "seed": sample} if sample else {"temperature": 0}


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _read(status: int, document: Any) -> Completion:
    if status in (401, 403):
        raise ModelFailed("credential", "the model's server does not accept the key")
    if status == 429:
        raise ModelFailed("rate_limited", "the model's server asks to wait")
    if status != 200:
        raise ModelFailed("unavailable", f"the model's server answered with status {status}")
    usage = document.get("usage") or {}
    return Completion(
        text=str(document["choices"][0]["message"]["content"]),
        tokens_in=int(usage.get("prompt_tokens", 0)),
        tokens_out=int(usage.get("completion_tokens", 0)),
    )
