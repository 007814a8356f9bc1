"""One candidate value for one argument, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from mapp.model.schema import Absent
from mapp.model.values import JSONValue


@dataclass(slots=True)
class Option:
    """One way to fill one slot: a value, the spans of the request that it uses up, and why."""

    value: JSONValue | Absent
    score: float
    features: list[str]
    why: str
    spans: tuple[tuple[int, int], ...] = ()
    loose: bool = False
    """Whether the text it covers may still be read by an enum (quoted text may not)."""
    enum: bool = False


@dataclass(slots=True)
class TextCues:
    """Where an app's own texts begin and end: the stems before and after them; and the words for its job."""

    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Stems of the app's name and of the words that most of its requests share: its job, nobody's value."""
