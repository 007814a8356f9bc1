"""The tokeniser of the sentence encoder: WordPiece with the uncased BERT vocabulary.

The `tokenizers` library does the same, but its import takes longer than everything else that a cold request
needs tokens for. The tests compare this file with that library.

Method: Wu et al. 2016, "Google's Neural Machine Translation System", section 4.1 (greedy longest match);
text is normalised as in Devlin et al. 2019, "BERT".
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_VOCABULARY = Path(__file__).parent / "data" / "vocab.txt"
_MAX_WORD_LENGTH = 100
# More characters than the longest run of tokens can have; the rest of a text is ignored.
_MAX_TEXT_LENGTH = 16_384
_ASCII_PIECES = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_ASCII_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {127: None}
_REMEMBERED_WORDS = 50_000


class WordPiece:
    """A tokeniser; one instance may serve many threads."""

    def __init__(self, vocabulary: dict[str, int], *, longest: int = 128) -> None:
        """Takes token -> number; `longest` limits an encoded text, including its two end marks."""
        self._numbers = vocabulary
        self._room = longest - 2
        self._unknown = vocabulary["[UNK]"]
        self._start = vocabulary["[CLS]"]
        self._end = vocabulary["[SEP]"]
        self._known_words: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """Returns the numbers of the text's tokens between the start and the end mark."""
        numbers: list[int] = []
        for word in words(text[:_MAX_TEXT_LENGTH]):
            numbers.extend(self._word(word))
            if len(numbers) >= self._room:
                break
        return [self._start, *numbers[: self._room], self._end]

    def _word(self, word: str) -> tuple[int, ...]:
        known = self._known_words.get(word)
        if known is None:
            known = self._pieces(word)
            if len(self._known_words) < _REMEMBERED_WORDS:
                self._known_words[word] = known
        return known

    def _pieces(self, word: str) -> tuple[int, ...]:
        if len(word) > _MAX_WORD_LENGTH:
            return (self._unknown,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            number, end = self._longest_piece(word, start)
            if number is None:
                return (self._unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)

    def _longest_piece(self, word: str, start: int) -> tuple[int | None, int]:
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._numbers.get(mark + word[start:end])
            if number is not None:
                return number, end
        return None, start


def words(text: str) -> list[str]:
    """Returns the lower-case words of the text; each mark of punctuation is a word of its own."""
    if text.isascii():
        return _ASCII_PIECES.findall(text.translate(_ASCII_CONTROLS).lower())
    spaced = "".join(_spaced(character) for character in text)
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn")
    # Letter by letter: str.lower() of a whole word makes a Greek final sigma, which the vocabulary lacks.
    lowered = "".join(character.lower() for character in bare)
    return [piece for word in lowered.split() for piece in _cut_at_punctuation(word)]


def open_wordpiece() -> WordPiece:
    """Reads the vocabulary that ships with mapp."""
    # Only "\n" ends a line: splitlines() would also split at other characters of the vocabulary.
    tokens = _VOCABULARY.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return WordPiece(dict(zip(tokens, range(len(tokens)), strict=True)))


def _spaced(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    if character.isspace():
        return " "
    return f" {character} " if _is_ideograph(ord(character)) else character


def _cut_at_punctuation(word: str) -> list[str]:
    pieces: list[str] = []
    joins = False
    for character in word:
        if _is_punctuation(character):
            pieces.append(character)
            joins = False
        elif joins:
            pieces[-1] += character
        else:
            pieces.append(character)
            joins = True
    return pieces


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return not character.isalnum()
    return unicodedata.category(character).startswith("P")


def _is_ideograph(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x2A6DF
        or 0x2A700 <= code <= 0x2B73F
        or 0x2B740 <= code <= 0x2B81F
        or 0x2B820 <= code <= 0x2CEAF
        or 0xF900 <= code <= 0xFAFF
        or 0x2F800 <= code <= 0x2FA1F
    )
