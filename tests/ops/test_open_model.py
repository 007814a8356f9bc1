"""The setting `llm` names a model, or is an error."""

from __future__ import annotations

import dataclasses

import pytest

from mapp.config import Config, load_config
from mapp.errors import UsageError
from mapp.keys import KeyNeeded
from mapp.ops.open_model import open_model


def config(**settings: str) -> Config:
    return dataclasses.replace(load_config(), **settings)  # type: ignore[arg-type]


def test_without_the_setting_there_is_no_model() -> None:
    assert open_model(config(llm="")) is None


@pytest.mark.parametrize("llm", ["anthropic", "anthropic:", "other:name", "openai:name"])
def test_a_setting_that_does_not_name_a_model_is_an_error(llm: str) -> None:
    with pytest.raises(UsageError, match="does not name a model"):
        open_model(config(llm=llm))


def test_a_model_behind_a_key_needs_it() -> None:
    with pytest.raises(KeyNeeded):
        open_model(config(llm="anthropic:some-model"))


def test_a_self_hosted_server_needs_no_key() -> None:
    assert open_model(config(llm="openai:some-model", llm_url="http://127.0.0.1:9/v1")) is not None
