"""Vetoes for the opposite job: `decode` to an app that encodes."""

from collections.abc import Iterator, Sequence
from typing import Final

from mapp.route.decide.account import OwnWords
from mapp.route.decide.veto import Veto
from mapp.route.read.lexicon import OPPOSITES
from mapp.route.read.qualifiers.words import FURTHER
from mapp.route.read.tokens import Token, form, stem

_OPPOSITES: Final = {
    stem(a): stem(b) for pair in OPPOSITES for a, b in (pair, pair[::-1]) if " " not in a + b
}
_REVERSING: Final = ("un", "de", "dis", "non", "anti")
_UNDOING: Final = frozenset(stem(word) for word in ("undo", "reverse", "invert", "inverse", "opposite"))
_NEGATING: Final = frozenset({"not", "no", "don't", "dont", "never"})


def opposite_of(word: str) -> str:
    """Returns the stem of the opposite of a stem, or an empty text."""
    return _OPPOSITES.get(word, "")


def opposites(free: Sequence[Token], own: OwnWords) -> Iterator[Veto]:
    """Yields words that reverse the app's job: the opposite of one of its words, a prefix, `undo`."""
    for place, token in enumerate(free):
        undone = (opposite_of(other.stem) in own.core for other in free[place + 1 : place + 4])
        if token.stem in _UNDOING and token.stem not in own.forms and not any(undone):
            yield Veto(name="opposite", reason=f"the request asks to {token.lower} something")
        if form(token.lower) in own.forms or token.lower in own.forms or _means_else(free, place):
            continue
        bare = next(
            (token.lower.removeprefix(prefix) for prefix in _REVERSING if token.lower.startswith(prefix)), ""
        )
        if opposite_of(token.stem) in own.core:
            yield Veto(name="opposite", reason=f"the request says “{token.text}”, the app does the opposite")
        elif len(bare) > 3 and stem(bare) in own.core and not _names_itself(token):
            yield Veto(name="opposite", reason=f"“{token.text}” undoes what the app does")


def _names_itself(token: Token) -> bool:
    """Returns whether a word with a reversing prefix has its own meaning: `deduplicate`, `unreadable`."""
    return token.stem in FURTHER or bool(opposite_of(token.stem)) or token.lower.endswith("able")


def _means_else(free: Sequence[Token], place: int) -> bool:
    """Returns whether a word means something else here: `lasts`, `after tipping`, `don't decode`."""
    token = free[place]
    after = free[place + 1] if place + 1 < len(free) else None
    before = free[place - 1] if place else None
    return (
        token.lower in ("lasts", "lasted")
        or (token.lower in ("after", "before") and after is not None and after.lower.endswith("ing"))
        or (before is not None and before.lower in _NEGATING)
    )
