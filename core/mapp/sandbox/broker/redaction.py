"""Keeps secrets out of everything that others see: answers, journal, recordings, errors and logs.

It finds a secret in plain form, percent-encoded, escaped as in JSON or HTML, in hexadecimal, in base64 at any
offset, and each of these reversed, before or after encoding. It does not find other transformations (a hash,
a cipher, separate pieces).
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import Final

MIN_SECRET_LENGTH: Final = 8
"""Shorter secrets could be mistaken for ordinary text, so they are not sent."""

_ANY: Final = "[A-Za-z0-9+/_-]"
_WRAPPED: Final = r"(?:\\r|\\n|\s){0,2}+"
_ESCAPES: Final = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
_SHARED: Final = (0, 2, 3)  # by offset: the number of first characters that hold bits of the bytes before


class Redactor:
    """Replaces secrets (name to value) with `[secret NAME]`. Build one and use it for many texts."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        longest_first = sorted(secrets.items(), key=lambda item: (-len(item[1]), item[0]))
        self._secrets = [
            (rf"[secret {name}]".replace("\\", r"\\"), _pattern(value))
            for name, value in longest_first
            if value
        ]

    def __call__(self, text: str) -> str:
        """Returns the text with every form of the secrets replaced."""
        for replacement, pattern in self._secrets:
            text = pattern.sub(replacement, text)
            if len(pattern.pattern) > MIN_SECRET_LENGTH:
                # A secret that was encoded first and reversed afterwards is found in the reversed text.
                text = pattern.sub(replacement[::-1], text[::-1])[::-1]
        return text

    def in_bytes(self, body: bytes) -> bytes:
        """Returns bytes with the secrets replaced. Secrets are ASCII, so the encoding does not matter."""
        return self(body.decode("latin-1")).encode("latin-1", "replace")


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Returns a text with every form of each secret (name to value) replaced with `[secret NAME]`.

    >>> redact("token=hunter2-hunter2", {"TOKEN": "hunter2-hunter2"})
    'token=[secret TOKEN]'
    """
    return Redactor(secrets)(text)


def _pattern(secret: str) -> re.Pattern[str]:
    """Returns a pattern for all forms of a secret. Very short ones match only in plain form."""
    if len(secret) < 4:
        return re.compile(re.escape(secret))
    return re.compile("|".join(dict.fromkeys([*_forms(secret), *_forms(secret[::-1])])))


def _forms(secret: str) -> Iterator[str]:
    """Yields a pattern per form. Every group is atomic or possessive, so matching takes linear time."""
    raw = secret.encode()
    # Plain text is part of every language here, so the last character may match in any of them: otherwise the
    # first that fits would leave the end of an escape, such as `amp;`.
    last = _character(secret[-1], *_LANGUAGES)
    yield re.escape(secret[:-1]) + last
    for escapes in _LANGUAGES:
        yield "".join(_character(character, escapes) for character in secret[:-1]) + last
    yield r"(?:%|\\x|[\s:-])?+".join(f"(?i:{byte:02x})" for byte in raw)
    yield from (_base64(raw, offset) for offset in range(3))


def _character(character: str, *languages: Callable[[str], Iterator[str]]) -> str:
    """Returns a pattern for a character, plain or as an escape of any of the languages.

    Escapes come first, because a plain character may also be the beginning of its own escape.
    """
    escapes = [escape for language in languages for escape in language(character)]
    return f"(?>{'|'.join([*escapes, re.escape(character)])})"


def _url_escapes(character: str) -> Iterator[str]:
    quoted = "".join(f"%{byte:02x}" for byte in character.encode())
    yield f"(?i:{quoted})"
    if character == " ":
        yield r"\+"


def _json_escapes(character: str) -> Iterator[str]:
    yield rf"(?i:\\u{ord(character):04x})"
    yield rf"\\{re.escape(character)}"


def _html_escapes(character: str) -> Iterator[str]:
    yield f"&#0*+{ord(character)};"
    yield f"(?i:&#x0*+{ord(character):x};)"
    if (named := html.escape(character)) != character:
        yield re.escape(named)


_LANGUAGES: Final = (_url_escapes, _json_escapes, _html_escapes)


def _base64(raw: bytes, offset: int) -> str:
    """Returns a pattern for bytes in base64 after `offset` (0 to 2) other bytes, and before any.

    Characters that also hold bits of the neighbouring bytes match any value.
    """
    encoded = b64encode(bytes(offset) + raw).decode("ascii")
    first, whole = _SHARED[offset], (offset + len(raw)) * 8 // 6
    before = f"{_ANY}?" if first else ""
    after = f"{_ANY}?" if (offset + len(raw)) % 3 else ""
    return before + _WRAPPED.join(_ESCAPES.get(letter, letter) for letter in encoded[first:whole]) + after
