"""Models behind Anthropic's Messages API, through Anthropic's client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapp.llm.model import Completion, ModelFailed, instruction


@dataclass(frozen=True, kw_only=True, slots=True)
class AnthropicModel:
    """A model by its name. An empty `url` stands for Anthropic's own service."""

    name: str
    key: str
    url: str = ""

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
        import anthropic

        options: dict[str, Any] = {"base_url": self.url} if self.url else {}
        client = anthropic.Anthropic(api_key=self.key, timeout=seconds, max_retries=0, **options)
        try:
            with client:
                message = client.messages.create(
                    model=self.name,
                    max_tokens=max_tokens,
                    messages=[{"role": "user", "content": instruction(prompt, schema, block)}],
                )
        except anthropic.APITimeoutError:
            raise ModelFailed("timeout", "the model did not answer in time") from None
        except (anthropic.AuthenticationError, anthropic.PermissionDeniedError):
            raise ModelFailed("credential", "the model's server does not accept the key") from None
        except anthropic.RateLimitError:
            raise ModelFailed("rate_limited", "the model's server limits the rate of requests") from None
        except anthropic.APIError as error:
            raise ModelFailed("unavailable", f"the model did not answer ({type(error).__name__})") from None
        try:
            return Completion(
                text="".join(part.text for part in message.content if part.type == "text"),
                tokens_in=message.usage.input_tokens,
                tokens_out=message.usage.output_tokens,
            )
        except (TypeError, AttributeError):  # the client does not check the answer's shape
            raise ModelFailed("unavailable", "the model's server did not answer with a message") from None
