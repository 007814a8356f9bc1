"""An embedder is chosen by its name."""

from __future__ import annotations

import pytest

from mapp.errors import UsageError
from mapp.index.embedders import choose_embedder


@pytest.mark.parametrize(("name", "dimensions"), [("minilm", 384), ("wordllama", 256)])
def test_a_known_name_returns_the_embedder_of_that_name(name: str, dimensions: int) -> None:
    found = choose_embedder(name)
    assert (found.name, found.dimensions) == (name, dimensions)


def test_the_sentence_encoder_is_the_default() -> None:
    assert choose_embedder().name == "minilm"


@pytest.mark.parametrize("name", ["", "MiniLM", "openai"])
def test_another_name_is_refused_with_the_ones_to_choose_from(name: str) -> None:
    with pytest.raises(UsageError, match="unknown embedder") as caught:
        choose_embedder(name)
    assert "minilm or wordllama" in caught.value.hint
    assert caught.value.code == "MAPP-0320"
