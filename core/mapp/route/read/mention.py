"""Mentions: the typed values in a request, and where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mapp.model.values import JSONValue

MentionKind = Literal[
    "number", "ordinal", "percent", "currency", "quantity", "date", "date-time", "time", "duration",
    "quoted", "tail", "list", "json", "identifier", "name", "address",
]  # fmt: skip


NUMERIC: frozenset[str] = frozenset({"number", "ordinal", "percent", "currency", "quantity"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Something typed in a request: `text[start:end]`, read as `kind`.

    `unit` is the unit of a quantity (`km`), the currency (`EUR`), `percent`, or the kind of identifier
    (`ipv4`). `number` is the span of the bare number inside it. A `soft` mention may mean nothing (`one`); an
    `ambiguous` one has several readings and no value.
    """

    kind: MentionKind
    start: int
    end: int
    text: str
    value: JSONValue
    unit: str | None = None
    number: tuple[int, int] | None = None
    soft: bool = False
    ambiguous: bool = False
    relative: bool = False
    """Whether a date depends on the day on which it is said; without a value if that day is not known."""
    parts: tuple[tuple[int, int], ...] = ()
    """The numbers inside it: an argument that takes one of them leaves the others to other arguments."""
    loose: bool = False
    """Whether a list takes its parts instead: `3,4` and `1 234`."""
    compound: bool = False
    """Whether it is one amount in several units, or a part of one: `5 ft 11 in`, `an hour and a half`."""

    @property
    def span(self) -> tuple[int, int]:
        """Returns where it starts and ends in the request."""
        return self.start, self.end


def outermost(found: Sequence[Mention], kinds: frozenset[str]) -> list[Mention]:
    """Returns the mentions of these kinds that no other mention of these kinds contains."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if mention.kind in kinds and (not kept or mention.end > kept[-1].end):
            kept.append(mention)
    return kept


def mention_at(
    text: str,
    kind: MentionKind,
    span: tuple[int, int],
    value: JSONValue,
    unit: str | None = None,
    *,
    number: tuple[int, int] | None = None,
    soft: bool = False,
    ambiguous: bool = False,
) -> Mention:
    """Returns the mention at a span of the text."""
    start, end = span
    return Mention(
        kind=kind, start=start, end=end, text=text[start:end], value=value, unit=unit, number=number,
        soft=soft, ambiguous=ambiguous,
    )  # fmt: skip
