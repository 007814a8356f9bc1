"""Counts the words of a request that nothing explains: neither the app nor the values that it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.decide.account import free_tokens, own_words
from mapp.route.fill.board import reading_of
from mapp.route.fill.cues import Cues
from mapp.route.fill.fill import Filling
from mapp.route.read.lexicon import FUNCTION_WORDS, POLITE_TAILS


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words of a request that need an explanation, and those of them that have none."""

    needing: int = 0
    unexplained: int = 0


NO_WORDS: Final = Words()


def count_words(request: Request, manifest: Manifest, filling: Filling, cues: Cues) -> Words:
    """Returns how many words outside the arguments there are, and how many the app's own texts never use.

    Function words need no explanation. The app's texts are its manifest and the requests that it was taught.
    """
    reading = reading_of(request, manifest)
    free = [
        token
        for token in free_tokens(reading, filling)
        if token.lower.isalpha() and token.lower not in FUNCTION_WORDS and token.lower not in POLITE_TAILS
    ]
    own = own_words(manifest, cues).words
    return Words(needing=len(free), unexplained=sum(token.stem not in own for token in free))
