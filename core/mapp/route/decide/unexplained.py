"""Counts the words of a request that nothing explains: neither the app nor the values that it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.route.fill.cues import Cues
from mapp.route.fill.fill import Filling
from mapp.route.read.lexicon import FUNCTION_WORDS, POLITE_TAILS
from mapp.route.read.parsed_request import read
from mapp.route.read.tokens import stem, tokenise


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
    reading = read(request.text, request.attachment)
    spans = [(start, end) for _, start, end in filling.spans]
    spans += [mention.span for mention in reading.quoted]
    free = [
        token
        for token in reading.tokens
        if token.lower.isalpha()
        and token.lower not in FUNCTION_WORDS
        and token.lower not in POLITE_TAILS
        and not any(start <= token.start and token.end <= end for start, end in spans)
    ]
    own = frozenset(_wording(manifest))
    strange = [token for token in free if token.stem not in own and token.stem not in cues.words]
    return Words(needing=len(free), unexplained=len(strange))


def _wording(manifest: Manifest) -> Iterator[str]:
    """Yields the stem of every word in the manifest."""
    texts = [manifest.name, manifest.description]
    for argument in manifest.arguments:
        texts += [argument.name, argument.schema.description]
        texts += [str(value) for value in argument.schema.enum or ()]
        texts += [word for _, words in argument.words for word in words]
    for text in texts:
        yield from (stem(token.lower) for token in tokenise(text))
