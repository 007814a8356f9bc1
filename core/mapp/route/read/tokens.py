"""Tokens of a request with their places, and stems (`decode`, `decoding` and `decoded` share one)."""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_SCANNED = 20_000
"""How many characters of a request are read; later text is never a value."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark of a text, and its place."""

    text: str
    lower: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=2048)  # an app's own words are needed for every request
def tokenise(text: str) -> tuple[Token, ...]:
    """Returns the words, digit groups and single marks of the text, in order; `5km` is two tokens."""
    tokens = []
    for match in _TOKEN.finditer(text[:MAX_SCANNED]):
        word = match.group()
        lower = word.lower().replace("’", "'")
        meant = _SIGNS.get(word) if _is_operator(text, match.start()) else None
        tokens.append(Token(word, lower, meant or stem(lower), match.start(), match.end()))
    return tuple(tokens)


_SIGNS = {"+": "plus", "-": "minus", "−": "minus"}
_OPERAND = re.compile(r"\s+[\d$€£]")


def _is_operator(text: str, place: int) -> bool:
    """Returns whether a sign has a space on either side and a number after it: `5 May 2024 - 30 days`."""
    return (
        text[place] in _SIGNS and text[place - 1 : place].isspace() and bool(_OPERAND.match(text, place + 1))
    )


def words_of_name(name: str) -> tuple[str, ...]:
    """Returns the lower-case words of an identifier.

    >>> words_of_name("interestRate"), words_of_name("per_person")
    (('interest', 'rate'), ('per', 'person'))
    """
    spaced = _CAMEL.sub(" ", name)
    return tuple(token.lower for token in tokenise(spaced) if token.text[0].isalnum())


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Returns the word without the endings of plural, tense and gerund, in American spelling.

    >>> stem("encoding") == stem("encode") == stem("encoded"), stem("metres") == stem("meter"), stem("this")
    (True, True, 'this')
    """
    bare = _ended(word.removesuffix("'s"))
    for british, american in (("our", "or"), ("tr", "ter"), ("iz", "is"), ("ogu", "og")):
        if len(bare) > (3 if british == "tr" else 4) and bare.endswith(british):
            return bare.removesuffix(british) + american
    return bare


def _ended(word: str) -> str:
    if len(word) <= 3:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        bare = word[: -len(ending)]
        if word.endswith(ending) and len(bare) >= 3 and _VOWEL.search(bare):
            return _undoubled(bare)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _undoubled(word: str) -> str:
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled or (word.endswith("e") and len(word) > 3) else word


def form(word: str) -> str:
    """Returns the word's stem, participles marked: a base64-*encoded* text is what one decodes.

    >>> form("encodes"), form("encoded")
    ('encod', 'encod+ed')
    """
    return f"{stem(word)}+ed" if word.endswith("ed") else stem(word)


def word_set(text: str) -> frozenset[str]:
    """Returns the set of a text's words, split at spaces."""
    return frozenset(text.split())


def stem_set(text: str) -> frozenset[str]:
    """Returns the stems of the words of a text."""
    return frozenset(stem(word) for word in text.split())
