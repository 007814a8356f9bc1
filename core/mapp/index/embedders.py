"""Chooses the embedder."""

from __future__ import annotations

from mapp.errors import UsageError
from mapp.index.embed import Embedder


def choose_embedder(name: str = "minilm") -> Embedder:
    """Returns the embedder `minilm` (the default) or `wordllama`; raises UsageError for any other name."""
    if name == "minilm":
        from mapp.index.sentences import MiniLM

        return MiniLM()
    if name == "wordllama":
        from mapp.index.wordvectors import WordVectors

        return WordVectors()
    raise UsageError(
        f"unknown embedder {name!r}",
        hint="Set `embedder` to minilm or wordllama.",
        code="MAPP-0320",
    )
