"""Any server that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, the original."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapp.llm.model import Completion, ModelFailed, instruction


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAIModel:
    """A model behind `URL/chat/completions`; `url` ends in `/v1` as a rule."""

    url: str
    name: str
    key: str = ""

    def complete(
        self, prompt: str, *, schema: Mapping[str, Any] | None, max_tokens: int, seconds: float
    ) -> Completion:
        """Returns the answer to a prompt; raises ModelFailed."""
        import httpx

        message = {"role": "user", "content": instruction(prompt, schema)}
        body = {"model": self.name, "max_tokens": max_tokens, "temperature": 0, "messages": [message]}
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            with httpx.Client(timeout=seconds, trust_env=False) as client:
                answer = client.post(f"{self.url.rstrip('/')}/chat/completions", json=body, headers=headers)
            return _read(answer.status_code, answer.json() if answer.status_code == 200 else None)
        except httpx.TimeoutException:
            raise ModelFailed("timeout", "the model did not answer in time") from None
        except httpx.HTTPError:
            raise ModelFailed("unavailable", f"no model answers at {self.url}") from None
        except (ValueError, LookupError, TypeError):
            raise ModelFailed("unavailable", f"what {self.url} answers is no chat completion") from None


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
