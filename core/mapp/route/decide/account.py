"""The account of a request's words: which of them a call uses, and which of them the app knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mapp.model.manifest import Manifest
from mapp.route.fill.cues import NO_CUES, Cues
from mapp.route.fill.fill import Filling
from mapp.route.read.parsed_request import ParsedRequest
from mapp.route.read.qualifiers.find import qualifiers
from mapp.route.read.tokens import Token, form, stem, tokenise

REQUESTS_ONLY: Final = frozenset(
    {"rounding", "opening", "amount", "noun", "asked", "counted", "counted-unit"}
)
"""Sorts of qualifiers that mean something only in a request: an argument called `radius` asks for nothing."""
KEPT: Final = 500
"""How many apps' own words are remembered."""


@dataclass(frozen=True)
class OwnWords:
    """What an app says of itself and what its own requests say, in stems.

    A request asks for few of these sets, so each is made when it is first needed.
    """

    manifest: Manifest
    cues: Cues

    @cached_property
    def words(self) -> frozenset[str]:
        """Returns all of its words."""
        return self._stems | {word for word in self.cues.words if " " not in word}

    @cached_property
    def forms(self) -> frozenset[str]:
        """Returns its words with participles marked: see `tokens.form`."""
        return frozenset(form(word) for word in self._lower) | frozenset(self.cues.forms)

    @cached_property
    def core(self) -> frozenset[str]:
        """Returns the words for its job: its own, and those that a quarter of its requests share."""
        least = 0.25 * self.cues.requests
        return self._stems | {word for word, count in self.cues.words.items() if count >= least}

    @cached_property
    def name(self) -> frozenset[str]:
        """Returns the words of its name."""
        return frozenset(token.stem for token in tokenise(self.manifest.name))

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Returns the words of the arguments' names that the description of the output does not have."""
        output = {token.stem for token in tokenise(self.manifest.output.description)}
        named = {token.stem for argument in self.manifest.arguments for token in tokenise(argument.name)}
        return frozenset(named - output)

    @cached_property
    def said(self) -> frozenset[str]:
        """Returns the keys of the qualifiers in its requests."""
        return frozenset(self.cues.qualifiers)

    @cached_property
    def described(self) -> frozenset[str]:
        """Returns the keys of the qualifiers in its manifest."""
        return frozenset(
            found.key
            for text in _texts(self.manifest)
            for found in qualifiers(tokenise(text))
            if found.sort not in REQUESTS_ONLY
        )

    @cached_property
    def variety(self) -> Mapping[str, int]:
        """Returns how many different keys of each family (`exclude …`) its requests have."""
        return Counter(key.partition(" ")[0] for key in self.cues.qualifiers)

    @cached_property
    def _lower(self) -> frozenset[str]:
        return frozenset(token.lower for text in _texts(self.manifest) for token in tokenise(text))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self._lower)


_made: dict[tuple[int, int], tuple[Manifest, Cues, OwnWords]] = {}
"""By identity, as manifests and cues are not hashable."""


def own_words(manifest: Manifest, cues: Cues = NO_CUES) -> OwnWords:
    """Returns an app's own words; they are kept for each manifest and cues."""
    key = id(manifest), id(cues)
    known = _made.get(key)
    if known is not None and known[0] is manifest and known[1] is cues:
        return known[2]
    if len(_made) >= KEPT:
        _made.clear()
    made = OwnWords(manifest, cues)
    _made[key] = manifest, cues, made
    return made


def _texts(manifest: Manifest) -> Iterator[str]:
    """Yields the app's description of itself."""
    yield manifest.name
    yield manifest.description
    for argument in manifest.arguments:
        yield argument.name
        yield argument.schema.description
        yield from (str(value) for value in argument.schema.enum or ())
        yield from (word for _, words in argument.words for word in words)


def free_tokens(reading: ParsedRequest, filling: Filling) -> list[Token]:
    """Returns the tokens that are part of no value: outside quotes and outside the arguments' spans."""
    spans = [(start, end) for _, start, end in filling.spans]
    spans += [mention.span for mention in reading.quoted]
    spans += [mention.span for mention in reading.mentions if mention.kind == "json"]
    return [
        token
        for token in reading.tokens
        if not any(start <= token.start and token.end <= end for start, end in spans)
    ]
