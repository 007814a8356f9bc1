"""Opens the language model that the settings name."""

from __future__ import annotations

from mapp.config import Config
from mapp.errors import UsageError
from mapp.keys import KeyNeeded, key
from mapp.llm.model import Model

KEY = "LLM"
"""The name of the key that is sent to the configured model: `mapp keys set LLM`."""


def open_model(config: Config) -> Model | None:
    """Returns the model for apps that declare `llm`, or None if none is configured.

    Raises:
        UsageError: the setting does not name a model.
        KeyNeeded: the service needs a key and none is stored.
    """
    if not config.llm:
        return None
    provider, _, name = config.llm.partition(":")
    if provider == "anthropic" and name:
        from mapp.llm.anthropic import AnthropicModel

        return AnthropicModel(name=name, key=key(config.config_file, KEY), url=config.llm_url)
    if provider == "openai" and name and config.llm_url:
        from mapp.llm.openai import OpenAIModel

        return OpenAIModel(name=name, key=_optional(config), url=config.llm_url)
    raise UsageError(
        f"{config.llm!r} does not name a model",
        hint="mapp config llm anthropic:NAME; or, with mapp config llm_url URL, mapp config llm openai:NAME",
    )


def _optional(config: Config) -> str:
    try:
        return key(config.config_file, KEY)
    except KeyNeeded:
        return ""  # a self-hosted server needs none
