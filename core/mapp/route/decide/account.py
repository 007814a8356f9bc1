"""The account of a request's words: which of them a call uses, and which of them the app knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnWords:
    """What an app says of itself and what its own requests say, in stems.

    `forms` marks participles (see `tokens.form`), and `core` holds the words for the app's job: its own, and
    those that a quarter of its requests share.
    """

    words: frozenset[str]
    forms: frozenset[str]
    core: frozenset[str]
    name: frozenset[str]
    inputs: frozenset[str]
    """The words of the arguments' names that the description of the output does not have."""
    said: frozenset[str]
    """The keys of the qualifiers in its requests."""
    described: frozenset[str]
    """The keys of the qualifiers in its manifest."""
    variety: Mapping[str, int]
    """How many different keys of each family (`exclude …`) its requests have."""


_made: dict[tuple[int, int], tuple[Manifest, Cues, OwnWords]] = {}
"""By identity, as manifests and cues are not hashable."""


def own_words(manifest: Manifest, cues: Cues = NO_CUES) -> OwnWords:
    """Returns an app's own words; they are worked out once for each manifest and cues."""
    key = id(manifest), id(cues)
    known = _made.get(key)
    if known is not None and known[0] is manifest and known[1] is cues:
        return known[2]
    if len(_made) >= KEPT:
        _made.clear()
    made = _own_words(manifest, cues)
    _made[key] = manifest, cues, made
    return made


def _own_words(manifest: Manifest, cues: Cues) -> OwnWords:
    tokens = [tokenise(text) for text in _texts(manifest)]
    lower = {token.lower for row in tokens for token in row}
    stems = frozenset(stem(word) for word in lower)
    shared = (word for word, count in cues.words.items() if count >= 0.25 * cues.requests)
    output = {token.stem for token in tokenise(manifest.output.description)}
    inputs = {token.stem for argument in manifest.arguments for token in tokenise(argument.name)}
    return OwnWords(
        words=stems | {word for word in cues.words if " " not in word},
        forms=frozenset(form(word) for word in lower) | frozenset(cues.forms),
        core=stems | frozenset(shared),
        name=frozenset(token.stem for token in tokenise(manifest.name)),
        inputs=frozenset(inputs - output),
        said=frozenset(cues.qualifiers),
        described=frozenset(
            found.key for row in tokens for found in qualifiers(row) if found.sort not in REQUESTS_ONLY
        ),
        variety=Counter(key.partition(" ")[0] for key in cues.qualifiers),
    )


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
