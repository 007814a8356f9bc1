"""One candidate value for one slot, and the evidence for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mapp.model.schema import Absent
from mapp.model.values import JSONValue
from mapp.route.fill.proximity import nearness
from mapp.route.fill.slots import Slot
from mapp.route.read.lexicon import OPERATIONS
from mapp.route.read.parsed_request import ParsedRequest, around, context
from mapp.route.read.tokens import Token

JOB_PER_SHARE: Final = 8.0
"""A word in an eighth of the app's requests is a word for its job."""
OPERATION: Final = 0.6
"""How much a verb such as `encode` belongs to the job of any app."""


@dataclass(slots=True)
class Option:
    """One way to fill one slot: a value, the spans of the request that it uses, and the reason."""

    value: JSONValue | Absent
    score: float
    features: list[str]
    why: str
    spans: tuple[tuple[int, int], ...] = ()
    loose: bool = False
    """Whether an enum may still use the text that it covers (quoted text may not be used again)."""
    enum: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A span of the request, seen from a slot: the words around it, and how clearly they name the slot."""

    slot: Slot
    span: tuple[int, int]
    before: Sequence[Token]
    """Up to four tokens, the nearest first."""
    after: Sequence[Token]
    near: float

    def option(
        self,
        value: JSONValue,
        score: float,
        why: str,
        *,
        features: Iterable[str] = (),
        words: Iterable[str] = (),
        spans: tuple[tuple[int, int], ...] = (),
        loose: bool = False,
    ) -> Option:
        """Returns the option to fill the slot with a value found here.

        Args:
            value: the value.
            score: how well it suits the slot.
            why: the reason, for people.
            features: what the app's own requests can teach weights for, besides the words around the span.
            words: more features, about the words of the whole request; they come first.
            spans: what the value uses, if that is not the span itself.
            loose: whether an enum may still use the same text.
        """
        found = [*words, *context(self.slot.key, self.before, self.after), *features]
        return Option(value, score, found, why, spans or (self.span,), loose)


def place_of(
    slot: Slot, reading: ParsedRequest, span: tuple[int, int], *, number: tuple[int, int] | None = None
) -> Place:
    """Returns a span of the request as a slot sees it.

    With `number` (the bare number inside a quantity) the words after it are those after the number, so that
    they start with the unit.
    """
    before, after = around(reading, span)
    if number is not None:
        _, after = around(reading, number)
    return Place(slot, span, before, after, nearness(slot, before, after))


@dataclass(slots=True)
class TextCues:
    """Where an app's own texts start and end: the stems before and after them; and the words for its job."""

    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Stems of the app's name and of the words that most of its requests share. They name its job and are
    never values.
    """
    texts: int = 0
    """How many texts the app requires."""
    usual: Mapping[str, float] = field(default_factory=dict)
    """The share of the app's requests that contain a word outside quotes, if it is worth knowing."""

    def job(self, token: Token) -> float:
        """Returns how much a word belongs to the app's job, 0 to 1, and not to a value."""
        if token.stem in self.own:
            return 1.0
        share = min(1.0, JOB_PER_SHARE * self.usual.get(token.stem, 0.0))
        return max(share, OPERATION) if token.stem in OPERATIONS else share
