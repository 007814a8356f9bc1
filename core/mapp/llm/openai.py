"""Models behind any server with OpenAI's chat completions API: llama.cpp, vLLM, Ollama, OpenAI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mapp.llm.model import WARMTH, Completion, ModelFailed, instruction


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAIModel:
    """A model behind `URL/chat/completions`; `url` usually ends in `/v1`.

    With `constrained`, the server is asked to enforce the schema while decoding. A server that does not
    support this gets a second request that describes the schema in words.
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
        body = {"model": self.name, "max_tokens": max_tokens, "messages": [message], **_sampling(sample)}
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
            raise ModelFailed("unavailable", f"the answer of {self.url} is not a chat completion") from None


def _sampling(sample: int) -> dict[str, Any]:
    return {"temperature": WARMTH, "seed": sample} if sample else {"temperature": 0}


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _read(status: int, document: Any) -> Completion:
    if status in (401, 403):
        raise ModelFailed("credential", "the model's server does not accept the key")
    if status == 429:
        raise ModelFailed("rate_limited", "the model's server limits the rate of requests")
    if status != 200:
        raise ModelFailed("unavailable", f"the model's server answered with status {status}")
    usage = document.get("usage") or {}
    return Completion(
        text=str(document["choices"][0]["message"]["content"]),
        tokens_in=int(usage.get("prompt_tokens", 0)),
        tokens_out=int(usage.get("completion_tokens", 0)),
    )
