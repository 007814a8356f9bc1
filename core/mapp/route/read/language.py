"""Notices that a request is not in English, the only language that requests are read in.

Letters of another script, or more small words of another language than of English, are the signs. They say
why nothing ran and decide nothing: words and values may be the same in every language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

from mapp import route

_QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“]*“|«[^»]*»|(?<!\w)'[^']*'(?!\w)|`[^`]*`")
_WORD: Final = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+)?(?!\w)")
_LEAST: Final = 2
"""How many small words of a language a request must have."""

_SCRIPTS: Final = {
    "CYRILLIC": "a language in Cyrillic letters",
    "GREEK": "Greek",
    "ARABIC": "a language in Arabic letters",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "a language in Devanagari letters",
    "THAI": "Thai",
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "Chinese or Japanese",
}


def other_language(text: str) -> str:
    """Returns the language that a request seems to be in, or "" if it may be English; quoted text is skipped.

    >>> other_language("wie viel ist 240 euro plus 20 %"), other_language("how much is 240 euros")
    ('German', '')
    """
    bare = _QUOTED.sub(" ", unicodedata.normalize("NFC", text))
    if script := _script(bare):
        return script
    words = [word.replace("’", "'") for word in _WORD.findall(bare.casefold())]
    small_words = _small_words()
    english = len({*words} & small_words["English"])
    parts = {*_parts(words)} - small_words["English"]
    hits = {name: len(parts & small) for name, small in small_words.items()}
    best = max(hits, key=lambda name: hits[name])
    accented = english == 0 and any(not word.isascii() for word in words)
    return best if hits[best] > english and hits[best] + accented >= _LEAST else ""


@cache
def _small_words() -> dict[str, frozenset[str]]:
    """Returns the small words of each language, English included."""
    path = Path(route.__file__).parent / "data" / "small_words.txt"
    found: dict[str, frozenset[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            found[name] = found.get(name, frozenset()) | {*words.split()}
    return found


def _parts(words: list[str]) -> list[str]:
    """Returns the words, and what is on both sides of an apostrophe, without single plain letters."""
    parts = [part for word in words for part in (word, *word.split("'"))]
    return [part for part in parts if len(part) > 1 or not part.isascii()]


def _script(text: str) -> str:
    """Returns the language of a script that nearly all letters are in, if that is not Latin."""
    letters = [character for character in text if character.isalpha()]
    found = Counter(unicodedata.name(each, "").split(" ")[0] for each in letters if not each.isascii())
    known = {name: count for name, count in found.items() if name in _SCRIPTS}
    if 5 * sum(known.values()) <= 4 * len(letters):
        return ""
    if known.get("HIRAGANA") or known.get("KATAKANA"):
        return "Japanese"
    return _SCRIPTS[max(known, key=lambda name: known[name])]
